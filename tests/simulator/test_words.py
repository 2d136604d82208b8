import pytest

from charkit.simulator.words import read_prompt
from tests.simulator.stories import FENN, MIRA, STAIRS, VIEW


def test_a_rendered_prompt_is_read_line_by_line():
    script = read_prompt(STAIRS)
    assert (script.place, script.light, script.shot, script.camera) == ("quay", "dusk", "medium", "push in")
    assert script.sounds == {"waves", "gulls"}
    mira, fenn = script.parts
    assert (mira.name, mira.side, mira.lines) == ("Mira", "left", ("The light is out.",))
    assert {"lift", "look"} <= mira.actions
    assert (fenn.name, fenn.side, fenn.lines, fenn.actions) == ("Fenn", "right", (), frozenset())


def test_free_prose_finds_who_is_there_and_what_they_do():
    script = read_prompt(
        "An old wizard with a white beard walks through a snowy mountain pass at night, and an orange cat follows. "
        '"Come along," he says.'
    )
    assert (script.place, script.light) == ("mountain", "night")
    assert "snow" in script.weather
    assert len(script.parts) == 2
    assert "walk" in script.parts[0].actions
    assert script.parts[0].lines == ("Come along,",)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("the harbour of a small fishing town, a dark lighthouse on the cliff behind it", "harbour"),
        ("wooden crates and barrels on the harbour quay", "quay"),
        ("the grassy cliff path above the sea, the lighthouse far ahead", "cliff"),
        ("the open sea under storm clouds", "sea"),
        ("a forest at night full of fireflies", "forest"),
        ("the lamp room of the lighthouse, brass and glass", "lamp room"),
        ("a cosy kitchen", "room"),
        ("rooftops of the city", "city"),
        ("a path across the sunny meadow", "meadow"),
        ("a crowded market", "market"),
        ("dunes of the desert", "desert"),
        ("the place where the glimmering things grow", "landscape"),
    ],
)
def test_places_are_known_by_their_words(place, expected):
    assert read_prompt(f"Shot: wide.\nPlace: {place}.\nLight: day.").place == expected


def test_what_is_denied_is_not_shown():
    script = read_prompt("Shot: wide.\nPlace: a meadow, no rain, without people.\nLight: day.")
    assert script.weather == frozenset()
    assert script.parts == ()


def test_a_lamp_is_dark_lit_or_lights_up():
    assert read_prompt("Place: harbour, a dark lighthouse.").lamp == "dark"
    assert read_prompt("Place: the night sea.\nAction: the lighthouse beam sweeps over the water.").lamp == "lit"
    assert read_prompt("Place: the lamp room.\nAction: the lamp lights up.").lamp == "lights up"


def test_a_view_on_plain_ground_is_told_from_a_scene():
    assert read_prompt(VIEW).view == "front"
    assert read_prompt(VIEW.replace("front view", "back view")).view == "back"
    assert read_prompt(VIEW).ground == "light grey"
    assert read_prompt(STAIRS).view == ""


def test_a_remembered_character_appears_when_the_prompt_names_it():
    script = read_prompt("mira_7 walks along the beach at sunset", ("mira_7", "fenn_2"))
    assert [part.name for part in script.parts] == ["mira_7"]
    assert "walk" in script.parts[0].actions


def test_each_character_gets_its_own_actions():
    script = read_prompt(f"{MIRA}\n{FENN}\nShot: wide.\nPlace: meadow.\nAction: Mira walks. Fenn jumps.")
    assert [sorted(part.actions) for part in script.parts] == [["walk"], ["jump"]]


@pytest.mark.parametrize("prompt", ["", "\n\n", ":::", '"', "Place:", "Mira:", "日本の港町、夕暮れ", "a" * 5000])
def test_any_text_makes_a_script(prompt):
    assert read_prompt(prompt).place


@pytest.mark.parametrize("name", ["\u5c0f\u96ea", "Mira Moon", "Jos\u00e9", "Zo\u00eb de la Mer"])
def test_names_of_several_words_and_other_scripts_act_and_speak(name):
    script = read_prompt(
        f"{name}: a girl with a red coat.\nTom: a boy with a blue coat.\n"
        f"Shot: medium shot, Tom on the left, {name} on the right.\nPlace: a meadow.\n"
        f'Action: Tom waves his hand; {name} jumps.\nDialogue: {name} says: "Up!" Tom says: "Wait."'
    )
    tom, other = script.parts
    assert (tom.name, other.name, other.side) == ("Tom", name, "right")
    assert ("jump" in other.actions, "jump" in tom.actions) == (True, False)
    assert (tom.lines, other.lines) == (("Wait.",), ("Up!",))


def test_a_description_without_spaces_is_one():
    assert (
        read_prompt("\u5c0f\u96ea\uff1a\u7a7f\u7ea2\u8272\u5916\u5957\u7684\u5973\u5b69\nPlace: a meadow.")
        .parts[0]
        .name
        == "\u5c0f\u96ea"
    )
