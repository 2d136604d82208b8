"""Faces as vectors: on real faces found by the real detector, with a small model in place of SFace's weights."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.errors import BadWeights, MissingDependency
from charkit.media.images import open_upright
from charkit.vision import Face, FaceFinder, FaceRecogniser
from charkit.weights import Weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"


def real(name: str) -> Image.Image:
    file = SHARED / "images" / f"{name}.png"
    if not file.is_file():
        pytest.skip(f"needs the real picture {file.name} in ../shared/media/images, which is not there")
    return open_upright(file).convert("RGB")


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    if not (SHARED / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        pytest.skip("needs the real weights in ../shared/media/weights, which are not there")
    return FaceFinder(Weights.open(SHARED / "weights"))


@pytest.fixture(autouse=True)
def _opencv() -> None:
    pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")


@pytest.fixture
def recogniser(small, tmp_path) -> FaceRecogniser:
    data = small.layout(112, 128, batch=1, centre=127.5)
    return FaceRecogniser(small.shelf(tmp_path / "weights", {"sface": data}))


def face(size: float = 112, left: float = 100, top: float = 100) -> Face:
    """Return a face whose landmarks lie where an aligned one has them (the points of ArcFace's template)."""
    template = ((38.3, 51.7), (73.5, 51.5), (56.0, 71.7), (41.5, 92.4), (70.7, 92.2))
    points = tuple((left + x * size / 112, top + y * size / 112) for x, y in template)
    return Face(left=left, top=top, width=size, height=size, landmarks=points, score=0.9)


def test_red_reaches_the_model_as_red(small, tmp_path) -> None:
    weights = small.shelf(tmp_path, {"sface": small.colours(112, 128, batch=1)})
    (vector,) = FaceRecogniser(weights).encode(np.full((400, 400, 3), (200, 40, 90), np.uint8), [face()])
    expected = np.array([200, 40, 90]) / np.linalg.norm([200, 40, 90])
    assert vector[:3] == pytest.approx(expected, abs=1e-3)


def test_an_aligned_face_stays_as_it_is(recogniser) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (10, 10, 3), dtype=np.uint8).repeat(40, 0).repeat(40, 1)
    crop = recogniser.aligned(picture, face())
    assert np.abs(crop.astype(int) - picture[100:212, 100:212]).mean() < 6


def test_a_real_face_at_half_the_size_is_nearer_to_itself_than_to_another(finder, recogniser) -> None:
    one, other = real("face_photo"), real("face_ai_portrait")
    half = one.resize((one.width // 2, one.height // 2), Image.Resampling.LANCZOS)
    first, second, stranger = (
        recogniser.encode(rgb, finder.find(rgb).sure[:1])[0] for rgb in map(np.asarray, (one, half, other))
    )
    assert first @ second > 0.97
    assert first @ stranger < first @ second - 0.05


def test_several_faces_give_a_row_each_and_none_gives_none(recogniser) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    rows = recogniser.encode(picture, [face(), face(left=250), face(size=60, top=300)])
    assert rows.shape == (3, 128)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert recogniser.encode(picture, []).shape == (0, 128)


def test_threads_may_share_a_recogniser(recogniser) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    faces = [face(left=20 * i, top=10 * i) for i in range(12)]
    alone = recogniser.encode(picture, faces)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda one: recogniser.encode(picture, [one])[0], faces))
    assert np.stack(rows) == pytest.approx(alone, abs=1e-6)


def test_the_real_name_takes_no_other_file(small, tmp_path) -> None:
    file = tmp_path / "mine.onnx"
    file.write_bytes(small.layout(112, 128, batch=1))
    with pytest.raises(BadWeights, match="pinned|cut off"):
        FaceRecogniser(Weights.open(tmp_path), file=file).encode(np.zeros((300, 300, 3), np.uint8), [face()])


@pytest.mark.parametrize(
    ("data", "said"), [(b"no model at all", "cannot be loaded by OpenCV"), (None, "answers with 64 numbers, not 128")]
)
def test_what_is_not_sface_is_refused(small, tmp_path, data, said: str) -> None:
    weights = small.shelf(tmp_path, {"sface": data or small.layout(112, 64, batch=1)})
    with pytest.raises(BadWeights, match=said):
        FaceRecogniser(weights).encode(np.full((300, 300, 3), 9, np.uint8), [face()])


def test_absent_weights_say_how_to_get_them(tmp_path) -> None:
    nobody = FaceRecogniser(Weights.open(tmp_path))
    assert "charkit weights get sface" in nobody.problem
    assert nobody.label == "sface"
    with pytest.raises(BadWeights, match="charkit weights get sface"):
        nobody.aligned(np.zeros((300, 300, 3), np.uint8), face())


def test_without_opencv_the_extra_is_named(small, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingDependency, match="faces"):
        FaceRecogniser(Weights.open(tmp_path)).encode(np.zeros((300, 300, 3), np.uint8), [face()])
