from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from some_jobs import ME, PLENTY, Clock, intent, running, sending

from charkit.errors import KeyConflict, LedgerError, SpendLimit, StorageFull
from charkit.ledger import Caps, Ledger, ScoreRow, SentRow, Spend, Step, TakeRow, owners
from charkit.ledger.meaning import meaning
from charkit.ledger.states import STEPS, TERMINAL
from charkit.providers.base import Outcome


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(ledger_place: str, clock: Clock) -> Iterator[Ledger]:
    with Ledger.open(ledger_place, clock=clock) as opened:
        yield opened


@pytest.fixture
def file_ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite", clock=clock) as opened:
        yield opened


def test_the_states_are_the_outcomes_and_two_before_them() -> None:
    assert set(STEPS) == {outcome.value for outcome in Outcome} | {"intended", "sending"}
    assert {outcome.value for outcome in Outcome if outcome.terminal} == TERMINAL


def test_a_job_goes_all_the_way_and_everything_about_it_can_be_read_again(ledger: Ledger, ledger_place: str) -> None:
    job = ledger.reserve(intent(), caps=PLENTY, owner=ME)
    assert (job.state, job.owner, job.price) == ("intended", ME, 400_000)
    assert ledger.spend(run="tour") == Spend(estimated=400_000, reserved=400_000)
    begun = ledger.begin_sending(job, owner=ME)
    assert begun is not None
    assert begun.sent_at is not None
    sent = (
        SentRow(field="input[0]", name="image1.png", digest="sha256:aa", role="character", character="Mira"),
        SentRow(field="input[1]", name="image2.png", digest="sha256:bb", role="character", character="Fenn"),
    )
    job = ledger.advance(
        begun, Step(to="queued", remote_id="v1_x", accepted=True, answered_model="omni", raw='{"id":"v1_x"}', sent=sent)
    )
    job = ledger.advance(job, Step(to="running", raw="{}"))
    job = ledger.advance(job, Step(to="succeeded", money="settle", charged=390_000, expires_at=5.0))
    take = ledger.record_take(
        TakeRow(job_id=job.id, digest="sha256:cc", media_type="video/mp4", facts='{"seconds": 4.0}')
    )
    ledger.record_score(ScoreRow(job_id=job.id, scorer="palette", axis="palette", verdict="pass", value=0.9))

    with Ledger.open(ledger_place) as again:
        assert again.find("request:sha256:S01", 1) == job == again.job(job.id)
        assert (job.remote_id, job.answered_model, job.accepted, job.expires_at) == ("v1_x", "omni", True, 5.0)
        history = again.history(job.id)
        assert [(t.before, t.after) for t in history] == [
            ("", "intended"),
            ("intended", "sending"),
            ("sending", "queued"),
            ("queued", "running"),
            ("running", "succeeded"),
        ]
        assert [t.at for t in history] == sorted(t.at for t in history)
        assert history[2].raw == '{"id":"v1_x"}'
        assert again.sent(job.id) == sent
        assert again.takes(run="tour") == again.takes(job_id=job.id) == [take]
        assert [(s.scorer, s.verdict, s.value) for s in again.scores(production="lantern")] == [
            ("palette", "pass", 0.9)
        ]
        assert again.held_by(job.id) == Spend(estimated=400_000, settled=390_000)
        assert [(e.bucket, e.amount) for e in again.money(job.id)] == [
            ("estimated", 400_000),
            ("reserved", 400_000),
            ("reserved", -400_000),
            ("settled", 390_000),
        ]
        assert again.jobs(states={"succeeded"}) == again.jobs(endpoint="sim-google") == [job]
        assert again.jobs(run="another") == again.takes(run="another") == again.scores(job_id="no") == []
        assert again.remote_ids("sim-google") == {"v1_x"}
        assert repr(again.spend()) == "Spend(settled $0.39, reserved $0.00, unknown $0.00, estimated $0.40)"


