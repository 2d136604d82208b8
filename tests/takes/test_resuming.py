"""Going on from the ledger alone: no orders, no pictures, another machine."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace

import pytest
from scripted_service import Lost

from charkit.errors import Ambiguous, MissingKey, Unavailable
from charkit.ledger import Caps, Ledger, Spend
from charkit.providers.base import Answer, Billing, Blob, ImageRequest, Outcome
from charkit.store import Store
from charkit.takes import Order, Pace
from charkit.takes.orders import intent_of

RUNNING = Answer(outcome=Outcome.RUNNING, progress=40)


def left_running(studio, *orders, progress=None) -> None:
    """Send orders and leave while their jobs run."""
    for one in orders:
        studio.service.on_poll[one.request.prompt] = [RUNNING] * 500
    studio.floor(pace=Pace(deadline=1.0)).make(orders, on_progress=progress)
    studio.service.on_poll.clear()


def test_open_jobs_become_takes_without_their_orders_and_nothing_is_sent(studio, order) -> None:
    orders = [order(f"S{n:02d}", seed=n) for n in range(1, 6)]
    left_running(studio, *orders)
    takes = studio.floor().resume(on_progress=studio.news.append)
    assert [take.subject for take in takes] == ["S01", "S02", "S03", "S04", "S05"]
    assert len(takes.ok) == 5
    assert len(studio.service.posts) == 5
    assert studio.ledger.spend() == Spend(estimated=2_000_000, settled=2_000_000)
    assert {piece.subject for piece in studio.news} == {take.subject for take in takes}
    again = studio.make(*orders)
    assert [replace(take, created=0) for take in again] == [replace(take, created=0) for take in takes]


def test_another_machine_goes_on_with_a_copy_of_ledger_and_store(studio, order, tmp_path) -> None:
    if "://" in studio.place:
        pytest.skip("a ledger on a server is not copied, it is opened from there")
    left_running(studio, order("S01"), order("S02"))
    studio.make(order("S03"))
    studio.ledger.close()
    for what in ("ledger.sqlite", "store"):
        source, target = studio.root / what, tmp_path / "elsewhere" / what
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    studio.ledger = Ledger.open(tmp_path / "elsewhere" / "ledger.sqlite", clock=studio.clock)
    studio.store = Store(tmp_path / "elsewhere" / "store")
    takes = studio.floor().resume()
    assert [take.subject for take in takes] == ["S01", "S02"]  # S03 came along whole
    assert all(take.path.is_relative_to(tmp_path / "elsewhere") for take in takes.ok)
    assert len(studio.service.posts) == 3


def test_what_expires_soonest_is_fetched_first(studio, order) -> None:
    for subject, left in {"S01": 300.0, "S02": 100.0, "S03": 200.0}.items():
        prompt = f"Mira in {subject}"
        studio.service.on_fetch[prompt] = [Unavailable("busy")] * 4
        studio.service.on_poll[prompt] = [Answer(outcome=Outcome.SUCCEEDED, expires_at=studio.clock() + 3600 + left)]
    studio.make(order("S01"), order("S02"), order("S03"))
    studio.service.calls.clear()
    assert len(studio.floor(parallel=1).resume().ok) == 3
    assert studio.service.calls == [f"fetch Mira in {s}" for s in ("S02", "S03", "S01")]


@pytest.mark.parametrize("damage", ["cut", "deleted"])
def test_a_file_that_is_damaged_or_missing_is_fetched_again(studio, order, damage) -> None:
    takes = studio.make(order("S01"), order("S02"))
    path = takes[0].path
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:500])
    else:
        path.unlink()
    (again,) = studio.floor().resume()
    assert again == takes[0]
    assert path.read_bytes() == studio.service.clip_of("Mira in S01")
    assert len(studio.service.posts) == 2


def test_a_job_in_doubt_is_looked_for_and_one_that_is_nowhere_stays_in_doubt(studio, order) -> None:
    studio.service.lists = False
    lost = Ambiguous("silence")
    studio.service.on_submit = {"Mira in S01": [Lost(lost)], "Mira in S02": [lost]}
    studio.make(order("S01"), order("S02"))
    studio.service.lists = True
    found, gone = studio.floor().resume()
    assert found.ok
    assert (gone.outcome, gone.price_usd) == (Outcome.UNKNOWN, 0.4)
    assert "resolve(" in gone.message
    assert len(studio.service.posts) == 2


def test_a_job_that_was_never_accepted_is_not_sent_without_its_order(studio, order) -> None:
    studio.service.on_submit["Mira in S01"] = [Ambiguous("silence")]
    studio.make(order(), pace=Pace(grace=0.1))
    (take,) = studio.floor(pace=Pace(resend_absent=True)).resume()
    assert take.outcome is Outcome.FAILED
    assert studio.ledger.spend().committed == 0
    assert len(studio.service.posts) == 1
    assert studio.make(order())[0].ok


def test_what_was_only_meant_to_be_sent_says_so(studio, order) -> None:
    studio.ledger.reserve(intent_of(order()), caps=Caps(run=10_000_000), owner="elsewhere/1/1")
    (take,) = studio.floor(connect=lambda endpoint: 1 / 0).resume()
    assert "never sent" in take.message
    assert studio.service.posts == []


def test_other_runs_and_what_has_ended_are_left_alone(studio, order) -> None:
    left_running(studio, order("S01"))
    studio.make(order("S02"))
    studio.service.on_submit["Mira in S03"] = [Answer(outcome=Outcome.REFUSED, billing=Billing.NOT_CHARGED)]
    studio.make(order("S03"))
    assert len(studio.floor(run="other").resume()) == 0
    assert [take.subject for take in studio.floor().resume()] == ["S01"]
    assert len(studio.floor().resume()) == 0


def test_a_missing_key_shows_at_once(studio, order) -> None:
    left_running(studio, order("S01"))

    def connect(endpoint: str):
        raise MissingKey(endpoint, "MUSE_API_KEY")

    with pytest.raises(MissingKey):
        studio.floor(connect=connect).resume()


def test_a_picture_whose_answer_was_lost_is_the_persons_to_resolve_in_three_ways(studio) -> None:
    def picture(subject: str) -> Order:
        return Order(
            production="lantern", run="tour", subject=subject, route="nano", endpoint="gateway", kind="image",
            request=ImageRequest(model="nano-banana", prompt=subject, width=64, height=64), price_usd=0.03,
            simulated=False,
        )  # fmt: skip

    studio.service.lists = False
    for subject in ("front", "back"):
        studio.service.on_submit[subject] = [Ambiguous("silence")]
    front, back = studio.make(picture("front"), picture("back"))
    assert front.outcome is Outcome.UNKNOWN
    assert "accepted=True) if it was charged (its picture is lost)" in front.message
    assert len(studio.service.posts) == 2  # a picture is not asked for twice either
    floor = studio.floor()
    floor.resolve(front.job_id, accepted=True)
    floor.resolve(back.job_id, accepted=False)
    assert studio.ledger.spend() == Spend(estimated=60_000, settled=30_000, released=30_000)
    data = Blob(name="o.png", media_type="image/png", data=b"not a picture")
    studio.service.on_submit["back"] = [Answer(outcome=Outcome.SUCCEEDED, billing=Billing.CHARGED, media=(data,))]
    front, back = studio.make(picture("front"), picture("back"))
    assert (front.outcome, front.price_usd, back.outcome) == (Outcome.EXPIRED, 0.03, Outcome.SUCCEEDED)
    assert Counter(studio.service.posts) == {"front": 1, "back": 2}  # both went out side by side, in either order
