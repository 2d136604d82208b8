"""Cuts the frames of one clip into stretches that are copied and stretches that are rendered.

A copy can begin at a picture before which a decoder forgets everything (H.264: IDR; H.265: CRA and BLA too). It can
end after any packet whose predecessors show exactly the frames before it: within a group of reordered pictures a packet
may be stored early for the sake of others that are shown before it, and the group cannot be parted there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from charkit.media.order import Order

__all__ = ["Stretch", "stretches"]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Some frames of a clip, in the order shown."""

    kind: Literal["copy", "render"]
    first: int
    last: int
    """The frame after the last."""

    @property
    def frames(self) -> int:
        """How many there are."""
        return self.last - self.first


def stretches(order: Order, first: int, last: int, touched: Iterable[tuple[int, int]] = ()) -> tuple[Stretch, ...]:
    """Part frames `first` to `last` of a clip into copies and renders, copying as much as can be.

    Args:
        order: How the clip is stored.
        first: The first frame wanted.
        last: The frame after the last.
        touched: Runs of frames, from and to, that are changed and so cannot be copied.
    """
    marks = [(max(first, a), min(last, b)) for a, b in sorted(touched) if max(first, a) < min(last, b)]
    exits = order.exits
    parts: list[Stretch] = []
    at = first
    for begin, end in _untouched(marks, first, last):
        for entry in sorted(e for e in order.entries if begin <= e < end):
            leave = max((e for e in exits if entry < e <= end), default=None)
            if leave is None:
                continue
            _render(parts, at, entry)
            parts.append(Stretch(kind="copy", first=entry, last=leave))
            at = leave
            break
    _render(parts, at, last)
    return tuple(parts)


def _untouched(marks: Sequence[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    edges = [(first, first), *marks, (last, last)]
    reached = list(accumulate((b for _, b in edges), max))
    return [(done, begin) for done, (_, (begin, _)) in zip(reached, pairwise(edges), strict=False) if done < begin]


def _render(parts: list[Stretch], first: int, last: int) -> None:
    if first < last:
        parts.append(Stretch(kind="render", first=first, last=last))
