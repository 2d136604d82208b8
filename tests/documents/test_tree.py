"""The YAML tree: lines for places, new values into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.documents.tree import dump, line_of, load, merge, plain
from charkit.errors import BadDocument

FILE = Path("board.yaml")
TEXT = "# top\ntitle: x # why\nshots:\n  - id: a\n    size: {w: 1, h: 2}\n  - id: b\n"


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 1),
        (("title",), 2),
        (("shots",), 3),
        (("shots", 0), 4),
        (("shots", 0, "size", "h"), 5),
        (("shots", 1, "id"), 6),
        (("shots", 1, "gone"), 6),
        (("shots", 9), 3),
        (("gone", "deeper"), 1),
    ],
)
def test_every_place_has_the_line_it_stands_on_or_its_parents(place: tuple[str | int, ...], line: int) -> None:
    assert line_of(load(TEXT, FILE), place) == line


def test_merging_what_is_there_already_changes_no_byte() -> None:
    tree = load(TEXT, FILE)
    value = plain(tree, FILE)
    assert dump(merge(tree, value)) == TEXT  # type: ignore[arg-type]


def test_merging_changes_only_what_differs() -> None:
    tree = load(TEXT, FILE)
    new = {"title": "y", "shots": [{"id": "a", "size": {"w": 1, "h": 3}}, {"id": "b"}], "more": None}
    assert dump(merge(tree, new)) == TEXT.replace(": x #", ": y #").replace("h: 2", "h: 3") + "more: null\n"  # type: ignore[arg-type]


def test_comments_go_along_with_what_they_stand_beside_when_entries_change_places() -> None:
    text = "cuts:\n  - shot: a   # her best\n    in: 1\n  - shot: b\n  - shot: c # last\n"
    new = {"cuts": [{"shot": "c"}, {"shot": "new"}, {"shot": "a", "in": 2}]}
    merged = dump(merge(load(text, FILE), new))
    assert merged == "cuts:\n  - shot: c # last\n  - shot: new\n  - shot: a   # her best\n    in: 2\n"


def test_entries_of_one_name_are_told_apart_by_their_place() -> None:
    text = "cuts:\n  - shot: a\n    in: 1\n  - shot: a\n    in: 2\n  - shot: b\n"
    new = {"cuts": [{"shot": "b"}, {"shot": "a", "in": 2}, {"shot": "a", "in": 1}]}
    assert plain(merge(load(text, FILE), new), FILE) == new


def test_a_truth_value_does_not_pass_for_a_number() -> None:
    assert dump(merge(load("a: 1\n", FILE), {"a": True})) == "a: true\n"


def test_aliases_are_written_out_as_values_of_their_own() -> None:
    got = plain(load("a: &x {n: [1]}\nb: *x\nc: {<<: *x, m: 2}\n", FILE), FILE)
    assert got == {"a": {"n": [1]}, "b": {"n": [1]}, "c": {"n": [1], "m": 2}}


def test_a_tag_on_a_list_is_refused_with_its_line() -> None:
    with pytest.raises(BadDocument, match="the tag !mine is not allowed") as caught:
        plain(load("a: 1\nb: !mine [1]\n", FILE), FILE)
    assert caught.value.line == 2
