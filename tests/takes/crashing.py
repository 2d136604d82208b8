"""A visit to the floor in a process of its own that is killed, as by `kill -9`, at one named step.

python crashing.py ROOT LEDGER CLIP STEP COUNT
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scripted_service import ScriptedProvider, Service, clip_request

from charkit.ledger import Ledger
from charkit.store import Store
from charkit.takes import Floor, Order, Pace

SUBJECTS = ("S01", "S02", "S03", "S04", "S05")
PACE = Pace(first_poll=0.005, longest_poll=0.01)


def orders() -> list[Order]:
    return [
        Order(
            production="lantern",
            run="tour",
            subject=subject,
            route="muse",
            endpoint="gateway",
            kind="video",
            request=clip_request(subject),
            price_usd=0.4,
            simulated=False,
        )
        for subject in SUBJECTS
    ]


class Fate:
    """Kills the process the moment a step is taken for the nth time."""

    def __init__(self, step: str, count: int) -> None:
        self._step, self._left = step, count
        self._lock = threading.Lock()

    def __call__(self, step: str) -> None:
        with self._lock:
            self._left -= step == self._step
            if self._left == 0 and step == self._step:
                os.kill(os.getpid(), signal.SIGKILL)


def main(root: Path, place: str, clip: Path, step: str, count: int) -> None:
    fate = Fate(step, count)
    service = Service(root / "service", clip.read_bytes())
    service.on_accept = lambda request: fate("accepted")
    for subject in SUBJECTS:
        service.on_submit[f"Mira in {subject}"] = [lambda: fate("posting")]
        service.on_fetch[f"Mira in {subject}"] = [lambda: fate("downloading")]
    floor = Floor(
        Ledger.open(place),
        Store(root / "store"),
        lambda endpoint: ScriptedProvider(service),
        production="lantern",
        run="tour",
        run_cap_usd=2.0,
        parallel=3,
        pace=PACE,
        checkpoint=fate,
    )
    takes = floor.make(orders())
    sys.exit(0 if len(takes.ok) == len(SUBJECTS) else 3)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
