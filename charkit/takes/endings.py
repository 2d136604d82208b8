"""How the ways of one visit ended: with a take each, in the order that was wanted, or with what stopped the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import SpendLimit
from charkit.takes.means import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from charkit.takes.records import Take
    from charkit.takes.scheduler import Ended

__all__ = ["takes_in_order"]


def takes_in_order(ended: Sequence[Ended[Take]], places: Iterable[int]) -> list[Take]:
    """Return the takes in the order of their places; ways that brought none are left out.

    Raises:
        BaseException: what stopped the work, or else the limit that was met, or else that the floor was left.
    """
    _raise_first(ended)
    found = sorted(zip(places, (one.value for one in ended), strict=True), key=lambda pair: pair[0])
    return [take for _, take in found if take is not None]


def _raise_first(ended: Iterable[Ended[Take]]) -> None:
    errors = [one.error for one in ended if one.error is not None]
    errors.sort(key=lambda error: (isinstance(error, Interrupted), isinstance(error, SpendLimit)))
    if errors:
        raise errors[0]
