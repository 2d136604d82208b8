"""How routes look."""

from __future__ import annotations

import datetime as dt

from charkit.routes import Measured, RouteMatrix
from charkit.routes.show import facts_of, matrix_table, route_card, row, standing

TODAY = dt.date(2026, 11, 22)
MATRIX = RouteMatrix.load()


def test_a_row_says_what_ends_and_what_is_not_established() -> None:
    assert row(MATRIX.routes["gpt-image-1.5"], TODAY)["today"] == "deprecated, ends 2026-12-01 (9 days)"
    assert row(MATRIX.routes["gpt-image-1.5"], TODAY)["price"] == "not established"
    assert row(MATRIX.routes["muse-video"], TODAY)["sound"] == "not established"
    assert row(MATRIX.routes["sora-2"], TODAY)["today"] == "shut down"


def test_an_end_that_is_far_is_named_without_counting_days() -> None:
    assert standing(MATRIX.routes["gpt-image-1.5"], dt.date(2026, 8, 1)) == "deprecated, ends 2026-12-01"


def test_a_row_keeps_claimed_and_measured_apart() -> None:
    measured = Measured(rate=0.86, n=36, axis="palette", as_of=TODAY, source="notebooks/90")
    shown = row(MATRIX.routes["veo-3.1-vertex"], TODAY, measured)
    assert (shown["claimed"], shown["measured"]) == ("80 to 85 %", "86% of 36 (palette)")


def test_the_table_has_every_route_and_the_live_ones_first() -> None:
    html = matrix_table(MATRIX, TODAY)
    assert all(name in html for name in MATRIX.routes)
    assert html.index("gpt-image-1.5") < html.index("sora-2")


def test_a_card_gives_every_fact_its_source_and_spells_it_for_people() -> None:
    route = MATRIX.routes["omni-1.2"]
    html = route_card(route)
    assert "3 to 15 s" in html
    assert "1280x720" in html
    assert "Size(" not in html
    assert len(list(facts_of(route))) > 15


def test_the_facts_of_a_route_are_named_as_people_say_them() -> None:
    assert {"status", "first frame", "results kept", "price"} <= {
        name for name, _ in facts_of(MATRIX.routes["omni-1.2"])
    }
