"""Upright and square shapes that keep the subject."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from charkit.errors import UsageError
from charkit.media.frames import sample
from charkit.media.probe import probe
from charkit.media.reframe import SQUARE, UPRIGHT, Window, reframe, window_for


def subject(path, place, frames=96, colours=None):
    """A red square on grey whose middle stands at `place(second)` of the width; the ground may change by `colours`."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "14"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        sound = out.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(frames):
            second = number / 24
            picture = np.full((180, 320, 3), colours(second) if colours else 110, np.uint8)
            left = round(place(second) * 320) - 20
            picture[70:110, max(0, left) : left + 40] = (230, 40, 40)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())
        for start in range(0, 2000 * frames, 1000):
            block = av.AudioFrame.from_ndarray(np.zeros((2, 1000), np.float32), "fltp", "stereo")
            block.sample_rate, block.pts = 48_000, start
            out.mux(sound.encode(block))
        out.mux(sound.encode())
    return path


def red_at(rgb):
    """Where the middle of the red square is, as a share of the width; None if it is not whole."""
    red = (rgb[..., 0].astype(int) - rgb[..., 1] > 80).any(axis=0)
    return None if red.sum() < 30 else float(np.flatnonzero(red).mean() / len(red))


@pytest.mark.parametrize("where", [0.15, 0.5, 0.85])
def test_a_subject_that_stands_still_is_kept_by_a_window_that_stands_still(tmp_path, where):
    path = subject(tmp_path / "clip.mp4", lambda _: where)
    window = window_for(path)
    assert (window.width, window.height) == (100, 180)
    places = {window.at(number / 24) for number in range(96)}
    assert len(places) == 1
    left, top = places.pop()
    assert top == 0
    assert left <= where * 320 - 20
    assert left + window.width >= where * 320 + 20


def test_a_subject_that_walks_is_followed_without_jitter(tmp_path):
    path = subject(tmp_path / "clip.mp4", lambda second: 0.2 + 0.15 * second)
    made = reframe(path, tmp_path / "out.mp4")
    lefts = [made.at(number / 24)[0] for number in range(96)]
    assert lefts == sorted(lefts)  # never back
    assert lefts[-1] - lefts[0] > 80
    assert max(b - a for a, b in pairwise(lefts)) <= 4
    assert all(left % 2 == 0 for left in lefts)
    assert all(red_at(frame.rgb) is not None for frame in sample(tmp_path / "out.mp4", 8))


def test_at_a_cut_the_window_leaps(tmp_path):
    path = subject(
        tmp_path / "clip.mp4",
        lambda second: 0.2 if second < 2 else 0.8,
        colours=lambda second: 70 if second < 2 else 170,
    )
    for cuts in ([2.0], None):
        window = window_for(path, cuts=cuts)
        early, late = window.at(1.0)[0], window.at(3.0)[0]
        assert early < 40
        assert late > 170
        lefts = {window.at(number / 24)[0] for number in range(96)}
        assert lefts == {early, late}
    assert window_for(path, cuts=[2.0]).at(47 / 24)[0] < 40
    assert window_for(path, cuts=[2.0]).at(48 / 24)[0] > 170


def test_boxes_that_are_passed_in_decide(tmp_path):
    path = subject(tmp_path / "clip.mp4", lambda _: 0.2)
    assert window_for(path, seen=lambda _: (0.8, 0.2, 0.9, 0.5)).at(1.0)[0] > 200
    assert window_for(path, seen=lambda _: None).at(1.0)[0] < 40


def test_the_new_film_has_the_clips_pixels_length_and_sound(tmp_path):
    path = subject(tmp_path / "clip.mp4", lambda _: 0.3, frames=48)
    shares = []
    window = reframe(path, tmp_path / "out.mp4", SQUARE, on_progress=shares.append)
    facts = probe(tmp_path / "out.mp4")
    assert (facts.width, facts.height, facts.frames, facts.fps) == (180, 180, 48, 24)
    assert facts.audio_seconds == pytest.approx(probe(path).audio_seconds, abs=0.001)
    left, _ = window.at(1.0)
    own, made = sample(path, 3)[1], sample(tmp_path / "out.mp4", 3)[1]
    assert np.abs(own.rgb[:, left : left + 180].astype(int) - made.rgb).max() < 40
    assert np.abs(own.rgb[:, left : left + 180].astype(int) - made.rgb).mean() < 1
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_is_cancelled_or_impossible_leaves_nothing(tmp_path):
    path = subject(tmp_path / "clip.mp4", lambda _: 0.3, frames=24)

    def stop(share):
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reframe(path, tmp_path / "out.mp4", on_progress=stop)
    with pytest.raises(UsageError, match="would replace"):
        reframe(path, path)
    with pytest.raises(UsageError, match="leaves"):
        window_for(path, Fraction(1, 40))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["clip.mp4"]


def test_between_samples_it_glides():
    window = Window(width=10, height=10, times=(0.0, 1.0), corners=((0.0, 0.0), (20.0, 0.0)), leaps=())
    assert [window.at(time)[0] for time in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0, 0, 10, 20, 20]


@pytest.mark.media
def test_a_hand_that_comes_in_at_the_side_of_a_real_take_is_kept(real_clip):
    window = window_for(real_clip("veo3_24fps_mono44k.mp4"), UPRIGHT)
    assert window.at(1.3)[0] < 250
    assert any(3.0 < leap < 3.6 for leap in window.leaps)
