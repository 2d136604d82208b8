"""Small clips with the containers of real ones: one keyframe, two B-frames, an edit list, AAC at 48 kHz."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SHARED_CLIPS = Path(__file__).resolve().parents[3] / "shared" / "media" / "clips"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a test clip is made of."""

    frames: int = 48
    size: tuple[int, int] = (160, 90)
    fps: Fraction = Fraction(24)
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    keyframe_every: int = 1000
    b_frames: int = 2
    hue: int = 0
    rate: int | None = 48_000
    channels: int = 2
    sound_seconds: float | None = None
    pitch: float = 330.0
    rotation: int = 0
    options: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    wobble: bool = False
    hidden: tuple[int, int] = (0, 0)
    draw: Callable[[int], NDArray[np.uint8]] | None = None


_OPTIONS = {
    "libx264": {"preset": "veryfast", "crf": "18"},
    "libx265": {"preset": "ultrafast", "crf": "18", "x265-params": "log-level=none:open-gop=0"},
}


def picture(recipe: Recipe, index: int) -> NDArray[np.uint8]:
    """A soft ground in one hue with a bar that moves a known way: its left edge stands at `2 * index`."""
    width, height = recipe.size
    rgb = np.full((height, width, 3), 60, np.uint8)
    rgb[:, :, recipe.hue % 3] = 140
    left = 2 * index % (width - 16)
    rgb[height // 4 : 3 * height // 4, left : left + 16] = 230
    return rgb


def write_clip(path: Path, recipe: Recipe) -> Path:
    """Encode a clip as a service would."""
    with av.open(str(path), "w") as out:
        options = {**_OPTIONS.get(recipe.codec, {}), **dict(recipe.options)}
        video = out.add_stream(recipe.codec, rate=recipe.fps, options=options)
        video.width, video.height = recipe.size
        video.pix_fmt = recipe.pixel_format
        video.codec_context.gop_size = recipe.keyframe_every
        video.codec_context.max_b_frames = recipe.b_frames
        if recipe.wobble:
            video.codec_context.time_base = 1 / (recipe.fps * 2)
        if recipe.rotation:
            video.set_display_rotation(recipe.rotation)
        sound = None
        if recipe.rate:
            sound = out.add_stream("aac", rate=recipe.rate, layout="stereo" if recipe.channels == 2 else "mono")
        if recipe.comment:
            out.metadata["comment"] = recipe.comment
        for index in range(recipe.frames):
            seen = recipe.draw(index) if recipe.draw else picture(recipe, index)
            frame = av.VideoFrame.from_ndarray(seen, format="rgb24")
            frame = frame.reformat(
                format=recipe.pixel_format, dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
            )
            late = 1 if recipe.wobble and index % 5 == 3 else 0
            frame.pts, frame.time_base = index * 2 + late, 1 / (recipe.fps * 2)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if sound is not None:
            for block in _tone(recipe):
                out.mux(sound.encode(block))
            out.mux(sound.encode())
    return _hide(path, *recipe.hidden, recipe.fps) if any(recipe.hidden) else path


def _hide(path: Path, front: int, back: int, fps: Fraction) -> Path:
    """Let a clip's edit list show neither its first frames nor its last; all of them stay in the file."""
    with av.open(str(path)) as container:
        tick = container.streams.video[0].time_base
    data = bytearray(path.read_bytes())
    second = int.from_bytes(data[(at := data.index(b"mvhd") + 16) : at + 4], "big")
    place = data.index(b"elst") + 12  # of its one entry (ISO/IEC 14496-12, 8.6.6)
    lasts, begins = struct.unpack(">Ii", data[place : place + 8])
    lasts, begins = lasts - math.ceil((front + back) / fps * second), begins + round(front / fps / tick)
    data[place : place + 8] = struct.pack(">Ii", lasts, begins)
    path.write_bytes(data)
    return path


def _begun_at(path: Path, out: Path, number: int) -> Path:
    """What remains of a clip from a packet on, as a careless tool cuts it."""
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        shown = source.streams.video[0]
        stream = target.add_stream_from_template(shown)
        packets = [p for p in source.demux(shown) if p.size][number:]
        first = packets[0].pts
        for packet in packets:
            packet.stream, packet.pts, packet.dts = stream, packet.pts - first, packet.dts - first
            target.mux(packet)
    return out


@pytest.fixture(scope="session")
def begun_at() -> Callable[[Path, Path, int], Path]:
    """Copy a clip to another file from one of its packets on."""
    return _begun_at


def _tone(recipe: Recipe) -> list[av.AudioFrame]:
    assert recipe.rate
    seconds = recipe.sound_seconds if recipe.sound_seconds is not None else float(recipe.frames / recipe.fps)
    time = np.arange(round(seconds * recipe.rate)) / recipe.rate
    wave = (0.4 * np.cos(2 * np.pi * recipe.pitch * time)).astype(np.float32)  # starts at its peak: a click if cut hard
    blocks = []
    for start in range(0, len(wave), 1024):
        part = np.tile(wave[start : start + 1024], (recipe.channels, 1))
        block = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo" if recipe.channels == 2 else "mono")
        block.sample_rate, block.pts, block.time_base = recipe.rate, start, Fraction(1, recipe.rate)
        blocks.append(block)
    return blocks


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    """Make a clip by name; keywords change the recipe."""

    def make(name: str = "clip.mp4", **changes: object) -> Path:
        return write_clip(tmp_path / name, replace(Recipe(), **changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def kept_clip() -> Callable[..., Path]:
    """Make a clip at a path of the caller's, who keeps it for longer than one test."""

    def make(path: Path, **changes: object) -> Path:
        return write_clip(path, replace(Recipe(), **changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def real_clip() -> Callable[[str], Path]:
    """Find a real clip by name, or skip and say so."""

    def find(name: str) -> Path:
        path = SHARED_CLIPS / name
        if not path.exists():
            pytest.skip(f"needs the real clip {name} in ../shared/media/clips, which is not there")
        return path

    return find


def _tagged(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes], words: str) -> bytes:
    """Return an ICC profile (v2.4) with some tags."""
    said = words.encode() + b"\0"
    tags = {
        **tags,
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(said)) + said + b"\0" * 78 + b"\0" * (-len(said) % 4 + 2),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": b"XYZ \0\0\0\0" + b"".join(_fixed(v) for v in (0.9642, 1.0, 0.8249)),
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x02400000, kind, space, pcs)
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(_fixed(v) for v in (0.9642, 1.0, 0.8249))
    return header.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


@pytest.fixture(scope="session")
def adobe_rgb() -> bytes:
    """Adobe RGB (1998): its primaries adapted to D50, gamma 563/256 (Adobe RGB Color Image Encoding, 4.3)."""
    columns = {b"r": (0.60974, 0.31111, 0.01947), b"g": (0.20528, 0.62567, 0.06087), b"b": (0.14919, 0.06322, 0.74457)}
    tags = {name + b"XYZ": b"XYZ \0\0\0\0" + b"".join(map(_fixed, xyz)) for name, xyz in columns.items()}
    tags |= {name + b"TRC": _gamma(563 / 256) for name in columns}
    return _tagged(b"mntr", b"RGB ", b"XYZ ", tags, "Adobe RGB (test)")


@pytest.fixture(scope="session")
def dark_grey() -> bytes:
    """Greys of gamma 1.0: code 128 is half the light."""
    return _tagged(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _gamma(1.0)}, "Linear grey (test)")


@pytest.fixture(scope="session")
def press() -> bytes:
    """A press whose cyan ink is a deep sea blue, Lab 60 -30 -45; paper is white, black ink is black."""
    corners = []
    for index in range(16):
        cyan, magenta, yellow, black = (index >> shift & 1 for shift in (3, 2, 1, 0))
        light, a, b = (60.0, -30.0, -45.0) if cyan else (100.0, 0.0, 0.0)
        light, a, b = light * (0.6 if magenta else 1) * (0.9 if yellow else 1), a + 60 * magenta, b + 60 * yellow
        lab = (0.0, 0.0, 0.0) if black else (light, a, b)
        corners += [round(lab[0] * 2.55), round(lab[1] + 128), round(lab[2] + 128)]
    straight = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + b"".join(_fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut += straight * 4 + bytes(min(255, max(0, v)) for v in corners) + straight * 3
    return _tagged(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut}, "A press (test)")
