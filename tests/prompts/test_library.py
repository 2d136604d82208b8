"""The library of templates: charkit's own and a production's, over every route."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.character import CharacterSheet, View
from charkit.errors import BadDocument, UnknownName, UnsupportedRequest
from charkit.prompts import (
    Appearing,
    Look,
    Prompt,
    Templates,
    anchor_prompt,
    describe_prompt,
    edit_prompt,
    extension_prompt,
    judge_prompt,
    pair_prompt,
    video_prompt,
    view_prompt,
)
from charkit.prompts.library import built_in
from charkit.routes import Route, RouteMatrix
from charkit.shots import Shot

ROUTES = RouteMatrix.load().routes
WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]).filter(str.isprintable), min_size=1, max_size=60
).filter(lambda text: bool(text.strip()))

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
{{ header }} {{ style }} {% for who in characters %}{{ who.label }} is {{ who.locked }}{% endfor %}
{{ shot }} {{ place }} {{ dialogue | join }} {{ sound }} {{ closing }} Mine.
"""


@dataclass(frozen=True)
class Film:
    """What every template is filled from."""

    sheet: CharacterSheet
    shot: Shot

    def made(self, route: Route) -> list[Prompt]:
        """Every prompt that a route of this kind can be asked, or none where it is not for this route."""
        who = Appearing(
            name=self.sheet.name, locked=self.sheet.locked_text(), views=("face", "full"), handle="@h", voice="low"
        )
        asked = {
            "video": [
                lambda: video_prompt(self.shot, [who], style="ink", route=route),
                lambda: edit_prompt("the lamp is lit", [who], route=route, uploaded=True),
                lambda: extension_prompt(self.shot, [who], style="ink", route=route, uploaded=True),
            ],
            "image": [
                lambda: anchor_prompt(self.sheet, route=route),
                lambda: view_prompt(self.sheet, View.PROFILE, inputs=["full"], route=route),
            ],
            "judge": [
                lambda: judge_prompt(who, [Look(view="face"), Look(seconds=1.0)], ["hair: red"], route=route),
                lambda: describe_prompt(who, [Look(view="face")], ["hair"], route=route),
                lambda: pair_prompt(who, [Look(), Look(label="set A"), Look(label="set B")], route=route),
            ],
        }[route.kind]
        prompts = []
        for ask in asked:
            try:
                prompts.append(ask())
            except UnsupportedRequest:
                continue
        return prompts


def film(words: str = "a girl", name: str = "Mira") -> Film:
    sheet = CharacterSheet.model_validate({"name": name, "locked": words})
    shot = Shot.model_validate(
        {"id": "S1", "seconds": 4, "place": "a quay", "characters": [name], "action": f"{name} waves",
         "dialogue": [{"character": name, "text": "Here."}]}
    )  # fmt: skip
    return Film(sheet, shot)


@settings(max_examples=25, deadline=None)
@given(words=WORDS)
def test_locked_text_is_the_same_bytes_in_every_template_on_every_route(words: str) -> None:
    one = film(words)
    locked = one.sheet.locked_text().encode()
    seen = set()
    for route in ROUTES.values():
        for prompt in one.made(route):
            seen.add(prompt.template)
            assert locked in prompt.text.encode(), (prompt.template, route.name)
            assert prompt.locked == (("Mira", locked.decode()),)
    assert seen == set(built_in()) - {"transition_shot", "dialogue"}


@pytest.mark.parametrize("name", ["Mira", "美羅", "ميرا", "Ωmega Zoë"])
def test_a_name_stands_verbatim_in_every_prompt_whatever_its_script(name: str) -> None:
    for route in ROUTES.values():
        assert all(name in prompt.text for prompt in film(name=name).made(route))


def test_every_prompt_of_a_shot_asks_for_one_single_continuous_shot() -> None:
    for route in ROUTES.values():
        for prompt in film().made(route):
            if prompt.template in {"character_shot", "extension"}:
                assert "one single continuous shot, no cuts." in prompt.text.lower()


def test_the_library_has_what_a_film_needs() -> None:
    assert set(built_in()) == {
        "character_anchor", "character_view", "character_shot", "transition_shot", "dialogue", "edit", "extension",
        "judge", "judge_describe", "judge_pair",
    }  # fmt: skip
    assert built_in().own == ()


def test_a_production_without_templates_has_the_built_in_ones(tmp_path: Path) -> None:
    assert set(Templates.load(tmp_path / "prompts")) == set(built_in())


def test_a_template_beside_the_production_takes_the_place_of_the_built_in_one_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "character_shot.txt").write_text(OWN, encoding="utf-8")
    (tmp_path / "idea.txt").write_text("---\nabout: x\nslots: {a: {kind: text, about: x}}\n---\n{{ a }}", "utf-8")
    templates = Templates.load(tmp_path)
    assert templates.own == ("character_shot", "idea")
    assert repr(templates).endswith("; the production's own: character_shot, idea>")
    assert "the production&#x27;s own" in templates._repr_mimebundle_()["text/html"]
    one = film()
    who = Appearing(name="Mira", locked=one.sheet.locked_text(), views=("face",))
    made = video_prompt(one.shot, [who], style="ink", route=ROUTES["omni-1.2"], templates=templates)
    assert made.own
    assert made.text.endswith("Mine.")
    assert "the production's own" in repr(made)
    assert templates["idea"].fill({"a": "b"}).text == "b"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("  shot: {kind: text, about: x}\n", "", 1, "leaves out 'shot'"),
        ("  header: {kind: text, about: x}\n", "", 1, "leaves out 'header', which character_shot may not lose: Binds"),
        ("closing: {kind: text", "mood: {kind: text", 11, "never filled with 'mood'"),
        ("characters: {kind: people", "characters: {kind: lines", 6, "of the kind people, not lines"),
    ],
)
def test_an_own_template_that_would_lose_something_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    text = OWN.replace(old, new)
    for name in ("header", "shot", "closing"):
        if f"  {name}:" not in text:
            text = text.replace(f"{{{{ {name} }}}}", "{{ mood }}" if "mood" in text else "")
    (tmp_path / "character_shot.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BadDocument, match=said) as caught:
        Templates.load(tmp_path)
    assert caught.value.line == line


def test_an_unknown_template_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="character_shot"):
        built_in()["character_shots"]
