"""Templates: declared slots, and nothing lost in filling them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.errors import BadDocument
from charkit.prompts.reading import read_template
from charkit.prompts.template import Template

HEAD = """\
---
about: A test.
slots:
  a: {kind: text, about: The first.}
---
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.txt"
    path.write_text(text, encoding="utf-8")
    return path


def template(folder: Path, words: str, slots: str = "a: {kind: text, about: The first.}") -> Template:
    return read_template(write(folder, f"---\nabout: A test.\nslots:\n  {slots}\n---\n{words}"))


def test_a_new_text_of_a_template_is_a_new_digest(tmp_path: Path) -> None:
    first = template(tmp_path, "{{ a }}").digest
    assert template(tmp_path, "{{ a }}!").digest != first


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("{{ a }}", 1, "begins with `---`"),
        (HEAD + "{{ a }}\n{{ b }}", 7, "uses 'b', which is not declared"),
        (HEAD.replace("---\n---", "---") + "no words", 4, "declares the slot 'a' and never uses it"),
        (HEAD + "one\ntwo {{ a ", 7, "unexpected end of template"),
        (HEAD.replace("kind: text", "kind: number") + "{{ a }}", 4, "kind"),
        (HEAD.replace("about: The first.", "required: true") + "{{ a }}", 4, "about"),
        ("---\nabout: x\nslots: {}\n---\nx", 3, "slots"),
        ("---\nabout: x\n  slots: y\n---\nx", 3, "colon inside plain text"),
    ],
)
def test_a_template_that_says_one_thing_and_does_another_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(BadDocument, match=said) as caught:
        read_template(write(tmp_path, text))
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{tmp_path / 'mine.txt'}:{line}: ")


def test_an_undeclared_slot_is_refused_with_the_nearest_declared_one(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="Did you mean 'action'"):
        template(tmp_path, "{{ actoin }} {{ action }}", "action: {kind: text, about: What happens.}")


def test_a_missing_slot_is_named_with_what_goes_in_and_the_line_on_which_it_is_declared(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=r"mine\.txt:4: .*'a' is not filled: The first"):
        template(tmp_path, "{{ a }}").fill({})


def test_an_unknown_slot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="no slot 'b'"):
        template(tmp_path, "{{ a }}").fill({"a": "1", "b": "2"})


@pytest.mark.parametrize("value", [None, ""])
def test_an_optional_slot_may_stay_empty(tmp_path: Path, value: str | None) -> None:
    slots = "a: {kind: text, optional: true, about: x}"
    made = template(tmp_path, "x{% if a %} {{ a }}{% endif %}", slots)
    assert made.fill({"a": value}).text == made.fill({}).text == "x"
    assert made.fill({}).slots == ()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 3),
        ("line", "two\nlines"),
        ("lines", "one text"),
        ("lines", [1]),
        ("people", ["Mira"]),
        ("people", [{"label": "Mira"}]),
    ],
)
def test_a_value_of_another_kind_is_refused(tmp_path: Path, kind: str, value: object) -> None:
    with pytest.raises(BadDocument, match="the slot 'a' takes"):
        template(tmp_path, "{{ a }}", f"a: {{kind: {kind}, about: x}}").fill({"a": value})


def test_a_fault_that_shows_only_when_it_is_filled_has_its_line_too(tmp_path: Path) -> None:
    made = template(tmp_path, "x\n{% for who in a %}\n{{ who.lokced }}\n{% endfor %}", "a: {kind: people, about: x}")
    with pytest.raises(BadDocument, match="lokced") as caught:
        made.fill({"a": [{"label": "Mira", "locked": "a girl"}]})
    assert caught.value.line == 8


def test_a_template_that_changes_the_locked_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="locked text of Mira"):
        template(tmp_path, "{{ a | upper }}").fill({"a": "a girl"}, [("Mira", "a girl")])


def test_a_template_cannot_reach_beyond_its_slots(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="mine"):
        template(tmp_path, "{{ a.__class__.__mro__ }}").fill({"a": "x"})


@given(st.text(min_size=1))
def test_what_goes_into_a_slot_is_never_read_as_template(words: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        text = template(Path(folder), "<{{ a }}>").fill({"a": words}).text
    assert text == f"<{words}>"


def test_a_prompt_remembers_what_each_slot_was_filled_with(tmp_path: Path) -> None:
    made = template(tmp_path, "{{ a }}").fill({"a": "blue dusk"})
    assert [(slot.name, slot.text, slot.optional) for slot in made.slots] == [("a", "blue dusk", False)]


def test_a_prompt_shows_its_locked_text_marked(tmp_path: Path) -> None:
    made = template(tmp_path, "<b> {{ a }}").fill({"a": "a girl & a fox"}, [("Mira", "a girl & a fox")])
    shown = made._repr_mimebundle_()["text/html"]
    assert 'title="locked text of Mira">a girl &amp; a fox</mark>' in shown
    assert "&lt;b&gt;" in shown


def test_a_template_shows_its_slots(tmp_path: Path) -> None:
    shown = template(tmp_path, "{{ a }}")._repr_mimebundle_()
    assert shown["text/plain"] == "<Template mine: a>"
    assert "The first." in shown["text/html"]
