"""Bringing one clip to the shape of others."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import pytest

from charkit.media.conform import Shape, conform
from charkit.media.frames import sample
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def shape(width: int = 160, height: int = 90, fps: Fraction = Fraction(24), profile: str = "High") -> Shape:
    return Shape(
        codec="h264",
        profile=profile,
        pixel_format="yuv420p",
        width=width,
        height=height,
        fps=fps,
        matrix="bt601",
        full_range=False,
    )


def test_an_upright_clip_is_fitted_between_black_bars(clip: Callable[..., Path], tmp_path: Path) -> None:
    conform(probe(clip(size=(90, 160))), shape(), tmp_path / "out.mp4")
    facts = probe(tmp_path / "out.mp4")
    assert (facts.width, facts.height, facts.frames) == (160, 90, 48)
    rgb = sample(tmp_path / "out.mp4", 1)[0].rgb
    assert rgb[:, :40].max() < 12
    assert rgb[:, -40:].max() < 12
    assert rgb[:, 60:100].mean() > 60


@pytest.mark.parametrize(
    ("fps", "frames", "expected"),
    [(Fraction(30), 60, 48), (Fraction(12), 24, 48), (Fraction(25), 50, 48), (Fraction(24000, 1001), 48, 48)],
)
def test_another_rate_keeps_the_length_and_the_motion(
    clip: Callable[..., Path], tmp_path: Path, fps: Fraction, frames: int, expected: int
) -> None:
    source = clip(fps=fps, frames=frames)
    assert conform(probe(source), shape(), tmp_path / "out.mp4") == expected
    facts = probe(tmp_path / "out.mp4")
    assert (facts.frames, facts.fps, facts.constant_rate) == (expected, Fraction(24), True)
    for got in sample(tmp_path / "out.mp4", 4):
        row = got.rgb[45].astype(int).mean(axis=1)
        at = next(i for i, value in enumerate(row) if value > 160)
        assert at / 2 / fps == pytest.approx(got.time, abs=float(1 / fps))


def test_a_clip_on_its_side_is_turned_upright(clip: Callable[..., Path], tmp_path: Path) -> None:
    source = clip(rotation=90)
    facts = probe(source)
    conform(facts, shape(90, 160), tmp_path / "out.mp4")
    assert probe(tmp_path / "out.mp4").rotation == 0
    want, got = sample(source, 1)[0].rgb, sample(tmp_path / "out.mp4", 1)[0].rgb
    assert abs(want.astype(int) - got.astype(int)).mean() < 4


def test_the_profile_of_the_others_is_met(clip: Callable[..., Path], tmp_path: Path) -> None:
    conform(probe(clip()), shape(profile="Main"), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].profile == "Main"
