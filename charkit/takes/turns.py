"""Turns: how an order on its way says what it wants to do next, and when.

An order's way is a generator. What stands between two of its `yield`s is one step, run by a worker of the small pool;
each `yield` hands the worker back and asks for the next turn. So an order that waits at a service holds no thread.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias, TypeVar

__all__ = ["Lane", "Steps", "Turn"]

T = TypeVar("T")


class Lane(IntEnum):
    """What a step does; within an endpoint, the first of these goes first."""

    LOOK = 0
    """Reads the ledger or the store; sends nothing."""
    FETCH = 1
    """Downloads what was paid for."""
    ASK = 2
    """Polls a job, or reads the service's list."""
    SEND = 3
    """Sends the one paid request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The next step that an order asks for."""

    lane: Lane
    endpoint: str
    after: float = 0.0
    """Seconds from now before which it must not come."""
    urgency: float = 0.0
    """Among those that are due in a lane, the smallest goes first; then who has been due longest."""


Steps: TypeAlias = Generator[Turn, None, T]
"""A piece of an order's way, and what it returns at its end."""
