"""Bringing one clip to the shape of others."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from charkit.errors import StreamsDiffer
from charkit.media.conform import Shape, cadence, conform
from charkit.media.fit import fit_together
from charkit.media.frames import sample, to_rgb
from charkit.media.probe import ColourTags, probe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def shape(width: int = 160, height: int = 90, fps: Fraction = Fraction(24), profile: str = "High") -> Shape:
    return Shape(
        codec="h264",
        profile=profile,
        pixel_format="yuv420p",
        width=width,
        height=height,
        fps=fps,
        matrix="bt601",
        full_range=False,
    )


def test_an_upright_clip_is_fitted_between_black_bars(clip: Callable[..., Path], tmp_path: Path) -> None:
    conform(probe(clip(size=(90, 160))), shape(), tmp_path / "out.mp4")
    facts = probe(tmp_path / "out.mp4")
    assert (facts.width, facts.height, facts.frames) == (160, 90, 48)
    rgb = sample(tmp_path / "out.mp4", 1)[0].rgb
    assert rgb[:, :40].max() < 12
    assert rgb[:, -40:].max() < 12
    assert rgb[:, 60:100].mean() > 60


@pytest.mark.parametrize(
    ("fps", "frames", "expected"),
    [(Fraction(30), 60, 48), (Fraction(12), 24, 48), (Fraction(25), 50, 48), (Fraction(24000, 1001), 48, 48)],
)
def test_another_rate_keeps_the_length_and_the_motion(
    clip: Callable[..., Path], tmp_path: Path, fps: Fraction, frames: int, expected: int
) -> None:
    source = clip(fps=fps, frames=frames)
    assert conform(probe(source), shape(), tmp_path / "out.mp4") == expected
    facts = probe(tmp_path / "out.mp4")
    assert (facts.frames, facts.fps, facts.constant_rate) == (expected, Fraction(24), True)
    for got in sample(tmp_path / "out.mp4", 4):
        row = got.rgb[45].astype(int).mean(axis=1)
        at = next(i for i, value in enumerate(row) if value > 160)
        assert at / 2 / fps == pytest.approx(got.time, abs=float(1 / fps))


def test_a_clip_on_its_side_is_turned_upright(clip: Callable[..., Path], tmp_path: Path) -> None:
    source = clip(rotation=90)
    facts = probe(source)
    conform(facts, shape(90, 160), tmp_path / "out.mp4")
    assert probe(tmp_path / "out.mp4").rotation == 0
    want, got = sample(source, 1)[0].rgb, sample(tmp_path / "out.mp4", 1)[0].rgb
    assert abs(want.astype(int) - got.astype(int)).mean() < 4


def test_the_profile_of_the_others_is_met(clip: Callable[..., Path], tmp_path: Path) -> None:
    conform(probe(clip()), shape(profile="Main"), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].profile == "Main"


BARS = ((255, 255, 255), (220, 40, 40), (40, 200, 60), (50, 60, 220), (128, 128, 128), (0, 0, 0))


def odd(
    path: Path,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    matrix: Colorspace = Colorspace.ITU709,
    tags: tuple[int, int, int, int] = (1, 1, 2, 2),
    stamps: Sequence[int] = tuple(range(24)),
    aspect: Fraction = Fraction(1),
    **options: str,
) -> Path:
    """Write six bars of known colours as some service or phone might; `tags` are range, matrix, primaries, transfer."""
    full = tags[0] == 2
    rgb = np.repeat(np.array(BARS, np.uint8), 32, axis=0)[None].repeat(108, axis=0)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(
            codec, rate=24, options={"crf": "8", **{k.replace("_", "-"): v for k, v in options.items()}}
        )
        stream.width, stream.height, stream.pix_fmt = 192, 108, pixel_format
        context = stream.codec_context
        context.time_base, context.sample_aspect_ratio = Fraction(1, 48), aspect
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = tags
        for number, stamp in enumerate(stamps):
            shown = rgb.copy()
            shown[100:, : 8 * (number % 24) + 8] = 255  # a bar below that grows by eight pixels a frame
            shown[100:, 8 * (number % 24) + 8 :] = 0
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(
                format=pixel_format, dst_colorspace=matrix, dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG
            )
            frame.pts, frame.time_base = 2 * stamp, Fraction(1, 48)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def colours_seen(path: Path, wanted: Shape) -> list[tuple[int, ...]]:
    """Return the colours of the bars, read as a player of the film reads them."""
    facts = replace(
        probe(path), colour=ColourTags(range="full" if wanted.full_range else "limited", matrix=wanted.matrix)
    )
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    rgb = to_rgb(frames[len(frames) // 2], facts)
    return [tuple(int(value) for value in rgb[54, 16 + 32 * bar]) for bar in range(6)]


def counts_seen(path: Path) -> list[int]:
    """Return which frame of `odd` each frame shows, by its growing bar."""
    with av.open(str(path)) as container:
        lumas = [frame.to_ndarray(format="gray")[104] for frame in container.decode(video=0)]
    return [round(int((luma > 128).sum()) / 8) - 1 for luma in lumas]


QUIET = {"x265_params": "log-level=none"}


def test_lines_of_two_moments_are_not_left_mixed(clip: Callable[..., Path], tmp_path: Path) -> None:
    def comb(index: int) -> np.ndarray:
        rgb = np.full((96, 160, 3), 60, np.uint8)
        for line in range(2):  # each field shows the bar where it is at its own moment
            rgb[line::2, 8 * index + 4 * line : 8 * index + 4 * line + 32] = 200
        return rgb

    def torn(path: Path) -> float:
        with av.open(str(path)) as container:
            luma = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)][4]
        return float(np.abs(luma[20:70:2] - luma[21:71:2]).mean())

    options = (("flags", "+ilme+ildct"), ("x264-params", "tff=1"))
    interlaced = clip("i.mp4", frames=12, size=(160, 96), draw=comb, options=options, rate=None)
    assert torn(interlaced) > 5
    out = tmp_path / "out.mp4"
    assert conform(probe(interlaced), shape(160, 96), out) == 12
    assert torn(out) < torn(interlaced) / 4


@pytest.mark.parametrize(
    "kind",
    [
        {"tags": (1, 1, 2, 2)},
        {"matrix": Colorspace.ITU601, "tags": (1, 6, 2, 2)},
        {"matrix": Colorspace.ITU601, "tags": (0, 2, 2, 2)},  # says nothing, and is small: BT.601
        {"tags": (2, 1, 2, 2)},
        {"tags": (2, 1, 2, 2), "pixel_format": "yuvj420p"},
        {"pixel_format": "yuv420p10le"},
        {"pixel_format": "yuv422p"},
        {"pixel_format": "yuv444p"},
        {"codec": "libx265", **QUIET},
        {"codec": "libx265", "pixel_format": "yuv420p10le", "matrix": Colorspace.BT2020, "tags": (1, 9, 2, 2), **QUIET},
        {"codec": "libx264rgb", "pixel_format": "rgb24", "tags": (0, 2, 2, 2)},
    ],
    ids=str,
)
@pytest.mark.parametrize(("matrix", "full_range"), [("bt709", False), ("bt601", True)])
def test_colours_stay_what_they_are_whatever_they_are_stored_as(
    tmp_path: Path, kind: dict[str, Any], matrix: str, full_range: bool
) -> None:
    wanted = replace(shape(192, 108), matrix=matrix, full_range=full_range)
    facts = probe(odd(tmp_path / "odd.mp4", **kind))
    assert fit_together([facts])[0].reason or facts.codec in {"h264", "hevc"}
    conform(facts, wanted, tmp_path / "out.mp4")
    for seen, was in zip(colours_seen(tmp_path / "out.mp4", wanted), BARS, strict=True):
        assert max(abs(a - b) for a, b in zip(seen, was, strict=True)) <= 5


def test_what_is_encoded_anew_says_what_the_film_says(tmp_path: Path) -> None:
    facts = probe(odd(tmp_path / "odd.mp4", tags=(2, 6, 6, 6), matrix=Colorspace.ITU601))
    film = fit_together([facts])[0].shape
    conform(facts, film, tmp_path / "out.mp4")
    assert probe(tmp_path / "out.mp4").colour == facts.colour
    assert facts.colour == ColourTags(range="full", matrix="bt601", primaries="bt601-525", transfer="bt601")


def test_frames_of_uneven_times_come_onto_the_grid_where_they_stood(tmp_path: Path) -> None:
    stamps = [0, 1, 2, 5, 6, 7, 8, 12, 13, 14]
    facts = probe(odd(tmp_path / "odd.mp4", stamps=stamps))
    assert not facts.constant_rate
    conform(facts, shape(192, 108), tmp_path / "out.mp4")
    made = probe(tmp_path / "out.mp4")
    assert (made.constant_rate, made.fps, made.start) == (True, 24, 0)
    assert counts_seen(tmp_path / "out.mp4")[:15] == [0, 1, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("film", "said"),
    [
        (Fraction(24), "every frame once"),
        (Fraction(25), "one frame in 24 stands twice"),
        (Fraction(30), "one frame in 4 stands twice"),
        (Fraction(20), "one frame in 6 is left out"),
        (Fraction(24000, 1001), "one frame in 1001 is left out"),
        (Fraction(48), "every frame 2 times"),
        (Fraction(12), "one frame of 2"),
    ],
)
def test_the_cadence_that_is_said_is_the_one_that_is_made(tmp_path: Path, film: Fraction, said: str) -> None:
    assert cadence(Fraction(24), film) == said
    conform(probe(odd(tmp_path / "odd.mp4")), shape(192, 108, fps=film), tmp_path / "out.mp4")
    counts = counts_seen(tmp_path / "out.mp4")
    assert len(counts) == round(film)
    off = [abs(counts.index(count) - count * film / 24) for count in set(counts)]
    assert max(off) <= 0.5  # each begins at the place of the film that is nearest to its own time
    assert counts == sorted(counts)


def test_pixels_that_are_not_square_get_their_true_proportions(tmp_path: Path) -> None:
    facts = probe(odd(tmp_path / "odd.mp4", aspect=Fraction(4, 3)))
    assert (facts.width, facts.height) == (256, 108)
    conform(facts, shape(256, 144), tmp_path / "out.mp4")
    rgb = sample(tmp_path / "out.mp4", 1)[0].rgb
    assert rgb[:16].max() < 12
    assert rgb[-16:].max() < 12
    assert rgb[72, 20].min() > 240
    assert rgb[72, 236].max() < 12


def test_groups_that_lean_on_the_one_before_are_not_taken_for_beginnings(tmp_path: Path) -> None:
    facts = probe(odd(tmp_path / "odd.mp4", x264_params="open-gop=1:keyint=8:min-keyint=8:scenecut=0:bframes=2"))
    conform(facts, shape(192, 108), tmp_path / "out.mp4")
    assert counts_seen(tmp_path / "out.mp4") == list(range(24))
    order = facts.order
    assert order.entries == {0}  # the later keyframes are no IDR pictures
    assert len(facts.keyframes) >= 2


@pytest.mark.parametrize(("transfer", "light"), [(16, "pq"), (18, "hlg")])
def test_high_dynamic_range_is_not_flattened_in_silence(tmp_path: Path, transfer: int, light: str) -> None:
    facts = probe(odd(tmp_path / "odd.mp4", tags=(1, 9, 9, transfer), matrix=Colorspace.BT2020))
    assert facts.colour.light == light
    with pytest.raises(StreamsDiffer, match=f"its light is {light}, the film's sdr"):
        conform(facts, shape(192, 108), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()
    plain = probe(odd(tmp_path / "plain.mp4", stamps=range(48)))
    assert "matrix" in str(fit_together([facts, plain])[0].reason)
