"""What is heard when: typed pieces of sound, laid on the film's samples, before any is decoded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from charkit.errors import BadCut
from charkit.media.sound import samples_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.picture import Layout, Placed
    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Splice

__all__ = ["Score", "SoundCut", "SoundPiece", "score"]

_SLACK = 1e-6  # seconds: what decimal fractions in a file may be off by


@dataclass(frozen=True, kw_only=True)
class SoundPiece:
    """Sound of one file in its place; samples are those of the film, 48,000 a second."""

    path: Path
    """The file."""
    start: Fraction
    """Time in the file of the first sample, in seconds."""
    at: int
    """The film's sample at which it begins."""
    length: int
    """How many samples are heard."""
    rise: int = 0
    """Samples over which it rises from nothing, in equal power."""
    fall: int = 0
    """Samples over which it falls to nothing."""
    gain: float = 0.0
    """By how many dB it is made louder."""
    part: int | None = None
    """The part of the film it belongs to, counted from 0; None for music."""

    @property
    def end(self) -> int:
        """The sample after its last."""
        return self.at + self.length


@dataclass(frozen=True, kw_only=True)
class SoundCut:
    """Where another clip's picture begins."""

    at: int
    """The film's sample."""
    frame: int
    """The film's frame."""
    time: float
    """In seconds."""
    before: int | None
    """The number of the piece of sound that belongs to the picture before; None where that is silent."""
    after: int | None
    """The number of the piece that belongs to the picture after."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """The clips' sound in a film."""

    pieces: tuple[SoundPiece, ...]
    """In the order in which their pictures are seen; silent clips have none."""
    cuts: tuple[SoundCut, ...]
    """The beginnings of all pictures but the first."""
    length: int
    """Samples of the whole film."""


def score(layout: Layout, clips: Sequence[ClipFacts], parts: Sequence[Splice], fade: int) -> Score:
    """Lay each clip's sound under its picture, led and lagged as asked.

    Where sound leads or lags, that of both clips is heard together. It rises and falls in equal power: over a whole
    transition where both pictures are seen, over `fade` samples at a plain cut.

    Raises:
        BadCut: sound shall be heard earlier or later than its clip, or the film, has any.
    """
    pieces: list[SoundPiece] = []
    numbers: list[int | None] = []
    for index, placed in enumerate(layout.pieces):
        _check(layout, index, clips[index], parts[index])
        numbers.append(len(pieces) if clips[index].has_sound else None)
        if clips[index].has_sound:
            piece = _piece(placed, clips[index], parts[index], layout.shape.fps, fade)
            pieces.append(replace(piece, part=index))
    return Score(
        pieces=tuple(pieces),
        cuts=tuple(
            SoundCut(
                at=samples_at(placed.start / layout.shape.fps),
                frame=placed.start,
                time=float(placed.start / layout.shape.fps),
                before=before,
                after=after,
            )
            for placed, (before, after) in zip(layout.pieces[1:], pairwise(numbers), strict=True)
        ),
        length=samples_at(layout.seconds),
    )


def _piece(placed: Placed, facts: ClipFacts, part: Splice, fps: Fraction, fade: int) -> SoundPiece:
    begins, ends = placed.start, placed.start + placed.piece.frames
    lead, lag = samples_at(Fraction(part.sound_lead)), samples_at(Fraction(part.sound_lag))
    at, end = samples_at(begins / fps) - lead, samples_at(ends / fps) + lag
    rise = samples_at((begins + placed.head) / fps) - samples_at(begins / fps) or min(fade, (end - at) // 2)
    fall = samples_at(ends / fps) - samples_at((ends - placed.tail) / fps) or min(fade, (end - at) // 2)
    return SoundPiece(
        path=facts.path,
        start=Fraction(facts.start) + placed.piece.first / fps - Fraction(lead, samples_at(Fraction(1))),
        at=at,
        length=end - at,
        rise=min(rise, end - at),
        fall=min(fall, end - at - min(rise, end - at)),
        gain=part.gain,
    )


def _check(layout: Layout, index: int, facts: ClipFacts, part: Splice) -> None:
    if not (part.sound_lead or part.sound_lag):
        return
    placed, fps = layout.pieces[index], layout.shape.fps
    if not facts.has_sound:
        raise BadCut(f"{part.called}: its sound shall lead or lag, but its clip has none ({part.path})", index=index)
    before = min(float(placed.piece.first / fps), float(placed.start / fps))
    if part.sound_lead > before + _SLACK:
        raise BadCut(
            f"{part.called}: its sound shall lead by {part.sound_lead:g} s, but there are only {before:.3f} s before "
            "it; set its in point later, or lead by less",
            index=index,
        )
    ends = float((placed.start + placed.piece.frames) / fps)
    after = min((facts.audio_seconds or 0.0) - float(placed.piece.last / fps), float(layout.seconds) - ends)
    if part.sound_lag > max(0.0, after) + _SLACK:
        raise BadCut(
            f"{part.called}: its sound shall lag by {part.sound_lag:g} s, but there are only {max(0.0, after):.3f} s "
            "after it; set its out point earlier, or lag by less",
            index=index,
        )
