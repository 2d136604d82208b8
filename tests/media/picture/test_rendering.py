from __future__ import annotations

import resource
import time

import av
import numpy as np
import pytest

from charkit.errors import BadCut, EncodingFailed, StorageFull, UnreadableMedia
from charkit.media.picture import rendering
from charkit.media.probe import probe
from charkit.media.spliced import Crossing, Splice, Touch
from charkit.media.stitch import splice


def luma(path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]


def bar(frame: np.ndarray) -> int:
    """Where the bar of a test clip stands: frame n has it at 2n."""
    return int(np.argmax(frame[45] > 180))


@pytest.fixture
def film(tmp_path):
    return tmp_path / "film.mp4"


@pytest.mark.parametrize("every", [12, 1000])
def test_bodies_beside_a_dissolve_are_the_clips_own_bits(clip, film, every):
    paths = [clip(f"{i}.mp4", frames=60, keyframe_every=every, hue=i) for i in range(3)]
    crossing = Crossing(kind="dissolve", seconds=0.25)
    made = splice([Splice(path=path, crossing=crossing) for path in paths[:2]] + [Splice(path=paths[2])], film)
    assert made.frames == 180 - 12
    shown, sources = luma(film), [luma(path) for path in paths]
    assert len(shown) == made.frames
    starts = [0, 54, 108]
    exact = [
        np.array_equal(shown[start + i], own[i]) for start, own in zip(starts, sources, strict=True) for i in range(60)
    ]
    assert sum(exact) == sum(one.copied_frames for one in made.clips)
    if every == 12:  # only up to the next keyframe, and the few frames before a transition that cannot be parted
        assert sum(exact) >= 3 * 60 - 2 * (12 + 12 + 3)
    else:
        assert made.clips[0].copied_frames >= 51
        assert made.clips[2].copied_frames == 0  # nothing in it decodes by itself behind the transition


def test_a_dissolve_shows_both_clips_and_every_frame_in_its_place(clip, film):
    paths = [clip(f"{i}.mp4", frames=48, keyframe_every=12) for i in range(2)]
    splice([Splice(path=paths[0], crossing=Crossing(kind="dissolve", seconds=11 / 24)), Splice(path=paths[1])], film)
    shown, own = luma(film), luma(paths[0])
    middle = shown[37 + 5].astype(int)
    expected = (own[37 + 5].astype(int) + own[5].astype(int)) / 2
    assert np.abs(middle - expected).mean() < 4
    assert [bar(frame) for frame in shown[:36]] == [2 * i for i in range(36)]
    assert [bar(frame) for frame in shown[49:]] == [2 * i for i in range(12, 48)]


@pytest.mark.parametrize("every", [12, 1000])
@pytest.mark.parametrize(("start", "end"), [(0.5, None), (None, 1.25), (0.25, 1.5), (0.0, 2.0)])
def test_in_and_out_points_show_just_those_frames(clip, film, every, start, end):
    path = clip(frames=48, keyframe_every=every)
    made = splice([Splice(path=path, start=start, end=end), Splice(path=path)], film)
    first, last = round((start or 0) * 24), round((end or 2) * 24)
    assert [bar(frame) for frame in luma(film)] == [2 * i for i in [*range(first, last), *range(48)]]
    assert made.clips[1].action == "copied"
    if start is None and end is not None:
        assert made.clips[0].frames - made.clips[0].copied_frames <= 3


def test_only_frames_that_are_changed_and_those_up_to_the_next_keyframe_are_encoded(clip, film):
    path = clip(frames=48, keyframe_every=12)

    def black(frame, _):
        return np.zeros_like(frame)

    made = splice([Splice(path=path, touches=(Touch(start=14 / 24, end=16 / 24, make=black),))], film)
    shown, own = luma(film), luma(path)
    assert [i for i, frame in enumerate(shown) if frame.max() < 30] == [14, 15]
    assert {i for i in range(48) if not np.array_equal(shown[i], own[i])} <= set(range(12, 24))
    assert made.clips[0].copied_frames >= 36
    assert made.clips[0].action == "rendered"
    assert "drawn or changed" in made.clips[0].reason


def test_one_header_holds_the_sets_of_clips_and_renders_where_their_ids_differ(clip, film):
    path = clip(frames=48, keyframe_every=12)
    splice([Splice(path=path, start=0.25), Splice(path=path)], film)
    with av.open(str(film)) as container:
        header = container.streams.video[0].codec_context.extradata
        packets = [bytes(p) for p in container.demux(video=0) if p.is_keyframe]
    assert header[5] & 31 == 2
    assert not any(packet[4] & 31 == 7 for packet in packets)  # none in band


