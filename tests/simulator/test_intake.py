from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.simulator.intake import Fields, Refused, Value, _graft, decoded


def grafted(*pairs: tuple[str, Value]) -> dict[str, Value]:
    tree: dict[str, Value] = {}
    for name, value in pairs:
        _graft(tree, name, value)
    return tree


def test_brackets_spell_paths_as_the_sdk_writes_them() -> None:
    tree = grafted(
        ("prompt", "x"),
        ("characters[][id]", "a"),
        ("characters[][id]", "b"),
        ("image[]", "1"),
        ("image[]", "2"),
        ("input_reference[image_url]", "u"),
        ("tag", "one"),
        ("tag", "two"),
    )
    assert tree == {
        "prompt": "x",
        "characters": [{"id": "a"}, {"id": "b"}],
        "image": ["1", "2"],
        "input_reference": {"image_url": "u"},
        "tag": ["one", "two"],
    }


def test_fields_of_one_list_entry_stay_together() -> None:
    tree = grafted(("c[][id]", "a"), ("c[][name]", "A"), ("c[][id]", "b"))
    assert tree == {"c": [{"id": "a", "name": "A"}, {"id": "b"}]}


@pytest.mark.parametrize("pairs", [("a", "a[b]"), ("a", "a[]"), ("a[]", "a[b]"), ("a[b]", "a[]")])
def test_contradicting_names_are_refused(pairs: tuple[str, str]) -> None:
    with pytest.raises(Refused, match="contradicts"):
        grafted((pairs[0], "1"), (pairs[1], "2"))


@given(st.binary(max_size=200))
def test_base64_is_read_in_both_alphabets_with_and_without_padding(data: bytes) -> None:
    for text in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
        assert decoded(text) == data
        assert decoded(text.rstrip("=")) == data
    assert decoded(f"data:image/png;base64,{base64.b64encode(data).decode()}") == data


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f: f.text("n"), "expected a string, but got an integer"),
        (lambda f: f.whole("s"), "expected an integer, but got a string"),
        (lambda f: f.whole("b"), "expected an integer, but got a boolean"),
        (lambda f: f.flag("s"), "expected a boolean, but got a string"),
        (lambda f: f.branch("s"), "expected an object, but got a string"),
        (lambda f: f.branches("l"), "Invalid type for 'root.l\\[1\\]'"),
    ],
)
def test_a_wrong_type_names_field_wanted_and_got(call: object, words: str) -> None:
    fields = Fields({"n": 1, "s": "x", "b": True, "l": [{}, 2]}, "root")
    with pytest.raises(Refused, match=words):
        call(fields)  # type: ignore[operator]
