"""In which order the pieces of a film are worked on, and with how many threads each, so that no processor idles."""

from __future__ import annotations

from heapq import heapify, heapreplace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["schedule"]


def schedule(efforts: Sequence[float], workers: int) -> list[tuple[int, int]]:
    """Return the numbers of pieces in the order in which to begin them, each with its threads.

    The longest come first, each on the worker that is free first: at most a third longer than the best order (Graham,
    "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17, 1969). One thread a piece costs the least work
    and memory; but a piece beside which, halfway through, fewer are worked on than there are processors gets theirs.

    Args:
        efforts: About how long each piece takes, in any unit; those that take nothing may come at any time.
        workers: How many pieces are worked on at once, and how many processors there are.
    """
    order = sorted(range(len(efforts)), key=lambda number: -efforts[number])
    free = [0.0] * workers
    heapify(free)
    spans = []
    for number in order:
        begin = free[0]
        spans.append((begin, begin + efforts[number]))
        heapreplace(free, begin + efforts[number])
    return [(number, _threads(begin, end, spans, workers)) for number, (begin, end) in zip(order, spans, strict=True)]


def _threads(begin: float, end: float, spans: Sequence[tuple[float, float]], workers: int) -> int:
    middle = (begin + end) / 2
    beside = sum(first <= middle < last for first, last in spans)
    return max(1, workers // max(1, beside))
