"""What answers and errors say about an endpoint's health, and about who is at fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import Ambiguous, BadResponse, ProviderError, RateLimited, Rejected, Unavailable, UsageError
from charkit.providers.base import Answer, Outcome
from charkit.takes.breaker import Sign

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Standstill", "elsewhere", "sign_of_answer", "sign_of_error"]

_ALMOST_DONE = 99
"""Per cent at which sick channels leave their jobs."""

_NO_KEY = frozenset({401, 403})
_NOT_HERE = _NO_KEY | {402, 404, 410}
"""No credit, no such model, gone: another endpoint may serve the same shot."""


def sign_of_error(error: ProviderError | UsageError) -> Sign | None:
    """Return what a failed request says of the endpoint; None where the request was at fault."""
    if isinstance(error, RateLimited):
        return Sign.TURNED_AWAY
    if isinstance(error, Unavailable | Ambiguous | BadResponse):
        return Sign.SILENT
    return Sign.KEY_REFUSED if isinstance(error, Rejected) and error.status_code in _NO_KEY else None


def sign_of_answer(answer: Answer, *, submitted: bool) -> Sign | None:
    """Return what an answer says of the endpoint.

    A success says something only together with its media; without, the download will tell.
    """
    if answer.outcome is Outcome.REFUSED:
        return Sign.WORKS
    if answer.outcome is Outcome.FAILED:
        return Sign.JOB_FAILED
    if answer.outcome.terminal:
        return Sign.WORKS if answer.media else None
    return Sign.TAKEN_ON if submitted else None


def elsewhere(error: ProviderError | UsageError) -> bool:
    """Whether a request that was not taken on may go elsewhere: the endpoint is at fault, and not the request."""
    return isinstance(error, RateLimited | Unavailable | BadResponse) or (
        isinstance(error, Rejected) and error.status_code in _NOT_HERE
    )


class Standstill:
    """Notices a job that stands still just before its end."""

    def __init__(self, limit: float, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._since: float | None = None
        self.noticed = False
        """Whether it was noticed; a job is noticed once."""

    def at(self, progress: int | None) -> bool:
        """Return whether this progress is the one with which the job counts as stuck."""
        if progress is None or progress < _ALMOST_DONE:
            self._since = None
            return False
        now = self._clock()
        if self._since is None:
            self._since = now
        if self.noticed or now - self._since < self._limit:
            return False
        self.noticed = True
        return True
