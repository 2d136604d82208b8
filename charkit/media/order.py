"""In which order a clip's pictures are stored, and where copying them can begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Order"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """How a clip's packets are stored."""

    shown: tuple[int, ...]
    """For each packet in the order stored, its place in the order shown."""
    entries: frozenset[int]
    """Places, in the order shown, of pictures at which a decoder can begin afresh."""

    @classmethod
    def of(cls, times: Sequence[int], entries: Iterable[int]) -> Order:
        """Read it off the packets of a clip.

        Args:
            times: When each is shown, in the order stored.
            entries: The numbers, in the order stored, of those at which a decoder can begin afresh.
        """
        shown = [0] * len(times)
        for place, number in enumerate(sorted(range(len(times)), key=times.__getitem__)):
            shown[number] = place
        return cls(shown=tuple(shown), entries=frozenset(shown[number] for number in entries))

    @property
    def exits(self) -> tuple[int, ...]:
        """Numbers of packets after which exactly so many frames can be shown."""
        return tuple(n for n, latest in enumerate(accumulate(self.shown, max), start=1) if latest == n - 1)

    @property
    def ahead(self) -> int:
        """By how many pictures the order stored runs ahead of the order shown at most; 0 where they are the same."""
        return max((stored_at - place for stored_at, place in enumerate(self.shown)), default=0)
