"""How much an endpoint may be asked at once: dated facts in its entry, plain numbers for whoever keeps to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import Field

from charkit.routes.facts import Entry, Fact

__all__ = ["Bounds", "Limits"]

_Count: TypeAlias = Annotated[int, Field(ge=1)]
_Rate: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Seconds: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The limits of one endpoint as plain numbers; None where nothing is known."""

    jobs: int | None = None
    """Jobs that may be at the service at once."""
    requests: int | None = None
    """HTTP requests under way at once."""
    posts_per_minute: float | None = None
    polls_per_minute: float | None = None
    """For all jobs together."""
    poll_every: float | None = None
    """Least seconds between two polls of one job."""
    list_lag: float = 0.0
    """Seconds for which a job that was taken on may be missing from the service's list."""


class Limits(Entry):
    """What is known of an endpoint's limits; what is left out is not established."""

    jobs: Fact[_Count] | None = None
    """Jobs that may be at the service at once."""
    requests: Fact[_Count] | None = None
    """HTTP requests under way at once."""
    posts_per_minute: Fact[_Rate] | None = None
    """Requests that create a job."""
    polls_per_minute: Fact[_Rate] | None = None
    """Questions after a job, for all jobs together."""
    poll_every: Fact[_Seconds] | None = None
    """Least seconds between two polls of one job."""
    list_lag: Fact[_Seconds] | None = None
    """Seconds for which a job that was taken on may be missing from the service's list."""
    idempotency_header: Fact[str] | None = None
    """The header in which the service documents that it takes a key, so that the same POST twice makes one job. None of
    the built-in endpoints documents one (openai-video-wire.md 6 and 10; google-wire.md 4.1)."""
    idempotency_seconds: Fact[_Seconds] | None = None
    """For how long it documents that it remembers a key. A POST whose answer was lost is sent again by itself within
    that time, and only where both are known."""

    def bounds(self) -> Bounds:
        """Return the plain numbers."""
        return Bounds(
            jobs=self.jobs.value if self.jobs else None,
            requests=self.requests.value if self.requests else None,
            posts_per_minute=self.posts_per_minute.value if self.posts_per_minute else None,
            polls_per_minute=self.polls_per_minute.value if self.polls_per_minute else None,
            poll_every=self.poll_every.value if self.poll_every else None,
            list_lag=self.list_lag.value if self.list_lag else 0.0,
        )
