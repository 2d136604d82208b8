"""Connects endpoints by name: to the services with the person's keys, or to the simulator with none.

The adapters are the same in both cases; only base URL and key differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from charkit.errors import MissingKey
from charkit.providers import connect
from charkit.providers.base import Connection
from charkit.rehearsal import Rehearsal, start_simulator
from charkit.routes import Bounds

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.providers.base import Provider
    from charkit.routes import Endpoint, RouteMatrix
    from charkit.settings import Settings

__all__ = ["Lines"]

_AT_HOME = Bounds(polls_per_minute=30_000)
"""The simulator is on this machine: nobody is bothered by asking it often."""


class Lines:
    """The lines out of one studio."""

    def __init__(self, matrix: RouteMatrix, settings: Settings, simulator_state: Path, *, live: bool) -> None:
        self._matrix = matrix
        self._settings = settings
        self._state = simulator_state
        self._live = live
        self._rehearsal: Rehearsal | None = None

    def connect(self, endpoint: str) -> Provider:
        """Return the provider for an endpoint's name.

        Raises:
            UnknownName: there is no such endpoint, or no adapter for its wire format.
            MissingKey: the studio is live and the endpoint's key is not set.
        """
        found = self._matrix.endpoint(endpoint)
        if not (found.key or found.simulator):  # a person: nobody to speak to, in either case
            return connect(found.protocol, self._to_nobody(found))
        return connect(found.protocol, self._to_service(found) if self._live else self._to_simulator(found))

    def bounds(self, endpoint: str) -> Bounds:
        """Return how much an endpoint may be asked at once.

        Raises:
            UnknownName: there is no such endpoint.
        """
        return self._matrix.endpoint(endpoint).limits.bounds() if self._live else _AT_HOME

    def simulator(self) -> str:
        """Return where the simulator listens; one is started where none is there."""
        if self._settings.simulator_url is None and self._rehearsal is None:
            self._rehearsal = start_simulator(self._state)
        return self._settings.simulator_url or (self._rehearsal.url if self._rehearsal else "")

    def without_keys(self, text: str) -> str:
        """Return text without any key that the person has set, whatever shape the key has."""
        for variable in {endpoint.key for endpoint in self._matrix.endpoints.values()}:
            # The keyring is not asked for it: a key that this process never read is in no text.
            if key := self._settings.key(variable, ask=False):
                text = text.replace(key.get_secret_value(), f"<{variable}>")
        return text

    def close(self) -> None:
        """Let go of the simulator, if this studio holds one."""
        if self._rehearsal:
            self._rehearsal.close()
            self._rehearsal = None

    def _to_service(self, endpoint: Endpoint) -> Connection:
        key = self._settings.key(endpoint.key) if endpoint.key else SecretStr("none")
        if key is None:
            raise MissingKey(endpoint.name, endpoint.key)
        header, remembered = endpoint.limits.idempotency_header, endpoint.limits.idempotency_seconds
        return Connection(
            endpoint=endpoint.name,
            base_url=endpoint.base_url,
            key=key,
            dialect=endpoint.dialect,
            idempotency_header=header.value if header else "",
            idempotency_seconds=remembered.value if remembered else 0.0,
        )

    def _to_nobody(self, endpoint: Endpoint) -> Connection:
        return Connection(endpoint=endpoint.name, base_url=endpoint.base_url, key=SecretStr("none"))

    def _to_simulator(self, endpoint: Endpoint) -> Connection:
        base = self.simulator()
        return Connection(
            endpoint=endpoint.name,
            base_url=base + endpoint.simulator,
            key=SecretStr("simulator"),
            dialect=endpoint.dialect,
        )
