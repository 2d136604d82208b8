"""Keeps a board's keys for the board: arrows in its lists, letters that jump, the space bar on its buttons.

Without it they are JupyterLab's shortcuts wherever no text is typed, and two Ds on a button delete the cell.
"""

from __future__ import annotations

from pathlib import Path

import anywidget

__all__ = ["KeyGuard"]


class KeyGuard(anywidget.AnyWidget):
    """Shows nothing; the browser's half is `key_guard.js`."""

    _esm = Path(__file__).with_suffix(".js")
