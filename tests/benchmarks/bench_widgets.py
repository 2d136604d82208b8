"""What a person waits for at a board of 100 takes: to open it, and for every click; and what goes over the wire.

    python tests/benchmarks/bench_widgets.py [--takes 100]

Limits: an action under 200 ms, opening under 2 s and under 3 MB. Times are the kernel's, from the call to the last
message handed to the comm, with decisions on disk; what a browser adds is seen in tests/browser. Prints one JSON line
with every measure as a share of its limit: under 1 is within it.

To add a board: write a function that takes a folder and a number of takes and returns `Measured`, and name it in
`BOARDS`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
OPEN_S, OPEN_BYTES, ACTION_S = 2.0, 3_000_000, 0.2


@dataclass(kw_only=True)
class Measured:
    """One board."""

    open_s: float
    open_bytes: int
    """Of all messages and of the still picture."""
    actions: dict[str, float] = field(default_factory=dict)
    """Seconds of the slowest of a few, by what was done."""

    def shares(self) -> dict[str, float]:
        """Every measure as a share of its limit."""
        found = {"open": self.open_s / OPEN_S, "bytes": self.open_bytes / OPEN_BYTES}
        return {k: round(v, 3) for k, v in {**found, **{n: s / ACTION_S for n, s in self.actions.items()}}.items()}


class Wire:
    """Counts what widgets send."""

    def __init__(self) -> None:
        import comm

        self.total = 0

        def publish(
            _: Any, kind: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
        ) -> None:
            self.total += len(json.dumps([kind, data, metadata, keys], default=str)) + sum(map(len, buffers or ()))

        comm.DummyComm.publish_msg = publish


def timed(act: Callable[[], object], times: int = 1) -> float:
    """Seconds of the slowest of some turns."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return max(found)


def shot_board(folder: Path, takes: int) -> Measured:
    """Three takes a shot, with clips and scores; thumbs are made while it opens, as on the first day."""
    from charkit.widgets.shots import ShotBoard
    from tests.widgets.a_run import write_run
    from tests.widgets.conftest import write_clip

    colours = ((40, 90, 160), (160, 90, 40), (40, 160, 90), (150, 40, 120))
    clips = [write_clip(folder / f"{n}.mp4", c, frames=24, size=640) for n, c in enumerate(colours)]
    studio = write_run(folder / "data", clips, shots=-(-takes // 3), takes=3)
    studio.takes()  # a shoot has named them
    wire = Wire()
    began = time.perf_counter()
    board = ShotBoard(studio)
    still = board.still()
    opened = Measured(open_s=time.perf_counter() - began, open_bytes=wire.total + len(still))
    tile = board._tiles[0]
    note = iter(f"note {n}" for n in range(100))
    opened.actions = {
        "star": timed(tile.star.click, 6),
        "reject": timed(lambda: board._tiles[1].reject.click(), 6),
        "note": timed(lambda: setattr(tile.note, "value", next(note)), 6),
        "turn a page": timed(board.on.click, 6),
        "play two": timed(lambda: board._lanes[0].compare.click(), 3),
        "filter": timed(lambda: setattr(board.filter, "value", "starred" if board.filter.value == "all" else "all"), 6),
        "order": timed(
            lambda: setattr(board.order, "value", board.order.options[board.order.value == board.order.options[0]]), 6
        ),
        "still": timed(board.still, 3),
    }
    return opened


BOARDS: Mapping[str, Callable[[Path, int], Measured]] = {"ShotBoard": shot_board}


async def _as_in_a_kernel(measure: Callable[[Path, int], Measured], folder: Path, takes: int) -> Measured:
    """Cells and clicks run inside the kernel's loop: what can wait until nobody waits does so."""
    return measure(folder, takes)


def main() -> None:
    """Measure every board, and print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--takes", type=int, default=100)
    takes = asked.parse_args().takes
    sys.path.insert(0, str(ROOT))
    os.environ.update({"CHARKIT_TODAY": "2026-11-22", "CHARKIT_PROGRESS": "off"})
    import ipywidgets  # noqa: F401  (a kernel that shows widgets has it already)

    found = {}
    for name, measure in BOARDS.items():
        with tempfile.TemporaryDirectory(prefix="charkit-bench-") as folder:
            found[name] = asyncio.run(_as_in_a_kernel(measure, Path(folder), takes))
    shares = {name: one.shares() for name, one in found.items()}
    actions = [share for one in found.values() for share in (s / ACTION_S for s in one.actions.values())]
    print(
        json.dumps(
            {
                "takes": takes,
                "share of the limit": shares,
                "open_s": {name: round(one.open_s, 3) for name, one in found.items()},
                "open_bytes": {name: one.open_bytes for name, one in found.items()},
                "median action": round(median(actions), 3),
                "worst action": round(max(actions), 3),
                "within": all(share < 1 for one in shares.values() for share in one.values()),
            }
        )
    )


if __name__ == "__main__":
    main()
