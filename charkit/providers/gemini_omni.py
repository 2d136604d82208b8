"""Gemini Omni: clips by Google's Interactions API, submitted in the background and fetched by their address.

Facts and sources: google-wire.md, section 1. The traps: a refusal looks like success, a bare number as duration is a
400, a picture given as raw bytes is not encoded, and an id of one surface is unknown on the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.providers.gemini_interactions import Interactions
from charkit.providers.omni_request import compose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Answer, Connection, Listed, Request


class GeminiOmni:
    """One Gemini endpoint, asked for clips."""

    cancels = True
    """`POST interactions/{id}/cancel` (google-wire.md 1.4)."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._interactions = Interactions(connection, "video")

    def submit(self, request: Request) -> Answer:
        """Send the one POST that creates an interaction; see `base.Provider.submit`."""
        form = compose(request)
        return self._interactions.create(form.body, form.sent)

    def poll(self, remote_id: str) -> Answer:
        """Ask where a job stands; see `Interactions.ask`."""
        return self._interactions.ask(remote_id)

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Stream the finished clip; see `Interactions.fetch`."""
        return self._interactions.fetch(remote_id)

    def cancel(self, remote_id: str) -> Answer:
        """Ask the service to stop a job; see `Interactions.cancel`."""
        return self._interactions.cancel(remote_id)

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return None: the Interactions API has no list."""
        del limit
        return None
