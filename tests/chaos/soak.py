"""Thousands of jobs through one ledger by several processes, while a fifth of all that can go wrong goes wrong.

    python tests/chaos/soak.py --jobs 2000 --processes 4

Every process shoots its own share and a few orders that its neighbour wants too. The service refuses, fails, gets
stuck, drops lines, cuts downloads, forgets keys, lists jobs late, twice or by a wrong clock; now and then one of the
processes is killed with SIGKILL and started again. In the end the books of both sides have to agree to the cent.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

for _folder in ("", "..", "../simulator", "../.."):
    sys.path.insert(0, str((Path(__file__).parent / _folder).resolve()))

import forking
from audit import Findings, audit, packed
from databases import BACKENDS, ledger_place, running_server
from service import Books, Simulator
from shares import LIST_LAG, Share, shares, work
from shoot import price_of
from visits import answer_for_money, findings

from charkit.ledger import Ledger
from charkit.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MIX: tuple[tuple[str, float, dict[str, object]], ...] = (
    ("refuse:input", 0.015, {}),
    ("refuse:face", 0.01, {}),
    ("refuse:output", 0.015, {}),
    ("refuse:text", 0.01, {}),
    ("refuse:empty", 0.01, {}),
    ("fail", 0.02, {}),
    ("stuck", 0.005, {}),
    ("status", 0.02, {"status": 429, "retry_after": 0.05}),
    ("status", 0.015, {"status": 503}),
    ("status", 0.01, {"status": 500, "accepted": True}),
    ("status", 0.01, {"status": 502, "deed": "look"}),
    ("drop", 0.01, {"accepted": True}),
    ("drop", 0.01, {}),
    ("download:empty", 0.015, {}),
    ("download:cut", 0.01, {}),
    ("download:cut", 0.01, {"quiet": True}),
    ("token:dead", 0.002, {}),
    ("list:twice", 0.5, {}),
    ("clock:skew", 0.01, {"seconds": 3600.0}),
    ("clock:skew", 0.01, {"seconds": -3600.0}),
)
"""What can go wrong and how likely a request that can meet it does; together, one job in five meets something."""
_ROUNDS = 30
_LAST_ROUNDS = 6
"""Rounds in which nothing goes wrong any more, at the end: what can be had is to be had."""
_WITHIN = 3600.0


@dataclass(kw_only=True)
class Soaked:
    """What came of a soak."""

    jobs: int
    processes: int
    kills: int = 0
    faults_met: int = 0
    seconds: float = 0.0
    found: Findings = field(default_factory=Findings)
    outcomes: dict[str, int] = field(default_factory=dict)
    """How the orders ended."""

    def line(self, backend: str) -> dict[str, Any]:
        """Return what a run is judged by, as one line of JSON."""
        found = self.found
        return {
            "harness": "soak",
            "backend": backend,
            "processes": self.processes,
            "kills": self.kills,
            "faults_met": self.faults_met,
            "orders": self.jobs,
            "outcomes": self.outcomes,
            "jobs": found.jobs,
            "clips": found.clips,
            "fruitless": found.fruitless,
            "asked": found.asked,
            "asked_for_money": found.asked_for_money,
            "duplicate_charges": found.duplicate_charges,
            "lost_clips": found.lost_clips,
            "over_cap": found.over_cap,
            "ledger_minus_simulator_usd": found.difference_micro / 1e6,
            "simulator_usd": found.service_micro / 1e6,
            "problems": len(found.notes),
            "seconds": round(self.seconds, 1),
        }


class Soak:
    """Processes at work on one ledger, and somebody who kills them."""

    def __init__(self, split: Sequence[Share], *, kill_every: float, seed: int = 4) -> None:
        self._shares = split
        self._kill_every = kill_every
        self._luck = random.Random(seed)
        self.kills = 0
        self.problems: list[str] = []
        self.outcomes: dict[str, int] = {}

    def run(self, rounds: int, *, kills: int) -> None:
        """Let all of them work to the end, killing one now and then, and starting it again at once."""
        working = {index: self._start(index, rounds) for index in range(len(self._shares))}
        due = time.monotonic() + self._kill_every
        left = kills
        while working:
            time.sleep(0.05)
            for index in [index for index, child in working.items() if child.ended()]:
                ended = working.pop(index).result(1.0)
                if ended.killed:
                    working[index] = self._start(index, rounds)
                elif ended.problem:
                    self.problems.append(ended.problem)
                else:
                    self._count(ended.said)
            if left and working and time.monotonic() > due:
                self._luck.choice(list(working.values())).kill()
                self.kills += 1
                left -= 1
                due = time.monotonic() + self._luck.uniform(0.5, 1.5) * self._kill_every

    def _start(self, index: int, rounds: int) -> forking.Child:
        share = self._shares[index]
        return forking.Child(lambda: work(share, rounds), share.root / f"process-{index}.log")

    def _count(self, outcomes: dict[str, int]) -> None:
        for word, number in outcomes.items():
            self.outcomes[word] = self.outcomes.get(word, 0) + number


def soak(backend: str, server: str, *, jobs: int, processes: int, kills: int, kill_every: float = 4.0) -> Soaked:
    """Run a soak and audit it.

    Args:
        backend: `sqlite` or `postgresql`.
        server: The URL of a PostgreSQL server, for the second.
        jobs: How many different orders there are.
        processes: How many processes share the work.
        kills: How often one of them is killed.
        kill_every: Seconds between two kills, on average.
    """
    begun = time.monotonic()
    root = Path(tempfile.mkdtemp(prefix="charkit-soak-"))
    ledger = ledger_place(backend, server, root)
    told = Soaked(jobs=jobs, processes=processes)
    try:
        with Simulator(root / "simulator") as simulator:
            split = _split(root, ledger.where, simulator.url, jobs, processes)
            running = Soak(split, kill_every=kill_every)
            with _faults(Books(simulator.url)) as books:
                running.run(_ROUNDS, kills=kills)
                told.faults_met = books.met()
            running.outcomes.clear()
            running.run(_LAST_ROUNDS, kills=0)
            said = forking.run(lambda: _audited(split), root / "audit.log", within=_WITHIN)
        told.kills, told.outcomes = running.kills, running.outcomes
        told.found = findings(said.said) if said.said else Findings(notes=[said.problem])
        told.found.notes += running.problems
    finally:
        ledger.drop()
        shutil.rmtree(root, ignore_errors=True)
    told.seconds = time.monotonic() - begun
    return told


def _split(root: Path, ledger: Path | str, url: str, jobs: int, processes: int) -> list[Share]:
    split = shares("soak", jobs, processes)
    cap = price_of({order.subject: order for mine in split for order in mine}.values())
    return [Share(root=root, ledger=ledger, books=Books(url), orders=mine, cap_usd=cap) for mine in split]


@contextlib.contextmanager
def _faults(books: Books) -> Iterator[Books]:
    """Let everything go wrong that can, from here to the end of the block."""
    for number, (kind, likely, values) in enumerate(MIX):
        books.arm(kind, probability=likely, seed=number, **values)
    books.arm("list:lag", seconds=LIST_LAG)
    yield books
    books.disarm()


def _audited(split: Sequence[Share]) -> dict[str, Any]:
    every = {order.subject: order for share in split for order in share.orders}
    first = split[0]
    books = Books(first.books.url).accepted(at_rest=False)
    with Ledger.open(first.ledger) as ledger:
        asked = answer_for_money(ledger, first.orders[0].production, books)
        found = audit(ledger, Store(first.root / "store"), list(every.values()), books, cap_usd=first.cap_usd)
        broken = ledger.verify(read_object=Store(first.root / "store").verify).faults
    found.notes += [str(fault) for fault in broken]
    found.asked_for_money = asked
    found.asked = sum(len(share.asked().read_text()) for share in split if share.asked().exists())
    return packed(found)


def main() -> int:
    """Run from the shell; the last line of the output is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=BACKENDS, default="sqlite")
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kill-every", type=float, default=4.0)
    options = parser.parse_args()
    with running_server() as server:
        told = soak(
            options.backend,
            server,
            jobs=options.jobs,
            processes=options.processes,
            kills=options.kills,
            kill_every=options.kill_every,
        )
    for note in told.found.notes:
        sys.stderr.write(f"{note}\n")
    print(json.dumps(told.line(options.backend)))
    return 0 if told.found.clean else 1


if __name__ == "__main__":
    sys.exit(main())
