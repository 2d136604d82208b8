"""An artist for tests of the server: one flat colour per direction, in real files, in milliseconds.

A white bar grows over clips, and they hum: what stands still or is silent is no sound take.

The server takes it by `--artist plain_artist`. A prompt can ask it to break: `[break]` raises, `[die]` ends the process
as the out-of-memory killer would, `[full]` raises what a full disk raises, `[slow]` takes a second longer.
"""

from __future__ import annotations

import errno
import io
import json
import os
import time
import zlib
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.simulator.direction import Direction, Drift

_RATE = 16_000


def render_clip(direction: Direction, out: Path, drift: Drift) -> None:
    _misbehave(direction.prompt)
    with av.open(str(out), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=direction.fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = direction.width, direction.height, "yuv420p"
        hum = container.add_stream("aac", rate=_RATE, layout="mono")
        picture = np.empty((direction.height, direction.width, 3), np.uint8)
        for index in range(max(1, round(direction.seconds * 4))):
            picture[:] = _colour(direction, drift)
            picture[:, : 1 + direction.width * index // 64] = 255
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = index * direction.fps // 4
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        wave = (0.1 * np.sin(np.arange(round(direction.seconds * _RATE)) / 17)).astype(np.float32)
        sound = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
        sound.sample_rate, sound.pts = _RATE, 0
        container.mux(hum.encode(sound))
        container.mux(hum.encode(None))


def render_still(direction: Direction, drift: Drift) -> bytes:
    _misbehave(direction.prompt)
    out = io.BytesIO()
    Image.new("RGB", (direction.width, direction.height), _colour(direction, drift)).save(out, "PNG")
    return out.getvalue()


def learn_character(clip: Path) -> str:
    return json.dumps({"bytes": clip.stat().st_size})


def _colour(direction: Direction, drift: Drift) -> tuple[int, int, int]:
    seen = zlib.crc32(b"".join(picture.data for picture in direction.pictures))
    return (direction.seed + seen) % 251, zlib.crc32(direction.prompt.encode()) % 256, round(drift.text * 255)


def _misbehave(prompt: str) -> None:
    if "[break]" in prompt:
        raise ValueError("the brush broke")
    if "[die]" in prompt:
        os._exit(9)
    if "[full]" in prompt:
        raise OSError(errno.ENOSPC, "No space left on device")
    if "[slow]" in prompt:
        time.sleep(1.0)
