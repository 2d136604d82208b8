"""Turns pictures into vectors with ONNX models, by onnxruntime on the processor.

Every model has its recipe: how a picture is scaled, which numbers stand for black and white, which of its answers is
the vector. A wrong recipe gives no error but meaningless likeness, so each is written down with its source and tested
on the numbers that reach the model.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charkit.errors import BadWeights, MissingDependency
from charkit.vision.models import label_of, model_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.vision.models import ModelFile
    from charkit.weights import Weights

__all__ = ["CCIP", "DINOV2_S", "Encoder", "Recipe", "Vectors"]

Vectors: TypeAlias = NDArray[np.float32]
"""One row per picture, each of length 1."""

_BATCH: Final = 8
"""Pictures that go through a model together: the frames of one clip. At 384 pixels they take 14 MB."""
_MOST_THREADS: Final = 4
"""Threads of one model; more help little at these sizes [not measured], and clips are decoded beside it."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model wants its pictures, and what it answers."""

    weights: str
    """The name in the registry of weights."""
    side: int
    """The picture's sides as the model sees it, in pixels."""
    mean: tuple[float, float, float]
    """What is taken off each channel of sRGB in [0, 1]."""
    std: tuple[float, float, float]
    """What it is then divided by."""
    resample: Image.Resampling
    keeps_shape: bool
    """Whether the picture keeps its proportions, on a square of the mean colour; else it is stretched to the square."""
    numbers: int
    """Length of the vector."""
    source: str
    """Where the recipe was read."""

    @property
    def ground(self) -> tuple[int, int, int]:
        """The sRGB colour that reaches the model as nothing: its mean."""
        red, green, blue = (round(255 * value) for value in self.mean)
        return red, green, blue


CCIP: Final = Recipe(
    weights="ccip",
    side=384,
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
    resample=Image.Resampling.BILINEAR,
    keeps_shape=False,
    numbers=768,
    source="github deepghs/imgutils @ 09ddd40, imgutils/metrics/ccip.py: the picture is stretched, CLIP's mean and std",
)
"""Drawn characters. A picture must hold one character only."""

DINOV2_S: Final = Recipe(
    weights="dinov2-s",
    side=224,
    mean=(0.485, 0.456, 0.406),
    std=(0.229, 0.224, 0.225),
    resample=Image.Resampling.BICUBIC,
    keeps_shape=True,
    numbers=384,
    source="github facebookresearch/dinov2, dinov2/data/transforms.py: bicubic, ImageNet's mean and std; sides of 14 n",
)
"""Anything. The class token is the vector; a square instead of the centre crop, so that no part of a figure is lost."""


