"""The anywidget behind the player; imported only where one is shown, since anywidget is an extra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = ["PlayerView"]

_HERE = Path(__file__).parent


class PlayerView(anywidget.AnyWidget):
    """The browser's half is `player.js`."""

    _esm = _HERE / "player.js"
    _css = _HERE / "player.css"

    clips: Any = traitlets.List().tag(sync=True)
    """Clips as plain values; see `Clip.state`."""
    mode: Any = traitlets.Enum(["side", "wipe", "difference"], default_value="side").tag(sync=True)
    time: Any = traitlets.Float(0.0).tag(sync=True)
    """Seconds from the beginning, of the frame that is shown."""
    winner: Any = traitlets.Enum(["", "1", "2", "3", "4"], default_value="").tag(sync=True)
    """Which was chosen; empty while none is."""
    boxes: Any = traitlets.Bool(default_value=True).tag(sync=True)
    """Whether boxes are drawn."""
    wipe: Any = traitlets.Float(0.5).tag(sync=True)
    """Where the wipe stands, as a share of the width."""
