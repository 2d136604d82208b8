"""From a cut list to the parts that are joined: seconds stay seconds, words and looks become changes of frames."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from charkit.errors import BadCut
from charkit.media.spliced import Crossing, Splice, Touch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from charkit.film.cuts import Cut, Transition
    from charkit.media.picture import FrameChange
    from charkit.media.probe import ClipFacts

__all__ = ["chapter_of", "dip", "seconds_of", "splices"]


def splices(
    cuts: Sequence[Cut], clips: Sequence[ClipFacts], touches: Sequence[tuple[Touch, ...]] | None = None
) -> list[Splice]:
    """Return the parts of a film, in order.

    Args:
        cuts: The cuts.
        clips: The facts of each one's clip.
        touches: What is done to the frames of each (`charkit.film.looks`); a dip comes after it.

    Raises:
        BadCut: dips take longer than the cut that they lead out of or into.
    """
    _check_dips(cuts, clips)
    every = touches or [()] * len(cuts)
    parts = [replace(_part(cut, facts), touches=own) for cut, facts, own in zip(cuts, clips, every, strict=True)]
    for index, cut in enumerate(cuts[:-1]):
        if cut.transition is not None and not cut.transition.overlaps:
            _dip(parts, index, cut.transition, seconds_of(cut, clips[index]))
    return parts


def _part(cut: Cut, facts: ClipFacts) -> Splice:
    way = cut.transition
    return Splice(
        path=facts.path,
        facts=facts,
        start=cut.start,
        end=cut.end,
        name=cut.shot,
        gain=cut.gain,
        sound_lead=cut.sound_lead,
        sound_lag=cut.sound_lag,
        chapter=chapter_of(cut),
        crossing=Crossing(kind="wipe" if way.kind == "wipe" else "dissolve", seconds=way.seconds, towards=way.towards)
        if way is not None and way.overlaps
        else None,
    )


def chapter_of(cut: Cut) -> str:
    """Return what the chapter of a cut is called: the words of a card, else the shot."""
    return cut.card.text.splitlines()[0] if cut.card else cut.shot


def seconds_of(cut: Cut, facts: ClipFacts) -> float:
    """Return how long a cut is seen, transitions included."""
    return (facts.seconds if cut.end is None else cut.end) - (cut.start or 0.0)


def _check_dips(cuts: Sequence[Cut], clips: Sequence[ClipFacts]) -> None:
    before = 0.0
    for index, (cut, facts) in enumerate(zip(cuts, clips, strict=True)):
        way = cut.transition
        after = way.seconds / 2 if way is not None and not way.overlaps and index + 1 < len(cuts) else 0.0
        lasts = seconds_of(cut, facts)
        if (before or after) and before + after > lasts + 0.5 / facts.fps:
            raise BadCut(
                f"{cut.shot} lasts {lasts:.2f} s, but the dips beside it take {before + after:.2f} s of it; shorten "
                "them, or show more of the clip",
                index=index,
            )
        before = after


def _dip(parts: list[Splice], index: int, way: Transition, seconds: float) -> None:
    """Let a part end in a colour, and the next one begin in it."""
    half = way.seconds / 2
    out = Touch(start=max(0.0, seconds - half), make=dip(way.colour, seconds - half, seconds))
    into = Touch(end=half, make=dip(way.colour, half, 0.0))
    parts[index] = replace(parts[index], touches=(*parts[index].touches, out))
    parts[index + 1] = replace(parts[index + 1], touches=(*parts[index + 1].touches, into))


def dip(colour: str, clear: float, full: float) -> FrameChange:
    """Return a change that goes from the picture at one time to a plain colour at another.

    Args:
        colour: As `#rrggbb` (sRGB); mixed on code values, like a dissolve.
        clear: When the picture is still itself, in seconds of the part.
        full: When only the colour is seen.
    """
    ground = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32)

    def make(frame: NDArray[np.uint8], time: float) -> NDArray[np.uint8]:
        share = np.float32(min(1.0, max(0.0, (time - clear) / (full - clear))))
        return np.rint(frame * (1 - share) + ground * share).astype(np.uint8)

    return make
