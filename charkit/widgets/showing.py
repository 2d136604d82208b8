"""Small things that boards share: sending only what changed, and looking at pictures ahead of the next choice."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ipywidgets

    from charkit.studio import Studio
    from charkit.widgets.board import Board

__all__ = ["ahead", "put"]


def ahead(board: Board, studio: Studio) -> None:
    """Let a studio look at its pictures beside the kernel's loop, so that choices find them looked at."""

    async def look() -> None:
        await board.in_thread(studio.look_ahead)

    with suppress(RuntimeError):  # no loop runs: a script or a test, where the first choice looks at them
        asyncio.get_running_loop()
        board.start(look())


def put(cell: ipywidgets.HTML, value: str) -> None:
    """Show something, and send nothing where it stands there already."""
    if cell.value != value:
        cell.value = value
