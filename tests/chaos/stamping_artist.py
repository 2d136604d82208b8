"""An artist for shoots of thousands of clips: each is drawn once by `plain_artist`, then stamped for whom it is.

The stamp is the name of the order in an MP4 box of the type `free`, which players skip: every clip has bytes of its
own, and a clip that ended up at the wrong order shows it.
"""

from __future__ import annotations

import re
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import plain_artist

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.simulator.direction import Direction, Drift

learn_character = plain_artist.learn_character


MARK = re.compile(r"\(order ([\w-]+)\)")
"""How a prompt names its order."""


def stamp(order: str) -> bytes:
    """Return the box that says for which order a clip was made."""
    content = order.encode()
    return struct.pack(">I4s", 8 + len(content), b"free") + content


def render_clip(direction: Direction, out: Path, drift: Drift) -> None:
    shape = (direction.width, direction.height, direction.seconds, direction.fps)
    named = MARK.search(direction.prompt)
    clip = _drawn(shape, lambda path: plain_artist.render_clip(direction, path, drift))
    out.write_bytes(clip + stamp(named[1] if named else ""))


def render_still(direction: Direction, drift: Drift) -> bytes:
    return plain_artist.render_still(direction, drift)


_clips: dict[tuple[float, ...], bytes] = {}


def _drawn(shape: tuple[float, ...], draw: Callable[[Path], None]) -> bytes:
    if shape not in _clips:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            draw(path)
            _clips[shape] = path.read_bytes()
    return _clips[shape]