def test_the_same_request_and_take_number_is_one_job_in_every_run(ledger: Ledger) -> None:
    job = running(ledger)
    again = ledger.reserve(intent(run="other run", production="other"), caps=Caps(run=0), owner=ME)
    assert again == job
    assert ledger.reserve(intent(take=2), caps=PLENTY, owner=ME).id != job.id
    assert len(ledger.jobs()) == 2


def test_one_key_for_two_requests_is_said_loudly_and_nothing_is_written(ledger: Ledger) -> None:
    ledger.reserve(intent(), caps=PLENTY, owner=ME)
    with pytest.raises(KeyConflict, match="already stands for another request"):
        ledger.reserve(intent(request='{"prompt": "something else"}'), caps=PLENTY, owner=ME)
    assert ledger.spend().reserved == 400_000


def test_the_run_cap_counts_what_is_reserved_settled_and_in_doubt(ledger: Ledger) -> None:
    caps = Caps(run=1_000_000)
    ledger.advance(running(ledger, intent("S01", price=300_000)), Step(to="succeeded", money="settle"))
    ledger.advance(sending(ledger, intent("S02", price=300_000)), Step(to="unknown"))
    ledger.reserve(intent("S03", price=300_000), caps=caps, owner=ME)
    assert ledger.spend() == Spend(estimated=900_000, settled=300_000, unknown=300_000, reserved=300_000)
    with pytest.raises(SpendLimit, match="run 'tour'") as caught:
        ledger.reserve(intent("S04", price=100_001), caps=caps, owner=ME)
    assert (caught.value.cap, caught.value.committed, caught.value.asked) == (1.0, 0.9, 0.100001)
    assert ledger.find("request:sha256:S04", 1) is None
    assert ledger.reserve(intent("S05", price=100_000), caps=caps, owner=ME).state == "intended"
    assert ledger.spend(run="tour").committed == 1_000_000


def test_the_production_cap_counts_all_its_runs_and_no_other_production(ledger: Ledger) -> None:
    caps = Caps(run=1_000_000, production=1_000_000)
    ledger.reserve(intent("S01", price=700_000), caps=caps, owner=ME)
    ledger.reserve(intent("S02", price=700_000, production="another"), caps=caps, owner=ME)
    with pytest.raises(SpendLimit, match="production 'lantern'"):
        ledger.reserve(intent("S03", price=400_000, run="second"), caps=caps, owner=ME)
    ledger.reserve(intent("S04", price=300_000, run="second"), caps=caps, owner=ME)


def test_simulated_money_never_uses_up_a_cap_on_real_money(ledger: Ledger) -> None:
    caps = Caps(run=500_000, production=500_000)
    ledger.reserve(intent("S01", simulated=True), caps=caps, owner=ME)
    ledger.reserve(intent("S02"), caps=caps, owner=ME)
    assert ledger.spend(simulated=True).reserved == ledger.spend(simulated=False).reserved == 400_000


def test_money_that_was_released_can_be_spent_again(ledger: Ledger) -> None:
    caps = Caps(run=400_000)
    job = ledger.reserve(intent("S01"), caps=caps, owner=ME)
    begun = ledger.begin_sending(job, owner=ME)
    assert begun is not None
    ledger.advance(begun, Step(to="failed", accepted=False, money="release", message="no credit"))
    assert ledger.spend() == Spend(estimated=400_000, released=400_000)
    ledger.reserve(intent("S02"), caps=caps, owner=ME)


def test_a_job_the_service_never_took_on_reopens_under_the_cap(ledger: Ledger) -> None:
    job = ledger.advance(sending(ledger), Step(to="failed", accepted=False, money="release", message="no credit"))
    with pytest.raises(SpendLimit):
        ledger.reserve(intent(), caps=Caps(run=399_999), owner=ME)
    assert ledger.job(job.id).state == "failed"
    with pytest.raises(LedgerError, match="cannot go"):
        ledger.advance(job, Step(to="intended"))  # would go round the cap
    again = ledger.reserve(intent(price=300_000), caps=PLENTY, owner=ME)
    assert (again.id, again.state, again.price, again.message) == (job.id, "intended", 300_000, "")
    assert ledger.spend().reserved == ledger.spend().estimated == 300_000


