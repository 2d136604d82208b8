"""Pairs of which it is known by construction whether they show the same character, as a scorer sees them.

Every scorer is asked under the line `ANY`: under a real one, characters below it would not be found at all in shots
with several of them. Only characters of the domains that it was made for are put before it, on both sides of a pair.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.documents import replace_file
from charkit.errors import CharkitError
from charkit.media import frames as sampling
from charkit.scoring.calibration.lines import Genuine, Impostor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from charkit.media.frames import Frame
    from charkit.scoring.base import Scorer, ShotEvidence
    from charkit.scoring.controls import Control
    from charkit.scoring.subject import Masker

__all__ = ["cast_pairs", "of_controls", "split_halves"]

_HEIGHT = 240
"""Pixels of height, as takes are sampled for a scorer that asks for none of its own."""


def cast_pairs(
    evidence: Iterable[ShotEvidence], scorer: Callable[[], Scorer], *, per_pair: int = 2
) -> tuple[Impostor, ...]:
    """Judge takes of every character against the references of every other one.

    Takes that show the claimed character too are left out: what is found there may be right. Wrong pairs on the same
    background come from controls, see `of_controls`.

    Args:
        evidence: Takes of the cast, with their characters' references.
        scorer: Returns a fresh scorer of the axis.
        per_pair: How many takes of each ordered pair of characters are judged.
    """
    judge, asked = scorer(), list[tuple[str, str]]()
    entries = [entry for entry in _asked_of(judge, evidence) if entry.references]
    sheets = {entry.character: entry for entry in reversed(entries)}
    for entry in entries:
        claims = [
            (name, sheet)
            for name, sheet in sheets.items()
            if name not in (entry.character, *entry.expected) and asked.count((name, entry.character)) < per_pair
        ]
        frames = _frames(entry, judge) if claims else []
        for name, sheet in claims if frames else []:
            judge.update(replace(entry, references=sheet.references, domain=sheet.domain, cast=()), frames)
            asked.append((name, entry.character))
    return tuple(
        Impostor(claimed=claimed, actual=actual, score=score.score)
        for (claimed, actual), score in zip(asked, judge.compute(), strict=True)
        if score.score is not None
    )


def of_controls(controls: Iterable[Control]) -> tuple[tuple[Impostor, ...], tuple[Genuine, ...]]:
    """Return controls as pairs for `calibrate`: strangers on the same background, turnarounds, other light.

    Exact duplicates are left out: passing them is no achievement.
    """
    judged = [control for control in controls if control.score is not None]
    wrong = tuple(
        Impostor(claimed=control.character, actual=control.stranger, score=control.score or 0.0, same_background=True)
        for control in judged
        if control.kind == "stranger"
    )
    right = tuple(
        Genuine(character=control.character, score=control.score or 0.0, kind=control.kind)
        for control in judged
        if control.kind in ("turnaround", "re-lit")
    )
    return wrong, right


def split_halves(
    evidence: Iterable[ShotEvidence], scorer: Callable[[], Scorer], masker: Masker, folder: Path
) -> tuple[Genuine, ...]:
    """Judge the second half of every take against the character as cut out of its first half.

    It says what the scorer reaches where nothing changed but pose and moment; a take whose character changes half way
    lowers it.

    Args:
        evidence: Takes.
        scorer: Returns a fresh scorer of the axis.
        masker: Cuts the character out.
        folder: Where the cuts are written, as PNG with transparency.

    Raises:
        StorageError: A cut cannot be written.
    """
    judge, asked = scorer(), list[str]()
    for number, entry in enumerate(_asked_of(judge, evidence)):
        frames = _frames(entry, judge)
        middle = len(frames) // 2
        cuts = _cut_out(entry, frames[:middle], masker, folder / f"half-{number}")
        if cuts:
            judge.update(replace(entry, references=cuts, cast=()), frames[middle:])
            asked.append(entry.character)
    return tuple(
        Genuine(character=character, score=score.score, kind="split halves")
        for character, score in zip(asked, judge.compute(), strict=True)
        if score.score is not None
    )


def _asked_of(judge: Scorer, evidence: Iterable[ShotEvidence]) -> list[ShotEvidence]:
    """Return the takes of characters that a scorer may judge: a drawn figure is no impostor to a reader of faces."""
    return [entry for entry in evidence if entry.character and entry.domain in judge.facts.domains]


def _cut_out(entry: ShotEvidence, frames: Sequence[Frame], masker: Masker, name: Path) -> tuple[Path, ...]:
    """Write the character of the first two frames in which it is found."""
    import numpy as np
    from PIL import Image

    paths: list[Path] = []
    for frame in frames:
        subject = masker.in_frame(frame.rgb, entry)
        if not subject.found or len(paths) == 2:
            continue
        alpha = np.where(subject.mask, 255, 0).astype(np.uint8)[:, :, None]
        data = io.BytesIO()
        Image.fromarray(np.concatenate([frame.rgb, alpha], axis=2)).save(data, "PNG")
        paths.append(name.with_name(f"{name.name}-{frame.index}.png"))
        replace_file(paths[-1], data.getvalue())
    return tuple(paths)


def _frames(entry: ShotEvidence, judge: Scorer) -> list[Frame]:
    try:
        return sampling.sample(entry.clip, judge.frames, height=int(getattr(judge, "height", _HEIGHT)))
    except (CharkitError, OSError):
        return []
