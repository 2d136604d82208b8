"""Routes of a person's choice, and an approval that holds for what was seen and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from charkit.errors import BadDocument, PlanChanged
from charkit.plan import Approval, Plan, RouteChoices
from tests.plan.test_choosing import plan


@pytest.fixture(scope="module")
def seen() -> Plan:
    return plan()


def test_an_approval_holds_for_the_plan_that_was_seen_on_any_day(seen: Plan) -> None:
    approval = Approval.of(seen, cap_usd=5.0, note="  go\n ahead ")
    assert approval.note == "go ahead"
    assert approval.changes(seen) == ()
    approved = replace(seen, approval=approval)
    assert approved.approved
    assert "approved" in repr(approved)
    another_day = replace(approved, on=seen.on.replace(year=2027), title="Another title")
    assert another_day.approved
    assert not seen.approved


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"route": "omni-1.1"}, "S02 goes over omni-1.1 instead of omni-1.2"),
        ({"price_usd": 9.0}, r"S02 costs \$9\.00 instead of"),
        ({"references": ()}, "S02 has other words, pictures, fallbacks or warnings"),
        ({"fallbacks": ()}, "S02 has other"),
        ({"warnings": ("mind this",)}, "S02 has other"),
        ({"seconds": 5}, "S02 has other"),
        ({"root_seed": 99}, "S02 has other"),
    ],
)
def test_whatever_a_person_saw_and_is_another_now_makes_it_void(seen: Plan, change: dict, said: str) -> None:
    approval = Approval.of(seen, cap_usd=5.0)
    changed = tuple(replace(s, **change) if s.shot == "S02" else s for s in seen)
    other = replace(seen, shots=changed, approval=approval)
    assert not other.approved
    with pytest.raises(PlanChanged, match=said) as caught:
        approval.check(other)
    assert len(caught.value.changes) == 1


def test_other_words_in_the_prompt_make_it_void_and_so_does_a_new_shot(seen: Plan) -> None:
    approval = Approval.of(replace(seen, shots=seen.shots[:-1]), cap_usd=5.0)
    assert approval.changes(seen) == (f"{seen.shots[-1].shot} is new",)
    first = seen.shots[0]
    reworded = replace(first, prompt=replace(first.prompt, text=first.prompt.text + " Rain."))
    assert approval.changes(replace(seen, shots=(reworded,))) == (
        f"{first.shot} has other words, pictures, fallbacks or warnings",
    )


def test_some_of_the_approved_shots_are_approved_too(seen: Plan) -> None:
    approval = Approval.of(seen, cap_usd=5.0)
    assert replace(seen, shots=seen.shots[2:4], approval=approval).approved


def test_an_approval_comes_back_from_disk_and_is_no_part_of_the_plans_file(seen: Plan, tmp_path: Path) -> None:
    approval = Approval.of(seen, cap_usd=5.0)
    approval.save(tmp_path / "approval.json")
    assert Approval.load(tmp_path / "approval.json") == approval
    assert Approval.load(tmp_path / "none.json") is None
    (tmp_path / "approval.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadDocument):
        Approval.load(tmp_path / "approval.json")
    replace(seen, approval=approval).save(tmp_path / "plan.json")
    assert "approval" not in (tmp_path / "plan.json").read_text("utf-8")
    assert Plan.load(tmp_path / "plan.json").digest == seen.digest
    assert replace(seen, approval=approval).content(tmp_path / "p") == seen.content(tmp_path / "p")


def test_choices_are_kept_by_shot_and_can_be_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "routes.yaml"
    assert RouteChoices.load(file).routes == {}
    RouteChoices().choosing("S01", "a", "cheap\nenough").choosing("S02", "b").choosing("S01", "c").save(file)
    kept = RouteChoices.load(file)
    assert kept.routes == {"S01": "c", "S02": "b"}
    assert "Routes that somebody chose" in file.read_text("utf-8")
    assert kept.choosing("S02", None).routes == {"S01": "c"}
    file.write_text("shots: {S01: {route: ''}}\n", encoding="utf-8")
    with pytest.raises(BadDocument, match="routes.yaml"):
        RouteChoices.load(file)
