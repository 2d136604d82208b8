"""First, last and sharpest frames of a clip."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image, ImageFilter

from charkit.media.probe import probe
from charkit.media.tails import first_frame, frames_at, last_frame, sharpest_tail, sharpness

NOISE = Image.fromarray(np.random.default_rng(5).integers(0, 256, (108, 192, 3), dtype=np.uint8)).filter(
    ImageFilter.GaussianBlur(1)
)


def soft_but_for(path, sharp, frames=24):
    """A clip that is blurred but for some frames, each with its number as brightness of the corner."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for number in range(frames):
            seen = NOISE if number in sharp else NOISE.filter(ImageFilter.GaussianBlur(3))
            picture = np.asarray(seen).copy()
            picture[:32, :32] = 10 * number
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def number_of(frame):
    return round(float(frame.rgb[8:24, 8:24].mean()) / 10)


def test_the_sharpest_of_the_last_frames_is_found(tmp_path):
    path = soft_but_for(tmp_path / "clip.mp4", {3, 17})
    frame = sharpest_tail(path)
    assert (frame.index, number_of(frame)) == (17, 17)
    assert frame.time == pytest.approx(17 / 24)


def test_sharper_frames_before_the_tail_do_not_count(tmp_path):
    assert sharpest_tail(soft_but_for(tmp_path / "clip.mp4", {3, 20}), last=3).index >= 21
    with pytest.raises(ValueError, match="among 0 frames"):
        sharpest_tail(tmp_path / "clip.mp4", last=0)


def test_the_first_and_the_last_frame_are_those_that_are_shown(tmp_path):
    path = soft_but_for(tmp_path / "clip.mp4", set(), frames=20)
    assert number_of(first_frame(path)) == 0
    assert (number_of(last_frame(path)), last_frame(path).index) == (19, 19)
    assert [number_of(frame) for frame in frames_at(probe(path), [(2, 4), (9, 10)])] == [2, 3, 9]


def test_sharpness_falls_with_blur():
    rows = [sharpness(np.asarray(NOISE.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 0.5, 1, 2)]
    assert rows == sorted(rows, reverse=True)


def test_a_short_clip_gives_what_it_has(clip):
    assert sharpest_tail(clip(frames=3, b_frames=0), last=12).index <= 2
    assert last_frame(clip(frames=1, b_frames=0)).index == 0
