"""A sweep is checked before it starts, goes on after anything, repeats nothing that is done, and pays nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock

from charkit.batch import plan_sweep, read_results, run_sweep
from charkit.batch.kernels import ready
from charkit.batch.records import RunMoney, RunOrder, RunRecord
from charkit.errors import BadDocument, CharkitError, RunBusy, StorageError, UsageError
from charkit.ledger import Caps, Intent, Ledger, owners, usd
from charkit.money import dollars
from charkit.workspace import new_production

from .conftest import Kept, shown, write_notebook, write_sweep


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end():
    yield
    ready().close()


def test_every_run_is_a_notebook_of_its_own_with_its_parameters_inside(tmp_path: Path, inline: Kept) -> None:
    path = write_sweep(tmp_path, "parameters: {word: hello}\ngrid: {count: [1, 2]}")
    results = run_sweep(path, executor=inline)
    assert repr(results) == "Results(trial: 2 of 2 runs done; $0.00, simulated)"
    for record, count in zip(results.records, (1, 2), strict=True):
        kept = results.folder / record.run / "tiny.ipynb"
        assert shown(kept) == f"({count}, 'hello')"
        assert nbformat.read(kept, as_version=4).metadata.papermill.parameters == {"word": "hello", "count": count}
        assert json.loads((kept.parent / "run.json").read_text())["parameters"] == {"word": "hello", "count": count}
        assert str(tmp_path) not in (kept.parent / "run.json").read_text()
    assert read_results(results.folder).records == results.records


def test_what_is_done_stands_and_what_failed_is_tried_again(tmp_path: Path, inline: Kept) -> None:
    cell = f"import pathlib; assert count != 2 or pathlib.Path({str(tmp_path / 'mended')!r}).exists(), 'broken'\ncount"
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}", cell)
    first = run_sweep(path, executor=inline)
    assert [record.state for record in first.records] == ["done", "failed"]
    assert first.failed[0].error == "AssertionError: broken"
    stands = first.folder / first.done[0].run / "tiny.ipynb"
    before = stands.stat().st_mtime_ns
    (tmp_path / "mended").touch()
    path.write_text(path.read_text().replace("[1, 2]", "[3, 2, 1]"))  # longer, and in another order
    tried: list[str] = []
    second = run_sweep(path, executor=inline, only_failed=True, on_run=lambda record: tried.append(record.run))
    assert tried == [first.failed[0].run]
    assert [record.state for record in second.records] == ["done", "done"]
    assert repr(second) == "Results(trial: 2 of 3 runs done, 1 to do; $0.00, simulated)"
    assert stands.stat().st_mtime_ns == before
    assert plan_sweep(path).runs[0].standing == "new"


def test_a_notebook_edited_while_it_is_swept_is_noticed_and_the_copy_is_run(tmp_path: Path, inline: Kept) -> None:
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}", "'before', count")
    edited: list[Path] = []

    def edit(_: object) -> None:
        edited.append(write_notebook(tmp_path / "tiny.ipynb", "'after', count"))

    results = run_sweep(path, executor=inline, on_run=edit)
    assert [shown(results.folder / r.run / "tiny.ipynb") for r in results.records] == ["('before', 1)", "('before', 2)"]
    assert "tiny.ipynb was edited while the sweep ran" in results.notes[0]
    plan = plan_sweep(path)
    assert plan.left == ()
    assert "2 of those that are done were made by another version of tiny; they stand" in plan.notes


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX")
def test_a_place_that_cannot_be_written_to_is_refused_before_anything_starts(tmp_path: Path, inline: Kept) -> None:
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}")
    path.write_text(path.read_text().replace("outputs: out", "outputs: /proc/nowhere"))
    with pytest.raises(StorageError, match="nothing was started. Name another place"):
        run_sweep(path, executor=inline)


def test_a_notebook_that_is_missing_is_refused(tmp_path: Path) -> None:
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}")
    (tmp_path / "tiny.ipynb").rename(tmp_path / "tine.ipynb")
    with pytest.raises(BadDocument, match="no such notebook. Did you mean 'tine.ipynb'"):
        plan_sweep(path)


def test_two_at_once_in_one_sweep_are_told_so(tmp_path: Path, inline: Kept) -> None:
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}")
    plan = plan_sweep(path)
    plan.folder.mkdir(parents=True)
    with FileLock(plan.folder / ".sweep.lock"), pytest.raises(RunBusy, match="trial"):
        run_sweep(plan, executor=inline)


def test_a_record_that_was_cut_off_counts_as_not_ended(tmp_path: Path, inline: Kept) -> None:
    path = write_sweep(tmp_path, "parameters: {count: 1}")
    plan = plan_sweep(path)
    plan.runs[0].folder.mkdir(parents=True)
    (plan.runs[0].folder / "run.json").write_text('{"format": "charkit sw')
    assert plan_sweep(path).runs[0].standing == "new"


# ---------------------------------------------------------------------- with a studio


TAKE = """import charkit as ck
from charkit.batch import variant
studio = variant(ck.open_studio(production, run=run, live=live, max_spend=max_spend, resolution=resolution),
                 shot=shot, character=character, route=route, action=action, seed=seed)
