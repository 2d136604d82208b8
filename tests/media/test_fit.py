"""Which clips can be copied side by side."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from charkit.media.fit import fit_together
from charkit.media.probe import ColourTags, probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_clips_of_one_kind_are_all_copied(clip: Callable[..., Path]) -> None:
    fits = fit_together([probe(clip("a.mp4")), probe(clip("b.mp4", rate=None, hue=1))])
    assert [one.reason for one in fits] == [None, None]
    assert fits[0].shape.fps == 24


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rotation": 180}, "rotated by 180"),
        ({"sample_aspect": Fraction(4, 3)}, "not square"),
        ({"hidden_frames": 5, "whole_run": False}, "hides 5 frames in the middle of it"),
        ({"constant_rate": False}, "rate varies"),
        ({"codec": "hevc"}, "codec is hevc"),
        ({"colour": ColourTags(matrix="bt2020")}, "matrix is bt2020"),
        ({"colour": ColourTags(range="full")}, "full range is True"),
    ],
)
def test_every_difference_that_matters_is_named(
    clip: Callable[..., Path], changes: dict[str, object], words: str
) -> None:
    good = probe(clip("a.mp4", frames=72))
    odd = replace(probe(clip("b.mp4")), **changes)  # type: ignore[arg-type]
    fits = fit_together([good, odd])
    assert fits[0].reason is None
    assert words in (fits[1].reason or "")


def test_a_clip_stored_with_start_codes_is_not_copied(clip: Callable[..., Path]) -> None:
    reason = fit_together([probe(clip("a.mp4")), probe(clip("b.ts"))])[1].reason
    assert "parameter sets" in (reason or "")


def test_without_any_clip_to_copy_a_regular_shape_is_made_up(clip: Callable[..., Path]) -> None:
    odd = replace(probe(clip()), constant_rate=False, fps=Fraction(2397, 100), width=161)
    shape = fit_together([odd])[0].shape
    assert (shape.codec, shape.fps, shape.width) == ("h264", Fraction(24000, 1001), 160)