def test_dissolves_work_in_ten_bits_and_in_full_chroma(clip, film):
    for pixel_format in ("yuv420p10le", "yuv444p"):
        path = clip(f"{pixel_format}.mp4", pixel_format=pixel_format, frames=24)
        splice([Splice(path=path, crossing=Crossing(kind="wipe", seconds=0.25)), Splice(path=path)], film)
        assert probe(film).pixel_format == pixel_format
        assert len(luma(film)) == 42


def test_the_timestamps_of_a_film_rise_evenly_over_renders_and_copies(clip, film):
    path = clip(frames=60, keyframe_every=12)
    crossing = Crossing(kind="dissolve", seconds=0.25)
    splice(
        [
            Splice(path=path, crossing=crossing),
            Splice(path=path, start=0.3, end=2.2, crossing=crossing),
            Splice(path=path),
        ],
        film,
    )
    with av.open(str(film)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    assert np.all(np.diff([p.dts for p in packets]) == packets[0].duration)
    assert np.all(np.diff(sorted(p.pts for p in packets)) == packets[0].duration)
    assert all(p.dts <= p.pts for p in packets)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"start": 2.5}, "begins at 2.5 s, but its clip lasts only 2.000 s"),
        ({"end": 3.0}, "ends at 3 s, but its clip lasts only 2.000 s"),
        ({"start": 1.0, "end": 1.001}, "shows nothing from"),
        ({"end": float("inf")}, "S07 begins or ends at no time that there is"),
        ({"start": float("nan")}, "S07 begins or ends at no time that there is"),
    ],
)
def test_points_outside_of_a_clip_are_named_before_anything_is_written(clip, film, part, said):
    path = clip()
    with pytest.raises(BadCut, match=said) as caught:
        splice([Splice(path=path), Splice(path=path, name="S07", **part)], film)
    assert caught.value.index == 1
    assert not film.exists()


def test_a_clip_that_is_damaged_inside_is_named_and_leaves_nothing(clip, film):
    path = clip(frames=240, keyframe_every=240, size=(320, 180))
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        spots = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    for at, size in spots[5:60]:
        data[at + 4 : at + size] = bytes(size - 4)
    path.write_bytes(data)
    with pytest.raises(UnreadableMedia):
        splice([Splice(path=path, start=1.0, end=9.0)], film)
    assert list(film.parent.glob("*film*")) == []


def test_no_room_for_the_frames_of_a_transition_is_said_and_leaves_nothing(clip, tmp_path):
    path = clip(frames=24)
    out = tmp_path / "films" / "film.mp4"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))  # three raw frames; all that is encoded is smaller
    try:
        with pytest.raises(StorageFull, match="no space left"):
            splice([Splice(path=path, crossing=Crossing(kind="dissolve", seconds=0.5)), Splice(path=path)], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not out.parent.exists()


def test_cancelling_ends_a_long_render_at_its_next_frame(clip, film):
    path, worked = clip(frames=48), []

    def slowly(frame, _):
        worked.append(time.monotonic())
        time.sleep(0.02)
        return frame

    def cancel(share):
        if 0 < share < 0.9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        splice([Splice(path=path, touches=(Touch(make=slowly),))], film, on_progress=cancel)
    assert 0 < len(worked) < 30  # not all 48
    assert list(film.parent.glob("*film*")) == []


def test_what_a_change_raises_goes_through_and_leaves_nothing(clip, film):
    def broken(frame, time):
        raise RuntimeError("no such colour")

    with pytest.raises(RuntimeError, match="no such colour"):
        splice([Splice(path=clip(), touches=(Touch(make=broken),))], film)
    assert list(film.parent.glob("*film*")) == []


def test_an_encoder_that_dies_is_named_with_the_clip_that_it_worked_on(clip, film, monkeypatch):
    good, bad = clip("good.mp4"), clip("bad.mp4")
    encode = rendering._encode

    def dying(frames, shape, path, threads):
        if path.name.startswith("render-1"):
            next(iter(frames))
            raise av.error.ExternalError(1, "Generic error in an external library")
        encode(frames, shape, path, threads)

    monkeypatch.setattr(rendering, "_encode", dying)
    with pytest.raises(EncodingFailed, match="frames cannot be encoded: Generic error") as caught:
        splice([Splice(path=good, end=1.0), Splice(path=bad, start=1.0)], film)
    assert caught.value.path == bad
    assert list(film.parent.glob("*film*")) == []
