"""Small ONNX models with known arithmetic, in place of weights that nobody may ship.

They prove the path (what reaches the model, what is made of its answer, what is refused), never how well a real
recogniser tells characters apart.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from charkit.weights import Weight, Weights, registry
from charkit.weights.checking import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = {"ccip": (384, 768), "dinov2-s": (224, 384), "sface": (112, 128)}
"""Name -> sides of the input, numbers of the answer."""


def colours(side: int, numbers: int, **more) -> bytes:
    """Return a model whose first three numbers are the mean of each channel as it reached the model."""
    return _model([("GlobalAveragePool", {})], np.eye(3, numbers, dtype=np.float32), side, **more)


def layout(side: int, numbers: int, *, centre: float = 0.0, **more) -> bytes:
    """Return a model that tells pictures apart by their colours on a grid of four by four."""
    cell = {"kernel_shape": [side // 4] * 2, "strides": [side // 4] * 2}
    square = np.random.default_rng(5).normal(size=(numbers, numbers))
    turned = np.linalg.qr(square)[0][:48].astype(np.float32)  # 48 orthogonal rows keep angles as they are
    return _model([("AveragePool", cell)], turned, side, centre=centre, **more)


def _model(pool, matrix, side: int, *, batch: int | str = "n", tokens: int = 0, centre: float = 0.0) -> bytes:
    import onnx
    from onnx import helper, numpy_helper

    constants = {"matrix": matrix, "centre": np.array(centre, np.float32)}
    nodes = [helper.make_node("Sub", ["input", "centre"], ["centred"])]
    nodes += [helper.make_node(kind, ["centred"], ["pooled"], **how) for kind, how in pool]
    nodes += [helper.make_node("Flatten", ["pooled"], ["flat"], axis=1)]
    nodes += [helper.make_node("MatMul", ["flat", "matrix"], ["vector" if tokens else "output"])]
    shape: list[int | str] = [batch, matrix.shape[1]]
    if tokens:  # the class token first, then one row per patch that must not be taken for it
        constants["axis"] = np.array([1], np.int64)
        constants["minus"] = np.array(-1, np.float32)
        nodes += [
            helper.make_node("Unsqueeze", ["vector", "axis"], ["class"]),
            helper.make_node("Mul", ["class", "minus"], ["patch"]),
            helper.make_node("Concat", ["class", *["patch"] * tokens], ["output"], axis=1),
        ]
        shape = [batch, 1 + tokens, matrix.shape[1]]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [batch, 3, side, side])],
        [helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def shelf(folder: Path, models: dict[str, bytes]) -> Weights:
    """Return a folder of weights that holds these models, pinned by their own digests."""
    folder.mkdir(parents=True, exist_ok=True)
    known = dict(registry())
    for name, data in models.items():
        path = folder / known[name].file
        path.write_bytes(data)
        known[name] = Weight(
            name=name,
            what="a small model for tests",
            file=path.name,
            bytes=len(data),
            sha256=sha256_of(path),
            licence="MIT",
            as_of=dt.date(2026, 11, 22),
            source="made in tests",
        )
    return Weights(folder, known)
