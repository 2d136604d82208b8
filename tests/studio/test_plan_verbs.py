"""Choosing routes and approving a plan, as a notebook does it: on disk at once, for this run only."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import PlanChanged, RunBusy, UnknownName
from charkit.references import Framing
from charkit.studio import Studio
from tests.studio.pictured import open_three, prepared_run, write_pictured


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictured(tmp_path_factory.mktemp("choosing"))


@pytest.fixture
def studio(home: Path, request: pytest.FixtureRequest, on_the_simulator: str) -> Studio:
    return prepared_run(home, request.node.name)


def test_a_chosen_route_makes_the_shot_in_this_run_and_in_no_other(studio: Studio, home: Path) -> None:
    before = studio.replan()
    other = studio.ways("A2")[0].able[1].route
    after = studio.choose_route("A2", other, reason="looks better")
    assert (after["A2"].route, after["A1"].route) == (other, before["A1"].route)
    assert after["A2"].reasons == ("chosen for this run",)
    again = open_three(home, studio.place.run)
    assert again.replan()["A2"].route == other
    assert again.route_choices.shots["A2"].reason == "looks better"
    assert prepared_run(home, "another-run").replan()["A2"].route == before["A2"].route
    assert again.choose_route("A2", None)["A2"].route == before["A2"].route


def test_a_route_that_cannot_is_refused_and_changes_nothing(studio: Studio) -> None:
    cannot = studio.ways("A2")[0].unable[0].route
    with pytest.raises(UnknownName, match="route for A2"):
        studio.choose_route("A2", cannot)
    with pytest.raises(UnknownName, match="route"):
        studio.choose_route("A2", "no such route")
    with pytest.raises(UnknownName, match="shot"):
        studio.choose_route("Z9", None)
    assert studio.route_choices.shots == {}


def test_a_choice_in_the_file_that_no_route_bears_names_the_file(studio: Studio) -> None:
    (studio.place.folder / "routes.yaml").write_text(
        "shots: {A2: {route: omni-9, on: 2026-11-22T10:00:00Z}}\n", encoding="utf-8"
    )
    with pytest.raises(UnknownName, match=r"omni-9.*A2 in the run's routes.yaml"):
        studio.replan()
    assert studio.choose_route("A2", None)["A2"].route != "omni-9"


def test_an_approved_plan_is_shot_and_another_one_is_not(studio: Studio) -> None:
    plan = studio.replan()
    approval = studio.approve(plan, note="go")
    assert (approval.total_usd, approval.cap_usd) == (plan.total_usd, 5.0)
    assert studio.plan().approved
    other = studio.choose_route("A1", studio.ways("A1")[0].able[1].route)
    assert not other.approved
    with pytest.raises(PlanChanged, match="A1 goes over"):
        studio.shoot()
    with pytest.raises(PlanChanged, match="A1 goes over"):
        studio.retakes([("A1", "why not")])
    assert not studio.takes()
    assert studio.choose_route("A1", None).approved
    assert len(studio.shoot()) == 3


def test_a_withdrawn_approval_stands_in_nobodys_way(studio: Studio) -> None:
    studio.approve()
    studio.choose_route("A1", studio.ways("A1")[0].able[1].route)
    studio.withdraw_approval()
    studio.withdraw_approval()
    assert studio.approval is None
    assert len(studio.shoot()) == 3


def test_a_crop_changes_what_goes_out_and_makes_an_approval_void(studio: Studio, home: Path) -> None:
    studio.approve()
    after = studio.frame("Ada, face", Framing(part=(0.0, 0.0, 0.8, 1.0)))
    assert after.width < 480
    plan = studio.replan()
    assert after.digest in {reference.digest for reference in plan["A3"].references}
    assert not plan.approved
    assert after.digest in {reference.digest for reference in open_three(home, studio.place.run).references()}
    studio.frame("ada/face/default", None)
    assert studio.plan().approved


def test_two_notebooks_at_once_lose_none_of_each_others_choices(studio: Studio, home: Path) -> None:
    other = open_three(home, studio.place.run)
    first, second = studio.ways("A1")[0].able[1].route, studio.ways("A2")[0].able[1].route
    studio.choose_route("A1", first)
    other.choose_route("A2", second)
    assert studio.route_choices.routes == {"A1": first, "A2": second}


def test_whoever_waits_too_long_for_another_notebook_is_told(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr("charkit.studio.design_verbs.PATIENCE", 0.01)
    with FileLock(studio.place.folder / ".deciding.lock"), pytest.raises(RunBusy):
        studio.choose_route("A1", None)


def test_looking_ahead_lets_the_next_choice_look_at_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.look_ahead()
    monkeypatch.setattr("charkit.studio.remembering.look", lambda *_: pytest.fail("looked again"))
    monkeypatch.setattr(type(studio._preflights.colours._resemblance), "see", lambda *_: pytest.fail("seen again"))
    studio.choose_route("A2", studio.ways("A2")[0].able[1].route)


def test_looking_ahead_lets_the_first_words_of_a_reopened_run_plan_only_their_shot(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charkit.studio import plan_verbs

    whole, planned = plan_verbs.plan_film, []

    def counted(board, *args, **kwargs):
        planned.append([shot.id for shot in board.each()])
        return whole(board, *args, **kwargs)

    monkeypatch.setattr(plan_verbs, "plan_film", counted)
    before = (studio.place.folder / "plan.json").read_bytes()
    studio.look_ahead()
    assert (studio.place.folder / "plan.json").read_bytes() == before
    studio.use_words("A3", {"action": "Ada nods"})
    assert planned == [["A1", "A2", "A3"], ["A3"]]


def test_after_a_choice_only_that_shot_is_planned_again_and_plan_takes_nothing_for_granted(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charkit.studio import plan_verbs

    whole, planned = plan_verbs.plan_film, []

    def counted(board, *args, **kwargs):
        planned.append([shot.id for shot in board.each()])
        return whole(board, *args, **kwargs)

    monkeypatch.setattr(plan_verbs, "plan_film", counted)
    first = studio.replan()
    other = studio.ways("A2")[0].able[1].route
    chosen = studio.choose_route("A2", other)
    studio.use_words("A3", {"action": "Ada nods"})
    assert planned == [["A1", "A2", "A3"], ["A2"], ["A3"]]
    assert chosen["A1"] == first["A1"]
    fresh = studio.plan()
    assert planned[3:] == [["A1", "A2", "A3"]]
    assert fresh.digest == studio.replan().digest
    assert [shot.route for shot in fresh] == [first["A1"].route, other, first["A3"].route]
