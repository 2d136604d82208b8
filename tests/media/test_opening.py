"""Opening a clip quickly tells no less than opening it whole."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.media import opening
from charkit.media.opening import WITHOUT_DECODING, open_stored
from charkit.media.probe import probe
from charkit.media.sound import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from av.container import InputContainer

REAL = (
    "veo3_24fps_stereo48k_a.mp4",
    "veo3_24fps_mono44k.mp4",
    "sora2_30fps_portrait_audio_longer.mp4",
    "veo_24fps_silent.mp4",
)


def whole(path: Path) -> InputContainer:
    return av.open(str(path), metadata_errors="replace")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rotation": 90, "rate": 44_100, "channels": 1},
        {"wobble": True},
        {"fps": Fraction(30000, 1001), "keyframe_every": 12, "b_frames": 0, "sound_seconds": 2.1},
        {"options": (("x264-params", "sar=4/3:fullrange=on:colormatrix=bt709"),), "rate": None},
        {"options": (("x264-params", "open-gop=1"),), "keyframe_every": 8},
        {"pixel_format": "yuv420p10le"},
    ],
    ids=["plain", "turned mono", "uneven", "NTSC", "tagged", "open groups", "ten bits"],
)
def test_facts_are_the_same_however_a_clip_is_opened(
    clip: Callable[..., Path], changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(**changes)
    quickly = probe(path)
    monkeypatch.setattr(opening, "open_stored", whole)
    assert probe(path) == quickly


@pytest.mark.media
@pytest.mark.parametrize("name", REAL)
def test_real_clips_say_and_sound_the_same_however_they_are_opened(
    real_clip: Callable[[str], Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = real_clip(name)
    quickly, heard = probe(path), decode(path, start=Fraction(1))
    monkeypatch.setattr(opening, "open_stored", whole)
    monkeypatch.setattr("charkit.media.sound.open_stored", whole)
    assert probe(path) == quickly
    assert np.array_equal(decode(path, start=Fraction(1)), heard)


def test_what_an_index_does_not_tell_enough_about_is_opened_whole(clip: Callable[..., Path]) -> None:
    with open_stored(clip("clip.mkv")) as matroska, open_stored(clip(codec="mpeg4", rate=None)) as other:
        assert matroska.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert other.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_nothing_is_decoded_to_open_quickly(clip: Callable[..., Path]) -> None:
    assert WITHOUT_DECODING["codec_whitelist"] == "none"
    with open_stored(clip()) as container:
        assert container.streams.video[0].codec_context.pix_fmt is None  # a decoder would have said
