"""The small models, as a module: under importlib mode, tests cannot import their neighbours."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def small():
    pytest.importorskip("onnx", reason="SKIPPED: the small models are made with onnx, which is not installed")
    spec = importlib.util.spec_from_file_location("small_models", Path(__file__).parents[1] / "small_models.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