@pytest.mark.parametrize("end", sorted(TERMINAL))
def test_what_the_service_took_on_is_never_sent_again(ledger: Ledger, end: str) -> None:
    job = ledger.advance(running(ledger), Step(to=end, money="settle"))
    assert ledger.reserve(intent(), caps=PLENTY, owner=ME) == job
    assert ledger.begin_sending(job, owner=ME) is None
    with pytest.raises(LedgerError, match="cannot go"):
        ledger.advance(job, Step(to="intended", accepted=False))


def test_an_unknown_job_is_not_sent_again_without_the_word_that_it_was_not_accepted(ledger: Ledger) -> None:
    job = ledger.advance(sending(ledger), Step(to="unknown", note="the connection broke"))
    assert ledger.reserve(intent(), caps=PLENTY, owner=ME) == job
    assert ledger.begin_sending(job, owner=ME) is None
    with pytest.raises(LedgerError, match="cannot go"):
        ledger.advance(job, Step(to="intended"))
    job = ledger.advance(job, Step(to="failed", accepted=False, money="release"))
    assert ledger.reserve(intent(), caps=PLENTY, owner=ME).state == "intended"


def test_a_found_job_has_its_price_set_aside_again(ledger: Ledger) -> None:
    job = ledger.advance(sending(ledger), Step(to="unknown"))
    assert ledger.held_by(job.id) == Spend(estimated=400_000, unknown=400_000)
    job = ledger.advance(job, Step(to="running", remote_id="video_9", accepted=True))
    assert ledger.held_by(job.id) == Spend(estimated=400_000, reserved=400_000)
    assert job.remote_id == "video_9"


def test_only_one_owner_sends_and_only_once(ledger: Ledger) -> None:
    job = ledger.reserve(intent(), caps=PLENTY, owner=ME)
    other = ledger.reserve(intent(), caps=PLENTY, owner="elsewhere/12/9")
    assert other.owner == ME
    assert ledger.begin_sending(other, owner="elsewhere/12/9") is None
    assert ledger.begin_sending(job, owner=ME) is not None
    assert ledger.begin_sending(job, owner=ME) is None


def test_the_claim_of_a_dead_process_or_one_that_ended_is_taken_over(ledger: Ledger, clock: Clock) -> None:
    host, _, _ = ME.rpartition("/")[0].rpartition("/")
    dead = f"{host}/999999999/1"
    ledger.reserve(intent("S01"), caps=PLENTY, owner=dead)
    assert ledger.reserve(intent("S01"), caps=PLENTY, owner=ME).owner == ME
    ledger.reserve(intent("S02"), caps=PLENTY, owner="elsewhere/1/1", lease=60)
    assert ledger.reserve(intent("S02"), caps=PLENTY, owner=ME).owner == "elsewhere/1/1"
    clock.now += 61
    assert ledger.reserve(intent("S02"), caps=PLENTY, owner=ME).owner == ME
    assert ledger.spend().reserved == 800_000


def test_no_step_leads_round_the_door_that_lets_one_owner_send(ledger: Ledger) -> None:
    job = ledger.reserve(intent(), caps=PLENTY, owner="elsewhere/1/1")
    with pytest.raises(LedgerError, match="cannot go from 'intended' to 'sending'"):
        ledger.advance(job, Step(to="sending"))
    assert ledger.job(job.id) == job


def test_an_id_that_belongs_to_another_job_does_not_end_a_doubt(ledger: Ledger) -> None:
    running(ledger, intent("S01"), "video_1")
    job = ledger.advance(sending(ledger, intent("S02")), Step(to="unknown"))
    with pytest.raises(LedgerError, match="already"):
        ledger.advance(job, Step(to="running", remote_id="video_1", accepted=True))
    assert ledger.job(job.id) == job


def test_a_finished_job_must_say_what_became_of_its_money(ledger: Ledger) -> None:
    job = running(ledger)
    with pytest.raises(LedgerError, match="without a word about its money"):
        ledger.advance(job, Step(to="failed"))
    assert ledger.job(job.id) == job


