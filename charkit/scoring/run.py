"""Puts takes before scorers: each clip is decoded once, one bad clip stops nothing.

The next clip is decoded while one is judged, so that both cores have work; memory is bounded by one clip and the next.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from charkit.errors import MissingDependency
from charkit.media import frames as sampling
from charkit.scoring.palette import PaletteScorer
from charkit.scoring.scorecard import Scorecard, ScoredTake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.media.frames import Frame, Sampled
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

    A clip that cannot be decoded makes its characters unverifiable, with the reason; so does a scorer that breaks on
    it. The others are scored.

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
    takes = [list(group) for _, group in groupby(entries, key=lambda e: (e.shot, e.take, e.clip))]
    asked = [[(scorer, _about(scorer, group)) for scorer in chosen] for group in takes]
    wanted = [any(about for _, about in one) for one in asked]
    sampled = _sampled([group[0].clip for group, decode in zip(takes, wanted, strict=True) if decode], chosen)
    for done, (one, decode) in enumerate(zip(asked, wanted, strict=True), start=1):
        if decode:
            _score_one(one, next(sampled))
        if on_progress is not None:
            on_progress(done, len(takes))
    return Scorecard(
        takes=tuple(dict.fromkeys(ScoredTake(shot=e.shot, take=e.take, clip_digest=e.clip_digest) for e in entries)),
        scores=tuple(score for scorer in chosen for score in scorer.compute()),
        scorers=tuple(scorer.facts for scorer in chosen),
    )


def _sampled(clips: Sequence[Path], scorers: Sequence[Scorer]) -> Iterator[Sampled]:
    """Give what the clips show, in order; the next one is decoded while the one before is judged."""
    if not clips:
        return iter(())
    count, height = max(scorer.frames for scorer in scorers), max(_height(scorer) for scorer in scorers)
    return sampling.sample_many(clips, count, height=height, workers=1)


def _score_one(asked: Sequence[tuple[Scorer, Sequence[ShotEvidence]]], clip: Sampled) -> None:
    problem = f"the clip cannot be decoded ({clip.error})" if clip.problem else ""
    if not problem and not clip.frames:
        problem = "the clip holds no picture"
    # One list for each height: scorers know it again.
    frames = {height: _shrunk(clip.frames, height) for height in {_height(scorer) for scorer, _ in asked}}
    for scorer, entries in asked:
        for entry in entries:
            _update(scorer, entry, frames[_height(scorer)], problem)


def _update(scorer: Scorer, entry: ShotEvidence, frames: Sequence[Frame], problem: str) -> None:
    """Ask a scorer; where it breaks on a take, that take is unverifiable for it, and the others are scored."""
    try:
        scorer.update(entry, frames, problem=problem)
    except MissingDependency:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, it is no pass, and costs the other takes nothing
        said = f"{type(error).__name__}: {error}"
        scorer.update(entry, [], problem=f"{scorer.facts.name} failed on it ({' '.join(said.split())[:200]})")


def _height(scorer: Scorer) -> int:
    return int(getattr(scorer, "height", SAMPLE_HEIGHT))


def _shrunk(frames: Sequence[Frame], height: int) -> list[Frame]:
    """Return frames of at most so many pixels of height, as if they had been decoded so."""
    return [frame if frame.rgb.shape[0] <= height else replace(frame, rgb=_area(frame.rgb, height)) for frame in frames]


def _area(rgb: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    size = (max(1, round(rgb.shape[1] * height / rgb.shape[0])), height)
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX), dtype=np.uint8)


def _about(scorer: Scorer, group: Sequence[ShotEvidence]) -> Sequence[ShotEvidence]:
    """Return what a scorer is asked about: each character of a take, or the take as a whole."""
    if scorer.facts.about == "take":
        return [replace(group[0], character="")]
    return [entry for entry in group if entry.character]
