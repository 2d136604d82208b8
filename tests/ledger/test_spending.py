from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.errors import UnknownName
from charkit.ledger import Caps, Intent, JobRow, Ledger, Step, owners
from charkit.ledger.spending import Movement, Spending, dollars

ME = owners.current()
NEW_YEAR = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC).timestamp()


class Clock:
    def __init__(self) -> None:
        self.now = NEW_YEAR

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(ledger_place: str, clock: Clock) -> Iterator[Ledger]:
    with Ledger.open(ledger_place, clock=clock) as opened:
        yield opened


def reserved(ledger: Ledger, subject: str, price: int, **changes) -> JobRow:
    values = {"production": "lantern", "run": "tour", "route": "omni", "simulated": False} | changes
    intent = Intent(
        request_key=f"request:sha256:{subject}{values}",
        take_number=1,
        request=json.dumps({"prompt": subject}),
        subject=subject,
        kind="video",
        endpoint="google",
        model="omni-1.2",
        price=price,
        **values,
    )
    return ledger.reserve(intent, caps=Caps(run=10**12), owner=ME)


def charged(ledger: Ledger, subject: str, price: int, charge: int | None = None, **changes) -> JobRow:
    job = ledger.begin_sending(reserved(ledger, subject, price, **changes), owner=ME)
    assert job is not None
    return ledger.advance(job, Step(to="succeeded", accepted=True, money="settle", charged=charge))


def test_estimate_and_charge_stand_side_by_side_for_every_shot_and_route(ledger: Ledger) -> None:
    charged(ledger, "S01", 90_000, 70_000)
    charged(ledger, "S02", 90_000)
    charged(ledger, "S02", 300_000, route="muse")
    spending = ledger.spending(production="lantern")
    rows = {row.name: row for row in spending.by("shot")}
    assert (rows["S01"].spend.estimated, rows["S01"].spend.settled, rows["S01"].difference) == (90_000, 70_000, -20_000)
    assert (rows["S02"].jobs, rows["S02"].spend.settled) == (2, 390_000)
    assert [(row.name, row.spend.settled) for row in spending.by("route")] == [("muse", 300_000), ("omni", 160_000)]


def test_simulated_and_real_money_are_never_added_up(ledger: Ledger) -> None:
    charged(ledger, "S01", 90_000, simulated=True)
    charged(ledger, "S01", 500_000)
    spending = ledger.spending()
    assert [(row.simulated, row.spend.settled) for row in spending.by("shot")] == [(False, 500_000), (True, 90_000)]
    assert spending.total(simulated=False).settled == 500_000
    text = repr(spending) + spending.table("shot") + spending.csv("shot")
    assert "0.59" not in text
    assert spending.table("shot").count("<table") == 2


def test_money_belongs_to_the_local_day_on_which_it_moved(ledger: Ledger, clock: Clock) -> None:
    job = ledger.begin_sending(reserved(ledger, "S01", 90_000), owner=ME)
    assert job is not None
    clock.now += 3600
    ledger.advance(job, Step(to="succeeded", accepted=True, money="settle"))
    found = ledger.spending().movements
    utc = Spending(movements=found, zone=dt.UTC)
    assert [(row.name, row.spend.estimated, row.spend.settled) for row in utc.by("day")] == [
        ("2026-12-31", 90_000, 0),
        ("2027-01-01", 0, 90_000),
    ]
    tokyo = Spending(movements=found, zone=ZoneInfo("Asia/Tokyo"))
    assert [row.name for row in tokyo.by("day")] == ["2027-01-01"]
    assert "days of UTC+09:00" in tokyo.table("day")