def test_money_moves_only_at_the_end_and_what_was_never_taken_on_costs_nothing(ledger: Ledger) -> None:
    job = running(ledger)
    for money in ("settle", "release", "doubt", "refund"):
        with pytest.raises(LedgerError, match="stays set aside"):
            ledger.advance(job, Step(to="queued", money=money))
    for money in ("settle", "doubt"):
        with pytest.raises(LedgerError, match="never taken on"):
            ledger.advance(job, Step(to="failed", accepted=False, money=money))
    assert ledger.job(job.id) == job
    assert ledger.held_by(job.id) == Spend(estimated=400_000, reserved=400_000)


def test_doubt_about_a_finished_jobs_money_counts_until_it_is_resolved(ledger: Ledger) -> None:
    first = ledger.advance(running(ledger, intent("S01")), Step(to="failed", money="doubt"))
    second = ledger.advance(running(ledger, intent("S02"), "video_2"), Step(to="refused", money="doubt"))
    assert ledger.spend() == Spend(estimated=800_000, unknown=800_000)
    ledger.resolve_money(first, charged=None)
    ledger.resolve_money(second, charged=150_000)
    assert ledger.spend() == Spend(estimated=800_000, released=400_000, settled=150_000)
    with pytest.raises(LedgerError, match="nothing is in doubt"):
        ledger.resolve_money(first, charged=1)


def test_what_was_charged_can_be_given_back_once(ledger: Ledger) -> None:
    job = ledger.advance(running(ledger), Step(to="failed", money="settle"))
    ledger.refund(job)
    assert ledger.spend() == Spend(estimated=400_000, refunded=400_000)
    with pytest.raises(LedgerError, match="not charged"):
        ledger.refund(job)


def test_the_slower_of_two_processes_changes_nothing(ledger: Ledger) -> None:
    seen = running(ledger)
    done = ledger.advance(seen, Step(to="succeeded", money="settle"))
    assert ledger.advance(seen, Step(to="succeeded", money="settle")) == done
    assert ledger.advance(seen, Step(to="queued")) == done
    assert ledger.spend().settled == 400_000
    assert len(ledger.history(seen.id)) == 4


def test_a_remote_id_that_comes_late_is_kept_although_somebody_gave_the_job_up(ledger: Ledger) -> None:
    seen = sending(ledger)
    ledger.advance(seen, Step(to="unknown"))
    late = ledger.advance(seen, Step(to="queued", remote_id="video_7", accepted=True))
    assert (late.state, late.remote_id) == ("queued", "video_7")


def test_a_second_remote_id_is_refused(ledger: Ledger) -> None:
    job = running(ledger, remote_id="video_1")
    with pytest.raises(LedgerError, match="cannot be video_2 as well"):
        ledger.advance(job, Step(to="running", remote_id="video_2"))


def test_the_first_take_of_a_job_stays(ledger: Ledger) -> None:
    job = ledger.advance(running(ledger), Step(to="succeeded", money="settle"))
    first = ledger.record_take(TakeRow(job_id=job.id, digest="sha256:1", media_type="video/mp4", facts="{}"))
    assert ledger.record_take(TakeRow(job_id=job.id, digest="sha256:2", media_type="video/mp4", facts="{}")) == first
    assert ledger.takes() == [first]


def test_a_take_without_a_job_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="(?i)foreign key"):
        ledger.record_take(TakeRow(job_id="job_0", digest="sha256:1", media_type="video/mp4", facts="{}"))
    with pytest.raises(LedgerError, match="no job job_0"):
        ledger.job("job_0")


