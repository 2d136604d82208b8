"""The bytes that run are the bytes whose digest was checked."""

import hashlib

import pytest

from charkit.errors import BadWeights, UnknownName
from charkit.vision.models import label_of, model_file
from charkit.weights import Weights


def test_a_file_of_the_folder_comes_with_its_digest(small, tmp_path) -> None:
    weights = small.shelf(tmp_path, {"ccip": b"numbers"})
    found = model_file("ccip", weights=weights)
    assert found.data == b"numbers"
    assert found.sha256 == hashlib.sha256(b"numbers").hexdigest()
    assert found.label == label_of("ccip", weights=weights) == f"ccip sha256:{found.sha256[:12]}"
    assert repr(found) == f"<ModelFile: {found.label}, 7 bytes>"


def test_an_altered_file_is_refused(small, tmp_path) -> None:
    weights = small.shelf(tmp_path, {"ccip": b"numbers"})
    weights.where("ccip").write_bytes(b"Numbers")
    with pytest.raises(BadWeights, match="was altered"):
        model_file("ccip", weights=weights)


def test_a_file_given_by_path_needs_the_pinned_digest_where_there_is_one(tmp_path) -> None:
    file = tmp_path / "mine.onnx"
    file.write_bytes(b"something else")
    with pytest.raises(BadWeights, match="cut off|not the file that is pinned"):
        model_file("sface", weights=Weights.open(tmp_path), file=file)
    assert model_file("ccip", weights=Weights.open(tmp_path), file=file).data == b"something else"


@pytest.mark.parametrize(("name", "how"), [("sface", "charkit weights get sface"), ("ccip", "--from FILE")])
def test_absent_weights_say_how_to_get_them(tmp_path, name: str, how: str) -> None:
    with pytest.raises(BadWeights, match=how):
        model_file(name, weights=Weights.open(tmp_path))
    assert label_of(name, weights=Weights.open(tmp_path)) == name


def test_a_web_page_is_no_model_and_a_missing_file_neither(tmp_path) -> None:
    page = tmp_path / "page.onnx"
    page.write_bytes(b"<!doctype html><title>Sign in</title>")
    with pytest.raises(BadWeights, match="web page"):
        model_file("ccip", file=page)
    with pytest.raises(BadWeights, match="cannot be read"):
        model_file("ccip", file=tmp_path / "gone.onnx")
    with pytest.raises(UnknownName, match="sfaces"):
        model_file("sfaces", weights=Weights.open(tmp_path))
