"""Looking into clips."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_clip_is_described_whole(clip: Callable[..., Path]) -> None:
    path = clip(comment="made by a test")
    facts = probe(path)
    assert (facts.width, facts.height, facts.frames, facts.seconds) == (160, 90, 48, 2.0)
    assert (facts.fps, facts.constant_rate) == (Fraction(24), True)
    assert (facts.codec, facts.profile, facts.pixel_format) == ("h264", "High", "yuv420p")
    assert facts.time_base == Fraction(1, 12288)
    assert facts.keyframes == (0,)
    assert facts.has_b_frames
    assert facts.hidden_frames == 0
    assert facts.reorder in {1, 2}
    assert facts.clean_start
    assert facts.codec_header[0] == 1
    assert (facts.audio_codec, facts.audio_rate, facts.audio_channels) == ("aac", 48_000, 2)
    assert facts.audio_seconds == pytest.approx(2.0, abs=0.03)
    assert facts.has_sound
    assert facts.metadata["comment"] == "made by a test"
    assert facts.size == path.stat().st_size
    assert facts.colour.matrix is None


def test_keyframes_are_counted_in_the_order_shown(clip: Callable[..., Path]) -> None:
    facts = probe(clip(keyframe_every=12, options=(("scenecut", "0"),)))
    assert facts.keyframes == (0, 12, 24, 36)


def test_a_silent_clip_has_no_sound_facts(clip: Callable[..., Path]) -> None:
    facts = probe(clip(rate=None))
    assert not facts.has_sound
    assert (facts.audio_codec, facts.audio_rate, facts.audio_channels, facts.audio_seconds) == (None,) * 4


def test_a_clip_without_b_frames_is_stored_in_the_order_shown(clip: Callable[..., Path]) -> None:
    facts = probe(clip(b_frames=0))
    assert (facts.reorder, facts.has_b_frames) == (0, False)


def test_a_phone_clip_on_its_side_is_measured_upright(clip: Callable[..., Path]) -> None:
    facts = probe(clip(rotation=90))
    assert facts.rotation in {90, 270}
    assert (facts.width, facts.height) == (90, 160)
    assert (facts.coded_width, facts.coded_height) == (160, 90)


def test_a_rate_that_is_no_whole_number_is_exact(clip: Callable[..., Path]) -> None:
    facts = probe(clip(fps=Fraction(24000, 1001)))
    assert facts.fps == Fraction(24000, 1001)
    assert facts.constant_rate
    assert facts.seconds == pytest.approx(48 * 1001 / 24000)


def test_a_rate_that_varies_is_noticed(clip: Callable[..., Path]) -> None:
    facts = probe(clip(wobble=True))
    assert not facts.constant_rate
    assert facts.frames == 48
    assert facts.seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_other_containers_are_read_too(clip: Callable[..., Path], suffix: str) -> None:
    facts = probe(clip(f"clip{suffix}"))
    assert (facts.frames, facts.constant_rate, facts.fps) == (48, True, Fraction(24))
    assert facts.audio_seconds == pytest.approx(2.0, abs=0.06)


def unreadable(path: Path) -> str:
    with pytest.raises(UnreadableMedia) as caught:
        probe(path)
    assert caught.value.path == path
    return str(caught.value)


def test_what_is_no_clip_is_named(tmp_path: Path, clip: Callable[..., Path]) -> None:
    whole = clip("whole.mp4").read_bytes()
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "page.mp4").write_bytes(b"<!DOCTYPE html><html><body>Sign in</body></html>")
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 8)
    assert "no such file" in unreadable(tmp_path / "gone.mp4")
    assert "is a folder" in unreadable(tmp_path)
    assert "0 bytes" in unreadable(tmp_path / "empty.mp4")
    assert "a web page" in unreadable(tmp_path / "page.mp4")
    assert "the index (moov) of the MP4 is missing" in unreadable(tmp_path / "cut.mp4")
    assert "not a clip" in unreadable(tmp_path / "noise.mp4")


def test_a_clip_without_a_picture_is_named(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "sound.m4a"), "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    assert "no video stream" in unreadable(tmp_path / "sound.m4a")


def test_a_clip_cut_off_behind_its_index_is_counted_out(tmp_path: Path, clip: Callable[..., Path]) -> None:
    with (
        av.open(str(clip())) as source,
        av.open(str(tmp_path / "fast.mp4"), "w", options={"movflags": "faststart"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    data = (tmp_path / "fast.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) * 3 // 4])
    assert "of 48 frames are there" in unreadable(tmp_path / "cut.mp4")


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "size", "fps", "frames", "keyframes", "audio"),
    [
        ("veo3_24fps_stereo48k_a.mp4", (1280, 720), 24, 192, (0,), (48_000, 2, 8.0)),
        ("veo3_24fps_mono44k.mp4", (1280, 720), 24, 192, (0, 72), (44_100, 1, 7.905)),
        ("sora2_30fps_portrait_audio_longer.mp4", (720, 1280), 30, 120, (0,), (96_000, 2, 4.1)),
        ("veo_24fps_silent.mp4", (1280, 720), 24, 144, (0,), (None, None, None)),
    ],
)
def test_real_clips_are_what_their_services_said(
    real_clip: Callable[[str], Path],
    name: str,
    size: tuple[int, int],
    fps: int,
    frames: int,
    keyframes: tuple[int, ...],
    audio: tuple[int | None, int | None, float | None],
) -> None:
    facts = probe(real_clip(name))
    assert (facts.width, facts.height) == size
    assert (facts.fps, facts.frames) == (fps, frames)
    assert facts.keyframes[:2] == keyframes
    assert (facts.audio_rate, facts.audio_channels) == audio[:2]
    assert facts.audio_seconds == (pytest.approx(audio[2], abs=0.001) if audio[2] else None)


@pytest.mark.parametrize(("front", "back"), [(5, 0), (0, 5), (13, 2), (12, 0)])
def test_frames_that_an_edit_list_hides_are_neither_counted_nor_missed(clip: Callable[..., Path], front, back) -> None:
    facts = probe(clip(keyframe_every=12, rate=None, hidden=(front, back)))
    assert facts.frames == 48 - front - back
    assert facts.whole_run
    assert facts.order.shown.index(0) >= 0
    assert set(facts.keyframes) == {key - front for key in (0, 12, 24, 36) if key >= front}
    assert set(facts.keyframes) <= facts.order.entries


@pytest.mark.skipif("libsvtav1" not in av.codecs_available, reason="this FFmpeg cannot encode AV1")
def test_a_codec_is_called_what_it_is_and_not_what_decodes_it(clip: Callable[..., Path]) -> None:
    assert probe(clip("a.mkv", codec="libsvtav1", frames=2, rate=None)).codec == "av1"
