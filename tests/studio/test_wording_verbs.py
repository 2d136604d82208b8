"""Other words for a shot: what they would cost and be warned of, takes of them, and a run that uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import BadDocument, SpendLimit, UnknownName, UsageError
from charkit.prompts.lint import lint_shot
from charkit.studio import Studio
from charkit.studio.wordings import Draft
from charkit.takes import TRIALS, RetakeRule
from tests.studio.pictured import open_three, prepared_run, write_pictured

OWN = """\
---
about: Mine.
slots:
  header: {kind: text, about: x}
  style: {kind: text, about: x}
  characters: {kind: people, about: x}
  shot: {kind: text, about: x}
  place: {kind: text, about: x}
  dialogue: {kind: lines, about: x}
  sound: {kind: text, about: x}
  closing: {kind: text, about: x}
---
{{ header }} In one shot: {{ style }}. {% for who in characters %}{{ who.label }}: {{ who.locked }}{% endfor %}
{{ shot }}. {{ place }}. {{ dialogue | join(" ") }} {{ sound }} {{ closing }} Mine.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = write_pictured(tmp_path_factory.mktemp("wording"))
    (home / "prompts").mkdir()
    (home / "prompts" / "terse.txt").write_text(OWN, encoding="utf-8")
    return home


@pytest.fixture
def studio(home: Path, request: pytest.FixtureRequest, on_the_simulator: str) -> Studio:
    return prepared_run(home, request.node.name)


def test_tried_words_stand_in_the_prompt_and_nothing_is_kept(studio: Studio) -> None:
    before = studio.replan()["A2"]
    tried = studio.try_words("A2", {"action": "Ada jumps over a rope", "light": ""})
    assert tried.planned is not None
    assert "Ada jumps over a rope" in tried.planned.prompt.text
    assert "dusk" not in tried.planned.prompt.text
    assert tried.planned.prompt.locked == before.prompt.locked
    assert (tried.route, tried.price_usd) == (before.route, before.price_usd)
    assert tried.length == len(tried.planned.prompt.text)
    assert studio.replan()["A2"].prompt == before.prompt
    assert tried.wording.words == {"action": "Ada jumps over a rope", "light": ""}
    assert studio.try_words("A2", {"action": "Ada waves"}).wording.words == {}


def test_every_way_has_its_price_and_a_route_that_cannot_says_why(studio: Studio) -> None:
    ways = studio.ways("A2")[0]
    for way in ways.able:
        assert studio.try_words("A2", route=way.route).price_usd == way.price_usd
    refused = studio.try_words("A2", route=ways.unable[0].route)
    assert (refused.planned, refused.price_usd) == (None, None)
    assert refused.refused == ways.unable[0].why
    assert "cannot" in repr(refused)
    with pytest.raises(UnknownName, match="route"):
        studio.try_words("A2", route="omni-9")


def test_words_that_contradict_the_sheet_are_found_as_in_the_storyboard(studio: Studio) -> None:
    found = studio.try_words("A2", {"action": "Ada's long blonde hair flies. Cut to the sea"}).lint
    assert {"wrong-hair", "more-than-one-cut"} <= {one.rule for one in found}
    assert not found.ok
    board = studio.storyboard
    assert lint_shot(board["A2"], board, studio.cast).findings == studio.prompts.lint().of("A2")


@pytest.mark.parametrize(
    ("words", "said"),
    [({"place": " "}, "needs words for its place"), ({"framing": "huge"}, "framing")],
)
def test_what_a_shot_may_not_say_is_refused_in_one_line(studio: Studio, words: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        studio.try_words("A2", words)
    with pytest.raises(UsageError, match=said):
        studio.use_words("A2", words)
    assert studio.used_words("A2") is None


def test_unknown_words_are_named_with_those_there_are(studio: Studio) -> None:
    with pytest.raises(UnknownName, match="acton"):
        studio.try_words("A2", {"acton": "x"})


def test_used_words_are_the_runs_own_and_the_storyboards_file_stays(studio: Studio, home: Path) -> None:
    file = (home / "storyboard.yaml").read_bytes()
    studio.approve()
    plan = studio.use_words("A2", {"action": "Ada sits down"})
    assert "Ada sits down" in plan["A2"].prompt.text
    assert not plan.approved
    again = open_three(home, studio.place.run)
    assert again.replan()["A2"].prompt == plan["A2"].prompt
    assert (home / "storyboard.yaml").read_bytes() == file
    assert "Ada waves" in prepared_run(home, "an-other").replan()["A2"].prompt.text
    assert again.use_words("A2", None).approved


def test_a_template_of_ones_own_stands_in_where_it_takes_what_the_usual_one_takes(studio: Studio) -> None:
    assert studio.prompts.templates.fitting("character_shot") == ("character_shot", "terse")
    assert studio.prompts.templates.fitting("transition_shot") == ("transition_shot",)
    tried = studio.try_words("A2", template="terse")
    assert tried.planned is not None
    assert tried.planned.prompt.template == "terse"
    assert tried.planned.prompt.text.endswith("Mine.")
    assert studio.use_words("A2", {}, template="terse")["A2"].prompt == tried.planned.prompt
    assert studio.replan()["A3"].prompt.template == "character_shot"
    with pytest.raises(BadDocument, match="terse"):
        studio.try_words("A1", template="terse")
    with pytest.raises(UnknownName, match="template"):
        studio.try_words("A2", template="ters")


def test_variants_are_takes_with_a_history_and_are_never_bought_twice(studio: Studio, home: Path) -> None:
    words = {"action": "Ada laughs"}
    first = studio.variants("A2", words, count=2)
    assert [take.number for take in first] == [TRIALS + 1, TRIALS + 2]
    assert all(take.ok and "Ada laughs" in take.prompt for take in first)
    spent = studio.spend.committed
    again = open_three(home, studio.place.run)
    assert [take.digest for take in again.variants("A2", words, count=2)] == [take.digest for take in first]
    assert again.spend.committed == spent
    assert len(again.variants("A2", words, count=3)) == 3
    history = again.prompts.history["A2"]
    assert [len(version.takes) for version in history] == [0, 3]
    assert history.latest.number == 1, "the run's own words are what comes next"


def test_variants_take_no_number_from_retakes(studio: Studio) -> None:
    studio.shoot()
    studio.variants("A2", {"action": "Ada laughs"}, count=2)
    made = studio.retakes([("A2", "try again")], rule=RetakeRule(rounds=1, budget_usd=3.0))
    assert [take.number for take in made.takes] == [2]


def test_variants_hold_to_the_cap_and_send_nothing_beyond_it(home: Path, on_the_simulator: str) -> None:
    studio = open_three(home, "poor", max_spend=0.01)
    with pytest.raises(SpendLimit):
        studio.variants("A2", {"action": "Ada frowns"})
    assert studio.spend.committed == 0


def test_a_draft_is_there_again_and_a_torn_file_is_none(studio: Studio, home: Path) -> None:
    studio.keep_draft("A2", Draft(words={"action": "half a sent"}, route="omni-1.1"))
    studio.keep_draft("A3", Draft(words={"camera": "still"}))
    again = open_three(home, studio.place.run)
    assert again.draft("A2") == Draft(words={"action": "half a sent"}, route="omni-1.1")
    (studio.place.folder / "drafts.json").write_text("{", encoding="utf-8")
    assert again.draft("A2") == Draft()
    again.use_words("A2", {"camera": "still"})
    assert again.draft("A2").words == {"camera": "still"}
