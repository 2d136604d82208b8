"""Jobs to try a ledger with."""

from __future__ import annotations

import json
from dataclasses import replace

from charkit.ledger import Caps, Intent, JobRow, Ledger, Step, TakeRow, owners

ME = owners.current()
PLENTY = Caps(run=100_000_000)


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


def intent(subject: str = "S01", *, price: int = 400_000, take: int = 1, **changes: object) -> Intent:
    made = Intent(
        request_key=f"request:sha256:{subject}",
        take_number=take,
        request=json.dumps({"prompt": f"the film shows {subject}"}),
        production="lantern",
        run="tour",
        subject=subject,
        kind="video",
        route="omni",
        endpoint="sim-google",
        model="gemini-omni-1.2-flash",
        price=price,
        simulated=False,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def sending(ledger: Ledger, wanted: Intent | None = None) -> JobRow:
    job = ledger.reserve(wanted or intent(), caps=PLENTY, owner=ME)
    begun = ledger.begin_sending(job, owner=ME)
    assert begun is not None
    return begun


def running(ledger: Ledger, wanted: Intent | None = None, remote_id: str = "video_1") -> JobRow:
    return ledger.advance(sending(ledger, wanted), Step(to="running", remote_id=remote_id, accepted=True))


def some_of_everything(ledger: Ledger) -> None:
    """Put a job into every state, and money into every bucket."""
    plan = ledger.record_plan(production="lantern", run="tour", day="2026-11-22", content='{"shots": ["S01"]}')
    done = ledger.advance(
        running(ledger, intent("S01", plan=plan.digest)), Step(to="succeeded", money="settle", charged=390_000)
    )
    ledger.record_take(TakeRow(job_id=done.id, digest="sha256:" + "ab" * 32, media_type="video/mp4", facts="{}"))
    ledger.reserve(intent("S02"), caps=Caps(run=50_000_000, production=60_000_000), owner=ME)
    sending(ledger, intent("S03"))
    running(ledger, intent("S04"), "video_4")
    ledger.advance(sending(ledger, intent("S05")), Step(to="unknown", note="the connection broke"))
    ledger.advance(sending(ledger, intent("S06")), Step(to="failed", accepted=False, money="release"))
    ledger.advance(running(ledger, intent("S07"), "video_7"), Step(to="refused", money="doubt"))
    ledger.refund(ledger.advance(running(ledger, intent("S08"), "video_8"), Step(to="failed", money="settle")))
    found = ledger.advance(sending(ledger, intent("S09", simulated=True)), Step(to="unknown"))
    ledger.advance(found, Step(to="queued", remote_id="video_9", accepted=True))
    again = ledger.advance(sending(ledger, intent("S10")), Step(to="failed", accepted=False, money="release"))
    ledger.reserve(intent("S10", price=300_000, run="another"), caps=PLENTY, owner=ME)
    assert ledger.job(again.id).run == "another"
    ledger.reserve(intent("S11", price=0, production="free"), caps=PLENTY, owner=ME)
