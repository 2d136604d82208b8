"""Puts takes before scorers: each clip is decoded once, memory is bounded by one clip, one bad clip stops nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from charkit.errors import MediaError, StorageError
from charkit.media import frames as sampling
from charkit.scoring.palette import PaletteScorer
from charkit.scoring.scorecard import Scorecard, ScoredTake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.media.frames import Frame
    from charkit.scoring.base import Scorer, ShotEvidence

SAMPLE_HEIGHT = 240
"""Pixels to which frames are shrunk while they are decoded, where a scorer has no `height` of its own: masks work below
it, evidence pictures too. Recognisers of faces want more."""


def score_takes(
    evidence: Iterable[ShotEvidence],
    *,
    scorers: Sequence[Scorer] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Scorecard:
    """Score characters in takes.

    A clip that cannot be decoded makes its characters unverifiable, with the reason; the others are scored.

    Args:
        evidence: One entry per character and take; one with an empty `character` for a take that shows none.
            Entries of the same take should follow each other, so that it is decoded once.
        scorers: Fresh scorers; the palette scorer when left out.
        on_progress: Called after each clip with how many are done and how many there are.

    Raises:
        MissingDependency: A scorer's package is not installed.
    """
    chosen: Sequence[Scorer] = scorers if scorers is not None else (PaletteScorer(),)
    entries = list(evidence)
    takes = [(key, list(group)) for key, group in groupby(entries, key=lambda e: (e.shot, e.take, e.clip))]
    for done, (_, group) in enumerate(takes, start=1):
        _score_one(group, chosen)
        if on_progress is not None:
            on_progress(done, len(takes))
    return Scorecard(
        takes=tuple(dict.fromkeys(ScoredTake(shot=e.shot, take=e.take, clip_digest=e.clip_digest) for e in entries)),
        scores=tuple(score for scorer in chosen for score in scorer.compute()),
        scorers=tuple(scorer.facts for scorer in chosen),
    )


def _score_one(group: Sequence[ShotEvidence], scorers: Sequence[Scorer]) -> None:
    characters = [entry for entry in group if entry.character]
    asked = [(scorer, _about(scorer, group[0], characters)) for scorer in scorers]
    if not any(entries for _, entries in asked):
        return
    heights = [_height(scorer) for scorer in scorers]
    largest, problem = _sampled(group[0].clip, max(scorer.frames for scorer in scorers), max(heights))
    frames = {height: _shrunk(largest, height) for height in set(heights)}  # one list each: scorers know it again
    for scorer, entries in asked:
        for entry in entries:
            scorer.update(entry, frames[_height(scorer)], problem=problem)


def _height(scorer: Scorer) -> int:
    return int(getattr(scorer, "height", SAMPLE_HEIGHT))


def _shrunk(frames: Sequence[Frame], height: int) -> list[Frame]:
    """Return frames of at most so many pixels of height, as if they had been decoded so."""
    return [frame if frame.rgb.shape[0] <= height else replace(frame, rgb=_area(frame.rgb, height)) for frame in frames]


def _area(rgb: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    size = (max(1, round(rgb.shape[1] * height / rgb.shape[0])), height)
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX), dtype=np.uint8)


def _about(scorer: Scorer, first: ShotEvidence, characters: Sequence[ShotEvidence]) -> Sequence[ShotEvidence]:
    """Return what a scorer is asked about: each character of a take, or the take as a whole."""
    return characters if scorer.facts.about == "character" else [replace(first, character="")]


def _sampled(clip: Path, count: int, height: int) -> tuple[list[Frame], str]:
    try:
        frames = sampling.sample(clip, count, height=height)
    except (MediaError, StorageError, OSError) as error:
        return [], f"the clip cannot be decoded ({type(error).__name__})"
    return frames, "" if frames else "the clip holds no picture"
