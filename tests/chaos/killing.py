"""Killing one shoot after the other at chosen places, starting each again, and auditing what came of it."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import forking
from audit import Findings
from boundaries import EVERY, Place
from databases import ledger_place
from service import Books, Simulator
from shoot import TWENTY_SHOTS, orders
from visits import LATE_LIST, Shoot, findings, finish, lagging, trusting, visit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from databases import File, Schema

WITHIN = 120.0
"""Seconds that one process may take; a shoot takes one or two."""
_TRIES = 3
_GENERATION = 15
"""Shoots after which a simulator is replaced: it slows down as its books grow."""
_TWICE_EVERY, _LATE_EVERY, _TRUSTING_EVERY, _POWER_EVERY = 5, 4, 3, 2
_TWICE_WITHIN = 120
"""The second kill comes at one of so many first boundaries of the restart."""


@dataclass(kw_only=True)
class Tally:
    """What came of many kills."""

    double_crashes: int = 0
    power_cuts: int = 0
    """Kills after which the disk held only what had been synced."""
    unreached: list[str] = field(default_factory=list)
    """Places that no try reached; not counted as kill points."""
    boundaries: int = 0
    """Boundaries of one shoot, as recorded."""
    kinds: int = 0
    """How many kinds of boundaries there are."""
    killed_at: list[str] = field(default_factory=list)
    """The kind of every boundary at which a process was killed."""
    found: Findings = field(default_factory=Findings)

    @property
    def kill_points(self) -> int:
        """How many processes were killed at the place that was meant."""
        return len(self.killed_at)

    def line(self, backend: str) -> dict[str, Any]:
        """Return what a run is judged by, as one line of JSON."""
        found = self.found
        return {
            "harness": "crash",
            "backend": backend,
            "kill_points": self.kill_points,
            "boundaries": self.boundaries,
            "kinds": self.kinds,
            "kinds_killed": len(set(self.killed_at)),
            "unreached": len(self.unreached),
            "double_crashes": self.double_crashes,
            "power_cuts": self.power_cuts,
            **judged(found),
        }


def judged(found: Findings) -> dict[str, Any]:
    """Return the figures that have to be zero, and those that say what was looked at."""
    return {
        "jobs": found.jobs,
        "clips": found.clips,
        "asked": found.asked,
        "unanswered_pictures": found.unanswered_pictures,
        "duplicate_charges": found.duplicate_charges,
        "lost_clips": found.lost_clips,
        "over_cap": found.over_cap,
        "ledger_minus_simulator_usd": found.difference_micro / 1e6,
        "problems": len(found.notes),
    }


@dataclass(frozen=True, kw_only=True)
class Study:
    """How a shoot is studied."""

    backend: str
    endpoints: Sequence[str] = TWENTY_SHOTS
    broken: str = ""


class Worker:
    """Kills and audits shoots one after the other, on a simulator of its own; forks, so it stays without threads."""

    def __init__(self, study: Study, root: Path, name: str, server: str) -> None:
        self._study, self._root, self._name, self._server = study, root, name, server
        self._log = root / f"{name}.log"
        self._shoots = 0
        self._simulator: Simulator | None = None
        self._books = Books("")
        self._place: File | Schema | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        if self._simulator is not None:
            self._simulator.__exit__()

    def rehearse(self) -> None:
        """Shoot once in this process: what is imported and built on first use, no child has to."""
        found = findings(finish(replace(self._shoot(), broken="")))
        if not found.clean:
            raise RuntimeError(f"the shoot does not work even if nobody kills it: {found}")
        forking.settle()

    def breaking(self, broken: str) -> None:
        """Go on with shoots of a charkit that is broken in this way; empty for one that is whole."""
        self._study = replace(self._study, broken=broken)

    def record(self) -> list[str]:
        """Return the boundaries of a shoot that nobody kills."""
        shoot = replace(self._shoot(), broken="")
        ended = forking.run(lambda: visit(shoot, None), self._log, within=WITHIN)
        if ended.problem or ended.said["ok"] != len(self._study.endpoints):
            raise RuntimeError(f"the shoot does not work even if nobody kills it: {ended}")
        return list(ended.said["crossed"])

    def kill(self, places: Sequence[tuple[int, Place]], tally: Tally) -> Iterator[Tally]:
        """Kill one shoot per place; yield the tally after each."""
        for index, place in places:
            if not any(self._kill_once(index, place, tally) for _ in range(_TRIES)):
                tally.unreached.append(f"{place.kind} #{place.nth}")
            yield tally

    def _kill_once(self, index: int, place: Place, tally: Tally) -> bool:
        """Return whether the place was reached."""
        shoot = self._shoot()
        late = index % _LATE_EVERY == 0
        if late:
            self._books.arm("list:lag", seconds=LATE_LIST)
            shoot = lagging(shoot)
        if index % _TRUSTING_EVERY == 0:
            shoot = trusting(shoot)
        cut = index % _POWER_EVERY == 0
        ended = forking.run(lambda: visit(shoot, place, power_cut=cut), self._log, within=WITHIN)
        tally.power_cuts += ended.killed and cut
        if ended.problem:
            tally.found.notes.append(f"{place}: {ended.problem}")
        if ended.killed:
            tally.killed_at.append(place.kind)
            self._finish(shoot, index, place, tally)
        if late:
            self._books.disarm()
        return ended.killed

    def _finish(self, shoot: Shoot, index: int, place: Place, tally: Tally) -> None:
        where = f"killed at {place.kind} #{place.nth}"
        if index % _TWICE_EVERY == 0:
            again = Place(kind=EVERY, nth=random.Random(index).randint(1, _TWICE_WITHIN))
            ended = forking.run(lambda: finish(shoot, again), self._log, within=WITHIN)
            tally.double_crashes += ended.killed
            where += f", then at #{again.nth}"
        ended = forking.run(lambda: finish(shoot), self._log, within=WITHIN)
        if ended.problem:
            tally.found.notes.append(f"{where}: {ended.problem}")
            return
        found = findings(ended.said)
        found.notes = [f"{where}: {note}" for note in found.notes]
        tally.found += found

    def _shoot(self) -> Shoot:
        """Return a fresh shoot: a folder, a ledger and requests that nobody made before."""
        self._leave()
        if self._shoots % _GENERATION == 0:
            self._replace_simulator()
        else:
            self._books.forget()
        self._shoots += 1
        root = self._folder()
        root.mkdir()
        self._place = ledger_place(self._study.backend, self._server, root)
        return Shoot(
            root=root,
            ledger=self._place.where,
            books=replace(self._books),
            orders=orders(root.name, self._study.endpoints),
            broken=self._study.broken,
        )

    def _leave(self) -> None:
        if self._place is not None:
            self._place.drop()
            shutil.rmtree(self._folder(), ignore_errors=True)
            self._place = None

    def _folder(self) -> Path:
        return self._root / f"{self._name}-{self._shoots}"

    def _replace_simulator(self) -> None:
        if self._simulator is not None:
            self._simulator.__exit__()
        self._simulator = Simulator(self._root / f"simulator-{self._name}-{self._shoots}")
        self._books = Books(self._simulator.url)
