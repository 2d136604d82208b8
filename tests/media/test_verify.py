"""What the check of a downloaded clip finds, on files that were cut, shortened in the middle and flipped."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media.probe import probe
from charkit.media.verify import verify_clip

CLIPS = Path(__file__).parents[3] / "shared" / "media" / "clips"


@pytest.fixture(scope="module")
def clip() -> bytes:
    """Two seconds of moving noise with B-frames, sound and two keyframes."""
    buffer, rng = io.BytesIO(), np.random.default_rng(3)
    noise = rng.integers(0, 200, (120, 160, 3), np.uint8)
    with av.open(buffer, "w", format="mp4") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "veryfast", "g": "24"})
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        sound = out.add_stream("aac", rate=48_000)
        for number in range(48):
            picture = np.roll(noise, 3 * number, 1)
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 96_000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        out.mux(sound.encode(frame))
        out.mux(video.encode(None))
        out.mux(sound.encode(None))
    return buffer.getvalue()


@pytest.fixture
def found(tmp_path: Path):
    """Say whether the check finds something wrong with these bytes."""

    def look(data: bytes) -> bool:
        path = tmp_path / "clip.mp4"
        path.write_bytes(data)
        try:
            verify_clip(path)
        except UnreadableMedia as error:
            assert "Traceback" not in str(error)
            return True
        return False

    return look


def test_a_whole_clip_is_what_probe_says_it_is(tmp_path: Path, clip: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip)
    facts, whole = probe(path), verify_clip(path)
    assert (whole.width, whole.height, whole.sound) == (facts.width, facts.height, facts.has_sound)
    assert (whole.seconds, whole.fps) == (pytest.approx(facts.seconds), pytest.approx(float(facts.fps)))


def test_a_slow_clip_lasts_as_long_as_its_last_picture_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "slow.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width = stream.height = 64
        for number in range(12):  # 4 pictures a second on a clock of 24
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 20 * number, np.uint8), format="rgb24")
            frame.pts = 6 * number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert verify_clip(path).seconds == pytest.approx(probe(path).seconds) == pytest.approx(3.0)


@pytest.mark.media
@pytest.mark.skipif(not CLIPS.is_dir(), reason="SKIPPED: the services' real clips are not in ../shared/media")
def test_what_services_really_send_is_whole_and_measured_as_probe_measures_it() -> None:
    clips = sorted(path for path in CLIPS.iterdir() if path.suffix in {".mp4", ".mov", ".webm"})
    assert clips
    for path in clips:
        facts, whole = probe(path), verify_clip(path)
        assert (whole.width, whole.height, whole.sound) == (facts.width, facts.height, facts.has_sound), path.name
        assert whole.seconds == pytest.approx(facts.seconds, abs=0.05), path.name


def test_every_cut_is_found(clip: bytes, found) -> None:
    rng = np.random.default_rng(1)
    assert all(found(clip[:end]) for end in [0, 1, 8, len(clip) - 1, *rng.integers(0, len(clip), 40)])


def test_bytes_that_are_missing_in_the_middle_are_found(clip: bytes, found) -> None:
    rng = np.random.default_rng(2)
    for _ in range(30):
        at = int(rng.integers(clip.index(b"mdat") + 4, clip.rindex(b"moov") - 100))
        assert found(clip[:at] + clip[at + int(rng.integers(1, 90)) :])


def test_a_run_of_zeros_over_a_packets_seam_is_found(clip: bytes, found, tmp_path: Path) -> None:
    path = tmp_path / "seams.mp4"
    path.write_bytes(clip)
    with av.open(str(path)) as container:
        seams = [packet.pos for packet in container.demux(video=0) if packet.size]
    for at in seams[1::7]:
        assert found(clip[:at] + bytes(16) + clip[at + 16 :])


def test_a_flipped_bit_in_the_first_picture_is_mostly_found(clip: bytes, found, tmp_path: Path) -> None:
    path = tmp_path / "first.mp4"
    path.write_bytes(clip)
    with av.open(str(path)) as container:
        first = next(packet for packet in container.demux(video=0) if packet.size)
    rng, seen = np.random.default_rng(4), 0
    for _ in range(40):
        data = bytearray(clip)
        data[first.pos + first.size - 1 - int(rng.integers(first.size // 2))] ^= 1 << int(rng.integers(8))
        seen += found(bytes(data))
    assert seen >= 24  # the last bits of a slice can be flipped into another valid picture


def test_no_damage_of_the_index_is_anything_but_a_clear_error(clip: bytes, found) -> None:
    rng, index = np.random.default_rng(5), clip.rindex(b"moov")
    for _ in range(150):
        data = bytearray(clip)
        for _ in range(rng.choice([1, 1, 8])):
            data[int(rng.integers(index, len(clip)))] ^= 1 << int(rng.integers(8))
        found(bytes(data))  # whatever it says, it says it as `UnreadableMedia`


@pytest.mark.parametrize("data", [b"<html>busy</html>", b"\x00" * 4000, b'{"error": "gone"}' * 20])
def test_what_is_no_clip_is_found(found, data: bytes) -> None:
    assert found(data)
