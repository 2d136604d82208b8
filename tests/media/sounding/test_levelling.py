"""One gain for the film, and peaks held down only where that gain needs it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from charkit.media import sound
from charkit.media.sounding import CEILING, Levelled, Meter
from charkit.media.sounding.levelling import level, limited
from charkit.media.sounding.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path


def noise(seconds: float, loud: float = 0.05) -> sound.Sound:
    return (np.random.default_rng(4).standard_normal((2, round(seconds * sound.RATE))) * loud).astype(np.float32)


def levelled(heard: sound.Sound, target: float | None, folder: Path) -> tuple[Levelled, sound.Sound]:
    meter = Meter()
    spool = Spool.of(meter.watched([heard]), folder / "x.pcm")
    done, out = level(spool, meter.finish(), target, folder)
    return done, np.concatenate(list(out), axis=1)


def read(heard: sound.Sound) -> tuple[float, float]:
    meter = Meter()
    meter.add(heard)
    found = meter.finish()
    return found.integrated, found.true_peak


@pytest.mark.parametrize("target", [-14.0, -23.0, -31.0])
def test_one_gain_brings_it_to_the_target_and_leaves_dynamics_alone(tmp_path: Path, target: float) -> None:
    heard = noise(6, 0.03)
    done, out = levelled(heard, target, tmp_path)
    assert np.allclose(out, heard * np.float32(10 ** (done.gain / 20)))
    assert read(out) == pytest.approx((done.loudness.integrated, done.loudness.true_peak), abs=0.06)
    assert done.loudness.integrated == pytest.approx(target, abs=0.01)
    assert done.limited == 0
    assert "held down" not in done.account


def test_peaks_that_would_be_too_high_are_held_down_and_that_is_said(tmp_path: Path) -> None:
    heard = noise(8, 0.02)
    heard[:, 48_000::12_000] = 0.9  # clicks far above the rest
    done, out = levelled(heard, -14.0, tmp_path)
    loudness, peak = read(out)
    assert peak <= CEILING + 0.05
    assert loudness == pytest.approx(-14, abs=0.2)
    assert done.loudness.integrated == pytest.approx(loudness, abs=0.02)
    assert done.limited > 5
    assert "peaks held down by up to" in done.account
    assert out.shape == heard.shape


def test_what_cannot_be_reached_is_said(tmp_path: Path) -> None:
    heard = sound.silence(8 * sound.RATE)
    heard[:, ::4_800] = 0.9  # nothing but clicks
    done, out = levelled(heard, -6.0, tmp_path)
    assert read(out)[1] <= CEILING + 0.05
    assert "off its target of -6" in done.account


def test_silence_and_no_target_leave_it_as_it_is(tmp_path: Path) -> None:
    done, out = levelled(sound.silence(96_000), -14.0, tmp_path)
    assert not out.any()
    assert (done.gain, "as it was" in done.account) == (0, True)
    heard = noise(2)
    done, out = levelled(heard, None, tmp_path)
    assert np.array_equal(out, heard)
    assert "nobody asked" in done.account
    assert math.isfinite(done.loudness.integrated)


def test_the_limiter_neither_shifts_nor_touches_what_is_soft_enough() -> None:
    heard = noise(3, 0.05)
    blocks = np.array_split(heard, [1_000, 48_000, 48_001, 100_000], axis=1)
    out = np.concatenate(list(limited(blocks)), axis=1)
    assert out.shape == heard.shape
    inner = slice(1_000, -1_000)
    spectrum = np.abs(np.fft.rfft(out[0, inner] - heard[0, inner])) / np.abs(np.fft.rfft(heard[0, inner])).mean()
    audible = spectrum[: round(len(spectrum) * 18_000 / 24_000)]  # resampling ends at 22 kHz or so
    assert audible.max() < 0.01
