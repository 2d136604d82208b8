"""How many steps of paid jobs a ledger takes down per second, each on disk when it returns.

Paired in one run, in turns, on one folder: a ledger's transaction (a step of a job: its row, a line of its history, its
money) against the least that could do, a bare `sqlite3` INSERT and COMMIT in WAL mode with synchronous=FULL. Then four
processes at once on one ledger, against one alone. With CHARKIT_TEST_POSTGRES also on that server, against a bare
INSERT and COMMIT of psycopg there.

One JSON line for each figure; the exit status tells whether the limits hold.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from charkit.ledger import Caps, Intent, Ledger, Step, owners

ROUNDS = 7
STEPS = 120
CAPS = Caps(run=10**12)
BARE_LIMIT = 0.1
"""A step is several statements with their checks through SQLAlchemy, a bare commit one: a tenth as many is enough."""
CROWD_LIMIT = 0.5
"""Four writers have one disk between them: together at least half of what one alone does."""


def shoot(ledger: Ledger, name: str, steps: int) -> float:
    """Take jobs through `steps` transactions (reserve, send, queued, succeeded); return transactions per second."""
    me = owners.current()
    started = time.perf_counter()
    for number in range(steps // 4):
        intent = Intent(
            request_key=f"{name}-{number}", take_number=1, request='{"prompt": "the harbour at dusk"}',
            production="bench", run="bench", subject="S01", kind="video", route="r", endpoint="e", model="m",
            price=400_000, simulated=True,
        )  # fmt: skip
        job = ledger.begin_sending(ledger.reserve(intent, caps=CAPS, owner=me), owner=me)
        if job is None:
            raise SystemExit("another process sends this one's jobs")
        job = ledger.advance(job, Step(to="queued", remote_id=f"{name}-{number}", accepted=True, raw='{"id": 1}'))
        ledger.advance(job, Step(to="succeeded", money="settle"))
    return steps / (time.perf_counter() - started)


def bare_sqlite(folder: Path) -> Callable[[], float]:
    """Return a round of single inserts, each committed to disk."""
    raw = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE TABLE steps (id INTEGER PRIMARY KEY, at REAL, text TEXT)")

    def run() -> float:
        started = time.perf_counter()
        for number in range(STEPS):
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("INSERT INTO steps (at, text) VALUES (?, ?)", (number, "x" * 200))
            raw.execute("COMMIT")
        return STEPS / (time.perf_counter() - started)

    return run


def bare_postgres(url: str) -> Callable[[], float]:
    """Return the same on a server."""
    import psycopg

    raw = psycopg.connect(url)
    raw.execute("CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, at FLOAT, text TEXT)")
    raw.commit()

    def run() -> float:
        started = time.perf_counter()
        for number in range(STEPS):
            raw.execute("INSERT INTO bare (at, text) VALUES (%s, %s)", (number, "x" * 200))
            raw.commit()
        return STEPS / (time.perf_counter() - started)

    return run


def crowd_member(place: str, name: str, gate: object, results: object) -> None:
    """One of several processes on a ledger."""
    with Ledger.open(place) as ledger:
        gate.wait(60)  # type: ignore[attr-defined]
        started = time.time()
        shoot(ledger, name, STEPS * 2)
        results.put((started, time.time()))  # type: ignore[attr-defined]


def crowd(place: str, count: int) -> float:
    """Return transactions per second of `count` processes together, from the first's start to the last's end."""
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(count), context.Queue()
    names = [uuid.uuid4().hex for _ in range(count)]
    members = [context.Process(target=crowd_member, args=(place, name, gate, results)) for name in names]
    for member in members:
        member.start()
    spans = [results.get(timeout=300) for _ in members]
    for member in members:
        member.join()
    return count * STEPS * 2 / (max(end for _, end in spans) - min(start for start, _ in spans))


def measure(kind: str, place: str, bare: Callable[[], float]) -> bool:
    """Print the figures of one database; say whether they keep their limits."""
    with Ledger.open(place) as ledger:
        shoot(ledger, "warm", 40)
        pairs = [(shoot(ledger, f"round-{number}", STEPS), bare()) for number in range(ROUNDS)]
        alone = crowd(place, 1)
        four = crowd(place, 4)
        sound = ledger.verify().ok
    for ours, least in pairs:
        print(f"{kind}: {ours:.0f} steps per second, bare {least:.0f}", file=sys.stderr)
    ratio = round(statistics.median(ours / least for ours, least in pairs), 3)
    rate = round(statistics.median(ours for ours, _ in pairs))
    share = round(four / alone, 3)
    say(f"ledger-{kind}-steps-over-bare-commits", ratio, BARE_LIMIT, f"one INSERT and COMMIT, durable ({kind})", rate)
    say(f"ledger-{kind}-four-processes-over-one", share, CROWD_LIMIT, "one process on the same ledger", round(four))
    return ratio >= BARE_LIMIT and share >= CROWD_LIMIT and sound


def say(name: str, value: float, limit: float, against: str, rate: int) -> None:
    """Print one figure."""
    line = {
        "name": name, "value": value, "unit": "ratio", "limit": limit, "at_least": True, "against": against,
        "transactions_per_second": rate, "ok": value >= limit,
    }  # fmt: skip
    print(json.dumps(line), flush=True)


def main() -> int:
    """Measure SQLite, and PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory(prefix="charkit-bench-") as folder:
        passed = measure("sqlite", str(Path(folder) / "ledger.sqlite"), bare_sqlite(Path(folder)))
    server = os.environ.get("CHARKIT_TEST_POSTGRES")
    if not server:
        print("PostgreSQL: not measured; run it by tests/with_postgres.py", file=sys.stderr)
        return 0 if passed else 1
    import psycopg

    schema = f"bench_{uuid.uuid4().hex}"
    url = f"{server}{'&' if '?' in server else '?'}options={quote(f'-csearch_path={schema}')}"
    with psycopg.connect(server, autocommit=True) as raw:
        raw.execute(f"CREATE SCHEMA {schema}")
        try:
            passed &= measure("postgresql", url, bare_postgres(url))
        finally:
            raw.execute(f"DROP SCHEMA {schema} CASCADE")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