takes = studio.shoot()
max_spend"""

DECLARED = """production: str = "data/productions/small"  # folder
run: str = "one"  # names the folder
live: bool = False  # pays
max_spend: float = 1.0  # dollars
shot: str = "S01"  # which
character: str = ""  # who
route: str = ""  # how
action: str = ""  # what
seed: int = 0  # root
resolution: str = "360p"  # size"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sweep over the template's shot, from its folder as a person would run it."""
    for name in ("CHARKIT_DATA", "CHARKIT_SIMULATOR_URL"):
        monkeypatch.delenv(name, raising=False)
    new_production("small", tmp_path / "data" / "productions")
    monkeypatch.chdir(tmp_path)
    path = write_sweep(tmp_path, "grid: {seed: [1, 2]}\nmax_spend: 1.5", TAKE, parameters=DECLARED)
    path.write_text(path.read_text().replace("outputs: out\n", ""))
    return path


def test_a_sweep_is_priced_first_and_a_cap_that_is_missing_or_too_small_is_said(film: Path, inline: Kept) -> None:
    plan = plan_sweep(film)
    assert plan.planned_usd == pytest.approx(sum(run.price.planned for run in plan.runs))
    assert all(0 < run.price.planned < 1 for run in plan.runs)
    assert plan.most_usd == 1.5
    assert "at most $1.50 together (simulated: nothing is paid)" in plan.sentences()[0]
    film.write_text(film.read_text().replace("grid:", "parameters: {live: true}\ngrid:").replace("max_spend: 1.5", ""))
    with pytest.raises(UsageError, match="pays real services .* Say how much all runs may cost together"):
        plan_sweep(film)
    film.write_text(film.read_text().replace("live: true", "shot: S77"))
    with pytest.raises(UsageError, match="no shot called 'S77'.*Nothing was started"):
        run_sweep(film, executor=inline)
    film.write_text(film.read_text().replace("shot: S77", "max_spend: 0.01"))
    with pytest.raises(UsageError, match=r"of the \$0\.01 cap .*Nothing was started"):
        run_sweep(film, executor=inline)
    with Ledger.open(film.parent / "data" / "ledger.sqlite") as ledger:
        assert ledger.jobs() == []


class Cashier:
    """An executor that commits, for every run, all it was allowed or a given amount."""

    def __init__(self, places: int, commits: float | None) -> None:
        self.places = places
        self.commits = commits
        self.allowed: dict[str, float] = {}
        self.most_at_once = 0.0
        self._at_work: list[RunOrder] = []

    def start(self, order: RunOrder) -> None:
        self._at_work.append(order)
        self.allowed[order.run] = float(order.parameters["max_spend"])
        self.most_at_once = max(self.most_at_once, sum(self.allowed[one.run] for one in self._at_work))

    def wait(self) -> RunRecord:
        order = self._at_work.pop(0)
        spent = self.allowed[order.run] if self.commits is None else self.commits
        told = {"sweep": order.sweep, "run": order.run, "notebook": order.notebook, "notebook_digest": "sha256:0"}
        money = RunMoney(estimated_usd=spent, charged_usd=spent, committed_usd=spent, simulated=True)
        return RunRecord(**told, parameters=order.told, axes=order.axes, state="done", money=money)

    def close(self) -> None:
        raise AssertionError("an executor that was handed in is not closed")


def test_a_run_waits_for_money_and_is_not_started_where_there_is_none(film: Path, monkeypatch) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://127.0.0.1:1")
    film.write_text(film.read_text().replace("[1, 2]", "[1, 2, 3, 4]").replace("max_spend: 1.5", "max_spend: 1.1"))
    modest = Cashier(places=4, commits=0.1)
    results = run_sweep(film, executor=modest)
    assert [record.state for record in results.records] == ["done"] * 4
    assert modest.most_at_once <= 1.1 + 1e-9
    greedy = Cashier(places=4, commits=None)
    results = run_sweep(film, executor=greedy)
    assert results.charged_usd <= 1.1 + 1e-9
    assert [record.state for record in results.records] == ["done", "not started", "not started", "not started"]
    assert "less is left of the sweep's $1.10. Raise max_spend" in results.records[1].error
    assert not (results.folder / results.records[1].run).exists()


