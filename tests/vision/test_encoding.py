"""What reaches a model, what is made of its answer, and what is refused."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from charkit.errors import BadWeights, MissingDependency
from charkit.vision import CCIP, DINOV2_S, Encoder
from charkit.vision.encoding import prepared
from charkit.weights import Weights

RECIPES = pytest.mark.parametrize("recipe", [CCIP, DINOV2_S], ids=lambda recipe: recipe.weights)
# The published values, written out again: CLIP's and ImageNet's.
MEANS = {"ccip": (0.48145466, 0.4578275, 0.40821073), "dinov2-s": (0.485, 0.456, 0.406)}
STDS = {"ccip": (0.26862954, 0.26130258, 0.27577711), "dinov2-s": (0.229, 0.224, 0.225)}


@pytest.fixture(autouse=True)
def _runtime() -> None:
    pytest.importorskip("onnxruntime", reason="SKIPPED: onnxruntime is not installed")


@pytest.fixture
def made(small, tmp_path):
    """Return a maker of encoders with a small model: `made(recipe, small.layout, batch=1)`."""

    def make(recipe, kind=None, **more):
        side, numbers = small.INPUTS[recipe.weights]
        data = (kind or small.layout)(side, numbers, **more)
        return Encoder(recipe, small.shelf(tmp_path / "weights", {recipe.weights: data}))

    return make


def pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    """Return pictures of different sizes, each of a few large random patches."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        small = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        found.append(
            np.ascontiguousarray(small.repeat(rng.integers(8, 40), axis=0).repeat(rng.integers(8, 40), axis=1))
        )
    return found


@RECIPES
def test_the_numbers_that_reach_the_model_are_the_published_ones(made, small, recipe) -> None:
    colour = (200, 40, 90)
    (vector,) = made(recipe, small.colours).encode([np.full((50, 50, 3), colour, np.uint8)])
    expected = [
        (value / 255 - mean) / std
        for value, mean, std in zip(colour, MEANS[recipe.weights], STDS[recipe.weights], strict=True)
    ]
    assert vector[:3] == pytest.approx(np.array(expected) / np.linalg.norm(expected), abs=1e-4)
    assert not vector[3:].any()


def test_ccip_stretches_a_picture_to_its_square() -> None:
    picture = np.zeros((50, 200, 3), np.uint8)
    picture[:, 100:] = 255
    values = prepared(picture, CCIP)
    assert values.shape == (3, 384, 384)
    assert values.dtype == np.float32
    dark, light = (-CCIP.mean[0] / CCIP.std[0], (1 - CCIP.mean[0]) / CCIP.std[0])
    assert values[0, :, :180] == pytest.approx(dark, abs=1e-4)
    assert values[0, :, 204:] == pytest.approx(light, abs=1e-4)


def test_dinov2_keeps_the_proportions_on_a_ground_that_says_nothing() -> None:
    values = prepared(np.full((50, 200, 3), 255, np.uint8), DINOV2_S)
    assert values.shape == (3, 224, 224)
    assert np.abs(values[:, :80]).max() < 0.01
    assert np.abs(values[:, 150:]).max() < 0.01
    assert values[:, 90:130].min() > 2


@RECIPES
@pytest.mark.parametrize("batch", ["n", 1, 4])
def test_a_batch_gives_what_single_pictures_give(made, recipe, batch) -> None:
    encoder = made(recipe, batch=batch)
    many = pictures(11)
    together = encoder.encode(many)
    assert together.shape == (11, recipe.numbers)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    alone = np.concatenate([encoder.encode([one]) for one in many])
    assert together == pytest.approx(alone, abs=1e-5)


def test_of_a_row_per_patch_the_class_token_is_the_vector(made, small) -> None:
    many = pictures(3)
    assert made(DINOV2_S, tokens=4).encode(many) == pytest.approx(made(DINOV2_S).encode(many), abs=1e-6)


@RECIPES
def test_the_same_picture_is_like_itself_and_unlike_others(made, recipe) -> None:
    one, other = pictures(2, seed=3)
    same, again, different = made(recipe).encode([one, one, other])
    assert same @ again == pytest.approx(1, abs=1e-5)
    assert same @ different < 0.9


def test_nothing_gives_nothing(made) -> None:
    assert made(CCIP).encode([]).shape == (0, 768)


@pytest.mark.parametrize(
    "array",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3)), np.zeros((0, 8, 3), np.uint8)],
)
def test_another_kind_of_array_is_refused(made, array) -> None:
    with pytest.raises(ValueError, match="uint8 of shape"):
        made(CCIP).encode([array])


def test_threads_may_share_an_encoder(made) -> None:
    encoder, many = made(DINOV2_S), pictures(12)
    alone = encoder.encode(many)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda one: encoder.encode([one])[0], many))
    assert np.stack(rows) == pytest.approx(alone, abs=1e-5)


def test_a_good_encoder_names_its_weights_and_has_no_problem(made) -> None:
    encoder = made(CCIP)
    assert encoder.problem == ""
    assert encoder.label.startswith("ccip sha256:")


def refused(encoder: Encoder) -> str:
    """Return why an encoder refuses, having checked that it never answers."""
    with pytest.raises((BadWeights, MissingDependency)) as caught:
        encoder.encode(pictures(1))
    return str(caught.value)


def test_absent_weights_are_refused_with_how_to_get_them(tmp_path) -> None:
    encoder = Encoder(CCIP, Weights.open(tmp_path))
    assert "charkit weights get ccip --from FILE" in refused(encoder)
    assert encoder.problem
    assert encoder.label == "ccip"


def test_altered_weights_never_run(made) -> None:
    encoder = made(CCIP)
    path = encoder._weights.where("ccip")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    assert "was altered" in refused(encoder)


def test_what_is_no_model_is_refused(small, tmp_path) -> None:
    said = refused(Encoder(CCIP, small.shelf(tmp_path, {"ccip": b"these are not the numbers you look for"})))
    assert "cannot be loaded by onnxruntime" in said


def test_a_model_for_other_pictures_is_refused(small, tmp_path) -> None:
    said = refused(Encoder(CCIP, small.shelf(tmp_path, {"ccip": small.layout(224, 384)})))
    assert "is another model" in said
    assert "384" in said


def test_a_model_with_another_answer_is_refused(small, tmp_path) -> None:
    assert "768 numbers for each of 1" in refused(
        Encoder(CCIP, small.shelf(tmp_path, {"ccip": small.layout(384, 512)}))
    )


def test_an_answer_without_direction_says_nothing(made, small) -> None:
    black = np.zeros((20, 20, 3), np.uint8)
    encoder = made(CCIP, small.layout, centre=-CCIP.mean[0] / CCIP.std[0])
    encoder.encode([black])
    broken = made(DINOV2_S, small.layout, centre=float("nan"))
    with pytest.raises(BadWeights, match="no usable numbers"):
        broken.encode([black])


def test_a_model_with_a_second_unchecked_file_is_refused(small, tmp_path) -> None:
    import onnx

    model = onnx.load_model_from_string(small.layout(384, 768))
    folder = tmp_path / "weights"
    folder.mkdir()
    onnx.save_model(model, folder / "m.onnx", save_as_external_data=True, location="numbers.bin", size_threshold=0)
    encoder = Encoder(CCIP, Weights.open(tmp_path), file=folder / "m.onnx")
    assert (folder / "numbers.bin").is_file()
    assert "cannot be loaded" in refused(encoder)


def test_without_onnxruntime_the_extra_is_named(made, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert "charkit[onnx]" in refused(made(CCIP))
