"""Clips as references."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from charkit.character import CharacterSheet
from charkit.errors import BadReference, UnreadableMedia
from charkit.media.probe import probe
from charkit.references import check_together, prepare_clip
from charkit.routes import ClipLimits, RouteMatrix
from charkit.store import Store

MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")
ROUTES = RouteMatrix.load().routes
OMNI = ROUTES["omni-1.2"].capabilities.clips.value  # type: ignore[union-attr]
H3 = ROUTES["h3-vllm"].capabilities.clips.value  # type: ignore[union-attr]
CHARACTER = ROUTES["sora-2"].capabilities.character_clip.value  # type: ignore[union-attr]


def clip(path: Path, seconds: float = 5, size: tuple[int, int] = (320, 256), fps: int = 24, sound: bool = True) -> Path:
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        video.width, video.height = size
        video.codec_context.gop_size = fps
        tone = out.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for index in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), index % 200, np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        for start in range(0, round(seconds * 48_000), 1024) if tone else ():
            block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            block.sample_rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
            out.mux(tone.encode(block))  # type: ignore[union-attr]
        out.mux(tone.encode() if tone else [])
    return path


def prepared(path: Path, limits: ClipLimits, **more: object):
    return prepare_clip(path, character=MIRA, store=Store(path.parent / "store"), limits=limits, **more)  # type: ignore[arg-type]


def test_a_clip_is_cut_to_what_the_route_takes_by_copying(tmp_path: Path) -> None:
    reference = prepared(clip(tmp_path / "a.mp4"), OMNI)
    assert 2.75 <= reference.seconds <= 3
    assert reference.how == "copied bit for bit"
    assert reference.warnings == ("its sound is left out: the route ignores it",)
    assert not probe(reference.path).has_sound
    assert reference.digest == f"sha256:{reference.path.parent.name}{reference.path.stem}"
    assert repr(reference).startswith("<ClipReference Mira: 3.00 s, 320x256")
    assert "copied bit for bit" in reference._repr_mimebundle_()["text/html"]


def test_from_between_keyframes_it_is_encoded_again_and_says_so(tmp_path: Path) -> None:
    reference = prepared(clip(tmp_path / "a.mp4"), H3, start=0.5, seconds=2.5)
    assert reference.seconds == pytest.approx(2.5)
    assert reference.how == "encoded again: there is no keyframe at 0.50 s"
    assert probe(reference.path).audio_codec == "aac"


@pytest.mark.parametrize(
    ("given", "limits", "said"),
    [
        ({"seconds": 1.5}, H3, "has 1.50 s from 0 s on; the route takes 3 clips, 2 to 15 s each"),
        ({"size": (320, 240)}, H3, "is 320x240; the route takes 256 pixels or more"),
        ({"size": (800, 256)}, H3, "is 800x256; the route takes 2.5:1 or narrower"),
        ({"size": (256, 800)}, H3, "is 256x800; the route takes 0.4:1 or wider"),
        ({"fps": 12}, H3, "has 12 frames a second; the route takes 23.976 to 60"),
        ({"size": (640, 360)}, CHARACTER, "is 640x360; the route takes 720 pixels or more"),
        ({}, H3.model_copy(update={"max_bytes": 900}), "bytes; the route takes 900: ask for a shorter"),
        ({}, H3.model_copy(update={"codecs": ("hevc",)}), "is h264; the route takes hevc"),
    ],
)
def test_what_no_cutting_mends_is_refused_with_the_rule(
    tmp_path: Path, given: dict[str, object], limits: ClipLimits, said: str
) -> None:
    path = clip(tmp_path / "a.mp4", **{"seconds": 3, "sound": False, **given})  # type: ignore[arg-type]
    with pytest.raises(BadReference, match=said.replace("(", ".")) as caught:
        prepared(path, limits)
    assert caught.value.file == path


def test_what_is_no_clip_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"<html>")
    with pytest.raises(UnreadableMedia, match="web page"):
        prepared(tmp_path / "a.mp4", OMNI)


def test_clips_of_one_request_are_counted_together(tmp_path: Path) -> None:
    one = prepared(clip(tmp_path / "a.mp4", seconds=3, sound=False), H3)
    check_together([one] * 3, H3)
    check_together([], H3)
    with pytest.raises(BadReference, match="is clip 4 of one request; the route takes 3"):
        check_together([one] * 4, H3)
    with pytest.raises(BadReference, match="brings the clips of one request to 18.00 s; the route takes 15 s in all"):
        check_together([replace(one, seconds=6.0)] * 3, H3)