def test_keys_never_reach_the_file(tmp_path: Path) -> None:
    secrets = [
        "sk-proj-abcdefghijklmnopqrstuvwx",
        "AIzaSyA-1234567890abcdefghijklmnopqrstu",
        "ya29.a0AfH6SMBxxxxxxxxxxxxxxxx",
        "hunter2-is-my-gateway-key",
    ]
    ledger = Ledger.open(tmp_path / "l.sqlite", redact=lambda text: text.replace("hunter2-is-my-gateway-key", "***"))
    text = " ".join(secrets) + ' {"Authorization": "Bearer abcdef0123456789", "x-goog-api-key": "plainlookingkey"}'
    job = ledger.reserve(intent(request=text), caps=PLENTY, owner=ME)
    begun = ledger.begin_sending(job, owner=ME)
    assert begun is not None
    row = SentRow(field="f", name=text, digest="sha256:1")
    job = ledger.advance(
        begun, Step(to="failed", accepted=False, money="release", raw=text, note=text, message=text, sent=(row,))
    )
    ledger.record_score(ScoreRow(job_id=job.id, scorer="s", axis="a", verdict="v", detail=text))
    ledger.record_take(TakeRow(job_id=job.id, digest="sha256:1", media_type="x", facts=text, note=text))
    assert ledger.reserve(intent(request=text), caps=PLENTY, owner=ME).id == job.id  # still the same request
    ledger.close()
    with sqlite3.connect(tmp_path / "l.sqlite") as raw:
        dump = "\n".join(raw.iterdump())
    raw.close()
    for secret in [*secrets, "abcdef0123456789", "plainlookingkey"]:
        assert secret not in dump
    assert dump.count("[key removed]") >= 3 * 7


def test_the_file_is_fully_durable_and_shared(file_ledger: Ledger) -> None:
    with file_ledger._engine.connect() as connection:
        pragma = lambda name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()  # noqa: E731
        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2  # FULL
        assert pragma("foreign_keys") == 1
        assert pragma("busy_timeout") == 60_000


def test_a_file_that_is_not_a_ledger_is_named_as_damaged(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"this is a letter to my aunt" * 100)
    with pytest.raises(LedgerError, match="damaged"):
        Ledger.open(tmp_path / "ledger.sqlite")


def test_a_place_that_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "file" / "ledger.sqlite")
    with pytest.raises(LedgerError, match="address"):
        Ledger.open("nonsense://somewhere/else")


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("database or disk is full", StorageFull, "free some space"),
        ("database is locked", LedgerError, "another process"),
        ("database disk image is malformed", LedgerError, "backup"),
        ("something new", LedgerError, "something new"),
    ],
)
def test_what_the_database_says_is_explained(said: str, kind: type[Exception], words: str) -> None:
    assert isinstance(meaning(said), kind)
    assert words in str(meaning(said))


def test_a_full_disk_keeps_what_was_written_and_the_next_write_goes_on(file_ledger: Ledger) -> None:
    ledger = file_ledger
    job = running(ledger)
    with ledger._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    # SQLite's own limit gives the very error of a full disk. It belongs to a connection: all of them get it.
    ledger._engine.dispose()
    limit = _limit_pages(ledger, pages)
    huge = "x" * 1_000_000
    with pytest.raises(StorageFull):
        ledger.advance(job, Step(to="succeeded", money="settle", raw=huge))
    assert ledger.job(job.id) == job
    assert ledger.spend().reserved == 400_000
    limit.lift()
    assert ledger.advance(job, Step(to="succeeded", money="settle", raw=huge)).state == "succeeded"


class _limit_pages:  # noqa: N801
    def __init__(self, ledger: Ledger, pages: int) -> None:
        from sqlalchemy import event

        self.pages, self.ledger = pages + 2, ledger
        event.listen(ledger._engine, "connect", self.set)

    def set(self, connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self.pages}")

    def lift(self) -> None:
        self.pages = 1_000_000
        self.ledger._engine.dispose()


def _reserve_last_dollars(path: str, subject: str, gate: object, results: object) -> None:
    ledger = Ledger.open(path)
    gate.wait(20)  # type: ignore[attr-defined]
    won = 0
    for number in range(10):
        try:
            ledger.reserve(
                intent(subject, take=number, price=100_000), caps=Caps(run=1_000_000), owner=owners.current()
            )
            won += 1
        except SpendLimit:
            pass
    results.put(won)  # type: ignore[attr-defined]


