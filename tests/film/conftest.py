"""Small clips with picture and sound, made by the bundled encoder."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest


def write_clip(
    path: Path, *, seconds: float = 1.0, hue: int = 0, tone: float = 220.0, size: tuple[int, int] = (192, 108)
) -> Path:
    width, height = size
    with av.open(path, "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt, video.time_base = width, height, "yuv420p", Fraction(1, 24)
        audio = out.add_stream("aac", rate=48000, layout="stereo")
        rows = np.linspace(40, 220, height)[:, None, None]
        for index in range(round(24 * seconds)):
            picture = np.full((height, width, 3), rows, dtype=np.uint8)
            picture[:, :, hue % 3] = (index * 3 + 60) % 255
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(video.encode())
        times = np.arange(round(48000 * seconds)) / 48000
        sound = np.tile(0.2 * np.sin(2 * np.pi * tone * times), (2, 1)).astype(np.float32)
        for start in range(0, sound.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[:, start : start + 1024]), "fltp", "stereo")
            frame.sample_rate, frame.pts = 48000, start
            out.mux(audio.encode(frame))
        out.mux(audio.encode())
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("takes")
    return tuple(
        write_clip(folder / f"S0{n + 1}.mp4", hue=n, tone=220.0 * (n + 1), seconds=1.0 + n / 2) for n in range(3)
    )


@pytest.fixture(scope="session")
def clip_of():
    """Write a clip at a path; keywords say of what kind."""
    return write_clip
