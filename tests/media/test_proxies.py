from __future__ import annotations

import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media.frames import exactly
from charkit.media.probe import probe
from charkit.media.proxies import write_proxy
from charkit.media.sound import decode
from tests.film.conftest import write_clip


def test_a_small_copy_has_the_same_frames_in_fewer_pixels_and_the_same_sound(tmp_path):
    clip = probe(write_clip(tmp_path / "clip.mp4", seconds=0.5))
    small = probe(write_proxy(clip, tmp_path / "small.mp4", height=54))
    assert (small.width, small.height, small.frames, small.fps) == (96, 54, clip.frames, clip.fps)
    for index in (0, 11):
        own, copied = (exactly(one.path, [index], height=54)[0].rgb.astype(int) for one in (clip, small))
        assert np.abs(own - copied).mean() < 6
    heard, kept = (decode(one.path, length=20_000) for one in (clip, small))
    assert np.corrcoef(heard[0], kept[0])[0, 1] > 0.98


def test_what_is_smaller_already_keeps_its_size_and_what_is_silent_stays_so(tmp_path, silent):
    small = probe(write_proxy(probe(silent), tmp_path / "small.mp4", height=1000))
    assert (small.width, small.height) == (64, 36)
    assert not small.has_sound


def test_a_damaged_clip_leaves_nothing_under_the_name(tmp_path):
    facts = probe(write_clip(tmp_path / "clip.mp4", seconds=0.5))
    facts.path.write_bytes(b"not a film")
    with pytest.raises(UnreadableMedia):
        write_proxy(facts, tmp_path / "small.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


@pytest.fixture
def silent(tmp_path):
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        for index in range(6):
            picture = np.full((36, 64, 3), index * 20, np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(video.encode())
    return path
