"""Small pictures of clips."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from charkit.media.previews import animated_webp, contact_sheet, poster_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Clip = Callable[..., Path]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def durations(data: bytes) -> list[int]:
    image = opened(data)
    found = []
    for index in range(image.n_frames):  # type: ignore[attr-defined]
        image.seek(index)
        image.load()
        found.append(image.info["duration"])
    return found


def test_a_preview_moves_in_real_time_for_ever(clip: Clip) -> None:
    data = animated_webp(clip(), width=160, fps=8)
    image = opened(data)
    assert image.format == "WEBP"
    assert image.size == (160, 90)
    assert image.n_frames == 16  # type: ignore[attr-defined]
    assert image.info["loop"] == 0
    assert sum(durations(data)) == pytest.approx(1_800, abs=150)  # the clip without its edges


def test_a_preview_is_never_larger_than_asked_or_than_its_clip(clip: Clip) -> None:
    path = clip()
    assert opened(animated_webp(path, width=900)).size == (160, 90)
    noisy = clip("noisy.mp4", options=(("crf", "1"),), frames=48)
    free = len(animated_webp(noisy, max_bytes=10**9))
    for limit in (free // 2, free // 5):
        small = animated_webp(noisy, max_bytes=limit)
        assert len(small) <= limit
        assert opened(small).n_frames > 1  # type: ignore[attr-defined]


def test_the_same_clip_gives_the_same_preview(clip: Clip) -> None:
    path = clip()
    assert animated_webp(path) == animated_webp(path)


def test_impossible_previews_are_refused(clip: Clip) -> None:
    with pytest.raises(ValueError, match="a preview cannot have"):
        animated_webp(clip(), width=0)


def test_a_poster_is_light_whatever_it_shows(clip: Clip) -> None:
    noise = Image.effect_noise((1600, 900), 90).convert("RGB")
    data = poster_jpeg(noise)
    assert len(data) <= 20_000
    assert opened(data).width <= 480
    small = opened(poster_jpeg(clip()))
    assert small.size == (160, 90)
    assert small.format == "JPEG"


def cells(count: int, size: tuple[int, int] = (320, 180)) -> list[tuple[str, Image.Image]]:
    return [(f"S{i:02d}\nomni · 4.0 s", Image.new("RGB", size, (200, 30 * i % 256, 90))) for i in range(1, count + 1)]


def test_a_contact_sheet_shows_every_picture_with_even_margins() -> None:
    sheet = contact_sheet(cells(7), columns=3, title="The Lantern\n7 shots", cell_width=160)
    assert sheet.width == 2 * 16 + 3 * 160 + 2 * 8
    pixels = np.asarray(sheet).astype(int)
    for number in range(1, 8):
        assert np.any(np.all(np.abs(pixels - [200, 30 * number % 256, 90]) <= 1, axis=2)), number
    ground = pixels[2, 2]
    assert np.all(pixels[:10] == ground)
    assert np.all(pixels[-10:] == ground)
    assert np.all(pixels[:, :16] == ground)
    assert np.all(pixels[:, -16:] == ground)
    assert ground.max() < 40


def test_titles_and_labels_are_written_and_too_long_ones_are_cut() -> None:
    plain = contact_sheet([("", image) for _, image in cells(2)], columns=2, cell_width=160)
    labelled = contact_sheet(cells(2), columns=2, cell_width=160)
    titled = contact_sheet(cells(2), columns=2, cell_width=160, title="A film")
    assert plain.height < labelled.height < titled.height
    long = contact_sheet([("x" * 500, cells(1)[0][1])], columns=1, cell_width=160)
    assert np.all(np.asarray(long)[:, -16:] == np.asarray(long)[2, 2])
    assert np.asarray(labelled)[-40:-10].max() > 120  # there is writing below the pictures


def test_upright_pictures_among_wide_ones_keep_their_shape() -> None:
    items = [*cells(2), ("tall", Image.new("RGB", (90, 160), (0, 255, 0)))]
    pixels = np.asarray(contact_sheet(items, columns=3, cell_width=160)).astype(int)
    green = np.all(np.abs(pixels - [0, 255, 0]) <= 1, axis=2)
    rows, columns = np.any(green, axis=1).sum(), np.any(green, axis=0).sum()
    assert rows / columns == pytest.approx(160 / 90, rel=0.05)


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs pictures"):
        contact_sheet([], columns=2)
