"""Routes and approval of a plan, several decisions at once, as the shell makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

import charkit as ck
from charkit.errors import PlanChanged, UnknownName, UsageError
from charkit.studio import Studio
from charkit.studio.deciding import decide
from tests.studio.conftest import write_production
from tests.studio.pictured import open_three, prepared_run, write_pictured


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictured(tmp_path_factory.mktemp("deciding"))


@pytest.fixture
def studio(home: Path, request: pytest.FixtureRequest, on_the_simulator: str) -> Studio:
    return prepared_run(home, request.node.name)


def test_routes_are_chosen_and_the_plan_is_approved_in_one_go(studio: Studio, home: Path) -> None:
    first, second = (studio.ways(shot)[0].able[1].route for shot in ("A1", "A2"))
    plan = decide(studio, {"A1": first, "A2": second}, reason="cheaper", approve=True, note="as talked over")
    assert (plan["A1"].route, plan["A2"].route, plan.approved) == (first, second, True)
    again = open_three(home, studio.place.run)
    assert again.route_choices.shots["A2"].reason == "cheaper"
    assert (again.approval.note, again.approval.cap_usd) == ("as talked over", 5.0)
    assert not decide(again, {"A2": None}).approved
    with pytest.raises(PlanChanged):
        again.shoot()
    assert decide(again, withdraw=True).approval is None


def test_a_choice_that_cannot_be_made_changes_nothing_of_the_others(studio: Studio) -> None:
    good, cannot = studio.ways("A1")[0].able[1].route, studio.ways("A2")[0].unable[0].route
    for wrong in ({"A2": cannot}, {"A2": "no-such-route"}, {"Z9": good}):
        with pytest.raises(UnknownName):
            decide(studio, {"A1": good, **wrong}, approve=True)
    with pytest.raises(UsageError, match="either given or taken back"):
        decide(studio, approve=True, withdraw=True)
    assert studio.route_choices.routes == {}
    assert studio.approval is None


def test_what_the_cap_does_not_allow_is_not_approved(studio: Studio, home: Path) -> None:
    poor = open_three(home, studio.place.run, max_spend=0.01)
    with pytest.raises(UsageError, match=r"not approved: .* does not fit under \$0\.01"):
        decide(poor, approve=True)
    assert poor.approval is None


def test_pictures_that_would_have_to_be_bought_first_are_named_and_not_bought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://127.0.0.1:9")  # nobody is there: nothing may be asked
    studio = ck.open_studio(write_production(tmp_path / "data"), run="new", max_spend=5.0)
    with pytest.raises(UsageError, match=r"those of Ada are not made yet.*Nothing was changed"):
        decide(studio, approve=True)