def test_processes_that_race_for_the_last_dollars_stay_under_the_cap_together(ledger_place: str) -> None:
    Ledger.open(ledger_place).reserve(intent("S00", price=550_000), caps=PLENTY, owner=ME)
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(3), context.Queue()
    racers = [
        context.Process(target=_reserve_last_dollars, args=(ledger_place, f"S{i}", gate, results)) for i in (1, 2, 3)
    ]
    for racer in racers:
        racer.start()
    won = [results.get(timeout=60) for _ in racers]
    for racer in racers:
        racer.join(30)
    assert sum(won) == 4
    assert Ledger.open(ledger_place).spend(run="tour").committed == 950_000


def test_a_job_that_another_run_takes_up_is_paid_by_that_run(ledger: Ledger) -> None:
    job = ledger.advance(sending(ledger), Step(to="failed", accepted=False, money="release"))
    with pytest.raises(SpendLimit, match="run 'second'"):
        ledger.reserve(intent(run="second"), caps=Caps(run=399_999), owner=ME)
    again = ledger.reserve(intent(run="second", production="harbour"), caps=Caps(run=400_000), owner=ME)
    assert (again.id, again.run, again.production) == (job.id, "second", "harbour")
    assert ledger.spend(run="second").committed == ledger.spend(production="harbour").estimated == 400_000
    assert ledger.spend(run="tour") == Spend(released=400_000)
    with pytest.raises(SpendLimit):
        ledger.reserve(intent("S02", run="second", production="harbour", price=1), caps=Caps(run=400_000), owner=ME)
    assert ledger.verify().ok


def test_what_a_dead_process_had_set_aside_in_another_run_goes_back_there(ledger: Ledger, clock: Clock) -> None:
    ledger.reserve(intent(), caps=PLENTY, owner="elsewhere/1/1", lease=1)
    clock.now += 2
    caps = Caps(run=400_000, production=400_000)  # of the production, the same money is set aside once
    assert ledger.reserve(intent(run="second"), caps=caps, owner=ME).owner == ME
    assert (ledger.spend(run="tour").committed, ledger.spend(run="second").committed) == (0, 400_000)
    assert ledger.verify().ok


def test_a_plan_is_written_down_once_and_its_jobs_name_it(ledger: Ledger) -> None:
    plan = ledger.record_plan(production="lantern", run="tour", day="2026-11-22", content='{"shots": []}')
    assert ledger.record_plan(production="lantern", run="tour", day="2026-11-22", content='{"shots": []}') == plan
    assert ledger.plans(run="tour") == ledger.plans(production="lantern") == [plan]
    assert ledger.plans(run="other") == []
    assert ledger.reserve(intent(plan=plan.digest), caps=PLENTY, owner=ME).plan == plan.digest
    assert ledger.reserve(intent("S02", plan="sha256:unknown"), caps=PLENTY, owner=ME).plan is None


def test_what_no_database_can_hold_is_written_visibly(ledger: Ledger) -> None:
    odd = "half \ud83d and nul \0 and \U0001f3ee"
    job = sending(ledger, intent(request=odd))
    step = Step(to="queued", accepted=True, message=odd, raw=odd, note=odd, category=odd * 50, answered_model=odd * 50)
    job = ledger.advance(job, step)
    assert job.message == "half ? and nul \N{REPLACEMENT CHARACTER} and \U0001f3ee"
    assert ledger.job(job.id) == job
    assert ledger.verify().ok


def test_it_is_read_without_any_sdk(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        running(ledger)
    code = (
        "import sys; from charkit.ledger import Ledger; ledger = Ledger.open(sys.argv[1]); "
        "job, = ledger.jobs(); ledger.history(job.id); ledger.spend(); ledger.verify(); ledger.close(); "
        "sys.exit(str([m for m in sys.modules if m in ('openai', 'google', 'httpx2', 'psycopg', 'numpy')]) or 1)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "l.sqlite")]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.stderr.strip() == "[]"
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as raw:  # and without charkit
        assert raw.execute("SELECT subject, state, remote_id FROM jobs").fetchall() == [("S01", "running", "video_1")]
