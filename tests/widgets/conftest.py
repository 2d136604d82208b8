"""Clips of a few frames, and a count of what widgets send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import comm
import numpy as np
import pytest


def write_clip(path: Path, colour: tuple[int, int, int] = (40, 90, 160), frames: int = 12, size: int = 64) -> Path:
    """Write a short clip in which a white bar wanders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=12, options={"crf": "30", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = size, size * 9 // 16 // 2 * 2, "yuv420p"
        for index in range(frames):
            rgb = np.full((stream.height, size, 3), colour, np.uint8)
            rgb[:, index * size // frames : index * size // frames + 4] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four clips that differ."""
    folder = tmp_path_factory.mktemp("clips")
    colours = ((40, 90, 160), (160, 90, 40), (40, 160, 90), (150, 40, 120))
    return [write_clip(folder / f"take-{n}.mp4", colour) for n, colour in enumerate(colours, start=1)]


@dataclass
class Wire:
    """What went from the kernel to the browser."""

    messages: int = 0
    total: int = 0
    """Bytes of JSON and buffers."""
    sent: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        self.messages = self.total = 0
        self.sent.clear()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Count all messages of all widgets' comms, with their buffers."""
    found = Wire()

    def publish(
        self: Any, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        found.messages += 1
        found.total += len(json.dumps([msg_type, data, metadata, keys], default=str)) + sum(map(len, buffers or ()))
        found.sent.append({"type": msg_type, "data": data, "buffers": buffers})

    monkeypatch.setattr(comm.DummyComm, "publish_msg", publish)
    return found
