"""Faces by YuNet: on the real pictures, at every size, by many threads; `unknown` where nobody can look."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.errors import BadWeights
from charkit.media.images import open_upright
from charkit.vision import Face, FaceFinder, Faces
from charkit.vision.faces import merged
from charkit.weights import Weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"
FACES = {"face_photo": 1, "face_ai_portrait": 1, "face_drawn_a": 1, "face_drawn_b": 1}
NONE = ("noface_castle", "noface_coffee", "c2pa_signed")


def real(name: str) -> np.ndarray:
    file = SHARED / "images" / f"{name}.png"
    if not file.is_file():
        pytest.skip(f"needs the real picture {file.name} in ../shared/media/images, which is not there")
    return np.asarray(open_upright(file).convert("RGB"))


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    if not (SHARED / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        pytest.skip("needs the real weights in ../shared/media/weights, which are not there")
    pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")
    return FaceFinder(Weights.open(SHARED / "weights"))


def face(left: float = 0, top: float = 0, size: float = 10, score: float = 0.9) -> Face:
    points = tuple(
        (left + x * size, top + y * size) for x, y in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    )
    return Face(left=left, top=top, width=size, height=size, landmarks=points, score=score)


@pytest.mark.parametrize("name", FACES)
def test_real_faces_are_seen_photographed_or_drawn(finder: FaceFinder, name: str) -> None:
    found = finder.find(real(name))
    assert found.verdict == "face"
    assert len(found.sure) == FACES[name]
    best = found.found[0]
    assert best.score > 0.9
    assert len(best.landmarks) == 5
    assert all(best.left < x < best.left + best.width for x, _ in best.landmarks)
    assert best.frontal


@pytest.mark.parametrize("name", NONE)
def test_real_pictures_without_a_face_show_none(finder: FaceFinder, name: str) -> None:
    assert finder.find(real(name)).verdict == "none"


def test_a_cats_face_is_a_perhaps_and_not_a_face(finder: FaceFinder) -> None:
    assert finder.find(real("noface_cat")).verdict == "perhaps"


@pytest.mark.parametrize("pixels", [32, 64, 128, 400, 1000])
@pytest.mark.parametrize(("name", "height"), [("face_photo", 112), ("face_drawn_a", 200)])
def test_small_and_large_faces_are_seen_in_a_large_picture(
    finder: FaceFinder, name: str, height: int, pixels: int
) -> None:
    picture = Image.fromarray(real(name))
    scale = pixels / height
    page = Image.new("RGB", (1920, 1080), (120, 130, 140))
    shrunk = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    page.paste(shrunk, (960 - round(shrunk.width * 0.45), 400 - round(shrunk.height * 0.25)))
    found = finder.find(np.asarray(page))
    assert found.found, found
    assert found.found[0].height == pytest.approx(pixels, rel=0.35)


def test_threads_may_share_a_finder(finder: FaceFinder) -> None:
    pictures = [real(name) for name in (*FACES, *NONE)] * 3
    alone = [finder.find(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(finder.find, pictures)) == alone


def test_without_weights_it_is_unknown_with_how_to_get_them(tmp_path: Path) -> None:
    found = FaceFinder(Weights.open(tmp_path)).find(np.zeros((64, 64, 3), np.uint8))
    assert found.verdict == "unknown"
    assert "charkit weights get yunet" in found.unknown
    assert not found.sure


def test_altered_weights_are_unknown_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "face_detection_yunet_2023mar.onnx").write_bytes(b"<!doctype html>")
    assert "web page" in FaceFinder(Weights.open(tmp_path)).find(np.zeros((64, 64, 3), np.uint8)).unknown


def test_without_opencv_it_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    found = FaceFinder(Weights.open(tmp_path)).find(np.zeros((64, 64, 3), np.uint8))
    assert "opencv-python-headless is not installed" in found.unknown


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 3000), (15, 15), (16, 4000), (700, 17)])
def test_odd_sizes_are_no_trouble(finder: FaceFinder, height: int, width: int) -> None:
    assert finder.find(np.full((height, width, 3), 90, np.uint8)).verdict == "none"


@pytest.mark.parametrize("array", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3))])
def test_another_kind_of_array_is_refused(finder: FaceFinder, array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 of shape"):
        finder.find(array)


def test_what_several_sizes_see_is_one_face() -> None:
    near, inside, other = face(0, 0, 10, 0.8), face(2, 2, 5, 0.7), face(100, 0, 10, 0.95)
    assert merged([near, face(1, 1, 10, 0.9), inside, other]) == (other, face(1, 1, 10, 0.9))


def test_the_nose_tells_how_far_a_face_is_turned() -> None:
    straight = face()
    assert straight.turn == pytest.approx(0)
    turned = Face(left=0, top=0, width=10, height=10, score=0.9, landmarks=((3, 4), (7, 4), (7, 6), (3.5, 8), (6.5, 8)))
    assert turned.turn == pytest.approx(0.5)
    assert not turned.frontal


def test_the_verdict_in_one_word() -> None:
    assert Faces().verdict == "none"
    assert Faces(found=(face(score=0.7),)).verdict == "perhaps"
    assert Faces(found=(face(score=0.8),)).verdict == "face"
    assert repr(Faces(unknown="no weights")) == "<Faces: unknown (no weights)>"


def test_boxes_are_shares_of_the_picture_for_preparing_it(finder: FaceFinder) -> None:
    (box,) = finder.boxes(Image.fromarray(real("face_photo")))
    left, top, right, bottom = box
    assert 0.33 < left < right < 0.55
    assert 0.1 < top < bottom < 0.37


def test_boxes_of_a_picture_at_which_nobody_can_look_are_an_error_and_not_none(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="charkit weights get yunet"):
        FaceFinder(Weights.open(tmp_path)).boxes(Image.new("RGB", (64, 64)))
