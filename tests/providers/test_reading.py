"""Reading answers: what is absent or odd reads as empty, and media bytes do not get into records."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.errors import BadReference
from charkit.providers.base import Blob
from charkit.providers.reading import (
    Fields,
    data_url,
    decode,
    encode,
    measured,
    pixels,
    shape_note,
    without_media,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["data", "b64_json", "a", "status"]), inner),
    max_leaves=8,
)


def test_values_are_read_by_name_whatever_their_type():
    answer = Fields(
        {"a": "x", "n": 3, "p": "50%", "t": True, "o": {"b": [1.5, {"c": 2}]}, "l": [{"a": "y"}, 7], "e": ""}
    )
    assert (answer.text("a"), answer.text("n"), answer.text("t"), answer.text("e", "a")) == ("x", "3", "", "x")
    assert (answer.number("n"), answer.number("p"), answer.number("a"), answer.number("t")) == (3, 50, None, None)
    assert answer.child("none", "o").numbers() == {}
    assert [one.text("a") for one in answer.children("l")] == ["y", ""]
    assert answer.children("a") == []
    assert not answer.child("none")


def test_counts_are_flattened_with_their_path():
    usage = Fields({"total": 5, "details": {"image": 4, "text": 1, "note": "x"}, "ok": True})
    assert usage.numbers() == {"total": 5, "details.image": 4, "details.text": 1}


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_any_json_can_be_read_and_recorded(value):
    fields = Fields(value)
    for name in ("data", "status"):
        fields.text(name), fields.number(name), fields.child(name), fields.children(name), fields.numbers()
    json.loads(without_media(value))


@given(st.binary(min_size=1, max_size=500))
@settings(deadline=None)
def test_bytes_come_back_from_either_alphabet_padded_or_not(data):
    assert decode(encode(Blob(name="a", media_type="image/png", data=data))) == data
    assert decode(base64.urlsafe_b64encode(data).decode().rstrip("=")) == data


@pytest.mark.parametrize("text", ["", "====", "!!!", "abc\ndef!", "a"])
def test_damaged_base64_is_nothing(text):
    assert decode(text) is None


def test_media_are_replaced_by_size_and_digest_and_short_values_stay():
    data = bytes(range(256)) * 2
    text = base64.b64encode(data).decode()
    record = json.loads(
        without_media(
            {"data": text, "b64_json": "@" * 400, "list": [{"data": "gs://x"}], "url": f"data:image/png;base64,{text}"}
        )
    )
    assert record["data"] == record["url"]
    assert record["data"].startswith("<512 bytes sha256:")
    assert record["b64_json"] == "<400 characters that are not base64>"
    assert record["list"] == [{"data": "gs://x"}]


def test_the_pixels_of_a_picture_are_measured(picture):
    assert pixels(picture(40, 30)) == (40, 30)
    assert pixels(picture(40, 30, kind="WEBP")) == (40, 30)
    assert pixels(b"no picture") is None
    assert pixels(picture(40, 30)[:20]) is None
    assert shape_note(picture(40, 30), 40, 30) == ""
    assert "40x30" in shape_note(picture(40, 30), 80, 60)
    assert "cannot be read" in shape_note(b"", 80, 60)


def test_what_is_no_picture_is_named_by_its_file():
    with pytest.raises(BadReference, match=r"mira\.png"):
        measured(Blob(name="mira.png", media_type="image/png", data=b"no picture"))


def test_a_blob_becomes_a_data_url():
    assert data_url(Blob(name="a", media_type="image/webp", data=b"abc")) == "data:image/webp;base64,YWJj"
