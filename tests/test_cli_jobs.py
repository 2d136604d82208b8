"""`charkit jobs`: what a person sees of paid jobs and can do about them, from the shell."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UsageError
from charkit.ledger import Caps, Intent, JobRow, Ledger, SentRow, Step, owners
from charkit.providers.base import Answer, Billing, Outcome
from charkit.studio.lines import Lines

RUN = CliRunner()
ME = owners.current()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CHARKIT_DATA", raising=False)
    return tmp_path


@pytest.fixture
def ledger(here: Path) -> Iterator[Ledger]:
    with Ledger.open(here / "data" / "ledger.sqlite") as opened:
        yield opened


def sending(ledger: Ledger, subject: str, **changes) -> JobRow:
    values = {
        "production": "lantern",
        "run": "tour",
        "route": "omni-1.2",
        "simulated": False,
        "price": 90_000,
    } | changes
    intent = Intent(
        request_key=f"request-1:sha256:{subject}{values}",
        take_number=1,
        request=json.dumps({"prompt": f"the film\nshows {subject}", "size": [640, 360]}),
        subject=subject,
        kind="video",
        endpoint="google",
        model="gemini-omni-1.2-flash",
        **values,
    )
    job = ledger.begin_sending(ledger.reserve(intent, caps=Caps(run=10**9), owner=ME), owner=ME)
    assert job is not None
    return job


def doubtful(ledger: Ledger, subject: str = "S02", **changes) -> JobRow:
    return ledger.advance(sending(ledger, subject, **changes), Step(to="unknown", note="the line was cut"))


def running(ledger: Ledger, subject: str = "S01", **changes) -> JobRow:
    sent = (
        SentRow(field="input[0]", name="image1.png", digest="sha256:" + "ab" * 32, role="character", character="Mira"),
    )
    step = Step(to="running", accepted=True, remote_id=f"v_{subject}", raw='{"id":"v_x","state":"running"}', sent=sent)
    return ledger.advance(sending(ledger, subject, **changes), step)


def ask(*arguments: str, code: int = 0) -> str:
    result = RUN.invoke(app, ["jobs", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def rows(*arguments: str) -> list[dict]:
    return json.loads(ask("list", "--json", *arguments))


def test_what_waits_for_the_person_comes_first_then_what_runs_then_what_is_over(ledger: Ledger) -> None:
    done = ledger.advance(running(ledger, "S01"), Step(to="refused", money="release"))
    run = running(ledger, "S03")
    lost = doubtful(ledger, "S02")
    assert [row["job"] for row in rows()] == [lost.id, run.id, done.id]
    text = ask("list")
    assert text.index("S02") < text.index("S03") < text.index("S01")
    assert "lantern, run tour" in text
    assert "$0.09 in doubt" in text
    assert lost.id in text
    assert "charkit jobs show JOB" in text


def test_the_list_is_narrowed_by_production_run_state_route_and_shot(ledger: Ledger) -> None:
    running(ledger, "S01")
    running(ledger, "S02", production="comet", run="two", route="muse-video")
    doubtful(ledger, "S03")
    assert [row["shot"] for row in rows("--production", "comet")] == ["S02"]
    assert [row["shot"] for row in rows("--run", "tour")] == ["S03", "S01"]
    assert [row["shot"] for row in rows("--state", "running")] == ["S02", "S01"]
    assert [row["shot"] for row in rows("--state", "doubt")] == ["S03"]
    assert len(rows("--state", "open")) == 3
    assert [row["shot"] for row in rows("--route", "muse-video")] == ["S02"]
    assert rows("--shot", "S09") == []


def test_a_state_that_does_not_exist_names_the_nearest(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="Did you mean 'running'"):
        ask("list", "--state", "runing")


def test_where_there_is_no_ledger_it_says_so_and_makes_none(here: Path) -> None:
    with pytest.raises(UsageError, match="no ledger"):
        ask("list")
    assert list(here.iterdir()) == []


def test_a_ledger_elsewhere_is_named(ledger: Ledger, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(ledger)
    (here / "other").mkdir()
    monkeypatch.chdir(here / "other")
    assert len(rows()) == 1  # found above
    monkeypatch.chdir("/")
    assert len(rows("--data", str(here / "data"))) == 1


def test_one_job_is_shown_with_its_whole_history_and_what_was_sent_in_which_field(ledger: Ledger) -> None:
    job = running(ledger)
    ledger.advance(job, Step(to="succeeded", money="settle", charged=70_000, raw='{"state":"done","cost":0.07}'))
    text = ask("show", job.id)
    for said in ("intended", "sending", "running", "succeeded", "input[0]", "Mira", "image1.png", '"cost": 0.07'):
        assert said in text, said
    assert "It cost $0.07; the estimate was $0.09." in text
    facts = json.loads(ask("show", job.id, "--json"))
    assert [step["after"] for step in facts["history"]] == ["intended", "sending", "running", "succeeded"]
    assert facts["history"][-1]["answer"] == {"state": "done", "cost": 0.07}
    assert facts["sent_in"][0]["field"] == "input[0]"
    assert facts["history"][0]["at"].startswith(time.strftime("%Y-%m-%dT"))


def test_the_end_of_an_id_is_enough_and_an_ambiguous_or_unknown_one_is_refused(ledger: Ledger) -> None:
    job = running(ledger)
    other = running(ledger, "S02")
    assert json.loads(ask("show", job.id[-6:].lower(), "--json"))["job"] == job.id
    with pytest.raises(UsageError, match=f"(?s)2 jobs.*{other.id}"):
        ask("show", "job_0")
    with pytest.raises(UsageError, match="charkit jobs list"):
        ask("show", "nonsense")
    with pytest.raises(UsageError, match="no job"):
        ask("show", "")


def test_a_doubt_is_spelled_out_with_what_is_known_what_it_may_cost_and_the_ways_out(ledger: Ledger) -> None:
    job = doubtful(ledger)
    text = ask("resolve", job.id, code=2)
    assert "the line was cut" in text
    assert "the film shows S02" in text
    assert "It may have cost $0.09, which counts against the cap until you decide." in text
    assert f"charkit jobs resolve {job.id} --found REMOTE_ID" in text
    assert f"charkit jobs resolve {job.id} --not-there" in text
    assert ledger.job(job.id).state == "unknown"


def test_found_at_the_service_it_goes_on_under_that_id_with_its_money_set_aside(ledger: Ledger) -> None:
    job = doubtful(ledger)
    assert json.loads(ask("resolve", job.id, "--found", " v_77 ", "--json"))["state"] == "running"
    assert ledger.job(job.id).remote_id == "v_77"
    held = ledger.held_by(job.id)
    assert (held.reserved, held.unknown) == (90_000, 0)


def test_not_there_sets_its_money_free(ledger: Ledger) -> None:
    job = doubtful(ledger)
    ask("resolve", job.id, "--not-there")
    assert ledger.job(job.id).state == "failed"
    assert ledger.spend().committed == 0


def test_lost_counts_as_paid_and_is_never_sent_again(ledger: Ledger) -> None:
    job = doubtful(ledger)
    ask("resolve", job.id, "--lost")
    assert ledger.job(job.id).state == "expired"
    assert ledger.spend().settled == 90_000


@pytest.mark.parametrize(("word", "settled"), [(("--charged", "0.07"), 70_000), (("--not-charged",), 0)])
def test_the_money_of_a_finished_job_is_settled_by_the_persons_word(
    ledger: Ledger, word: tuple[str, ...], settled: int
) -> None:
    job = ledger.advance(running(ledger), Step(to="failed", money="doubt"))
    assert "--charged USD" in ask("resolve", job.id, code=2)
    ask("resolve", job.id, *word)
    held = ledger.held_by(job.id)
    assert (held.settled, held.unknown) == (settled, 0)


@pytest.mark.parametrize(
    "words",
    [
        ("--found", "v_1", "--not-there"),
        ("--not-there", "--lost"),
        ("--charged", "0.1", "--not-charged"),
        ("--charged", "0.1"),  # of a job of which nobody knows whether it exists
        ("--found", " "),
    ],
)
def test_words_that_do_not_fit_are_refused_and_change_nothing(ledger: Ledger, words: tuple[str, ...]) -> None:
    job = doubtful(ledger)
    before = ledger.history(job.id)
    with pytest.raises(UsageError):
        ask("resolve", job.id, *words)
    assert ledger.history(job.id) == before


def test_what_nobody_doubts_cannot_be_resolved(ledger: Ledger) -> None:
    job = running(ledger)
    with pytest.raises(UsageError, match=r"nobody doubts that.*charkit jobs resume"):
        ask("resolve", job.id, "--not-there")
    assert ledger.job(job.id).state == "running"


def test_going_on_without_the_key_says_which_and_leaves_the_job_as_it_is(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    job = running(ledger)
    (visit,) = json.loads(ask("resume", "--json", code=1))
    assert "GEMINI_API_KEY" in visit["problem"]
    assert ledger.job(job.id).state == "running"


def test_a_rehearsal_s_jobs_are_never_asked_of_the_service_nor_paid_ones_of_the_simulator(
    ledger: Ledger, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    asked: list[tuple[bool, str]] = []

    class Nobody:
        def __init__(self, live: bool) -> None:
            self.live = live

        def poll(self, remote_id: str) -> Answer:
            asked.append((self.live, remote_id))
            return Answer(outcome=Outcome.FAILED, billing=Billing.NOT_CHARGED, remote_id=remote_id, message="down")

    monkeypatch.setattr(Lines, "connect", lambda self, endpoint: Nobody(self._live))
    running(ledger, "S01", simulated=True)
    running(ledger, "S02")
    ask("resume")
    assert sorted(asked) == [(False, "v_S01"), (True, "v_S02")]


def test_nothing_open_is_nothing_to_do(ledger: Ledger) -> None:
    assert "No job is open" in ask("resume")
    assert json.loads(ask("resume", "--json")) == []


def test_ten_thousand_letters_of_an_answer_are_shortened_to_be_read(ledger: Ledger) -> None:
    job = running(ledger)
    ledger.advance(job, Step(to="succeeded", money="settle", raw=json.dumps({"data": "x" * 10_000, "id": "v_1"})))
    text = ask("show", job.id)
    assert len(text) < 4000
    assert '"id": "v_1"' in text


def test_in_a_narrow_shell_every_shot_and_enough_of_every_job_stays_readable(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    job = running(ledger, "mira.expression-laughing", route="nano-banana-2.1")
    shown = RUN.invoke(app, ["jobs", "list"]).output
    assert "mira.expression-laughing" in shown
    assert f"…{job.id[-6:]}" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
