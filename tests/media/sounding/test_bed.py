"""Music under the clips."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media import sound
from charkit.media.sounding import Bed, Meter
from charkit.media.sounding.bed import Key, laid_under

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Wav = Callable[[str, sound.Sound], Path]


def tone(seconds: float, *, pitch: float = 1000, level: float = 0.25) -> sound.Sound:
    wave = level * np.sin(2 * np.pi * pitch * np.arange(round(seconds * sound.RATE)) / sound.RATE)
    return np.stack([wave, wave]).astype(np.float32)


def laid(clips: sound.Sound, bed: Bed) -> sound.Sound:
    """The film's sound as the track lays it, cut into blocks as mixing cuts it."""
    blocks = [clips[:, at : at + 49_152] for at in range(0, clips.shape[1], 49_152)]
    key, meter = Key(), Meter(true_peak=False)
    for _ in key.watched(meter.watched(blocks)):
        pass
    loudness = meter.finish().integrated
    under = laid_under(
        blocks, bed, length=clips.shape[1], loudness=loudness, reduction=key.reduction(loudness, bed.duck)
    )
    return np.concatenate(list(under), axis=1)


def level(heard: sound.Sound, start: float, end: float) -> float:
    part = heard[:, round(start * sound.RATE) : round(end * sound.RATE)]
    return 20 * math.log10(max(sound.rms(part), 1e-9))


SPEECH = np.concatenate([sound.silence(4 * sound.RATE), tone(3), sound.silence(5 * sound.RATE)], axis=1)


def test_music_makes_room_before_speech_begins_and_comes_back_after_it(wav: Wav) -> None:
    music = wav("music.wav", tone(12, pitch=300, level=0.1))
    bed = Bed(path=music, gain=-10, duck=12, fade_in=0, fade_out=0)
    only = laid(SPEECH, bed) - SPEECH
    open_ = level(only, 2, 3)
    assert level(only, 4.05, 7.0) - open_ == pytest.approx(-12, abs=0.3)  # down from the first syllable on
    assert level(only, 3.0, 3.7) - open_ == pytest.approx(0, abs=0.1)  # and not long before it
    assert level(only, 7.0, 7.25) - open_ == pytest.approx(-12, abs=0.3)  # held
    assert -12 < level(only, 7.6, 7.8) - open_ < -2  # coming back
    assert level(only, 8.4, 11) - open_ == pytest.approx(0, abs=0.1)
    assert level(laid(SPEECH, Bed(path=music, duck=0)) - SPEECH, 5, 6) == pytest.approx(
        level(laid(SPEECH, Bed(path=music, duck=0)) - SPEECH, 2, 3), abs=0.05
    )


def test_pauses_between_words_do_not_make_it_pump(wav: Wav) -> None:
    words = np.concatenate([tone(0.3), sound.silence(round(0.25 * sound.RATE))] * 10, axis=1)
    bed = Bed(path=wav("music.wav", tone(6, pitch=300, level=0.1)), duck=12, fade_in=0, fade_out=0)
    only = laid(words, bed) - words
    levels = [level(only, at / 10, at / 10 + 0.1) for at in range(5, 50)]
    assert max(levels) - min(levels) < 0.2


def test_its_loudness_is_relative_to_that_of_the_clips(wav: Wav) -> None:
    clips = tone(10, level=0.1)
    for own in (0.01, 0.5):
        music = wav(f"{own}.wav", tone(10, level=own))
        bed = Bed(path=music, gain=-12, duck=0, fade_in=0, fade_out=0)
        assert level(laid(clips, bed) - clips, 1, 9) - level(clips, 1, 9) == pytest.approx(-12, abs=0.15)


def test_under_silent_clips_it_keeps_its_own_loudness_and_the_gain(wav: Wav) -> None:
    music = wav("music.wav", tone(5, level=0.2))
    heard = laid(sound.silence(5 * sound.RATE), Bed(path=music, gain=-6, fade_in=0, fade_out=0))
    assert level(heard, 1, 4) - level(tone(5, level=0.2), 1, 4) == pytest.approx(-6, abs=0.01)


def test_it_loops_without_a_hole_or_fades_at_its_own_end(wav: Wav) -> None:
    random = np.random.default_rng(2)
    music = wav("music.wav", random.standard_normal((2, 4 * sound.RATE)).astype(np.float32) * 0.1)
    quiet = sound.silence(15 * sound.RATE)
    looped = laid(quiet, Bed(path=music, gain=0, fade_in=1, fade_out=2))
    levels = [level(looped, at / 4, at / 4 + 0.25) for at in range(5, 51)]
    assert max(levels) - min(levels) < 1
    assert looped[:, 0].tolist() == [0, 0]
    assert np.abs(looped[:, -3:]).max() < 0.001
    once = laid(quiet, Bed(path=music, gain=0, fade_out=1, loop=False))
    assert level(once, 2, 2.9) > -25
    assert not once[:, 4 * sound.RATE :].any()
    assert level(once, 3.9, 4.0) < level(once, 2, 2.9) - 10


def test_music_without_music_is_named(wav: Wav) -> None:
    path = wav("music.wav", sound.silence(sound.RATE))
    with pytest.raises(UnreadableMedia, match="nothing to hear") as caught:
        laid(SPEECH, Bed(path=path))
    assert caught.value.path == path
