"""The prompt lab: every key is kept, read by the linter and priced; takes are made only by the button that says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from charkit.errors import UsageError
from charkit.money import dollars
from charkit.studio import Studio
from charkit.widgets.prompts import PromptLab
from tests.studio.conftest import on_the_simulator  # noqa: F401  # a fixture
from tests.studio.pictured import open_three, prepared_run, write_pictured


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictured(tmp_path_factory.mktemp("prompts"))


@pytest.fixture
def studio(home: Path, request: pytest.FixtureRequest, on_the_simulator: str) -> Studio:  # noqa: F811
    return prepared_run(home, request.node.name)


def shown(lab: PromptLab, part: str) -> str:
    return str(lab._parts[part].value)


def test_a_shot_opens_in_its_own_words_with_the_locked_text_greyed(studio: Studio) -> None:
    lab = PromptLab(studio, "A2")
    assert lab.fields["action"].value == "Ada waves"
    locked = studio.cast["Ada"].locked_text("default")
    assert f'title="locked text of Ada: the same in every shot">{locked}</mark>' in shown(lab, "prompt")
    assert "What charkit fills in" in shown(lab, "given")
    assert locked in shown(lab, "given")
    assert "nothing found" in shown(lab, "faults") or "warning" in shown(lab, "faults")
    assert "words that fill the slot" not in lab.fields["action"].tooltip
    assert lab.fields["action"].tooltip == "What happens."


def test_typing_is_read_and_priced_at_once_and_kept_with_every_key(studio: Studio, home: Path) -> None:
    lab = PromptLab(studio, "A2")
    lab.fields["action"].value = "Ada's long blonde hair flies"
    assert "wrong-hair" in shown(lab, "faults")
    assert "Ada&#x27;s long blonde hair flies" in shown(lab, "prompt")
    lab.fields["action"].value = "Ada runs"
    assert "wrong-hair" not in shown(lab, "faults")
    again = PromptLab(open_three(home, studio.place.run), "A2")
    assert again.fields["action"].value == "Ada runs"
    assert "the storyboard" in shown(again, "given")
    assert again.studio.replan()["A2"].prompt.text.count("Ada waves") == 1


def test_what_may_not_be_said_is_one_line_and_nothing_can_be_made_of_it(studio: Studio) -> None:
    lab = PromptLab(studio, "A2")
    lab.fields["place"].value = ""
    assert "needs words for its place" in lab.line.value
    assert lab.failure is None
    assert lab.making.disabled
    assert lab.using.disabled
    with pytest.raises(UsageError, match="mend the words"):
        asyncio.run(lab.make(1))
    lab.fields["place"].value = "a beach"
    assert lab.line.value == ""
    assert not lab.making.disabled


def test_every_route_is_listed_with_its_price_and_the_button_says_the_sum(studio: Studio) -> None:
    lab = PromptLab(studio, "A2")
    ways = studio.ways("A2")[0]
    assert [value for _, value in lab.route.options] == [way.route for way in ways.able]
    other = ways.able[1]
    lab.route.value = other.route
    lab.count.value = 3
    assert lab.making.description == f"make 3 more: {dollars(3 * other.price_usd)}"
    assert dollars(other.price_usd) in shown(lab, "price")
    assert studio.draft("A2").route == other.route


def test_what_does_not_fit_under_the_cap_cannot_be_clicked(home: Path, studio: Studio) -> None:
    price = studio.replan()["A2"].price_usd
    lab = PromptLab(open_three(home, studio.place.run, max_spend=1.5 * price), "A2")
    assert "over the cap" in shown(lab, "price")
    assert lab.making.disabled
    lab.count.value = 1
    assert not lab.making.disabled


def test_a_prompt_against_its_routes_limit_is_said_in_words_and_a_meter(studio: Studio) -> None:
    limited = [way for way in studio.ways("A2")[0].able if studio.routes.routes[way.route].capabilities.prompt_limit]
    lab = PromptLab(studio, "A2")
    if limited:
        lab.route.value = limited[0].route
        limit = studio.routes.routes[limited[0].route].capabilities.prompt_limit
        assert limit is not None
        assert f"of {limit.value:,}: fits" in shown(lab, "prompt")
        lab.fields["action"].value = "Ada waves. " * (limit.value // 10)
        assert "cannot be made" in shown(lab, "price")
        assert "fewer" in shown(lab, "prompt")
    else:
        assert "is established" in shown(lab, "prompt")


def test_takes_of_the_words_stand_side_by_side_and_a_second_run_of_the_cell_buys_none(studio: Studio) -> None:
    lab = PromptLab(studio, "A2")
    lab.fields["action"].value = "Ada laughs"
    takes = asyncio.run(lab.make(2))
    assert [take.ok for take in takes] == [True, True]
    assert shown(lab, "takes").count("<figure") == 2
    assert "A2-t101" in shown(lab, "takes")
    assert "2 takes of these words" in lab.line.value
    spent = studio.spend.committed
    assert len(asyncio.run(lab.make(2))) == 2
    assert studio.spend.committed == spent
    assert ("version 2", "2") in lab.versions.new.options
    lab.versions.old.value, lab.versions.new.value = "1", "2"
    assert ">waves</del>" in lab.versions.changes.value
    assert ">laughs</ins>" in lab.versions.changes.value
    assert "data:image/jpeg" in str(lab.still())


def test_the_button_makes_takes_beside_the_loop_and_can_be_clicked_once(studio: Studio) -> None:
    lab = PromptLab(studio, "A2")
    lab.fields["action"].value = "Ada sings"

    async def clicked() -> None:
        lab.count.value = 1
        lab.making.click()
        await asyncio.sleep(0)
        assert lab.making.disabled
        assert "making 1 take of A2" in lab.line.value
        while lab.busy:
            await asyncio.sleep(0.01)

    asyncio.run(clicked())
    assert "1 take of these words" in lab.line.value
    assert not lab.making.disabled


def test_a_click_where_no_loop_runs_says_what_to_do(studio: Studio) -> None:
    lab = PromptLab(studio, "A2")
    lab.making.click()
    assert "await lab.make(2)" in lab.line.value


def test_used_words_are_the_plans_and_can_be_taken_back(studio: Studio, home: Path) -> None:
    lab = PromptLab(studio, "A2")
    lab.fields["action"].value = "Ada sits"
    other = lab.route.options[1][1]
    lab.route.value = other
    studio.approve()
    lab.using.click()
    assert "approval of the plan is void" in lab.line.value
    assert "the words that the run uses" in shown(lab, "given")
    planned = open_three(home, studio.place.run).replan()["A2"]
    assert planned.route == other
    assert "Ada sits" in planned.prompt.text
    lab.reset.click()
    assert lab.fields["action"].value == "Ada waves"
    assert "Ada waves" in studio.replan()["A2"].prompt.text


def test_another_shot_brings_its_own_fields(studio: Studio) -> None:
    lab = PromptLab(studio)
    assert lab.shot.value == "A1"
    assert "nobody is in this shot" in shown(lab, "prompt")
    lab.shot.value = "A3"
    assert lab.fields["action"].value == "Ada looks up"
    assert lab.fields["light"].value == ""
    assert repr(lab).startswith("<PromptLab A3 on ")


def test_a_key_sends_a_few_kilobytes_and_no_words_back(studio: Studio, wire) -> None:
    lab = PromptLab(studio, "A2")
    assert wire.total < 100_000
    wire.reset()
    lab.fields["action"].value = "Ada waves again"
    states = [message["data"].get("state", {}) for message in wire.sent]
    assert wire.total < 16_000
    echoed = [state for state in states if state.get("value") == "Ada waves again"]
    assert len(echoed) <= 1, "a field is never written over while somebody types into it"


def test_a_saved_notebook_reads_without_a_kernel(studio: Studio) -> None:
    still = str(PromptLab(studio, "A2").still())
    for said in ("A2 on", "locked", "Ada waves", "one take of 4 s"):
        assert said in still
    assert "<script" not in still
    assert len(still) < 64_000
