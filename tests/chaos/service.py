"""The simulator as a process of its own, and what its books say of each order: accepted how often, charged what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from stamping_artist import MARK

from charkit.ledger import micro

HERE = Path(__file__).parent
TESTS = HERE.parent
_SETTLES_WITHIN = 30.0
_ROUNDS = 3
"""Exchanges after which the simulator has read what had arrived before the first of them."""


def marked(words: str, order: str) -> str:
    """Return a prompt that names its order, by which the books are read."""
    return f"{words} (order {order})"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One job that the simulator accepted for an order."""

    id: str
    usd: int
    """Micro-dollars that it charged."""
    refunded: bool
    faults: frozenset[str]
    """The faults that its requests met."""


@dataclass
class Books:
    """The simulator's record and charges, read as far as they are needed."""

    url: str
    seen: int = 0
    """Number of the last line of the record that was read."""
    orders: dict[str, str] = field(default_factory=dict)
    """Job -> the order that its prompt names."""
    faults: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Job -> the faults that it met."""
    cut: int = 0
    """Charges that earlier orders made, which are not looked at any more."""

    def accepted(self, *, at_rest: bool = True) -> dict[str, list[Accepted]]:
        """Return every job since the last `forget`, by order, once the simulator has dealt with all that arrived.

        Args:
            at_rest: wait also until it works on nothing any more.
        """
        deadline = time.monotonic() + _SETTLES_WITHIN
        for _ in range(_ROUNDS):
            self._ask("health")
        while True:
            working = self._ask("health")["jobs"]
            charges = self._ask("charges")["charges"][self.cut :]
            self._read()
            known = all(charge["job"] in self.orders for charge in charges)
            if known and not (at_rest and (working.get("queued") or working.get("running"))):
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"the simulator does not come to rest: {working}, all known: {known}")
            time.sleep(0.05)
        found: dict[str, list[Accepted]] = defaultdict(list)
        for charge in charges:
            job = charge["job"]
            found[self.orders[job]].append(
                Accepted(
                    id=job,
                    usd=micro(charge["usd"]),
                    refunded=charge["refunded"],
                    faults=frozenset(self.faults[job]),
                )
            )
        return found

    def forget(self) -> None:
        """Leave out what happened so far."""
        self.accepted(at_rest=False)
        self.cut = len(self._ask("charges")["charges"])

    def arm(self, kind: str, **values: object) -> None:
        """Let requests meet a fault."""
        body = json.dumps({"kind": kind, **values}).encode()
        request = urllib.request.Request(f"{self.url}/control/faults", body, method="POST")
        with urllib.request.urlopen(request, timeout=30):
            pass

    def disarm(self) -> None:
        """Take all faults away."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/control/faults", method="DELETE"), timeout=30):
            pass

    def met(self) -> int:
        """Return how many requests met an accident; lists and clocks that are wrong are none."""
        armed = self._ask("faults")["faults"]
        return sum(each["met"] for each in armed if not each["kind"].startswith(("list:", "clock:")))

    def _read(self) -> None:
        for line in self._ask(f"record?since={self.seen}")["requests"]:
            self.seen = max(self.seen, line["seq"])
            if not line["job"]:
                continue
            self.faults[line["job"]] |= {fault["kind"] for fault in line["faults"]}
            for leaf in line["fields"]:
                if isinstance(leaf.get("value"), str) and (found := MARK.search(leaf["value"])):
                    self.orders[line["job"]] = found[1]

    def _ask(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/control/{what}", timeout=30) as answer:
            return json.load(answer)


class Simulator:
    """A running simulator with a state of its own."""

    def __init__(self, state: Path, *, workers: int = 1) -> None:
        state.mkdir(parents=True)
        command = [sys.executable, "-m", "charkit.simulator", "--state", str(state), "--exit-with-parent"]
        path = os.pathsep.join(map(str, (HERE, TESTS / "simulator", TESTS.parent)))
        with (state / "output").open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--workers", str(workers), "--artist", "stamping_artist"],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (state / "output").read_text(encoding="utf-8")
        self.url: str = json.loads(line)["url"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.terminate()  # a child that was forked meanwhile holds the input open too
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