def test_what_was_refunded_released_or_left_in_doubt_is_told_apart(ledger: Ledger) -> None:
    back = charged(ledger, "S01", 90_000)
    ledger.refund(back)
    job = ledger.begin_sending(reserved(ledger, "S02", 80_000), owner=ME)
    assert job is not None
    ledger.advance(job, Step(to="unknown"))
    free = ledger.begin_sending(reserved(ledger, "S03", 70_000), owner=ME)
    assert free is not None
    ledger.advance(free, Step(to="refused", accepted=True, money="release"))
    rows = {row.name: row.facts() for row in ledger.spending().by("shot")}
    assert (rows["S01"]["charged_usd"], rows["S01"]["refunded_usd"]) == (0.0, 0.09)
    assert (rows["S02"]["charged_usd"], rows["S02"]["in_doubt_usd"]) == (0.0, 0.08)
    assert (rows["S03"]["estimated_usd"], rows["S03"]["charged_usd"], rows["S03"]["set_aside_usd"]) == (0.07, 0.0, 0.0)
    assert "in doubt" in ledger.spending().table("shot")


def test_shots_of_two_productions_are_not_mixed_up(ledger: Ledger) -> None:
    charged(ledger, "S01", 90_000)
    charged(ledger, "S01", 10_000, production="comet", run="one")
    assert [row.name for row in ledger.spending().by("shot")] == ["comet/S01", "lantern/S01"]
    assert [row.name for row in ledger.spending(production="comet").by("shot")] == ["S01"]
    assert [row.name for row in ledger.spending().by("production")] == ["comet", "lantern"]
    assert ledger.spending(production="comet", run="two").movements == ()


def test_csv_comes_back_as_it_was(ledger: Ledger) -> None:
    charged(ledger, 'S,"1"', 90_000, 70_001)
    (row,) = csv.DictReader(io.StringIO(ledger.spending().csv("shot")))
    assert (row["by"], row["name"], row["charged_usd"], row["simulated"]) == ("shot", 'S,"1"', "0.070001", "False")


def test_an_axis_that_does_not_exist_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'route'"):
        Spending(movements=()).by("routes")  # type: ignore[arg-type]


def test_nothing_spent_shows_itself_too(ledger: Ledger) -> None:
    assert repr(ledger.spending()) == "Spending(everything: nothing)"
    assert ledger.spending()._repr_mimebundle_()["text/plain"] == "Spending(everything: nothing)"


def test_the_sums_of_every_job_are_read_in_one_go(ledger: Ledger) -> None:
    jobs = [charged(ledger, f"S{n:02}", 90_000 + n) for n in range(3)]
    assert ledger.holdings(run="tour") == {job.id: ledger.held_by(job.id) for job in jobs}
    assert ledger.holdings(run="other") == {}


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "$0.00"), (70_000, "$0.07"), (69_600, "$0.0696"), (-20_000, "-$0.02"), (1_234_500_000, "$1,234.50")],
)
def test_amounts_are_shown_exactly_and_no_longer_than_they_are(amount: int, said: str) -> None:
    assert dollars(amount) == said


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["S1", "S2", "S3"]),
            st.sampled_from(["omni", "muse"]),
            st.booleans(),
            st.sampled_from(["estimated", "reserved", "settled", "unknown", "refunded", "released"]),
            st.integers(-(10**9), 10**9),
            st.floats(0, 2e9),
        )
    )
)
def test_by_whatever_axis_the_rows_add_up_to_the_total_of_their_kind(rows: list) -> None:
    spending = Spending(
        movements=tuple(
            Movement(
                job_id=f"job_{number}",
                at=at,
                production="lantern",
                run="tour",
                subject=shot,
                route=route,
                simulated=simulated,
                bucket=bucket,
                amount=amount,
            )
            for number, (shot, route, simulated, bucket, amount, at) in enumerate(rows)
        ),
        zone=ZoneInfo("America/Los_Angeles"),
    )
    for axis in ("day", "route", "shot", "run", "production"):
        for kind in spending.kinds:
            total = spending.total(simulated=kind)
            found = [row for row in spending.by(axis) if row.simulated is kind]
            assert sum(row.spend.settled for row in found) == total.settled
            assert sum(row.spend.estimated for row in found) == total.estimated
            assert sum(row.jobs for row in found) == sum(m.simulated is kind for m in spending.movements)