@pytest.mark.slow
def test_a_sweep_killed_in_the_middle_repeats_no_finished_run_and_pays_nothing_twice(film: Path, inline: Kept) -> None:
    folder = plan_sweep(film).folder
    log = (film.parent / "log").open("w")
    driver = subprocess.Popen(
        [sys.executable, "-m", "charkit", "batch", str(film), "--workers", "1"], stdout=log, stderr=log
    )
    ledger_file = film.parent / "data" / "ledger.sqlite"
    until = time.monotonic() + 120
    while _under_way(ledger_file) < 2 and time.monotonic() < until and driver.poll() is None:
        time.sleep(0.02)
    os.kill(driver.pid, signal.SIGKILL)  # one run is done, and the second one's clip is being made at the service
    driver.wait()
    log.close()
    stood = {path: path.stat().st_mtime_ns for path in folder.glob("*/run.json")}
    assert len(stood) == 1, (film.parent / "log").read_text()
    results = _gone_on_with(film, inline)
    assert [record.state for record in results.records] == ["done"] * 2
    assert all(path.stat().st_mtime_ns == when for path, when in stood.items())
    with Ledger.open(ledger_file) as ledger:
        jobs = ledger.jobs()
        keys = [(job.request_key, job.take_number) for job in jobs]
        spent = ledger.spend(simulated=True)
    assert len(set(keys)) == len(keys)
    videos = [job for job in jobs if job.kind == "video"]
    assert sorted(job.run for job in videos) == sorted(record.run for record in results.records)
    assert _accepted(film.parent / "data" / "simulator") == len(jobs) == 2
    assert spent.unknown == spent.reserved == 0
    assert spent.settled == sum(job.price for job in jobs)


@pytest.mark.thorough
def test_two_workers_on_one_ledger_in_postgresql_pay_nothing_twice_through_a_kill_and_hold_the_cap_together(
    film: Path, postgres_places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARKIT_LEDGER", where := postgres_places())
    price = plan_sweep(film).runs[0].price.planned
    one_run, cap = round(price * 1.2, 4), round(price * 2.5, 4)  # money for two runs, and for two at once
    text = film.read_text().replace("[1, 2]", "[1, 2, 3]").replace("max_spend: 1.5", f"max_spend: {cap}")
    film.write_text(text + f"\nparameters: {{max_spend: {one_run}}}\n")
    log = (film.parent / "log").open("w")
    driver = subprocess.Popen(
        [sys.executable, "-m", "charkit", "batch", str(film), "--workers", "2"], stdout=log, stderr=log
    )
    until = time.monotonic() + 120
    while len(_taken_on(where)) < 2 and time.monotonic() < until and driver.poll() is None:
        time.sleep(0.02)
    os.kill(driver.pid, signal.SIGKILL)  # both workers wait for a clip that is being made, or one has just got it
    driver.wait()
    log.close()
    before = _taken_on(where)
    assert len(before) == 2, (film.parent / "log").read_text()
    results = _gone_on_with(film, "local", workers=2)
    assert sorted(record.state for record in results.records) == ["done", "done", "not started"]
    assert f"less is left of the sweep's {dollars(cap)}" in next(r.error for r in results.records if not r.done)
    with Ledger.open(where) as ledger:
        jobs, spent = ledger.jobs(), ledger.spend(simulated=True)
        assert not ledger.verify().faults
    assert {job.id for job in jobs} == before
    assert {job.run for job in jobs} == {record.run for record in results.done}
    assert _accepted(film.parent / "data" / "simulator") == 2
    assert (spent.unknown, spent.reserved, spent.settled) == (0, 0, sum(job.price for job in jobs))
    assert results.charged_usd == pytest.approx(usd(spent.settled))
    assert usd(spent.settled) <= cap
    assert not (film.parent / "data" / "ledger.sqlite").exists()


def test_what_a_run_committed_counts_wherever_the_ledger_is(film: Path, tmp_path: Path, monkeypatch) -> None:
    elsewhere = tmp_path / "elsewhere" / "budget.sqlite"
    elsewhere.parent.mkdir()
    monkeypatch.setenv("CHARKIT_LEDGER", str(elsewhere))
    first = plan_sweep(film).runs[0]
    held = Intent(
        request_key="request:sha256:1", take_number=1, request="{}", production="small", run=first.name, subject="S01",
        kind="video", route="omni-1.2", endpoint="gemini", model="omni", price=250_000, simulated=True,
    )  # fmt: skip
    with Ledger.open(elsewhere) as ledger:
        ledger.reserve(held, caps=Caps(run=1_000_000), owner=owners.current())
    assert plan_sweep(film).runs[0].price.committed == 0.25
    assert plan_sweep(film).committed_usd == 0.25


def _taken_on(ledger: str) -> set[str]:
    """Return the jobs that a service has taken on."""
    with Ledger.open(ledger) as opened:
        return {job.id for job in opened.jobs() if job.remote_id is not None}


def _gone_on_with(film: Path, executor: Kept | str, workers: int | None = None):
    """Go on as soon as what the dead driver left behind has ended."""
    until = time.monotonic() + 60
    while True:
        try:
            return run_sweep(film, executor=executor, workers=workers)
        except CharkitError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _under_way(ledger: Path) -> int:
    """Count the clips that a service has taken on."""
    if not ledger.is_file():
        return 0
    with Ledger.open(ledger) as opened:
        return sum(job.remote_id is not None for job in opened.jobs())


def _accepted(state: Path) -> int:
    """Count what the simulator took on, by its own record."""
    lines = (state / "record.jsonl").read_text(encoding="utf-8").splitlines()
    return sum(entry["method"] == "POST" and bool(entry["job"]) for entry in map(json.loads, lines))
