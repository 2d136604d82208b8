"""The meter, against the test signals of EBU Tech 3341 and 3342, and against FFmpeg's own summary."""

from __future__ import annotations

import math
import re
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media import sound
from charkit.media.sounding import Loudness, Meter, measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Wav = Callable[[str, sound.Sound], Path]


def tones(*parts: tuple[float, float]) -> sound.Sound:
    """1 kHz at levels in dBFS, each for so many seconds, on both sides."""
    levels = np.concatenate([np.full(round(seconds * sound.RATE), 10 ** (level / 20)) for level, seconds in parts])
    wave = levels * np.sin(2 * np.pi * 1000 * np.arange(levels.size) / sound.RATE)
    return np.stack([wave, wave]).astype(np.float32)


def read(heard: sound.Sound, *, block: int = 48_000) -> Loudness:
    meter = Meter()
    for begin in range(0, heard.shape[1], block):
        meter.add(heard[:, begin : begin + block])
    return meter.finish()


@pytest.mark.parametrize(
    ("case", "parts", "wanted"),
    [
        (1, [(-23, 20)], -23.0),
        (2, [(-33, 20)], -33.0),
        (3, [(-36, 10), (-23, 60), (-36, 10)], -23.0),
        (4, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        (5, [(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_integrated_loudness_of_ebu_tech_3341(case: int, parts: list[tuple[float, float]], wanted: float) -> None:
    assert read(tones(*parts)).integrated == pytest.approx(wanted, abs=0.1), f"case {case}"


def test_short_term_and_momentary_loudness_of_ebu_tech_3341() -> None:
    nine = read(tones(*[(-20, 1.34), (-30, 1.66)] * 5)).short_term[30:]
    assert np.abs(nine + 23).max() < 0.1
    twelve = read(tones(*[(-20, 0.18), (-30, 0.22)] * 25)).momentary[10:]
    assert np.abs(twelve + 23).max() < 0.1


@pytest.mark.parametrize(
    ("wanted", "levels"), [(10, (-20, -30)), (5, (-20, -15)), (20, (-40, -20)), (15, (-50, -35, -20, -35, -50))]
)
def test_loudness_range_of_ebu_tech_3342(wanted: float, levels: tuple[float, ...]) -> None:
    assert read(tones(*[(level, 20) for level in levels])).range == pytest.approx(wanted, abs=1)


@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude", "wanted"),
    [(4, 0, 0.5, -6.0), (4, 45, 0.5, -6.0), (6, 60, 0.5, -6.0), (8, 67.5, 0.5, -6.0), (4, 45, 1.41, 3.0)],
)
def test_peaks_between_samples_of_ebu_tech_3341(divisor: int, degrees: float, amplitude: float, wanted: float) -> None:
    wave = amplitude * np.sin(2 * np.pi * np.arange(48_000) / divisor + math.radians(degrees))
    loudness = read(sound.faded(np.stack([wave, wave]).astype(np.float32), head=2_400, tail=2_400))
    assert wanted - 0.4 <= loudness.true_peak <= wanted + 0.2
    if degrees:
        assert 20 * math.log10(np.abs(wave).max()) < wanted - 0.2  # samples alone would not show it


def test_it_does_not_matter_in_what_lengths_sound_goes_by() -> None:
    heard = tones((-30, 1.3), (-18, 2.17))
    assert repr(read(heard)) == repr(read(heard, block=1_000)) == repr(read(heard, block=10**9))


def test_silence_and_less_than_a_block_have_no_loudness() -> None:
    nothing = read(sound.silence(96_000))
    assert (nothing.integrated, nothing.true_peak, nothing.loudest <= -70) == (-math.inf, -math.inf, True)
    assert read(tones((-20, 0.3))).integrated == -math.inf
    assert read(sound.silence(0)).seconds == 0


def test_the_jump_at_a_cut_is_that_of_the_moments_before_and_after_it() -> None:
    loudness = read(tones((-30, 2), (-22, 2)))
    assert loudness.jump(2.0) == pytest.approx(8, abs=0.1)
    assert loudness.jump(1.0) == pytest.approx(0, abs=0.1)
    assert loudness.jump(0.1) is None
    assert loudness.jump(3.9) is None
    assert read(np.concatenate([sound.silence(96_000), tones((-20, 2))], axis=1)).jump(2.0) is None


def test_it_reads_what_ffmpegs_own_program_reads(wav: Wav) -> None:
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs imageio-ffmpeg's program to compare with")
    random = np.random.default_rng(5)
    swell = np.interp(np.arange(12 * sound.RATE), [0, 3 * sound.RATE, 12 * sound.RATE], [0.02, 0.3, 0.05])
    path = wav("x.wav", (random.standard_normal((2, 12 * sound.RATE)) * swell * 0.5).astype(np.float32))
    said = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr.split("Summary:")[1]
    theirs = [float(found) for found in re.findall(r"(?:I|LRA|Peak):\s+(-?[\d.]+)", said)]
    ours = measure(path)
    assert [ours.integrated, ours.range, ours.true_peak] == pytest.approx(theirs, abs=0.06)  # they print one decimal
    assert ours.seconds == 12.0


def test_a_part_of_a_file_is_measured_by_itself(wav: Wav) -> None:
    path = wav("x.wav", tones((-30, 4), (-20, 4)))
    assert measure(path, start=4.5, seconds=2).integrated == pytest.approx(-20, abs=0.1)
    assert measure(path, seconds=3).integrated == pytest.approx(-30, abs=0.1)
    assert measure(path, start=7).seconds == pytest.approx(1.0)


def test_a_file_without_sound_is_named(clip: Callable[..., Path]) -> None:
    path = clip(rate=None)
    with pytest.raises(UnreadableMedia, match="no sound") as caught:
        measure(path)
    assert caught.value.path == path


def test_it_shows_itself_with_its_waveform(wav: Wav) -> None:
    pytest.importorskip("matplotlib", reason="draws with matplotlib")
    loudness = measure(wav("x.wav", tones((-30, 2), (-20, 2))))
    shown = loudness._repr_mimebundle_()
    assert shown["text/plain"] == repr(loudness)
    assert "\n" not in repr(loudness)
    assert "data:image/svg+xml" in shown["text/html"]
    assert "LUFS" in shown["text/html"]
