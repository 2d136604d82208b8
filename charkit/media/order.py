"""In which order a clip's pictures are stored, and where copying them can begin and end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Order"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """How a clip's packets are stored."""

    shown: tuple[int, ...]
    """For each packet in the order stored, its place in the order shown; below 0 where an edit list hides it in front
    of the first, and past the last where it hides it behind."""
    entries: frozenset[int]
    """Places, in the order shown, of pictures at which a decoder can begin afresh, whatever came before."""
    opening: int | None = None
    """The place of the first picture stored, if a decoder can begin at it where nothing came before it."""

    @classmethod
    def of(cls, times: Sequence[int], entries: Iterable[int], *, hidden: int = 0, opens: bool = False) -> Order:
        """Read it off the packets of a clip.

        Args:
            times: When each is shown, in the order stored.
            entries: The numbers, in the order stored, of those at which a decoder can begin afresh.
            hidden: How many an edit list hides in front of the first that is shown.
            opens: Whether a decoder can begin at the first, if nothing came before.
        """
        shown = [0] * len(times)
        for place, number in enumerate(sorted(range(len(times)), key=times.__getitem__)):
            shown[number] = place - hidden
        opening = shown[0] if opens else None
        return cls(shown=tuple(shown), entries=frozenset(shown[number] for number in entries), opening=opening)

    @property
    def at_the_beginning(self) -> Order:
        """The same of a clip with which a film begins."""
        return self if self.opening is None else replace(self, entries=self.entries | {self.opening})

    @property
    def exits(self) -> tuple[int, ...]:
        """Places such that the packets up to some one of them show exactly the frames before that place."""
        latest = enumerate(accumulate(self.shown, max), start=1 + min(self.shown, default=0))
        return tuple(place for place, last in latest if last == place - 1)

    @property
    def ahead(self) -> int:
        """By how many pictures the order stored runs ahead of the order shown at most; 0 where they are the same."""
        stored = enumerate(self.shown, start=min(self.shown, default=0))
        return max((stored_at - place for stored_at, place in stored), default=0)
