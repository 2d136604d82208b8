"""Joining clips."""

from __future__ import annotations

import resource
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.errors import CharkitError, EncodingFailed, StorageFull, UnreadableMedia, UsageError
from charkit.media import sound
from charkit.media.joins import check_joins
from charkit.media.probe import probe
from charkit.media.stitch import join

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Clip = Callable[..., Path]


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    """All planes of all frames, untouched by any conversion."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(container.streams.video[0])]


def digests_of(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [zlib.crc32(frame.to_ndarray().tobytes()) for frame in container.decode(container.streams.video[0])]


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(container.streams.video[0]) if p.size]


def same(first: list[NDArray[np.uint8]], second: list[NDArray[np.uint8]]) -> bool:
    return len(first) == len(second) and all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_pictures_are_copied_packet_by_packet_and_frame_by_frame(clip: Clip, tmp_path: Path) -> None:
    clips = [clip("a.mp4", hue=0), clip("b.mp4", hue=1, frames=31), clip("c.mp4", hue=2)]
    film = join(clips, tmp_path / "out" / "film.mp4", metadata={"title": "The Lantern", "comment": "simulated"})
    assert [one.action for one in film.clips] == ["copied"] * 3
    assert packets_of(film.path) == [packet for path in clips for packet in packets_of(path)]
    assert same(frames_of(film.path), [frame for path in clips for frame in frames_of(path)])
    facts = probe(film.path)
    assert (facts.frames, facts.constant_rate, facts.fps, facts.start) == (127, True, Fraction(24), 0.0)
    assert facts.keyframes == (0, 48, 79)
    assert facts.metadata["title"] == "The Lantern"
    assert facts.metadata["comment"] == "simulated"
    assert film.seconds == pytest.approx(127 / 24)
    assert facts.audio_seconds == pytest.approx(film.seconds, abs=1 / 48_000)
    data = film.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert sorted(p.name for p in film.path.parent.iterdir()) == ["film.mp4"]


def test_sound_begins_with_its_picture_however_long_each_was(clip: Clip, tmp_path: Path) -> None:
    clips = [
        clip("long.mp4", rate=96_000, sound_seconds=2.1, pitch=500),
        clip("short.mp4", rate=44_100, channels=1, sound_seconds=1.9, pitch=700),
        clip("none.mp4", rate=None),
        clip("last.mp4", pitch=900),
    ]
    film = join(clips, tmp_path / "film.mp4")
    assert [one.sound.split(" by")[0] for one in film.clips[:3]] == ["trimmed", "padded", "silence"]
    heard = sound.decode(film.path)
    for index, pitch in ((0, 500), (1, 700), (3, 900)):
        part = heard[0, index * 96_000 + 20_000 : index * 96_000 + 68_000]
        assert np.argmax(np.abs(np.fft.rfft(part))) == pytest.approx(pitch, abs=2)
        assert sound.rms(heard[:, index * 96_000 + 20_000 : index * 96_000 + 68_000]) == pytest.approx(0.28, abs=0.02)
    assert sound.peak(heard[:, 2 * 96_000 + 4_000 : 3 * 96_000 - 4_000]) < 0.001
    onset = int(np.argmax(np.abs(heard[0, 3 * 96_000 - 4_000 :]) > 0.1)) - 4_000
    assert 0 <= onset <= 0.006 * 48_000  # where the fade passes a quarter


def test_cuts_through_a_loud_tone_do_not_click(clip: Clip, tmp_path: Path) -> None:
    clips = [clip("a.mp4", pitch=331.25), clip("b.mp4", pitch=449)]
    hard = join(clips, tmp_path / "hard.mp4", fade=0)
    soft = join(clips, tmp_path / "soft.mp4")
    assert hard.largest_step > 0.6
    assert hard.boundaries[0].raw_step == hard.boundaries[0].step
    assert soft.largest_step == 0
    assert soft.boundaries[0].raw_step == hard.boundaries[0].raw_step
    assert soft.boundaries[0].time == 2.0
    cut = [boundary.time for boundary in soft.boundaries]
    assert check_joins(hard.path, cut)[0].clicks
    check = check_joins(soft.path, cut)[0]
    assert check.ok
    assert check.frame_gap == pytest.approx(1)
    assert check.level_before == pytest.approx(0.28, abs=0.03)


def test_sound_and_picture_do_not_drift_over_many_clips(clip: Clip, tmp_path: Path) -> None:
    odd = clip("odd.mp4", frames=7, fps=Fraction(24000, 1001), pitch=1000)
    still = clip("still.mp4", frames=7, fps=Fraction(24000, 1001), rate=None)
    film = join([odd, still] * 60, tmp_path / "film.mp4")
    heard = np.abs(sound.decode(film.path)[0])
    exact = 119 * 7 * Fraction(1001, 24000)
    assert film.clips[119].start == pytest.approx(float(exact))
    begins = float(exact - 7 * Fraction(1001, 24000))
    window = heard[round((begins - 0.1) * 48_000) : round((begins + 0.1) * 48_000)]
    onset = int(np.argmax(window > 0.1)) / 48_000 - 0.1
    assert 0 <= onset < 0.008
    assert probe(film.path).audio_seconds == pytest.approx(film.seconds, abs=0.001)


def test_clips_with_other_parameter_sets_are_still_copied(clip: Clip, tmp_path: Path) -> None:
    plain = clip("a.mp4")
    other = clip(
        "b.mp4",
        options=(
            ("crf", "30"),
            ("x264-params", "ref=1:cabac=0:8x8dct=1:chroma-qp-offset=4"),
        ),
        b_frames=0,
    )
    again = clip("c.mp4", hue=1, keyframe_every=12)
    clips = [plain, other, again, other]
    with av.open(str(plain)) as a, av.open(str(other)) as b:
        assert a.streams.video[0].codec_context.extradata != b.streams.video[0].codec_context.extradata
    film = join(clips, tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 4
    assert same(frames_of(film.path), [frame for path in clips for frame in frames_of(path)])
    for ours, theirs in zip(packets_of(film.path), [p for path in clips for p in packets_of(path)], strict=True):
        assert ours.endswith(theirs)
    with av.open(str(film.path)) as container:  # a player that jumps into the middle finds what it needs
        stream = container.streams.video[0]
        container.seek(round(5.0 / stream.time_base), stream=stream)
        landed = next(container.decode(stream))
        assert landed.time == pytest.approx(5.0, abs=0.5)
        index = round(landed.time * 24)
    assert np.array_equal(landed.to_ndarray(), [f for path in clips for f in frames_of(path)][index])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size": (96, 90)}, "96x90 pixels, the film 160x90"),
        ({"fps": Fraction(30), "frames": 60}, "30 frames per second, the film 24"),
        ({"pixel_format": "yuv444p"}, "profile is High 4:4:4"),
        ({"codec": "mpeg4"}, "codec is mpeg4"),
        ({"rotation": 90, "size": (90, 160)}, "rotated"),
        ({"wobble": True}, "rate varies"),
    ],
)
def test_a_clip_that_cannot_be_bridged_is_re_encoded_alone(
    clip: Clip, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    whole = clip("a.mp4")
    odd = clip("odd.mp4", **changes)
    film = join([whole, odd, whole], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied", "conformed", "copied"]
    assert reason in film.clips[1].reason
    got = frames_of(film.path)
    assert same(got[:48], frames_of(whole))
    assert same(got[96:], frames_of(whole))
    facts = probe(film.path)
    assert (facts.frames, facts.constant_rate, facts.width, facts.height) == (144, True, 160, 90)
    middle = got[48 + 24][:90]
    assert 50 < middle.mean() < 140  # its own grey and red, not black, not garbage
    assert middle.max() > 190  # the moving bar came along


def test_a_conformed_clip_keeps_its_colours_and_its_motion(clip: Clip, tmp_path: Path) -> None:
    twin = clip("twin.mp4", codec="mpeg4", options=())
    whole = clip("a.mp4", frames=60)
    film = join([whole, twin], tmp_path / "film.mp4")
    want = np.stack(frames_of(whole)[:48]).astype(int)
    got = np.stack(frames_of(film.path)[60:]).astype(int)
    assert np.abs(want - got).mean() < 3


OPEN = (("x264-params", "keyint=12:min-keyint=12:open-gop=1:scenecut=0"),)
"""Groups that begin with a recovery point, and whose first pictures need the group before."""


@pytest.mark.parametrize(("packet", "first"), [(12, 12), (22, 24)])
def test_a_clip_that_begins_in_the_middle_of_a_stream_is_copied_where_no_other_stands_before_it(
    clip: Clip, begun_at: Callable[..., Path], tmp_path: Path, packet: int, first: int
) -> None:
    whole = clip("whole.mp4", frames=60, options=OPEN, rate=None)
    rest = begun_at(whole, tmp_path / "rest.mp4", packet)
    facts = probe(rest)
    assert (facts.clean_start, facts.frames) == (True, 60 - first)
    assert facts.hidden_frames == (2 if packet == 22 else 0)  # those that nobody can decode
    film = join([rest, whole], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 2
    assert same(frames_of(film.path), frames_of(whole)[first:] + frames_of(whole))
    film = join([whole, rest], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied", "rendered"]
    assert "before its first picture that decodes by itself" in film.clips[1].reason
    assert same(frames_of(film.path)[:60], frames_of(whole))
    shown = zip(frames_of(film.path)[60:], frames_of(whole)[first:], strict=True)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in shown) < 1


def test_such_a_clip_is_rendered_only_up_to_its_first_picture_that_decodes_by_itself(
    clip: Clip, begun_at: Callable[..., Path], tmp_path: Path
) -> None:
    whole = clip("whole.mp4", frames=36, options=OPEN, rate=None)
    half = begun_at(whole, tmp_path / "half.mp4", 12)
    mixed = join([half, whole], tmp_path / "mixed.mp4").path  # an IDR picture at 24
    film = join([whole, mixed], tmp_path / "film.mp4")
    assert [(one.action, one.copied_frames) for one in film.clips] == [("copied", 36), ("rendered", 36)]
    assert same(frames_of(film.path)[60:], frames_of(whole))


def test_the_shape_of_most_of_the_running_time_wins(clip: Clip, tmp_path: Path) -> None:
    small = clip("s.mp4", size=(80, 46), frames=24)
    film = join([small, clip("a.mp4", frames=72), small], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["conformed", "copied", "conformed"]
    assert probe(film.path).width == 160
    film = join([small] * 4 + [clip("b.mp4", frames=72)], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 4 + ["conformed"]
    assert probe(film.path).width == 80


def test_when_nothing_can_be_copied_all_are_brought_to_one_shape(clip: Clip, tmp_path: Path) -> None:
    film = join([clip("a.mp4", codec="mpeg4"), clip("b.mkv", wobble=True)], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["conformed"] * 2
    assert probe(film.path).constant_rate
    assert film.frames == 96


def test_a_film_of_silent_clips_has_no_sound_track(clip: Clip, tmp_path: Path) -> None:
    film = join([clip("a.mp4", rate=None)] * 2, tmp_path / "film.mp4")
    assert not film.has_sound
    assert not probe(film.path).has_sound
    assert film.boundaries == ()


def test_free_metadata_keys_are_kept(clip: Clip, tmp_path: Path) -> None:
    film = join([clip()], tmp_path / "film.mp4", metadata={"comment": "x", "charkit_run": "demo"})
    assert probe(film.path).metadata["charkit_run"] == "demo"


def test_bad_clips_are_named_before_anything_is_written(clip: Clip, tmp_path: Path) -> None:
    good = clip("good.mp4")
    (tmp_path / "cut.mp4").write_bytes(good.read_bytes()[:3000])
    out = tmp_path / "films" / "film.mp4"
    for bad in (tmp_path / "gone.mp4", tmp_path / "cut.mp4"):
        with pytest.raises(UnreadableMedia) as caught:
            join([good, bad], out)
        assert caught.value.path == bad
    with pytest.raises(UsageError, match="no clips"):
        join([], out)
    with pytest.raises(UsageError, match="own clips"):
        join([good], good)
    with pytest.raises(UsageError, match="fade"):
        join([good], out, fade=2)
    assert not out.parent.exists()


def test_cancelling_leaves_the_old_film_and_nothing_half_written(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "films" / "film.mp4"
    first = join([clip("a.mp4")], out)
    before = out.read_bytes()

    def cancel(share: float) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        join([clip("b.mp4", hue=1), clip("c.mp4", hue=2)], out, on_progress=cancel)
    assert out.read_bytes() == before
    assert [p.name for p in out.parent.iterdir()] == ["film.mp4"]
    assert first.frames == 48


def test_progress_rises_to_one(clip: Clip, tmp_path: Path) -> None:
    seen: list[float] = []
    join([clip()] * 4, tmp_path / "film.mp4", on_progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) >= 5  # once for what is rendered, once for each clip that is written
    assert seen[-1] == 1.0


def test_a_full_disk_is_said_and_leaves_nothing_half_written(clip: Clip, tmp_path: Path) -> None:
    clips = [clip("a.mp4"), clip("b.mp4")]
    out = tmp_path / "films" / "film.mp4"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (20_000, hard)
    )  # the system refuses to write further, as a full disk does
    try:
        with pytest.raises(CharkitError) as caught:
            join(clips, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(caught.value, StorageFull)
    assert not out.parent.exists()


def test_a_place_that_cannot_be_written_is_named(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CharkitError, match="cannot be written") as caught:
        join([clip()], tmp_path / "file" / "film.mp4")
    assert not isinstance(caught.value, EncodingFailed)


@pytest.mark.slow
@pytest.mark.media
def test_real_clips_of_several_services_become_one_film(real_clip: Callable[[str], Path], tmp_path: Path) -> None:
    names = ["veo3_24fps_stereo48k_a", "veo_24fps_silent", "veo3_24fps_mono44k"]
    clips = [real_clip(f"{name}.mp4") for name in names]
    film = join(clips, tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 3
    assert digests_of(film.path) == [digest for path in clips for digest in digests_of(path)]
    assert all(check.ok for check in check_joins(film.path, [b.time for b in film.boundaries]))
    assert probe(film.path).audio_seconds == pytest.approx(22.0, abs=0.001)
