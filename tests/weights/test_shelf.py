"""The folder of weights: what is there, what is bad, what a person has to say first."""

import hashlib
from pathlib import Path

import pytest

from charkit.errors import BadWeights, StorageError, UnknownName, UsageError
from charkit.weights import Weight, Weights

MODEL = b"\x08\x07onnx" + bytes(range(256)) * 40
FACTS = {"licence": "MIT", "as_of": "2026-11-22", "source": "made for this test", "what": "nothing"}
PINNED = Weight(name="toy", file="toy.onnx", bytes=len(MODEL), sha256=hashlib.sha256(MODEL).hexdigest(), **FACTS)
LOOSE = Weight(name="loose", file="loose.onnx", **FACTS | {"licence": "OpenRAIL"}, asks=True)


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    return Weights(tmp_path / "weights", {"toy": PINNED, "loose": LOOSE})


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_an_absent_file_says_how_to_get_it_and_is_never_found(weights: Weights) -> None:
    held = weights.held("toy")
    assert held.state == "absent"
    assert "charkit weights get toy" in held.problem
    assert "CHARKIT_WEIGHTS" in held.problem
    with pytest.raises(BadWeights, match="charkit weights get toy"):
        weights.find("toy")
    assert not weights.folder.exists()


def test_the_pinned_file_is_found_where_it_lies(weights: Weights) -> None:
    path = written(weights.where("toy"), MODEL)
    assert weights.find("toy") == path
    assert repr(weights) == "<Weights: 1 of 2 there>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (MODEL[:-1], "is cut off: 10,245 of 10,246 bytes"),
        (b"X" + MODEL[1:], "was altered"),
        (MODEL + b"more", "was altered"),
        (b"\n\n\n<!DOCTYPE html>\n<html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "pointer of Git LFS"),
        (b'{"message": "Not Found"}', "error message"),
    ],
)
def test_a_bad_file_is_named_for_what_it_is(weights: Weights, data: bytes, said: str) -> None:
    written(weights.where("toy"), data)
    held = weights.held("toy")
    assert held.state == "bad"
    assert said in held.problem
    assert "charkit weights get toy --replace" in held.problem
    with pytest.raises(BadWeights, match="toy.onnx"):
        weights.find("toy")


def test_a_file_that_is_altered_later_is_noticed(weights: Weights) -> None:
    path = written(weights.where("toy"), MODEL)
    weights.find("toy")
    written(path, b"Y" + MODEL[1:] + b"!")
    assert weights.held("toy").state == "bad"


def test_a_licence_that_restricts_has_to_be_accepted(weights: Weights, tmp_path: Path) -> None:
    own = written(tmp_path / "own.onnx", MODEL)
    with pytest.raises(UsageError, match="OpenRAIL.*--accept-licence"):
        weights.get("loose", given=own)
    assert weights.held("loose").state == "absent"


def test_nothing_is_downloaded_without_a_pinned_digest(weights: Weights) -> None:
    with pytest.raises(UsageError, match="charkit weights get loose --from FILE"):
        weights.get("loose", accept_licence=True)


def test_a_given_file_without_a_pin_is_held_to_its_own_digest_from_then_on(weights: Weights, tmp_path: Path) -> None:
    own = written(tmp_path / "own.onnx", MODEL)
    path = weights.get("loose", given=own, accept_licence=True)
    assert weights.find("loose") == path
    written(path, MODEL[::-1])
    assert weights.held("loose").state == "bad"


def test_a_file_without_a_pin_that_nobody_took_in_is_not_used(weights: Weights) -> None:
    path = written(weights.where("loose"), MODEL)
    assert weights.held("loose").state == "not recorded"
    weights.get("loose", given=path, accept_licence=True)
    assert weights.held("loose").state == "there"
    assert path.read_bytes() == MODEL


def test_a_given_file_that_is_not_the_pinned_one_is_refused(weights: Weights, tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="is a web page"):
        weights.get("toy", given=written(tmp_path / "page.onnx", b"<html>"))
    with pytest.raises(BadWeights, match="no such file"):
        weights.get("toy", given=tmp_path / "nowhere.onnx")
    assert not weights.where("toy").exists()


def test_another_file_under_the_name_is_not_replaced_unasked(weights: Weights, tmp_path: Path) -> None:
    path = written(weights.where("toy"), b"my own experiment")
    own = written(tmp_path / "own.onnx", MODEL)
    with pytest.raises(BadWeights, match="--replace"):
        weights.get("toy", given=own)
    assert path.read_bytes() == b"my own experiment"
    assert weights.find("toy") if weights.get("toy", given=own, replace=True) else None


def test_broken_records_are_named(weights: Weights) -> None:
    written(weights.where("loose"), MODEL)
    written(weights.folder / "digests.json", b"{")
    with pytest.raises(BadWeights, match=r"digests\.json.*take the files in again"):
        weights.held("loose")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    file = written(tmp_path / "file", b"")
    with pytest.raises(StorageError, match="cannot be made"):
        Weights(file / "below", {"toy": PINNED}).get("toy", given=written(tmp_path / "own.onnx", MODEL))


def test_an_unknown_name_offers_the_nearest(weights: Weights) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'toy'"):
        weights.held("toi")


def test_the_folder_of_the_setting_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "mine"))
    assert Weights.open().folder == tmp_path / "mine"
    monkeypatch.delenv("CHARKIT_WEIGHTS")
    assert Weights.open().folder.name == "weights"
    assert Weights.open(tmp_path).folder == tmp_path


def test_it_shows_itself_as_a_table(weights: Weights) -> None:
    html = weights._repr_mimebundle_()["text/html"]
    assert "OpenRAIL" in html
    assert "absent" in html
