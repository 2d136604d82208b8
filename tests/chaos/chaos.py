"""All of chaos, as `make chaos` runs it: kills at every step, then the soak, on SQLite and on PostgreSQL.

One line of JSON for each part, and at last one for all of it; the exit status says whether everything that has to be
zero is. PostgreSQL is the server that CHARKIT_TEST_POSTGRES names, or one of our own for as long as this runs; without
either, its half is left out, and the last line says so.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import crash
import soak
from audit import Findings
from databases import BACKENDS, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZEROS = ("duplicate_charges", "lost_clips", "over_cap", "ledger_minus_simulator_usd", "problems")


def main() -> int:
    """Run from the shell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", default="all", help="places to die per database, or `all` (default)")
    parser.add_argument("--jobs", type=int, default=2000, help="jobs of each soak")
    parser.add_argument("--kills", type=int, default=20, help="kills during each soak")
    options = parser.parse_args()
    points = None if options.points == "all" else int(options.points)
    begun = time.monotonic()
    lines: list[dict[str, Any]] = []
    total = Findings()
    with running_server() as server:
        backends = [name for name in BACKENDS if name == "sqlite" or server]
        for line, found in _parts(backends, server, points, options.jobs, options.kills):
            print(json.dumps(line), flush=True)
            lines.append(line)
            total += found
    if len(backends) < len(BACKENDS):
        _say("SKIPPED: all of chaos on PostgreSQL. Install it, or name a server in CHARKIT_TEST_POSTGRES")
    last = _last_line(lines, total, backends, time.monotonic() - begun)
    print(json.dumps(last), flush=True)
    return int(any(last[name] for name in _ZEROS))


def _parts(
    backends: list[str], server: str, points: int | None, jobs: int, kills: int
) -> Iterator[tuple[dict[str, Any], Findings]]:
    for backend in backends:
        _say(f"== chaos on {backend}: a shoot killed at its boundaries")
        tally = crash.study(backend, server, points=points)
        _tell(tally.found, [f"not reached: {place}" for place in tally.unreached])
        yield tally.line(backend), tally.found
        _say(f"== chaos on {backend}: {jobs} jobs while things go wrong")
        told = soak.soak(backend, server, jobs=jobs, processes=4, kills=kills)
        _tell(told.found, [])
        yield told.line(backend), told.found


def _last_line(lines: list[dict[str, Any]], total: Findings, backends: list[str], seconds: float) -> dict[str, Any]:
    def sum_of(name: str) -> int:
        return sum(line.get(name, 0) for line in lines)

    return {
        "kill_points": sum_of("kill_points"),
        "jobs": total.jobs,
        "duplicate_charges": total.duplicate_charges,
        "lost_clips": total.lost_clips,
        "over_cap": total.over_cap,
        # Amounts, so that one part's too much never hides another's too little.
        "ledger_minus_simulator_usd": round(sum(abs(line["ledger_minus_simulator_usd"]) for line in lines), 6),
        "problems": len(total.notes),
        "asked": total.asked,
        "asked_for_money": total.asked_for_money,
        "double_crashes": sum_of("double_crashes"),
        "power_cuts": sum_of("power_cuts"),
        "unreached": sum_of("unreached"),
        "unanswered_pictures": total.unanswered_pictures,
        "kills_in_soak": sum_of("kills"),
        "backends": backends,
        "minutes": round(seconds / 60, 1),
    }


def _tell(found: Findings, more: list[str]) -> None:
    for note in [*found.notes, *more]:
        _say(note)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
