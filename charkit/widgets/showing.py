"""Small things that boards share: sending only what changed, and looking at pictures ahead of the next choice."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from charkit.errors import CharkitError

if TYPE_CHECKING:
    import ipywidgets

    from charkit.studio import Studio

__all__ = ["ahead", "put"]


def ahead(studio: Studio) -> None:
    """Let a studio look at its pictures beside the kernel's loop, so that choices find them looked at.

    Nothing is shown and nothing waits for it; what goes wrong is said by the next choice, which looks itself.
    """

    def look() -> None:
        with suppress(CharkitError):
            studio.look_ahead()

    with suppress(RuntimeError):  # no loop runs: a script or a test, where the first choice looks at them
        asyncio.get_running_loop().run_in_executor(None, look)


def put(cell: ipywidgets.HTML, value: str) -> None:
    """Show something, and send nothing where it stands there already."""
    if cell.value != value:
        cell.value = value
