"""The desk from notebook and shell, over runs that were killed, copied, busy and stuck; on the simulator."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from filelock import FileLock

import charkit as ck
from charkit.errors import UsageError
from charkit.ledger import Caps, Step, owners
from charkit.studio import open_desk
from charkit.takes import RetakeRule
from charkit.takes.orders import intent_of

pytestmark = pytest.mark.usefixtures("on_the_simulator")

KILLED = """
import os, signal, sys
import charkit as ck
from charkit.ledger import Ledger

real = Ledger.advance

def advance(self, job, step):
    row = real(self, job, step)
    on_their_way = [other for other in self.jobs() if other.state == "sending"]  # their doubt is another test's
    if job.kind == "video" and step.to == {state!r} and not on_their_way:
        os.kill(os.getpid(), signal.SIGKILL)
    return row

Ledger.advance = advance
ck.open_studio({home!r}, run="tour", max_spend=5.0).shoot()
"""


def posts(simulator: str) -> int:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310
        found = json.load(answer)
    return sum(entry["method"] == "POST" for entry in found["requests"])


def killed_at(home: Path, state: str) -> None:
    """Shoot in a process of its own that dies by SIGKILL as soon as a clip's job has come so far."""
    code = KILLED.format(state=state, home=str(home))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


def shell(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "charkit", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env={**os.environ, "COLUMNS": "200"}, check=False, timeout=120
    )


def facts(*arguments: str, cwd: Path, code: int = 0):
    done = shell(*arguments, "--json", cwd=cwd)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("state", [pytest.param("running", marks=pytest.mark.thorough), "succeeded"])
def test_after_kill_9_the_shell_goes_on_and_the_notebook_finds_it_all_paid_once(
    production: Path, tmp_path: Path, on_the_simulator: str, state: str
) -> None:
    killed_at(production, state)
    sent = posts(on_the_simulator)
    left = facts("jobs", "list", "--state", "open", cwd=tmp_path)
    assert left
    assert {row["state"] for row in left} <= {"running", "queued", "succeeded", "sending", "unknown", "intended"}
    went_on = facts("jobs", "resume", cwd=tmp_path)
    assert went_on[0]["problem"] == ""
    assert all(take["ok"] for take in went_on[0]["takes"])
    assert posts(on_the_simulator) == sent
    assert [r["shot"] for r in facts("jobs", "list", "--state", "open", cwd=tmp_path) if r["state"] != "intended"] == []
    takes = ck.open_studio(production, run="tour", max_spend=5.0).shoot()
    assert all(take.ok for take in takes)
    charged = ck.open_studio(production, run="tour").spend
    assert (charged.reserved, charged.unknown) == (0, 0)
    assert charged.settled == charged.estimated


def test_ledger_and_store_copied_to_another_machine_are_enough_to_go_on(
    production: Path, tmp_path: Path, on_the_simulator: str
) -> None:
    killed_at(production, "running")
    sent = posts(on_the_simulator)
    new = tmp_path / "new" / "data"
    new.mkdir(parents=True)
    for file in (tmp_path / "data").glob("ledger.sqlite*"):
        shutil.copy(file, new)
    shutil.copytree(tmp_path / "data" / "store", new / "store")
    desk = open_desk(data=new)
    assert desk.jobs(state="open")
    visits = list(desk.visits())
    assert [visit.problem for visit in visits] == [""]
    assert all(take.ok and take.path is not None for take in visits[0].takes)
    assert posts(on_the_simulator) == sent
    assert {path.parent for path in (take.path for take in visits[0].takes) if path} == {
        new / "runs" / "tour" / "takes"
    }


def test_a_run_that_another_process_works_in_is_left_alone_and_named(production: Path) -> None:
    killed_at(production, "running")
    lock = production.parents[1] / "runs" / "tour" / ".lock"
    with FileLock(lock):
        (visit,) = open_desk(production).visits()
        assert "another process" in visit.problem
        assert open_desk(production).jobs(state="open")
    assert open_desk(production).resume().ok


def test_a_job_that_never_ends_can_be_stopped_where_the_service_can(production: Path) -> None:
    board = production / "storyboard.yaml"
    board.write_text(board.read_text("utf-8").replace("place: a harbour", "place: 'a harbour [[stuck]]'"), "utf-8")
    code = KILLED.format(state="running", home=str(production)).replace(
        'job.kind == "video"', 'job.kind == "video" and job.route == "omni-1.2"'
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=120)
    studio = ck.open_studio(production, run="tour", max_spend=5.0)
    (job,) = [job for job in studio.jobs.open if job.row.subject == "A2"]
    history = studio.cancel(job.id)
    assert history.job.state == "cancelled"
    assert history.job.held.reserved == 0
    with pytest.raises(UsageError, match="nothing to cancel"):
        studio.cancel(job.id)


def test_the_studio_shows_its_own_jobs_and_spending(production: Path) -> None:
    studio = ck.open_studio(production, run="one", max_spend=5.0)
    studio.shoot()
    assert {job.row.subject for job in studio.jobs} >= {"A1", "A2"}
    assert repr(studio.jobs).startswith("Jobs(")
    assert not studio.jobs.open
    history = studio.job(studio.jobs[0].id)
    assert history.steps[0].after == "intended"
    for shown in (studio.jobs, history, studio.spending, studio.quote()):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"]
        assert "<" in bundle["text/html"]
    assert studio.spending.total(simulated=True).settled == studio.spend.settled
    assert len(studio.resume()) == 0
    assert len(ck.open_studio(production, run="two").jobs) == 0


def test_what_nobody_knows_is_resolved_in_the_notebook_and_sent_again_only_then(
    production: Path, on_the_simulator: str
) -> None:
    studio = ck.open_studio(production, run="one", max_spend=5.0)
    studio.references()
    plan = studio.plan()
    order = studio._filming.order(plan["A1"], 1)
    ledger = studio._ledger
    job = ledger.reserve(intent_of(order), caps=Caps(run=5_000_000), owner=owners.current())
    begun = ledger.begin_sending(job, owner=owners.current())
    assert begun is not None
    ledger.advance(begun, Step(to="unknown", note="the line was cut"))
    assert [j.id for j in studio.jobs.in_doubt] == [job.id]
    sent = posts(on_the_simulator)
    assert studio.resolve(job.id, not_there=True).job.state == "failed"
    assert posts(on_the_simulator) == sent
    assert studio.shoot()[0].ok


def test_a_retake_for_a_persons_reason_says_so_in_take_ledger_and_report(
    production: Path, on_the_simulator: str
) -> None:
    studio = ck.open_studio(production, run="again", max_spend=9.0)
    studio.shoot()
    made = studio.retakes([("A2", "her coat is not red")])
    assert [(take.id, take.why) for take in made.takes] == [("A2-t2", "her coat is not red")]
    sent = posts(on_the_simulator)
    assert len(studio.retakes([("A2", "her coat is not red")]).takes) == 0
    assert posts(on_the_simulator) == sent
    assert studio.job(made.takes[0].job_id).steps[0].note == "her coat is not red"
    page = studio.report().path.read_text("utf-8")
    assert "her coat is not red" in page
    more = studio.retakes([("A2", "still not")], rule=RetakeRule(rounds=5, budget_usd=0.0))
    assert "for retakes are left" in more.declined[0].why
