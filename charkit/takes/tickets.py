"""Which orders are one request: each is made once, and everybody who ordered it gets the take under their own name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from charkit.takes.orders import request_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from charkit.takes.orders import Order
    from charkit.takes.records import Take

__all__ = ["as_ordered", "sorted_out"]

_Key: TypeAlias = tuple[str, int]
"""Request key and take number."""


def sorted_out(
    orders: Iterable[Order], check: Callable[[Order], None]
) -> tuple[dict[_Key, Order], list[tuple[_Key, str, str]]]:
    """Return each request once, and for every order its request and the shot and route that it is for.

    Args:
        orders: What is wanted.
        check: Called for each; what it raises ends all.
    """
    firsts: dict[_Key, Order] = {}
    tickets = []
    for order in orders:
        check(order)
        key = request_key(order), order.number
        tickets.append((key, order.subject, order.route))
        firsts.setdefault(key, order)
    return firsts, tickets


def as_ordered(take: Take, subject: str, route: str) -> Take:
    """Return a take under an order's own names; one that a fallback made keeps the fallback's route."""
    return replace(take, subject=subject, route=take.route if take.planned_route else route)
