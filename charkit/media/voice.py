"""The sound of a film: each clip's laid under its picture, faded at cuts, crossed at transitions, encoded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from charkit.media import sound as audio
from charkit.media.spliced import Boundary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.media.lanes import SoundLane
    from charkit.media.picture import Layout
    from charkit.media.probe import ClipFacts

__all__ = ["Voice"]


@dataclass(kw_only=True)
class Voice:
    """Lays one clip after the other; the sound of one clip at a time is held in memory."""

    lane: SoundLane
    layout: Layout
    clips: Sequence[ClipFacts]
    """The clips as given, for their sound."""
    gains: Sequence[float]
    """By how many dB each is made louder."""
    fade: int
    """Samples of rise and fall at a hard cut."""
    boundaries: list[Boundary] = field(default_factory=list)
    """What the cuts sound like."""
    _over: audio.Sound = field(default_factory=lambda: audio.silence(0))
    _ends: tuple[audio.Sound, audio.Sound] | None = None

    def lay(self, index: int) -> None:
        """Lay the sound of the next piece under its picture.

        Raises:
            UnreadableMedia: it cannot be decoded.
        """
        placed, facts, fps = self.layout.pieces[index], self.clips[index], self.layout.shape.fps
        begins, ends = placed.start, placed.start + placed.piece.frames
        length = _at(ends, fps) - _at(begins, fps)
        raw = audio.decode(facts.path, start=Fraction(facts.start) + placed.piece.first / fps, length=length)
        raw *= 10 ** (self.gains[index] / 20)
        head = _at(begins + placed.head, fps) - _at(begins, fps)
        tail = _at(ends, fps) - _at(ends - placed.tail, fps)
        laid = audio.faded(raw, head=head or self.fade, tail=tail or self.fade)
        laid[:, : self._over.shape[1]] += self._over
        self._note(index, raw, laid)
        kept = laid.shape[1] - tail
        self.lane.write(laid[:, :kept])
        self._over = laid[:, kept:].copy()
        self._ends = raw[:, kept - 1 : kept].copy(), laid[:, kept - 1 : kept].copy()

    def finish(self) -> None:
        """Encode what is left."""
        self.lane.finish()

    def _note(self, index: int, raw: audio.Sound, laid: audio.Sound) -> None:
        if self._ends is None:
            return
        frame = self.layout.pieces[index].start
        self.boundaries.append(
            Boundary(
                time=float(frame / self.layout.shape.fps),
                frame=frame,
                raw_step=audio.step(self._ends[0], raw),
                step=audio.step(self._ends[1], laid),
            )
        )


def _at(frame: int, fps: Fraction) -> int:
    return audio.samples_at(frame / fps)
