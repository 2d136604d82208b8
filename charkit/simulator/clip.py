"""Clips and stills: the simulator's results as files that resemble those of the real services."""

from __future__ import annotations

import io
import json
import os
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from charkit.errors import EncodingFailed, UnreadableMedia
from charkit.simulator import seeing
from charkit.simulator.casting import cast_looks
from charkit.simulator.direction import MARK, Direction, Drift
from charkit.simulator.looks import from_json, to_json
from charkit.simulator.sound import make_sound
from charkit.simulator.stage import Stage
from charkit.simulator.timing import plan_timing
from charkit.simulator.words import read_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels

MADE_BY = f"{MARK}: made by the charkit simulator"
"""Comment in the metadata of everything that the simulator makes."""
_TIME_BASE = 12288
"""Ticks per second of the video track, as in clips of Veo 3."""
_DISSOLVE = 0.5
"""Seconds in which a given first frame turns into the drawn scene."""


def stage_of(direction: Direction, drift: Drift, *, moving: bool = False) -> Stage:
    """Read a direction and set its stage.

    Args:
        direction: What to draw.
        drift: How far identity wanders.
        moving: Whether a camera that the prompt says nothing of drifts a little, as it does in clips of services.
    """
    script = read_prompt(direction.prompt, tuple(k.name for k in direction.known))
    if not script.camera:
        script = replace(script, camera="drift" if moving else "static")
    looks = cast_looks(script, direction, drift)
    timing = plan_timing(script, direction.seconds, direction.seed)
    return Stage(script, looks, timing, direction.width, direction.height, direction.seed)


def frames_of(direction: Direction, drift: Drift) -> Iterator[Pixels]:
    """Draw all frames of a clip as RGB; equal directions give equal bytes."""
    cv2.setNumThreads(1)
    yield from _filmed(stage_of(direction, drift, moving=True), direction)


def _filmed(stage: Stage, direction: Direction) -> Iterator[Pixels]:
    total = direction.frames
    ends = {role: _fitted(direction, role) for role in ("first frame", "last frame")}
    length = max(1, round(min(_DISSOLVE, direction.seconds / 3) * direction.fps))
    for index in range(total):
        frame = stage.draw(index, direction.fps)
        for picture, age in ((ends["first frame"], index), (ends["last frame"], total - 1 - index)):
            if picture is not None and age < length:
                share = 1 - age / length
                frame = cv2.addWeighted(picture, share, frame, 1 - share, 0)
                stage.sign(frame)
        yield frame


def _fitted(direction: Direction, role: str) -> Pixels | None:
    """The picture for one end of the clip, filling the frame."""
    for picture in direction.pictures:
        seen = seeing.decode(picture.data) if picture.role == role else None
        if seen is not None:
            return seeing.cover(seen, direction.width, direction.height)
    return None


def render_clip(direction: Direction, out: Path, drift: Drift = Drift(), *, audio_rate: int = 48000) -> None:  # noqa: B008
    """Draw, score with sound and encode a clip; the file appears only when it is whole.

    Args:
        direction: What to show.
        out: The mp4 to write.
        drift: How far identity wanders.
        audio_rate: Samples per second of the sound.

    Raises:
        EncodingFailed: the encoder refused; nothing is left under the final name.
    """
    cv2.setNumThreads(1)
    out = Path(out)
    handle, name = tempfile.mkstemp(prefix=f".{out.stem}-", suffix=".mp4", dir=out.parent)
    os.close(handle)
    part = Path(name)
    try:
        stage = stage_of(direction, drift, moving=True)
        sound = make_sound(stage, direction.seconds, audio_rate, direction.seed)
        looks = [to_json(player.look) for player in stage.players]
        _encode(part, direction, _filmed(stage, direction), sound, audio_rate, looks)
        part.replace(out)
    except (av.FFmpegError, OSError) as error:
        raise EncodingFailed(f"the clip could not be written: {error}", path=out) from error
    finally:
        part.unlink(missing_ok=True)


def _encode(
    path: Path,
    direction: Direction,
    frames: Iterator[Pixels],
    sound: NDArray[np.float32],
    rate: int,
    looks: list[str],
) -> None:
    """Write H.264 High and AAC; one keyframe per eight seconds at most, two B-frames, `moov` at the end."""
    with av.open(str(path), "w", format="mp4") as container:
        container.metadata.update({"comment": MADE_BY, "description": json.dumps([json.loads(look) for look in looks])})
        video = container.add_stream("libx264", rate=direction.fps, options=x264_options(direction.fps))
        video.width, video.height, video.pix_fmt = direction.width, direction.height, "yuv420p"
        video.time_base = Fraction(1, _TIME_BASE)
        audio = container.add_stream("aac", rate=rate, layout="stereo")
        audio.bit_rate = 128_000
        step = _TIME_BASE // direction.fps if _TIME_BASE % direction.fps == 0 else 0
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = index * step if step else index
            frame.time_base = Fraction(1, _TIME_BASE) if step else Fraction(1, direction.fps)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        _encode_sound(container, audio, sound, rate)


def x264_options(fps: int) -> dict[str, str]:
    """Encoder settings: fast, with keyframes as rare as in clips of the services."""
    return {
        "preset": "veryfast", "crf": "21", "profile": "high",
        "x264-params": f"keyint={8 * fps}:min-keyint={fps}:bframes=2:b-adapt=0:b-pyramid=normal:scenecut=0:threads=2",
    }  # fmt: skip


def _encode_sound(
    container: av.container.OutputContainer, audio: av.AudioStream, sound: NDArray[np.float32], rate: int
) -> None:
    size = audio.codec_context.frame_size or 1024
    for start in range(0, sound.shape[1], size):
        block = np.ascontiguousarray(sound[:, start : start + size])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        container.mux(audio.encode(frame))
    container.mux(audio.encode())


def render_still(direction: Direction, drift: Drift = Drift()) -> bytes:  # noqa: B008
    """Draw a still as PNG: a view of a character on plain ground, or a keyframe of the scene."""
    from PIL import Image, PngImagePlugin

    cv2.setNumThreads(1)
    stage = stage_of(direction, drift)
    index = 0 if stage.script.view else round(direction.frames * 0.6)
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", MADE_BY)
    buffer = io.BytesIO()
    Image.fromarray(stage.draw(index, direction.fps)).save(buffer, "PNG", pnginfo=note, compress_level=4)
    return buffer.getvalue()


def learn_character(clip: Path) -> str:
    """Learn a character from a clip: the look that a clip of the simulator carries, else what its pixels show.

    Returns:
        JSON text for `Known.look`.

    Raises:
        UnreadableMedia: no picture can be decoded from the file.
    """
    try:
        with av.open(str(clip)) as container:
            carried = container.metadata.get("description", "")
            frames = [f.to_ndarray(format="rgb24") for f in _some_frames(container)]
    except (av.FFmpegError, OSError, IndexError) as error:
        raise UnreadableMedia(f"the clip cannot be decoded: {error}", path=clip) from error
    if not frames:
        raise UnreadableMedia("the clip has no pictures", path=clip)
    try:
        looks = json.loads(carried)
        return to_json(from_json(json.dumps(looks[0])))
    except (ValueError, IndexError, KeyError, TypeError):
        return to_json(seeing.look_of(frames[len(frames) // 2]))


def _some_frames(container: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    for index, frame in enumerate(container.decode(video=0)):
        if index % 12 == 0:
            yield frame
        if index >= 48:
            return
