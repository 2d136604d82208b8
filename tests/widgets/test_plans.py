"""The table of a plan: what a click decides is on disk, what it costs is said before."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.money import dollars
from charkit.studio import Studio
from charkit.widgets.plans import PlanTable
from tests.studio.conftest import on_the_simulator  # noqa: F401  # a fixture
from tests.studio.pictured import open_three, prepared_run, write_pictured


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictured(tmp_path_factory.mktemp("plans"))


@pytest.fixture
def studio(home: Path, request: pytest.FixtureRequest, on_the_simulator: str) -> Studio:  # noqa: F811
    return prepared_run(home, request.node.name)


def other_route(table: PlanTable, shot: str) -> str:
    return [value for _, value in table.routes[shot].options][2]


def test_every_shot_has_a_list_of_the_routes_that_can_with_prices(studio: Studio) -> None:
    table = PlanTable(studio)
    assert list(table.routes) == ["A1", "A2", "A3"]
    for shot, choice in table.routes.items():
        ways = studio.ways(shot)[0]
        assert [value for _, value in choice.options] == ["", *(way.route for way in ways.able)]
        assert all("$" in label for label, _ in choice.options)
        row = table._cells[shot].value
        assert f"{len(ways.unable)} routes cannot" in row
        assert all(other.route in row for other in ways.unable)


def test_a_choice_is_on_disk_at_once_and_a_reopened_table_shows_it(studio: Studio, home: Path) -> None:
    table = PlanTable(studio)
    table.note.value = "nicer water"
    route = other_route(table, "A1")
    table.routes["A1"].value = route
    assert f"A1 goes over {route}" in table.line.value
    kept = open_three(home, studio.place.run)
    assert kept.route_choices.shots["A1"].route == route
    assert kept.route_choices.shots["A1"].reason == "nicer water"
    assert table.note.value == ""
    again = PlanTable(kept)
    assert again.routes["A1"].value == route
    again.routes["A1"].value = ""
    assert open_three(home, studio.place.run).route_choices.shots == {}
    assert "by the planner" in again.routes["A1"].label


def test_the_sum_runs_down_the_rows_and_stands_against_the_cap(home: Path, studio: Studio) -> None:
    table = PlanTable(studio)
    assert table.plan is not None
    total = 0.0
    for shot in table.plan:
        total += shot.price_usd
        assert f"to here {dollars(total)}" in table._cells[shot.shot].value
        assert "over the cap" not in table._cells[shot.shot].value
    assert "fits under the cap" in table._sum.value
    assert "<meter" in table._sum.value
    poor = open_three(home, studio.place.run, max_spend=table.plan.shots[0].price_usd + 0.001)
    tight = PlanTable(poor)
    assert "over the cap" not in tight._cells["A1"].value
    assert "over the cap" in tight._cells["A2"].value
    assert "does not fit under the cap" in tight._sum.value


def test_approving_is_on_disk_and_void_once_the_plan_changes(studio: Studio, home: Path) -> None:
    table = PlanTable(studio)
    assert table.plan is not None
    assert dollars(table.plan.total_usd) in table.approval.description, "the price stands on the button"
    table.note.value = "looks right"
    table.approval.click()
    assert "✓ approved" in table._state.value
    assert "looks right" in table._state.value
    assert table.approval.disabled
    assert open_three(home, studio.place.run).replan().approved
    table.routes["A2"].value = other_route(table, "A2")
    assert "approval void" in table._state.value
    assert "A2 goes over" in table._state.value
    assert not table.approval.disabled
    table.withdrawal.click()
    assert open_three(home, studio.place.run).approval is None
    assert table.withdrawal.disabled


def test_a_choice_that_fails_leaves_the_list_as_it_was_and_says_why(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charkit.errors import UnsupportedRequest

    table = PlanTable(studio)

    def refuse(*_: object, **__: object) -> None:
        raise UnsupportedRequest("no plan comes of it", rule="a rule")

    monkeypatch.setattr(Studio, "choose_route", refuse)
    table.routes["A1"].value = other_route(table, "A1")
    assert "no plan comes of it" in table.line.value
    assert table.failure is None
    assert table.routes["A1"].value == ""


def test_a_table_without_a_plan_says_why_and_lets_the_choice_be_taken_back(studio: Studio) -> None:
    (studio.place.folder / "routes.yaml").write_text(
        "shots: {A2: {route: omni-9, on: 2026-11-22T10:00:00Z}}\n", encoding="utf-8"
    )
    table = PlanTable(studio)
    assert table.plan is None
    assert "omni-9" in table.line.value
    assert table.routes["A2"].label == "omni-9: cannot any more"
    assert "There is no plan" in table.still()
    table.routes["A2"].value = ""
    assert table.plan is not None
    assert repr(table) == f"<PlanTable 'Three': 3 shots, {dollars(table.plan.total_usd)}, not approved>"


def test_a_saved_notebook_shows_routes_prices_approval_and_who_cannot(studio: Studio) -> None:
    table = PlanTable(studio)
    table.approval.click()
    still = str(table.still())
    assert table.plan is not None
    for shot in table.plan:
        assert shot.route in still
        assert dollars(shot.price_usd) in still
    assert "✓ approved" in still
    assert "cannot, because" in still
    assert "<script" not in still
    assert len(still) < 64_000


def test_a_choice_sends_only_what_changed(studio: Studio, wire) -> None:
    table = PlanTable(studio)
    opened = wire.total
    assert opened < 100_000
    studio.look_ahead()
    table.routes["A1"].value = other_route(table, "A1")
    table.routes["A1"].value = ""
    wire.reset()
    table.routes["A3"].value = other_route(table, "A3")
    assert 0 < wire.total < 8_000
    assert not any("A1" in str(message["data"]) for message in wire.sent), "the rows above stay as they are"
