"""AAC packets made apart from their film."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.media import sound
from charkit.media.sounding import encoded
from charkit.media.sounding.encoding import has_loud_line

if TYPE_CHECKING:
    from pathlib import Path


def through(path: Path, parts: list[sound.Sound]) -> sound.Sound:
    lane = encoded(parts, path.with_suffix(".aac"), thorough=has_loud_line(parts))
    with av.open(str(path), "w", format="mp4", options={"movie_timescale": "48000"}) as film:
        lane.open(film)
        film.start_encoding()
        lane.write(Fraction(1, 2))
        lane.write(Fraction(100))
    return sound.decode(path)


def test_sound_in_odd_lengths_is_encoded_without_a_seam(tmp_path: Path) -> None:
    time = np.arange(48_000) / sound.RATE
    wave = np.tile(0.5 * np.sin(2 * np.pi * 440 * time), (2, 1)).astype(np.float32)
    whole = through(tmp_path / "whole.m4a", [wave])
    pieces = through(tmp_path / "pieces.m4a", np.array_split(wave, [1, 700, 701, 9_999, 30_000], axis=1))
    assert np.array_equal(whole, pieces)
    assert whole.shape[1] == pytest.approx(48_000, abs=1_024)
    error = whole[:, :48_000] - wave
    assert sound.rms(error) < 0.01 * sound.rms(wave)


@pytest.mark.parametrize("pitch", [60, 305, 1000, 4000])
def test_loud_tones_are_seen_and_encoded_so_that_they_stay_tones(tmp_path: Path, pitch: int) -> None:
    time = np.arange(48_000) / sound.RATE
    for level in (0.3, 0.45, 0.7, 0.95):
        wave = np.tile(level * np.sin(2 * np.pi * pitch * time), (2, 1)).astype(np.float32)
        assert has_loud_line(np.array_split(wave, 7, axis=1)) == (level > 0.4)
        error = (through(tmp_path / "x.m4a", [wave])[:, :48_000] - wave)[:, 9_600:-4_800]
        assert 20 * np.log10(sound.rms(wave) / sound.rms(error)) > 40, level


def test_loud_noise_and_clicks_hold_no_loud_line() -> None:
    noise = np.random.default_rng(3).standard_normal((2, 48_000)).astype(np.float32) * 0.3
    assert not has_loud_line([noise, noise])
    clicks = np.zeros((2, 48_000), np.float32)
    clicks[:, ::4_800] = 1
    assert not has_loud_line([clicks])
    assert not has_loud_line([sound.silence(10)])


def test_speech_like_sound_and_noise_keep_their_quality(tmp_path: Path) -> None:
    time = np.arange(2 * sound.RATE) / sound.RATE
    voice = sum(np.sin(2 * np.pi * 130 * n * time) / n for n in range(1, 20)) * np.clip(np.sin(20 * time), 0, 1) * 0.2
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(time.size))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(1, spectrum.size + 1)), time.size) * 20
    for wave, at_least in ((voice, 30), (pink, 12)):
        both = np.stack([wave, wave]).astype(np.float32)
        heard = through(tmp_path / "x.m4a", [both])[:, : time.size]
        ratio = 20 * np.log10(sound.rms(both[:, 4_800:-4_800]) / sound.rms((heard - both)[:, 4_800:-4_800]))
        assert ratio > at_least, at_least
