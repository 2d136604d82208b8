from __future__ import annotations

import av
import numpy as np
import pytest

from charkit.media.conform import Shape
from charkit.media.picture.pieces import Join
from charkit.media.picture.planes import changed, mixed, planes_of, to_frame


def shape(pixel_format="yuv420p", **changes) -> Shape:
    values = {"codec": "h264", "profile": "High", "pixel_format": pixel_format, "width": 64, "height": 36, "fps": 24}
    return Shape(**(values | {"matrix": "bt709", "full_range": False} | changes))


def noise(seed: int, pixel_format: str) -> av.VideoFrame:
    rgb = np.random.default_rng(seed).integers(0, 256, (36, 64, 3), dtype=np.uint8)
    return av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixel_format)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
def test_planes_become_the_same_frame_again(pixel_format):
    frame = noise(1, pixel_format)
    again = to_frame(planes_of(frame), pixel_format)
    for one, other in zip(planes_of(frame), planes_of(again), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le"])
@pytest.mark.parametrize("kind", ["dissolve", "wipe"])
def test_a_frame_mixed_with_itself_is_itself(pixel_format, kind):
    planes = planes_of(noise(1, pixel_format))
    for index in range(12):
        for one, other in zip(planes, mixed(planes, planes, Join(kind=kind, frames=12), index), strict=True):
            assert np.array_equal(one, other)


def test_a_dissolve_goes_evenly_from_one_picture_to_the_other():
    dark, light = (np.full((4, 4), 16, np.uint8),), (np.full((4, 4), 235, np.uint8),)
    seen = [int(mixed(dark, light, Join(kind="dissolve", frames=9), i)[0][0, 0]) for i in range(9)]
    assert np.allclose(seen, [16 + 219 * (i + 1) / 10 for i in range(9)], atol=1)


@pytest.mark.parametrize(
    ("towards", "shows_new"),
    [("left", (2, 7)), ("right", (2, 0)), ("up", (3, 4)), ("down", (0, 4))],
)
def test_a_wipe_brings_the_new_picture_in_from_the_side_it_moves_from(towards, shows_new):
    old, new = (np.zeros((4, 8), np.uint8),), (np.ones((4, 8), np.uint8),)
    middle = mixed(old, new, Join(kind="wipe", frames=1, towards=towards), 0)[0]
    assert middle.sum() == 16
    assert middle[shows_new] == 1


@pytest.mark.parametrize("matrix", ["bt709", "bt601"])
def test_a_change_that_does_nothing_leaves_colours_within_rounding(matrix):
    rgb = np.zeros((36, 64, 3), np.uint8)
    rgb[:, :32] = (200, 60, 30)
    rgb[:, 32:] = (20, 120, 210)
    film = shape(matrix=matrix)
    start = changed(noise(1, "yuv420p"), [lambda _, __: rgb], 0, film)
    again = changed(start, [lambda frame, _: frame], 0, film)
    for one, other in zip(planes_of(start), planes_of(again), strict=True):
        assert np.abs(one.astype(int) - other.astype(int)).max() <= 2


def test_changes_come_one_after_the_other_and_know_their_time():
    seen = []

    def note(frame, time):
        seen.append((frame.shape, time))
        return frame

    changed(noise(1, "yuv420p"), [note, note], 0.25, shape())
    assert seen == [((36, 64, 3), 0.25)] * 2
