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
from dataclasses import dataclass, field, replace
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


def cut_editor(folder: Path, cuts: int) -> Measured:
    """A film of so many cuts of a dozen clips; its cut list is read, checked and written with every decision."""
    from charkit.film import Cut, CutList
    from charkit.film.editing import CutDesk
    from charkit.widgets.cuts import CutEditor
    from tests.widgets.conftest import write_clip

    clips = [write_clip(folder / f"{n}.mp4", (20 * n, 90, 160), frames=24, size=640).name for n in range(12)]
    listed = tuple(Cut(shot=f"S{n:03d}", file=clips[n % len(clips)]) for n in range(cuts))
    CutList(cuts=listed).save(folder / "cutlist.yaml")
    wire = Wire()
    began = time.perf_counter()
    editor = CutEditor(CutDesk(path=folder / "cutlist.yaml"))
    still = editor.still()
    opened = Measured(open_s=time.perf_counter() - began, open_bytes=wire.total + len(still))
    gain, point, place = iter(range(1, 99)), iter(range(1, 99)), iter(range(40, 99))
    opened.actions = {
        "choose a cut": timed(lambda: setattr(editor.list, "value", next(place)), 6),
        "gain": timed(lambda: setattr(editor.fields.gain, "value", -next(gain) / 10), 6),
        "in point": timed(lambda: setattr(editor.fields.begins, "value", next(point) / 12), 6),
        "later": timed(editor.later.click, 6),
        "undo": timed(editor.undo.click, 6),
        "still": timed(editor.still, 3),
    }
    return opened


def _planned_run(folder: Path, takes: int) -> Any:
    """Return the studio of a run with a third as many shots as takes, planned, with pictures and no takes yet."""
    from tests.studio.pictured import open_three, write_pictured

    lines = "".join(
        f"  - {{id: S{n:03d}, seconds: 4, place: a harbour, action: Ada waves, characters: [Ada]}}\n"
        for n in range(1, -(-takes // 3) + 1)
    )
    head = "title: Many\nstyle: flat colours\nseed: 3\nresolution: 720p\nshots:\n"
    studio = open_three(write_pictured(folder / "data", head + lines), "bench")
    studio.plan()
    return studio


def _flips(choose: Callable[[str], object], values: list[str]) -> Callable[[], object]:
    """Return what chooses one value after the other."""
    turns = iter(values * 10)
    return lambda: choose(next(turns))


def plan_table(folder: Path, takes: int) -> Measured:
    """A plan of a third as many shots as takes."""
    from charkit.widgets.plans import PlanTable

    studio = _planned_run(folder, takes)
    wire = Wire()
    began = time.perf_counter()
    table = PlanTable(studio)
    still = table.still()
    opened = Measured(open_s=time.perf_counter() - began, open_bytes=wire.total + len(still))
    studio.look_ahead()  # the table does so beside the loop
    choice = table.routes["S002"]
    routes = [value for _, value in choice.options][1:3]
    opened.actions = {
        "choose a route": timed(_flips(lambda value: setattr(choice, "value", value), routes), 6),
        "approve": timed(table.approval.click, 3),
        "still": timed(table.still, 3),
    }
    return opened


def reference_table(folder: Path, takes: int) -> Measured:
    """Pictures of as many shots."""
    from charkit.widgets.references import ReferenceTable

    studio = _planned_run(folder, takes)
    wire = Wire()
    began = time.perf_counter()
    table = ReferenceTable(studio)
    still = table.still()
    opened = Measured(open_s=time.perf_counter() - began, open_bytes=wire.total + len(still))
    edges = iter(0.9 - n / 100 for n in range(50))
    opened.actions = {
        "another shot": timed(_flips(lambda value: setattr(table.shot, "value", value), ["S002", "S003"]), 6),
        "move an edge": timed(lambda: setattr(table.edges["right"], "value", next(edges)), 6),
        "still": timed(table.still, 3),
    }
    return opened


def prompt_lab(folder: Path, takes: int) -> Measured:
    """A shot with all the takes, of ten wordings."""
    from charkit.prompts.history import Rendered, write_down
    from charkit.store import Store
    from charkit.takes import Takes
    from charkit.widgets.prompts import PromptLab
    from tests.widgets.a_run import _take
    from tests.widgets.conftest import write_clip

    studio = _planned_run(folder, takes)
    clips = [write_clip(folder / f"{n}.mp4", (40 * n, 90, 160), frames=24, size=640) for n in range(1, 5)]
    store, made = Store(studio.place.store), []
    for number in range(1, takes + 1):
        planned = studio.try_words("S001", {"action": f"Ada waves {number % 10} times"}).planned
        write_down(studio.prompts.file, [Rendered(shot="S001", route=planned.route, prompt=planned.prompt)])
        take = _take(1, number, store, clips, refused=False)
        made.append(replace(take, subject="S001", route=planned.route, prompt=planned.prompt.text))
    studio.prompts.taken(Takes(made))
    Takes(made).save(studio.place.folder / "takes.json")
    wire = Wire()
    began = time.perf_counter()
    lab = PromptLab(studio, "S001")
    still = lab.still()
    opened = Measured(open_s=time.perf_counter() - began, open_bytes=wire.total + len(still))
    studio.look_ahead()  # the lab does so beside the loop
    typed = iter(f"Ada walks to the sea and waves {'again ' * n}" for n in range(50))
    opened.actions = {
        "a key": timed(lambda: setattr(lab.fields["action"], "value", next(typed)), 12),
        "compare": timed(_flips(lambda value: setattr(lab.versions.old, "value", value), ["2", "3"]), 6),
        "another shot": timed(_flips(lambda value: setattr(lab.shot, "value", value), ["S002", "S001"]), 6),
        "use in this run": timed(lab.using.click, 2),
        "still": timed(lab.still, 3),
    }
    return opened


def casting_board(folder: Path, takes: int) -> Measured:
    """As many candidates as a casting offers, made by the simulator, in a run of as many shots."""
    from charkit.casting import POSES
    from charkit.widgets.casting import CastingBoard

    studio = _planned_run(folder, takes)
    studio.candidates("ada", count=len(POSES))
    wire = Wire()
    began = time.perf_counter()
    board = CastingBoard(studio, "ada", count=len(POSES))
    still = board.still()
    opened = Measured(open_s=time.perf_counter() - began, open_bytes=wire.total + len(still))
    anchors, hidden = iter([1, 2, 1, 2, 1, 2]), iter([3, 4, 5, 6, 7, 8])
    opened.actions = {
        "keep": timed(lambda: board._tiles[next(anchors)].keep.click(), 6),
        "reject": timed(lambda: board._tiles[next(hidden)].reject.click(), 6),
        "show rejected": timed(lambda: setattr(board.hidden, "value", not board.hidden.value), 6),
        "count": timed(lambda: setattr(board.count, "value", 15 - board.count.value), 6),
        "lock the sheet": timed(board.lock_button.click, 1),
        "still": timed(board.still, 3),
    }
    if board.failure is not None:
        raise board.failure
    return opened


BOARDS: Mapping[str, Callable[[Path, int], Measured]] = {
    "CastingBoard": casting_board,
    "CutEditor": cut_editor,
    "PlanTable": plan_table,
    "PromptLab": prompt_lab,
    "ReferenceTable": reference_table,
    "ShotBoard": shot_board,
}


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
