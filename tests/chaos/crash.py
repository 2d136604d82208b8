"""Kill a shoot at every step by which it leaves something behind, start it again, and compare with the service's books.

    python tests/chaos/crash.py --points all

A shoot is first recorded to the end, twice, to learn its boundaries. Then, for every place to die, a process of a fresh
shoot is killed there with SIGKILL and another one finishes the work; for some, that one is killed too, and a third one
finishes. A place that was not reached, because threads took other turns, is tried again and never counted as killed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

for _folder in ("", "..", "../simulator", "../.."):
    sys.path.insert(0, str((Path(__file__).parent / _folder).resolve()))
import forking
from audit import Findings
from boundaries import Place
from databases import BACKENDS, running_server
from killing import Study, Tally, Worker
from shoot import TWENTY_SHOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def places(recordings: Sequence[Sequence[str]], wanted: int | None, *, seed: int = 4) -> list[Place]:
    """Return where to die: everywhere, or a spread that leaves no kind out before it takes one twice.

    Args:
        recordings: The boundaries of some shoots. What only some of them crossed may not be reached again.
        wanted: How many; None for all.
        seed: Chooses among the ordinals of a kind.
    """
    counts = Counter(recordings[0])
    for recording in recordings[1:]:
        counts &= Counter(recording)
    luck = random.Random(seed)
    queues = [luck.sample(range(1, most + 1), most) for most in counts.values()]
    pairs = [[Place(kind=kind, nth=nth) for nth in queue] for kind, queue in zip(counts, queues, strict=True)]
    luck.shuffle(pairs)
    rounds = (queue[turn] for turn in range(max(map(len, pairs))) for queue in pairs if turn < len(queue))
    every = list(rounds)
    return every if wanted is None else every[:wanted]


def boundaries(size: int) -> list[str]:
    """Return the boundaries of a shoot of some orders, in the order in which they were crossed."""
    with _folder() as root, Worker(Study(backend="sqlite", endpoints=some(size)), root, "recorded", "") as worker:
        return worker.record()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="charkit-chaos-"))
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def some(size: int) -> tuple[str, ...]:
    """Return a part of the twenty shots, over all wire formats where there is room."""
    return tuple(TWENTY_SHOTS[index * len(TWENTY_SHOTS) // size] for index in range(size - 1)) + TWENTY_SHOTS[-1:]


def study(
    backend: str,
    server: str,
    *,
    points: int | None,
    workers: int = 2,
    broken: str = "",
    size: int = len(TWENTY_SHOTS),
    only: str = "",
) -> Tally:
    """Record, choose and kill; return what came of it.

    Args:
        backend: `sqlite` or `postgresql`.
        server: The URL of a PostgreSQL server, for the second.
        points: How many places to die; None for every boundary.
        workers: Processes that work side by side, each with a simulator of its own.
        broken: What to break in charkit; see `visits.BROKEN`.
        size: Orders of the shoot.
        only: Text that the kinds of the places have to contain.
    """
    wanted = Study(backend=backend, broken=broken, endpoints=some(size))
    with _folder() as root:
        with Worker(wanted, root, "w0", server) as first:
            first.rehearse()
            recordings = [[kind for kind in first.record() if only in kind] for _ in range(2)]
            total = Tally(boundaries=min(map(len, recordings)), kinds=len(set(recordings[0]) & set(recordings[1])))
            chosen = list(enumerate(places(recordings, points)))
            others = [
                forking.Child(_kills(wanted, root, f"w{n}", server, chosen[n::workers]), None)
                for n in range(1, workers)
            ]
            _work(first, "w0", chosen[::workers], total)
        for child in others:
            _add(total, child.result(within=24 * 3600.0))
        return total


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some places to die, in a shoot that is recorded once for all parts."""

    points: int
    only: str = ""
    broken: str = ""


def several(backend: str, server: str, parts: Sequence[Part], *, size: int) -> Iterator[Tally]:
    """Kill shoots for one part after the other, by one worker: a process, a simulator, a recording for all of them."""
    with _folder() as root, Worker(Study(backend=backend, endpoints=some(size)), root, "w0", server) as worker:
        worker.rehearse()
        recordings = [worker.record() for _ in range(2)]
        for part in parts:
            seen = [[kind for kind in recording if part.only in kind] for recording in recordings]
            tally = Tally(boundaries=min(map(len, seen)), kinds=len(set(seen[0]) & set(seen[1])))
            worker.breaking(part.broken)
            # From two on: so the first is a power cut and no other harm is done to it, however few there are.
            _work(worker, "w0", list(enumerate(places(seen, part.points), 2)), tally)
            yield tally


def _kills(wanted: Study, root: Path, name: str, server: str, share: Sequence[tuple[int, Place]]) -> Any:
    def work() -> dict[str, Any]:
        tally = Tally()
        with Worker(wanted, root, name, server) as worker:
            _work(worker, name, share, tally)
        return asdict(tally)

    return work


def _work(worker: Worker, name: str, share: Sequence[tuple[int, Place]], tally: Tally) -> None:
    for done, _ in enumerate(worker.kill(share, tally), 1):
        if done % 25 == 0 or done == len(share):
            found = tally.found
            sys.stderr.write(f"{name}: {done} of {len(share)} shoots; {found.jobs} jobs, {len(found.notes)} problems\n")


def _add(total: Tally, ended: forking.Ended) -> None:
    if ended.problem:
        total.found.notes.append(f"a worker ended: {ended.problem}")
        return
    found = Findings(**ended.said.pop("found"))
    share = Tally(**ended.said)
    total.killed_at += share.killed_at
    total.double_crashes += share.double_crashes
    total.power_cuts += share.power_cuts
    total.unreached += share.unreached
    total.found += found


def main() -> int:
    """Run from the shell; the last line of the output is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=BACKENDS, default="sqlite")
    parser.add_argument("--points", default="all", help="how many places to die, or `all`")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--orders", type=int, default=len(TWENTY_SHOTS), help="size of the shoot")
    parser.add_argument("--only", default="", help="die only where the kind of the boundary has this text in it")
    parser.add_argument("--broken", default="", help="break charkit, to see that it is noticed")
    parser.add_argument("--parts", default="", help="several small studies of one shoot: JSON, a list of `Part`s")
    options = parser.parse_args()
    if options.parts:
        return _main_of_parts(options)
    points = None if options.points == "all" else int(options.points)
    with running_server() as server:
        tally = study(
            options.backend,
            server,
            points=points,
            workers=options.workers,
            broken=options.broken,
            size=options.orders,
            only=options.only,
        )
    for note in [*tally.found.notes, *(f"not reached: {place}" for place in tally.unreached)]:
        sys.stderr.write(f"{note}\n")
    print(json.dumps(tally.line(options.backend)))
    return 0 if tally.found.clean else 1


def _main_of_parts(options: argparse.Namespace) -> int:
    """Print a line for each part, with what it complains of in it."""
    parts = [Part(**part) for part in json.loads(options.parts)]
    with running_server() if options.backend != "sqlite" else contextlib.nullcontext("") as server:
        for tally in several(options.backend, server, parts, size=options.orders):
            notes = [*tally.found.notes, *(f"not reached: {place}" for place in tally.unreached)]
            print(json.dumps({**tally.line(options.backend), "complaints": notes}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
