"""Boxes to draw on a clip: the faces that a detector sees, and where scorers look for each character.

They show what a verdict rests on. A box is looked for in a few frames, each of which stands for those around it; a
detector that is not installed is said, never taken for a clip without faces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.media.frames import sample
from charkit.scoring.base import ShotEvidence
from charkit.scoring.subject import GrabCut
from charkit.vision.faces import FaceFinder
from charkit.widgets.player import FrameBox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame
    from charkit.scoring.subject import Masker
    from charkit.shots import Shot

__all__ = ["Boxed", "find_boxes", "looks_of"]

FRAMES: Final = 8
"""Frames of a clip in which boxes are looked for: as many as scorers look at."""
_HEIGHT: Final = 360
"""Pixels down; a face of 20 of them is still found."""


@dataclass(frozen=True, kw_only=True)
class Boxed:
    """What was found in a clip."""

    boxes: tuple[FrameBox, ...] = ()
    problems: tuple[str, ...] = ()
    """Why somebody could not look, each once."""


def looks_of(shot: Shot, clip: Path) -> tuple[ShotEvidence, ...]:
    """Return where to look for each character of a shot in a clip of it."""
    names = tuple(who.name for who in shot.characters)
    return tuple(
        ShotEvidence(
            shot=shot.id,
            clip=clip,
            character=who.name,
            expected=names,
            framing=shot.framing,
            position=who.position or "",
        )
        for who in shot.characters
    )


def find_boxes(
    clip: Path, looks: Sequence[ShotEvidence] = (), *, finder: FaceFinder | None = None, masker: Masker | None = None
) -> Boxed:
    """Return boxes around faces, and around each character as the scorers cut it out.

    Args:
        clip: The clip.
        looks: Which characters to look for, and where; see `looks_of`.
        finder: Finds faces; by default with the person's own weights.
        masker: Cuts characters out; by default that of tier 0.

    Raises:
        UnreadableMedia: the clip cannot be read.
    """
    faces = finder or FaceFinder()
    cutter = masker or GrabCut()
    boxes: list[FrameBox] = []
    problems: dict[str, None] = {}
    for frame in sample(clip, FRAMES, height=_HEIGHT):
        seen, problem = _faces(frame, faces)
        found = [box for look in looks if (box := _subject(frame, look, cutter)) is not None]
        boxes += [*seen, *found] or [_nothing(frame)]
        if problem:
            problems[problem] = None
    return Boxed(boxes=tuple(boxes), problems=tuple(problems))


def _faces(frame: Frame, finder: FaceFinder) -> tuple[list[FrameBox], str]:
    found = finder.find(frame.rgb)
    height, width = frame.rgb.shape[:2]
    boxes = [
        FrameBox(
            time=frame.time,
            left=max(0.0, face.left / width),
            top=max(0.0, face.top / height),
            right=min(1.0, (face.left + face.width) / width),
            bottom=min(1.0, (face.top + face.height) / height),
            label=f"face {face.score:.2f}{'' if face.sure else '?'}",
        )
        for face in found.found
    ]
    return boxes, f"faces: {found.unknown}" if found.unknown else ""


def _subject(frame: Frame, look: ShotEvidence, masker: Masker) -> FrameBox | None:
    cut = masker.in_frame(frame.rgb, look)
    if not cut.found:
        return None
    height, width = cut.mask.shape
    down, across = np.flatnonzero(cut.mask.any(axis=1)), np.flatnonzero(cut.mask.any(axis=0))
    return FrameBox(
        time=frame.time,
        left=float(across[0]) / width,
        top=float(down[0]) / height,
        right=float(across[-1] + 1) / width,
        bottom=float(down[-1] + 1) / height,
        label=look.character,
    )


def _nothing(frame: Frame) -> FrameBox:
    """Return a box that says that nothing is there: a frame without boxes would show those of its neighbour."""
    return FrameBox(time=frame.time, left=0.0, top=0.0, right=0.0, bottom=0.0, label="")
