"""How the endpoints of one run are, kept on disk so that a restart remembers which were left alone."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from charkit.documents import read_json, write_json
from charkit.errors import BadDocument
from charkit.takes.breaker import Breaker, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from charkit.takes.breaker import Sign

__all__ = ["Health"]

_SAID = 200
"""Characters of a service's words that are kept."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    endpoints: dict[str, Breaker] = {}


class Health:
    """The circuit breakers of all endpoints. Several threads may use it."""

    def __init__(self, file: Path | None = None) -> None:
        """Read what was known.

        Args:
            file: Where it is kept; None for nowhere. A damaged file is no harm: everybody counts as well again.
        """
        self._file = file
        self._lock = threading.Lock()
        self._breakers = _remembered(file)

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """The breaker of every endpoint that was spoken to."""
        with self._lock:
            return dict(self._breakers)

    def objection(self, endpoint: str, now: float) -> str:
        """Return why no request may go to an endpoint now; empty if one may, which can be the one trial.

        Raises:
            StorageError: the state cannot be kept.
        """
        with self._lock:
            before = self._breakers.get(endpoint, Breaker())
            after, allowed = before.ask(now)
            self._keep(endpoint, before, after)
        return "" if allowed else _rests(endpoint, after)

    def hear(self, endpoint: str, sign: Sign, now: float, said: str = "") -> None:
        """Take note of what an endpoint did.

        Raises:
            StorageError: the state cannot be kept.
        """
        with self._lock:
            before = self._breakers.get(endpoint, Breaker())
            self._keep(endpoint, before, before.hear(sign, now, said[:_SAID]))

    def _keep(self, endpoint: str, before: Breaker, after: Breaker) -> None:
        if after == before:
            return
        self._breakers[endpoint] = after
        if self._file is not None:
            write_json(self._file, _Document(endpoints=self._breakers))

    def __repr__(self) -> str:
        sick = [f"{name} {b.state}" for name, b in sorted(self.breakers.items()) if b.state is not State.CLOSED]
        return f"Health({', '.join(sick) or 'all well'})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import table

        rows = [[name, breaker.state, _because(breaker)] for name, breaker in sorted(self.breakers.items())]
        return {"text/plain": repr(self), "text/html": table(["endpoint", "breaker", "because"], rows)}


def _remembered(file: Path | None) -> dict[str, Breaker]:
    if file is None or not file.is_file():
        return {}
    try:
        return dict(read_json(file, _Document).endpoints)
    except BadDocument:
        return {}


def _rests(endpoint: str, breaker: Breaker) -> str:
    until = dt.datetime.fromtimestamp(breaker.until, tz=dt.UTC)
    when = "while a trial is under way" if breaker.state is State.HALF_OPEN else f"until {until:%H:%M:%S} UTC"
    return f"{endpoint} is left alone {when}: {_because(breaker)}"


def _because(breaker: Breaker) -> str:
    if breaker.why is None:
        signs = [f"{sign} ({n})" for sign, n in breaker.counts.items()]
        return ", ".join(signs)
    return f"it {breaker.why}" + (f" ({breaker.said})" if breaker.said else "")
