"""Templates: declared slots, and nothing lost in filling them."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import UsageError
from charkit.prompts import load_template

TEMPLATES = Path(__file__).parents[2] / "charkit" / "templates"


def write(folder: Path, text: str) -> Path:
    (folder / "mine.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", [path.stem for path in TEMPLATES.glob("*.txt")])
def test_every_template_uses_exactly_the_slots_it_declares(name: str) -> None:
    assert load_template(name).slots


def test_a_new_text_of_a_template_is_a_new_digest(tmp_path: Path) -> None:
    first = load_template("mine", write(tmp_path, "{# slots: a #}{{ a }}")).digest
    second = load_template("mine", write(tmp_path, "{# slots: a #}{{ a }}!")).digest
    assert first != second


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ a }}", "declares its slots"),
        ("{# slots: a #}{{ a }} {{ b }}", r"uses \['a', 'b'\]"),
        ("{# slots: a, b #}{{ a }}", r"declares \['a', 'b'\]"),
        ("{# slots: a #}{{ a ", "mine.txt"),
    ],
)
def test_a_template_that_says_one_thing_and_does_another_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_template("mine", write(tmp_path, text))


def test_an_unknown_template_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="video_shot"):
        load_template("video_shots")


def test_a_missing_or_unknown_slot_is_refused(tmp_path: Path) -> None:
    template = load_template("mine", write(tmp_path, "{# slots: a #}{{ a }}"))
    with pytest.raises(UsageError, match="b"):
        template.fill({"a": 1, "b": 2})


def test_a_template_that_changes_the_locked_text_is_refused(tmp_path: Path) -> None:
    template = load_template("mine", write(tmp_path, "{# slots: a #}{{ a | upper }}"))
    with pytest.raises(UsageError, match="locked text of Mira"):
        template.fill({"a": "a girl"}, [("Mira", "a girl")])


def test_a_template_cannot_reach_beyond_its_slots(tmp_path: Path) -> None:
    template = load_template("mine", write(tmp_path, "{# slots: a #}{{ a.__class__.__mro__ }}"))
    with pytest.raises(UsageError, match="mine"):
        template.fill({"a": "x"})
