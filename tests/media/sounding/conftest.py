"""Files of sound alone, whose samples are known."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.media import sound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_wav(path: Path, heard: sound.Sound) -> Path:
    """Write samples as they are."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_f32le", rate=sound.RATE, layout="stereo")
        made = av.AudioFrame.from_ndarray(np.ascontiguousarray(heard.T.reshape(1, -1)), format="flt", layout="stereo")
        made.sample_rate, made.time_base = sound.RATE, Fraction(1, sound.RATE)
        out.mux(stream.encode(made))
        out.mux(stream.encode())
    return path


@pytest.fixture
def wav(tmp_path: Path) -> Callable[[str, sound.Sound], Path]:
    """Write a file of sound by name."""
    return lambda name, heard: write_wav(tmp_path / name, heard)
