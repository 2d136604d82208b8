"""Which frames of which clips a film shows, what is done to them, and how one clip goes over into the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from charkit.errors import BadCut, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from charkit.media.conform import Shape
    from charkit.media.probe import ClipFacts

__all__ = ["Change", "FrameChange", "Join", "Layout", "Piece", "Placed", "lay_out"]

FrameChange = Callable[[NDArray[np.uint8], float], NDArray[np.uint8]]
"""Takes a frame (sRGB code values, shape (height, width, 3)) and its time in seconds since the piece's beginning, and
returns the frame that stands in its place, in the same shape. May be called from several threads at once."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that is done to some frames of a piece."""

    first: int
    """The first frame, counted from the piece's beginning."""
    last: int
    """The frame after the last."""
    make: FrameChange
    """What is done."""


@dataclass(frozen=True, kw_only=True)
class Join:
    """How a piece goes over into the next one while both are seen."""

    kind: Literal["dissolve", "wipe"]
    frames: int
    """How many frames show both."""
    towards: Literal["left", "right", "up", "down"] = "left"
    """Where a wipe's border moves to."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of frames of one clip, whose frames stand on the film's grid."""

    name: str
    """What messages call it."""
    facts: ClipFacts
    first: int
    """The first frame of the clip that is seen."""
    last: int
    """The frame after the last."""
    changes: tuple[Change, ...] = ()
    join: Join | None = None
    """Into the next piece; a plain cut where there is none."""

    @property
    def frames(self) -> int:
        """How many frames it shows, those that it shares with its neighbours included."""
        return self.last - self.first


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where a piece stands in the film."""

    piece: Piece
    start: int
    """The film's frame that shows its first."""
    head: int
    """How many frames it shares with the piece before."""
    tail: int
    """How many frames it shares with the piece after."""

    @property
    def body(self) -> tuple[int, int]:
        """The frames that it shows alone, from and to, counted as the clip's frames."""
        return self.piece.first + self.head, self.piece.last - self.tail


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A film's frames, before any is made."""

    shape: Shape
    pieces: tuple[Placed, ...]
    frames: int
    """How many frames the film has."""

    @property
    def seconds(self) -> Fraction:
        """How long it lasts."""
        return self.frames / self.shape.fps


def lay_out(pieces: Sequence[Piece], shape: Shape) -> Layout:
    """Find out where each piece stands.

    Raises:
        UsageError: there is nothing to show.
        BadCut: a piece shows nothing or frames that its clip does not have, or transitions are longer than the piece
            that they lead out of or into.
    """
    if not pieces:
        raise UsageError("there are no clips to join")
    placed: list[Placed] = []
    at, head = 0, 0
    for index, piece in enumerate(pieces):
        _check(piece, index)
        tail = piece.join.frames if piece.join and index + 1 < len(pieces) else 0
        if head + tail > piece.frames:
            raise BadCut(_too_long(piece, head, tail, shape.fps), index=index)
        placed.append(Placed(piece=piece, start=at - head, head=head, tail=tail))
        at += piece.frames - head
        head = tail
    return Layout(shape=shape, pieces=tuple(placed), frames=at)


def _check(piece: Piece, index: int) -> None:
    if not 0 <= piece.first < piece.last <= piece.facts.frames:
        raise BadCut(
            f"{piece.name} shows frames {piece.first} to {piece.last} of {piece.facts.path}, which has "
            f"{piece.facts.frames}; choose an in point before the out point, both within the clip",
            index=index,
        )


def _too_long(piece: Piece, head: int, tail: int, fps: Fraction) -> str:
    has, wants = float(piece.frames / fps), float((head + tail) / fps)
    where = "on both its sides" if head and tail else "before it" if head else "after it"
    return (
        f"{piece.name} lasts {has:.2f} s, but the transitions {where} take {wants:.2f} s; shorten them, or show more "
        "of the clip"
    )
