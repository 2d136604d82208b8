"""Which clips can be copied side by side."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from charkit.media import fit
from charkit.media.fit import fit_parts, fit_together
from charkit.media.probe import ColourTags, probe
from charkit.media.spliced import Crossing, Splice

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
        ({"codec": "mpeg4"}, "codec is mpeg4"),
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


def test_without_an_encoder_for_it_only_a_film_of_whole_groups_stays_what_it_is(
    clip: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(codec="libx265", keyframe_every=12, rate=None)
    facts = probe(path)
    dissolved = Splice(path=path, crossing=Crossing(kind="dissolve", seconds=0.25))
    monkeypatch.setattr(fit, "can_encode", lambda codec: codec == "h264")
    for part, codec in (
        (Splice(path=path), "hevc"),
        (Splice(path=path, start=0.5), "hevc"),
        (Splice(path=path, start=0.25), "h264"),
        (dissolved, "h264"),
    ):
        fits = fit_parts([part, Splice(path=path)], [facts, facts])
        assert {one.shape.codec for one in fits} == {codec}
        assert all(("cannot be encoded so here" in (one.reason or "")) == (codec == "h264") for one in fits)


def test_the_codec_of_most_of_the_running_time_wins(clip: Callable[..., Path]) -> None:
    newer, older = probe(clip("n.mp4", codec="libx265", frames=30)), probe(clip("o.mp4", frames=24))
    fits = fit_together([older, newer])
    assert [one.reason for one in fits] == ["its codec is h264, the film's hevc", None]
    fits = fit_together([older, newer, older])
    assert [one.reason for one in fits] == [None, "its codec is hevc, the film's h264", None]
