"""What charkit sends, judged by the request models of the servers themselves: vLLM-Omni's and SGLang's own code.

Neither package can be imported without a GPU's worth of others, so the few modules that read requests are loaded on
their own, out of unpacked wheels: `pip download --no-deps vllm-omni==0.30.0 sglang==0.5.23`, unpack both into one
folder, and name it in CHARKIT_SERVER_SOURCES. Without that the tests are skipped, loudly.
"""

import importlib.util
import json
import logging
import os
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest

from charkit.providers.base import Role, VideoRequest
from charkit.providers.minimax_h3 import CANVASES, clip_frames
from charkit.providers.video_dialects import dialect
from charkit.providers.video_form import compose

SOURCES = Path(os.environ.get("CHARKIT_SERVER_SOURCES", "/nonexistent"))
SGLANG = "sglang.multimodal_gen.runtime.pipelines_core.stages.model_specific_stages.minimax_h3"
pytestmark = pytest.mark.skipif(
    not (SOURCES / "vllm_omni").is_dir(),
    reason="SKIPPED: no sources of vllm-omni and sglang. Unpack their wheels and set CHARKIT_SERVER_SOURCES",
)
TEXT = VideoRequest(model="MiniMaxAI/MiniMax-H3", prompt="Waves.", seconds=5, width=1344, height=768, seed=7)


@pytest.fixture
def load(monkeypatch):
    """Return a loader of one module; packages around it are empty."""

    def stub(name, **names):
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            outer = ".".join(parts[:count])
            if outer not in sys.modules:
                module = types.ModuleType(outer)
                module.__path__ = []
                monkeypatch.setitem(sys.modules, outer, module)
        vars(sys.modules[name]).update(names)

    def read(name):
        stub(name.rpartition(".")[0])
        spec = importlib.util.spec_from_file_location(name, SOURCES / (name.replace(".", "/") + ".py"))
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    stub("vllm_omni.entrypoints.openai.image_api_utils", parse_size=lambda size: tuple(map(int, size.split("x"))))
    stub("vllm_omni.inputs.data", DIFFUSION_QUALITY_LEVELS=("lossless", "high"))
    stub("sglang.multimodal_gen.configs.utils", optional_positive_finite_float=lambda value, *_: value)
    stub("sglang.multimodal_gen.runtime.utils.logging_utils", init_logger=logging.getLogger)
    return read


@pytest.fixture
def requests(reference):
    """Every kind of request to MiniMax H3."""
    view, first, last = (
        reference(role, size=(300, 300)) for role in (Role.CHARACTER, Role.FIRST_FRAME, Role.LAST_FRAME)
    )
    cited = "<Picture 1> is Mira. <Picture 2> is Mira."
    return {
        "text": TEXT,
        "references": replace(TEXT, prompt=cited, references=(view, view)),
        "first frame": replace(TEXT, references=(first,)),
        "both frames": replace(TEXT, references=(first, last)),
    }


@pytest.mark.parametrize("name", ["vllm-omni", "hosted-vllm"])
def test_vllm_omni_s_request_model_knows_every_field_and_takes_every_value(name, load, requests):
    model = load("vllm_omni.entrypoints.openai.protocol.videos").VideoGenerationRequest
    for request in requests.values():
        form = compose(dialect(name), request)
        body = {key: json.loads(value) if key in dialect(name).json_text else value for key, value in form.body.items()}
        read = model.model_validate(body)
        assert set(body) <= set(model.model_fields)
        assert (read.resolve_video_params().width, read.resolve_video_params().height) == (1344, 768)
        assert read.seed == 7
        assert {field for field, _ in form.files} <= {"input_reference", "input_references"}


def test_sglang_s_own_validation_takes_every_request(load, requests, reference):
    pytest.importorskip("msgspec", reason="SKIPPED: sglang's validation needs msgspec")
    for name in ("constants", "task_profiles", "time_request"):
        load(f"{SGLANG}.{name}")
    validate = load(f"{SGLANG}.request_validation").minimax_h3_validate_canonical_request
    envelope = load("sglang.multimodal_gen.runtime.entrypoints.openai.protocol").VideoGenerationsRequest
    more = {"last frame": replace(TEXT, references=(reference(Role.LAST_FRAME, size=(300, 300)),))}
    for request in {**requests, **more}.values():
        body = compose(dialect("sglang"), request).body
        extras = envelope.model_validate(body).model_extra
        assert set(extras) == {"task", "target", *(["conditions"] if request.references else [])}
        read = validate(prompt=body["prompt"], seed=body["seed"], **{"conditions": None, **extras})
        assert len(read["conditions"]) == len(request.references)


def test_frames_are_aligned_as_sglang_aligns_them(load):
    align = load(f"{SGLANG}.time_request").minimax_h3_align_frame_count
    for seconds in range(4, 16):
        assert clip_frames(seconds) == align(seconds * 24)


def test_the_canvases_have_sglang_s_aspects(load):
    pytest.importorskip("msgspec", reason="SKIPPED: sglang's task table needs msgspec")
    load(f"{SGLANG}.constants")
    assert set(CANVASES) == set(load(f"{SGLANG}.task_profiles").MINIMAX_H3_FINITE_ASPECT_RATIOS)
