"""Frames out of clips."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media.frames import exactly, poster, sample, sample_many
from charkit.media.probe import probe
from charkit.media.sampling import Pass, planned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Clip = Callable[..., Path]


def bar(rgb: NDArray[np.uint8]) -> float:
    """Where the bright bar begins: twice the frame's number, by the recipe of the test clips."""
    row = rgb[rgb.shape[0] // 2].astype(int).mean(axis=1)
    return float(np.argmax(row > 160)) * 160 / rgb.shape[1]


def plan_of(path: Path, count: int) -> tuple[Pass, ...]:
    return planned(probe(path), count)


@pytest.mark.parametrize("count", [1, 3, 8, 40])
def test_what_a_frame_says_of_itself_is_what_it_shows(clip: Clip, count: int) -> None:
    got = sample(clip(frames=60), count)
    assert len(got) == count
    for frame in got:
        assert frame.time == pytest.approx(frame.index / 24)
        assert bar(frame.rgb) == pytest.approx(2 * frame.index, abs=1)
        assert frame.rgb.shape == (90, 160, 3)
        assert frame.rgb.dtype == np.uint8


def test_frames_lie_near_the_middles_of_equal_parts_and_off_the_edges(clip: Clip) -> None:
    got = [frame.index for frame in sample(clip(frames=70), 4)]
    middles = [3.5 + (i + 0.5) * 63 / 4 for i in range(4)]
    assert all(abs(a - b) <= 3 for a, b in zip(got, middles, strict=True))


def test_a_clip_with_enough_keyframes_is_read_by_them_alone(clip: Clip) -> None:
    path = clip(frames=70, keyframe_every=5, options=(("scenecut", "0"),))
    assert [one.skip for one in plan_of(path, 4)] == ["NONKEY"]
    got = sample(path, 4)
    assert [frame.index % 5 for frame in got] == [0] * 4
    assert all(bar(frame.rgb) == pytest.approx(2 * frame.index, abs=1) for frame in got)


def test_a_clip_with_one_keyframe_is_read_once_without_seeking(clip: Clip) -> None:
    (only,) = plan_of(clip(frames=70), 6)
    assert only.begin == 0
    assert only.skip == "NONREF"


def test_parts_without_a_keyframe_are_reached_by_one_seek_each(clip: Clip) -> None:
    path = clip(frames=192, keyframe_every=24, options=(("scenecut", "0"),))
    keys, other = plan_of(path, 8)
    assert keys.wanted == (24, 48, 72, 96, 120, 144, 168)
    assert (other.begin, other.wanted) == (72, (83,))
    got = sample(path, 8)
    indices = [frame.index for frame in got]
    assert [index for index in indices if index % 24 == 0] == list(keys.wanted)
    assert len(indices) == 8
    for frame in got:
        assert frame.time == pytest.approx(frame.index / 24)
        assert bar(frame.rgb) == pytest.approx(2 * frame.index % 144, abs=1)


@pytest.mark.parametrize("every", [7, 24, 40, 61, 96, 1000])
def test_each_part_gives_one_frame_and_neighbours_are_no_twins(clip: Clip, every: int) -> None:
    got = [f.index for f in sample(clip(frames=192, keyframe_every=every, options=(("scenecut", "0"),)), 8)]
    part = 192 * 0.9 / 8
    assert len(got) == 8
    assert all(9.6 - 2 <= index < 192 - 9.6 + 2 for index in got)
    assert all(b - a >= part / 2 - 2 for a, b in pairwise(got))
    assert all(abs(index - (9.6 + (i + 0.5) * part)) <= part / 2 + 2 for i, index in enumerate(got))


def test_the_same_clip_gives_the_same_frames_alone_and_side_by_side(clip: Clip) -> None:
    paths = [clip(f"{n}.mp4", frames=96, keyframe_every=every) for n, every in enumerate((24, 1000, 50))]
    alone = [[frame.index for frame in sample(path, 5)] for path in paths]
    for workers in (1, 2, 5):
        many = list(sample_many(paths, 5, workers=workers))
        assert [one.path for one in many] == paths
        assert [[frame.index for frame in one.frames] for one in many] == alone


def test_one_bad_clip_among_many_says_why_and_stops_nothing(clip: Clip, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.write_bytes(b"")
    first, second, third = sample_many([clip(), empty, clip("b.mp4")], 2, workers=2)
    assert (len(first.frames), len(second.frames), len(third.frames)) == (2, 0, 2)
    assert "empty" in second.problem
    assert first.problem == third.problem == ""


def test_no_more_clips_are_read_ahead_than_there_are_workers(clip: Clip) -> None:
    path, asked = clip(), []

    def paths() -> Iterator[Path]:
        for number in range(9):
            asked.append(number)
            yield path

    many = sample_many(paths(), 1, workers=2)
    for taken in range(1, 4):
        next(many)
        assert len(asked) == taken + 2
    many.close()  # type: ignore[attr-defined]
    assert len(asked) == 5


def test_no_worker_is_a_mistake(clip: Clip) -> None:
    with pytest.raises(ValueError, match="with 0 workers"):
        sample_many([clip()], workers=0)


def test_more_frames_than_there_are_gives_all(clip: Clip) -> None:
    assert [frame.index for frame in sample(clip(frames=5), 50)] == list(range(5))


def test_frames_can_be_shrunk_but_are_not_enlarged(clip: Clip) -> None:
    path = clip()
    assert sample(path, 1, height=45)[0].rgb.shape == (45, 80, 3)
    assert sample(path, 1, height=900)[0].rgb.shape == (90, 160, 3)


def test_a_phone_clip_on_its_side_comes_out_upright(clip: Clip) -> None:
    path = clip(rotation=90, size=(160, 90))
    frame = sample(path, 1)[0]
    assert frame.rgb.shape == (160, 90, 3)
    turned = np.rot90(frame.rgb, -probe(path).rotation // 90)
    assert bar(turned) == pytest.approx(2 * frame.index, abs=1)


def test_colours_come_out_by_the_clips_own_matrix(clip: Clip) -> None:
    ground = sample(clip(hue=0), 1)[0].rgb[4, 4].astype(int)  # small and untagged: BT.601, as the recipe encodes
    assert np.abs(ground - [140, 60, 60]).max() <= 4


def test_untagged_hd_is_taken_for_bt709(clip: Clip) -> None:
    path = clip(size=(1280, 720), frames=3)
    assert probe(path).matrix == "bt709"
    ground = sample(path, 1)[0].rgb[4, 4].astype(int)
    # Encoded by BT.601 and decoded by BT.709, as any player does, red comes out stronger: R' = Y' + 1.5748 Pr,
    # where Y' = 0.299 * 140 + 0.701 * 60 = 83.9 and Pr = (140 - 83.9) / 1.402 = 40.0, so about 147.
    assert ground[0] == pytest.approx(147, abs=4)


def test_a_poster_is_the_frame_that_shows_most(clip: Clip) -> None:
    image = poster(clip())
    assert image.size == (160, 90)
    assert image.mode == "RGB"


def test_a_clip_whose_picture_is_damaged_is_named(clip: Clip) -> None:
    path = clip("damaged.mp4", frames=60)
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + 8
    data[middle : middle + 4000] = b"\xff" * 4000
    path.write_bytes(bytes(data))
    with pytest.raises(UnreadableMedia) as caught:
        sample(path, 4)
    assert caught.value.path == path


def test_asking_for_no_frame_is_a_mistake(clip: Clip) -> None:
    with pytest.raises(ValueError, match="cannot take 0 frames"):
        sample(clip(), 0)


@pytest.mark.media
def test_a_real_clip_gives_distinct_sharp_frames(real_clip: Callable[[str], Path]) -> None:
    got = sample(real_clip("veo3_24fps_stereo48k_a.mp4"), 4, height=180)
    assert [frame.rgb.shape for frame in got] == [(180, 320, 3)] * 4
    assert len({frame.index for frame in got}) == 4
    assert all(10 < frame.rgb.mean() < 245 for frame in got)


def test_frames_at_places_are_exactly_those_and_none_beside_them(clip):
    path = clip(frames=60, keyframe_every=24)
    wanted = [0, 1, 23, 24, 30, 59]
    found = exactly(path, wanted)
    assert [frame.index for frame in found] == wanted
    edges = [int(np.argmax(frame.rgb[45, :, 1] > 180)) for frame in found]  # the bar's left edge stands at 2 * index
    assert edges == pytest.approx([2 * index for index in wanted], abs=2)
    assert exactly(path, []) == []
    with pytest.raises(UnreadableMedia, match="has no frame 60"):
        exactly(path, [60])
