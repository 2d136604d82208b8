"""Cutting pieces out of clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.errors import EncodingFailed
from charkit.media.probe import probe
from charkit.media.trim import trim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_from_a_keyframe_packets_are_copied_bit_for_bit(clip: Callable[..., Path], tmp_path: Path) -> None:
    source = clip(frames=96, keyframe_every=24)
    piece = trim(probe(source), tmp_path / "piece.mp4", start=1.0, seconds=2.0)
    assert piece.copied
    assert piece.start == 1.0
    assert piece.facts.seconds <= 2.0
    assert piece.facts.frames >= 42  # whole groups of frames, less than a quarter of a second short
    own, whole = frames(piece.facts.path), frames(source)[24:]
    assert all(np.array_equal(a, b) for a, b in zip(own, whole, strict=False))
    assert piece.facts.audio_seconds == pytest.approx(piece.facts.seconds, abs=0.05)


def test_between_keyframes_the_piece_is_encoded_again_and_says_so(clip: Callable[..., Path], tmp_path: Path) -> None:
    source = clip(frames=72)
    piece = trim(probe(source), tmp_path / "piece.mp4", start=1.0, seconds=1.5)
    assert not piece.copied
    assert piece.why == "there is no keyframe at 1.00 s"
    assert (piece.facts.frames, piece.facts.codec) == (36, "h264")
    apart = np.abs(frames(piece.facts.path)[0].astype(int) - frames(source)[24].astype(int))
    assert apart.mean() < 3  # the very frame, with its bar where it was
    assert piece.facts.has_sound


def test_sound_is_left_out_where_it_is_not_wanted(clip: Callable[..., Path], tmp_path: Path) -> None:
    facts = probe(clip(keyframe_every=12))
    assert not trim(facts, tmp_path / "a.mp4", start=0.5, seconds=1, sound=False).facts.has_sound
    assert not trim(facts, tmp_path / "b.mp4", start=0.6, seconds=1, sound=False).facts.has_sound


def test_a_clip_turned_on_its_side_comes_out_upright(clip: Callable[..., Path], tmp_path: Path) -> None:
    facts = probe(clip(rotation=90, rate=None))
    piece = trim(facts, tmp_path / "piece.mp4", start=0, seconds=1)
    assert piece.why is not None
    assert "rotated" in piece.why
    assert (piece.facts.width, piece.facts.height, piece.facts.rotation) == (facts.width, facts.height, 0)
    with av.open(str(facts.path)) as container:
        first = next(container.decode(video=0))
    upright = np.rot90(first.to_ndarray(format="rgb24"), facts.rotation // 90).astype(int)
    assert np.abs(frames(piece.facts.path)[0].astype(int) - upright).mean() < 4


def test_another_codec_is_encoded_again(clip: Callable[..., Path], tmp_path: Path) -> None:
    facts = probe(clip(codec="mpeg4", b_frames=0, rate=None))
    piece = trim(facts, tmp_path / "piece.mp4", start=0, seconds=1)
    assert piece.why == "its codec is mpeg4, pieces are H.264 or H.265"
    assert piece.facts.codec == "h264"


def test_a_piece_that_is_not_there_is_refused(clip: Callable[..., Path], tmp_path: Path) -> None:
    facts = probe(clip())
    with pytest.raises(EncodingFailed, match="no frame from 9 s on"):
        trim(facts, tmp_path / "piece.mp4", start=9, seconds=1)
    with pytest.raises(ValueError, match="last 0 s"):
        trim(facts, tmp_path / "piece.mp4", start=0, seconds=0)


@pytest.mark.media
@pytest.mark.parametrize("name", ["veo3_24fps_stereo48k_a.mp4", "sora2_30fps_portrait_audio_longer.mp4"])
def test_the_beginning_of_a_real_clip_is_copied(real_clip: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    facts = probe(real_clip(name))
    piece = trim(facts, tmp_path / "piece.mp4", start=0, seconds=3)
    assert piece.copied
    assert 2.75 <= piece.facts.seconds <= 3.0
    assert all(np.array_equal(a, b) for a, b in zip(frames(piece.facts.path)[:8], frames(facts.path)[:8], strict=True))
