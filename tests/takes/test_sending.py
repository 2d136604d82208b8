"""Kill the process at each step that outlives it, look at what it left, go on, and count what the service charged."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import crashing
import pytest

from charkit.ledger import Spend
from charkit.providers.base import Outcome

pytestmark = pytest.mark.slow

ALL = Spend(estimated=2_000_000, settled=2_000_000)
"""Five takes at $0.40, exactly the cap."""


def die_at(studio, clip: bytes, step: str, count: int) -> None:
    root = studio.root
    path = root / "clip.mp4"
    path.write_bytes(clip)
    script = Path(__file__).with_name("crashing.py")
    ended = subprocess.run(
        [sys.executable, str(script), str(root), studio.place, str(path), step, str(count)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def accepted_once_each(studio) -> bool:
    return sorted(job["prompt"] for job in studio.service.accepted) == [f"Mira in {s}" for s in crashing.SUBJECTS]


@pytest.mark.parametrize(
    ("step", "count"),
    [
        ("reserved", 1),
        ("reserved", 5),
        ("accepted", 1),  # the service took it on and its answer never arrived
        ("accepted", 4),
        ("submitted", 1),  # the answer arrived and was not written down
        ("submitted", 5),
        ("recorded", 2),
        ("heard", 1),
        ("heard", 6),
        ("downloading", 2),
        ("fetched", 1),
        ("fetched", 5),
        ("taken", 3),
    ],
)
def test_whatever_step_the_process_dies_at_nothing_is_lost_and_nothing_paid_twice(
    studio, clip: bytes, step: str, count: int
) -> None:
    die_at(studio, clip, step, count)
    assert studio.ledger.spend().committed <= 2_000_000
    takes = studio.make(*crashing.orders(), run_cap_usd=2.0)
    there = {job["prompt"] for job in studio.service.accepted}
    for take in takes:  # another order's POST that was cut off on its way: the person looks, and says so
        if take.outcome is Outcome.UNKNOWN:
            assert take.prompt not in there
            studio.floor().resolve(take.job_id, accepted=False)
    takes = studio.make(*crashing.orders(), run_cap_usd=2.0)
    assert len(takes.ok) == 5
    assert accepted_once_each(studio)
    spent = studio.ledger.spend()
    assert (spent.settled, spent.reserved, spent.unknown) == (ALL.settled, 0, 0)
    for take in takes:
        assert take.path.read_bytes() == studio.service.clip_of(take.prompt)
    filed = {path for path in (studio.root / "store" / "sha256").rglob("*") if path.is_file()}
    assert filed == {take.path for take in takes}


@pytest.mark.parametrize(("step", "count"), [("sending", 1), ("posting", 3)])
def test_a_process_that_dies_just_before_the_post_leaves_a_doubt_that_only_the_person_ends(
    studio, clip: bytes, step: str, count: int
) -> None:
    die_at(studio, clip, step, count)
    takes = studio.make(*crashing.orders(), run_cap_usd=2.0)
    in_doubt = [take for take in takes if take.outcome is Outcome.UNKNOWN]
    assert 1 <= len(in_doubt) <= 3  # three were on their way at once
    assert len(takes.ok) + len(in_doubt) == 5
    assert studio.ledger.spend().committed == 2_000_000
    assert len(studio.service.accepted) == len(takes.ok)
    for take in in_doubt:
        studio.floor().resolve(take.job_id, accepted=False)
    assert len(studio.make(*crashing.orders(), run_cap_usd=2.0).ok) == 5
    assert accepted_once_each(studio)
    assert studio.ledger.spend().settled == 2_000_000


def test_two_processes_on_one_ledger_pay_for_each_take_once(studio, clip: bytes) -> None:
    path = studio.root / "clip.mp4"
    path.write_bytes(clip)
    script = Path(__file__).with_name("crashing.py")
    command = [sys.executable, str(script), str(studio.root), studio.place, str(path), "never", "0"]
    visitors = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for visitor in visitors:
        _, said = visitor.communicate(timeout=60)
        assert visitor.returncode == 0, said
    assert accepted_once_each(studio)
    assert len(studio.service.posts) == 5
    spent = studio.ledger.spend()
    assert (spent.settled, spent.reserved, spent.unknown) == (ALL.settled, 0, 0)
