"""A circuit breaker: when an endpoint is left alone, and how it is tried again.

```
           so many signs of one kind in a row              rest is over: one trial
closed ───────────────────────────────────────> open ─────────────────────────────> half-open
   ^                                              ^   any bad sign, twice the rest      │
   │                                              └─────────────────────────────────────┤
   └──────────────────────────── the trial went well ───────────────────────────────────┘
```

Signs at the door (nobody answers, turned away, key refused) are made good by the next request that is taken on; signs
behind it (stuck, empty, failed) only by a result. So a channel that takes everything on and finishes nothing opens the
breaker all the same. It only ever keeps requests from being sent: what was taken on is followed and fetched as always.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # pydantic reads annotations when a breaker is loaded
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

__all__ = ["FIRST_REST", "LIMITS", "LONGEST_REST", "PATIENCE", "Breaker", "Sign", "State"]


class Sign(StrEnum):
    """What an endpoint did, as far as its health is concerned."""

    WORKS = "a result came"
    """A finished clip or picture, or a refusal of its content: the whole way works."""
    TAKEN_ON = "took a request on"
    SILENT = "nobody answered"
    TURNED_AWAY = "turned requests away"
    """429, also after waiting as long as it asked for."""
    KEY_REFUSED = "refused the key"
    """401 or 403: a dead token, or no credit for anything."""
    STUCK = "left jobs unfinished"
    """Stands still at 99 per cent, or does not end at all."""
    EMPTY = "sent empty or broken results"
    JOB_FAILED = "let jobs fail"


LIMITS: Mapping[Sign, int] = MappingProxyType(
    {
        Sign.SILENT: 5,
        Sign.TURNED_AWAY: 12,
        Sign.KEY_REFUSED: 2,
        Sign.STUCK: 2,
        Sign.EMPTY: 3,
        Sign.JOB_FAILED: 5,
    }
)
"""How many signs of one kind in a row open the breaker. A busy service turns many away and works; a dead token stays
dead; a stuck job was paid for. charkit's choice: no service documents such numbers."""

FIRST_REST = 120.0
"""Seconds for which an endpoint is left alone the first time."""

LONGEST_REST = 3600.0
"""Seconds at most, after doubling."""

PATIENCE = 1800.0
"""Seconds after which a trial of which nothing was heard is taken for lost, and another one is made."""

_AT_THE_DOOR = frozenset({Sign.SILENT, Sign.TURNED_AWAY, Sign.KEY_REFUSED})


class State(StrEnum):
    """Whether requests go out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """The state of one endpoint. Every change is a new value."""

    state: State = State.CLOSED
    counts: Mapping[Sign, int] = field(default_factory=dict)
    """Bad signs in a row, by kind."""
    why: Sign | None = None
    """What opened it."""
    said: str = ""
    """The service's own words for it."""
    rest: float = FIRST_REST
    """Seconds of the present or next rest."""
    until: float = 0.0
    """Unix time at which the rest is over."""
    trial_since: float = 0.0
    """Unix time at which the trial began."""

    def ask(self, now: float) -> tuple[Breaker, bool]:
        """Return whether a request may go out now, and the breaker after that answer: a yes may begin the trial."""
        if self.state is State.CLOSED:
            return self, True
        due = self.until if self.state is State.OPEN else self.trial_since + PATIENCE
        if now < due:
            return self, False
        return replace(self, state=State.HALF_OPEN, trial_since=now), True

    def hear(self, sign: Sign, now: float, said: str = "") -> Breaker:
        """Return the breaker after a sign."""
        if self.state is State.OPEN:  # an older request's news: only a trial closes it
            return self
        if sign is Sign.WORKS:
            return Breaker()
        if sign is Sign.TAKEN_ON:
            return self._taken_on()
        counts = {**self.counts, sign: self.counts.get(sign, 0) + 1}
        if self.state is State.HALF_OPEN:
            return self._opened(sign, now, said, min(2 * self.rest, LONGEST_REST))
        if counts[sign] >= LIMITS[sign]:
            return self._opened(sign, now, said, self.rest)
        return replace(self, counts=counts)

    def _taken_on(self) -> Breaker:
        if self.state is State.HALF_OPEN:
            return Breaker() if self.why in _AT_THE_DOOR else self
        return replace(self, counts={sign: n for sign, n in self.counts.items() if sign not in _AT_THE_DOOR})

    def _opened(self, sign: Sign, now: float, said: str, rest: float) -> Breaker:
        return Breaker(state=State.OPEN, why=sign, said=said, rest=rest, until=now + rest)
