"""The newest jobs of each endpoint, read once for all jobs in doubt and not once for each."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.providers.base import Listed, Provider

__all__ = ["LIST_LENGTH", "Listing", "Listings"]

LIST_LENGTH = 100
"""How many of the newest jobs are asked for."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a service listed."""

    asked_at: float
    """Unix time just before it was asked: what the list does not show may have come in since."""
    jobs: tuple[Listed, ...] | None
    """Newest first; None where the service has no list."""


class Listings:
    """The last list of every endpoint. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._last: dict[str, Listing] = {}

    def newer(self, endpoint: str, provider: Provider, *, than: float, clock: Callable[[], float]) -> Listing:
        """Return an endpoint's list as of a moment after another one, asking only if none is at hand.

        Args:
            endpoint: Its name.
            provider: Who asks it.
            than: Unix time; a list that was asked for then, or before, is not good enough.
            clock: Returns Unix time.

        Raises:
            ProviderError: it could not be asked.
        """
        with self._lock:
            lock = self._locks.setdefault(endpoint, threading.Lock())
        with lock:  # those that come while it is being asked use what is answered
            last = self._last.get(endpoint)
            if last is None or not last.asked_at > than:
                asked_at = clock()
                listed = provider.recent(LIST_LENGTH)
                last = Listing(asked_at=asked_at, jobs=None if listed is None else tuple(listed))
                self._last[endpoint] = last
            return last
