"""`charkit preflight` and `charkit weights`, as a person types them."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UnknownName, UsageError

SHARED = Path(__file__).resolve().parents[2] / "shared" / "media"


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    noise.save(tmp_path / "ada.png")
    return tmp_path / "ada.png"


def ran(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_good_picture_is_clear(picture: Path) -> None:
    result = ran("preflight", picture, "--route", "omni-1.2", "--domain", "drawn", "--invented", "--adult")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "clear"
    assert "looked   ada.png: 400x400, faces: unknown" in result.output


def test_what_nobody_could_look_at_is_no_pass(picture: Path) -> None:
    result = ran("preflight", picture, "--route", "sora-2", "--json")
    assert result.exit_code == 3
    found = json.loads(result.output)
    assert found["verdict"] == "unknown"
    assert found["findings"][0]["rule"] == "faces.not-looked-for"
    assert "charkit weights get yunet" in found["findings"][0]["says"]
    assert found["pictures"][0]["faces"] == "unknown"


def test_what_is_refused_is_said_with_source_and_ways_round(picture: Path) -> None:
    result = ran("preflight", picture, "--route", "omni-1.2", "--domain", "drawn", "--minor", "--region", "eea")
    assert result.exit_code == 1
    assert "error    likeness.minor: ada.png: omni-1.2 takes no pictures of minors in EEA [" in result.output
    assert "way round: " in result.output
    assert result.output.splitlines()[-1] == "stops"


def test_real_faces_are_refused_with_a_page_of_evidence(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (SHARED / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        pytest.skip("needs the real pictures and weights in ../shared/media, which are not there")
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(SHARED / "weights"))
    page = picture.with_name("page.html")
    result = ran("preflight", SHARED / "images" / "face_drawn_a.png", "--route", "sora-2", "--html", page)
    assert result.exit_code == 1
    assert "faces.any" in result.output
    assert "data:image/jpeg;base64," in page.read_text("utf-8")


def test_a_wrong_route_or_region_offers_the_nearest(picture: Path) -> None:
    assert isinstance(ran("preflight", picture, "--route", "omni").exception, UnknownName)
    assert "EEA" in str(ran("preflight", picture, "--route", "sora-2", "--region", "mars").exception)


class TestWeights:
    def test_the_list_says_state_size_and_licence(self, picture: Path) -> None:
        result = ran("weights", "list")
        assert result.exit_code == 0
        assert "yunet       absent        0.2 MB          MIT" in result.output
        found = json.loads(ran("weights", "list", "--json").output)
        assert {one["name"] for one in found["weights"]} >= {"yunet", "sface", "ccip", "dinov2-s"}

    def test_a_file_is_taken_in_verified_and_named(self, picture: Path, tmp_path: Path) -> None:
        real = SHARED / "weights" / "face_detection_yunet_2023mar.onnx"
        if not real.is_file():
            pytest.skip("needs the real weights in ../shared/media/weights, which are not there")
        result = ran("weights", "get", "yunet", "--from", real)
        assert result.exit_code == 0, result.output
        assert "MIT" in result.stderr
        assert ran("weights", "where", "yunet").output.strip() == str(tmp_path / "weights" / real.name)
        assert json.loads(ran("weights", "verify", "--json").output)["ok"]
        (tmp_path / "weights" / real.name).write_bytes(b"<html>")
        checked = ran("weights", "verify")
        assert checked.exit_code == 1
        assert "web page" in checked.output

    def test_the_real_bad_download_is_refused_by_name(self, picture: Path) -> None:
        bad = SHARED / "weights" / "not_a_model.onnx"
        if not bad.is_file():
            pytest.skip("needs the real file not_a_model.onnx in ../shared/media/weights, which is not there")
        assert "web page saved under a model's name" in str(ran("weights", "get", "yunet", "--from", bad).exception)

    def test_a_licence_that_restricts_has_to_be_accepted(self, picture: Path) -> None:
        failed = ran("weights", "get", "ccip", "--from", picture).exception
        assert isinstance(failed, UsageError)
        assert "--accept-licence" in str(failed)

    def test_where_without_a_name_is_the_folder(self, picture: Path, tmp_path: Path) -> None:
        assert ran("weights", "where").output.strip() == str(tmp_path / "weights")
