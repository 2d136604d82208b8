"""Who still needs the simulator: it stays as long as somebody holds a line to `/control/hold`, and then ends itself.

Several notebooks share one simulator. Whoever starts it may be gone first; the others must not notice.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

FIRST = 20.0
"""Seconds in which the first holder has to come."""
LAST = 0.5
"""Seconds without a holder after which nobody is expected any more."""
_BEAT = 1.0
"""Seconds between signs of life on a held line: a line that is gone is noticed when something is sent on it."""


class Holders:
    """Counts the lines that are held."""

    def __init__(self) -> None:
        self.count = 0
        self._came = False

    async def hold(self, _: Request) -> StreamingResponse:
        """Answer `/control/hold`: a line that never ends by itself."""
        return StreamingResponse(self._line(), media_type="text/plain")

    async def _line(self) -> AsyncIterator[bytes]:
        self.count += 1
        self._came = True
        try:
            while True:
                yield b"held\n"
                await asyncio.sleep(_BEAT)
        finally:
            self.count -= 1

    async def gone(self) -> None:
        """Return when nobody holds a line any more, or nobody came."""
        waited = 0.0
        while waited < (LAST if self._came else FIRST):
            await asyncio.sleep(0.1)
            waited = 0.0 if self.count else waited + 0.1
