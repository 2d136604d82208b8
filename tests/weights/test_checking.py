"""What a file really is, on the real bad download."""

from pathlib import Path

import pytest

from charkit.weights import registry
from charkit.weights.checking import problem_of, sha256_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media" / "weights"


def real(name: str) -> Path:
    if not (SHARED / name).is_file():
        pytest.skip(f"needs the real file {name} in ../shared/media/weights, which is not there")
    return SHARED / name


def test_the_real_web_page_under_a_models_name_is_named() -> None:
    weight = registry()["yunet"]
    found = problem_of(real("not_a_model.onnx"), sha256=str(weight.sha256), size=weight.bytes)
    assert found.startswith("is a web page saved under a model's name")


def test_the_real_yunet_is_the_pinned_one() -> None:
    weight = registry()["yunet"]
    assert problem_of(real("face_detection_yunet_2023mar.onnx"), sha256=str(weight.sha256), size=weight.bytes) == ""


def test_a_digest_is_computed_again_when_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"one")
    first = sha256_of(file)
    file.write_bytes(b"three")
    assert sha256_of(file) != first


def test_a_folder_under_the_name_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in problem_of(tmp_path, sha256="0" * 64, size=None)