class Encoder:
    """Turns pictures into vectors; loads its model when it is first asked, and may be shared by threads."""

    def __init__(
        self,
        recipe: Recipe,
        weights: Weights | None = None,
        *,
        file: Path | str | None = None,
        threads: int | None = None,
    ) -> None:
        """Say which model, and where its weights are.

        Args:
            recipe: What the model wants.
            weights: The folder of weights; by default the person's own.
            file: A file to use instead.
            threads: Threads of the model's one pool; by default as many as there are processors, at most four.
        """
        self.recipe = recipe
        self._weights = weights
        self._file = file
        self._threads = threads or min(_MOST_THREADS, os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._label: str | None = None
        self._loaded: _Loaded | BadWeights | MissingDependency | None = None

    @property
    def problem(self) -> str:
        """Why it cannot work, and how to change that; empty where it can."""
        loaded = self._load()
        return "" if isinstance(loaded, _Loaded) else str(loaded)

    @property
    def label(self) -> str:
        """Name and digest of the weights; only the name where there are none. Does not load them."""
        if self._label is None:
            self._label = label_of(self.recipe.weights, weights=self._weights, file=self._file)
        return self._label

    def encode(self, pictures: Sequence[NDArray[np.uint8]]) -> Vectors:
        """Return one vector of length 1 per picture.

        Args:
            pictures: Upright sRGB, each of shape (height, width, 3), 8 bits.

        Raises:
            ValueError: one is no such array.
            BadWeights: the weights are absent or altered, or the model does not do what its recipe says.
            MissingDependency: onnxruntime is not installed.
        """
        for picture in pictures:
            if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
                raise ValueError(f"pictures are uint8 of shape (height, width, 3), not {picture.dtype} {picture.shape}")
        loaded = self._load()
        if not isinstance(loaded, _Loaded):
            raise loaded
        size = loaded.batch or _BATCH
        rows = [self._run(loaded, pictures[start : start + size]) for start in range(0, len(pictures), size)]
        return np.concatenate(rows) if rows else np.zeros((0, self.recipe.numbers), np.float32)

    def _run(self, loaded: _Loaded, pictures: Sequence[NDArray[np.uint8]]) -> Vectors:
        batch = np.stack([prepared(picture, self.recipe) for picture in pictures])
        missing = max(0, loaded.batch - len(batch))  # an export with a fixed batch wants all of it
        if missing:
            batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        try:
            (answer,) = loaded.session.run([loaded.output], {loaded.input: batch})
        except loaded.errors as error:
            raise BadWeights(f"could not run: {_first_line(error)}", file=loaded.model.label) from None
        answer = np.asarray(answer, dtype=np.float32)
        vectors = answer[:, 0] if answer.ndim == 3 else answer  # a row per patch: the first is the class token
        if vectors.shape != (len(batch), self.recipe.numbers):
            said = f"answers with shape {answer.shape}, not {self.recipe.numbers} numbers for each of {len(batch)}"
            raise BadWeights(f"is another model: it {said}", file=loaded.model.label)
        return unit(vectors[: len(pictures)], loaded.model.label)

    def _load(self) -> _Loaded | BadWeights | MissingDependency:
        with self._lock:
            if self._loaded is None:
                try:
                    model = model_file(self.recipe.weights, weights=self._weights, file=self._file)
                    self._loaded = _opened(model, self.recipe, self._threads)
                except (BadWeights, MissingDependency) as error:
                    self._loaded = error
            return self._loaded


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    model: ModelFile
    session: Any
    input: str
    output: str
    batch: int
    """Pictures that it wants at once; 0 for any number."""
    errors: tuple[type[Exception], ...]


def _opened(model: ModelFile, recipe: Recipe, threads: int) -> _Loaded:
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state
    except ImportError:
        raise MissingDependency("onnxruntime", "onnx") from None
    errors = tuple(
        kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)
    )  # onnxruntime gives each status a class of its own, without a common one
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # an idle pool leaves the cores to others
    try:
        session = onnxruntime.InferenceSession(model.data, options, providers=["CPUExecutionProvider"])
    except errors as error:
        said = f"cannot be loaded by onnxruntime {onnxruntime.__version__}: {_first_line(error)}"
        raise BadWeights(said, file=model.label) from None
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shape = inputs[0].shape if len(inputs) == 1 else []
    wanted = (3, recipe.side, recipe.side)
    fits = len(shape) == 4 and all(
        not isinstance(there, int) or there == want for there, want in zip(shape[1:], wanted, strict=True)
    )
    if not fits or inputs[0].type != "tensor(float)" or not outputs:
        takes = ", ".join(f"{one.type} {one.shape}" for one in inputs)
        said = f"is another model: it takes {takes}, not one batch of float32 {wanted}"
        raise BadWeights(said, file=model.label)
    batch = shape[0] if isinstance(shape[0], int) else 0
    return _Loaded(
        model=model, session=session, input=inputs[0].name, output=outputs[0].name, batch=batch, errors=errors
    )


def prepared(picture: NDArray[np.uint8], recipe: Recipe) -> NDArray[np.float32]:
    """Return a picture as its model wants it: shape (3, side, side), float32, normalised."""
    image, side = Image.fromarray(picture), recipe.side
    if recipe.keeps_shape:
        scale = side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        page = Image.new("RGB", (side, side), recipe.ground)
        page.paste(image.resize(size, recipe.resample), ((side - size[0]) // 2, (side - size[1]) // 2))
        image = page
    else:
        image = image.resize((side, side), recipe.resample)
    values = np.asarray(image, dtype=np.float32) / np.float32(255)
    normal = (values - np.array(recipe.mean, np.float32)) / np.array(recipe.std, np.float32)
    return np.ascontiguousarray(normal.transpose(2, 0, 1))


def unit(vectors: NDArray[np.float32], label: str) -> Vectors:
    """Return vectors scaled to length 1.

    Raises:
        BadWeights: one of them has no direction; a model that answers so says nothing.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not (lengths > 0).all():
        raise BadWeights("answered with no usable numbers (nothing, or not a number)", file=label)
    return np.asarray(vectors / lengths, dtype=np.float32)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
