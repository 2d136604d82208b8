"""Bringing pictures to a size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from charkit.media import scaling
from charkit.media.scaling import crop_box, fit, on_canvas, shrunk


def stripes(size: tuple[int, int]) -> Image.Image:
    """Columns of white and black, one pixel each: half the light."""
    columns = np.zeros((size[1], size[0], 3), np.uint8)
    columns[:, ::2] = 255
    return Image.fromarray(columns)


def bare_linear(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """Lanczos from the full size, in linear light, with nothing but Pillow and numpy."""
    code = np.arange(256) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    planes = [Image.fromarray(light[np.asarray(c)].astype(np.float32)) for c in image.split()]
    lit = np.stack([np.asarray(p.resize(size, Image.Resampling.LANCZOS)) for p in planes], -1).clip(0, 1)
    return np.round(255 * np.where(lit <= 0.0031308, 12.92 * lit, 1.055 * lit ** (1 / 2.4) - 0.055)).astype(int)


@pytest.mark.parametrize("size", [(300, 200), (150, 100), (60, 40), (171, 113)])
def test_fine_detail_keeps_its_light(size: tuple[int, int]) -> None:
    small = np.asarray(shrunk(stripes((600, 400)), size)).astype(int)
    inner = small[4:-4, 4:-4]
    assert inner.mean() == pytest.approx(188, abs=2)  # in code values it would be 128


def test_it_is_lanczos_in_linear_light_within_a_level() -> None:
    rng = np.random.default_rng(3)
    soft = Image.fromarray(rng.integers(0, 256, (60, 90, 3), np.uint8)).resize((900, 600), Image.Resampling.BICUBIC)
    ours = np.asarray(shrunk(soft, (256, 171))).astype(int)
    apart = np.abs(ours - bare_linear(soft, (256, 171)))
    assert apart.mean() < 0.6
    assert np.quantile(apart, 0.99) <= 3


def test_strips_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.effect_noise((500, 400), 80).convert("RGB")
    whole = shrunk(image, (125, 100))
    monkeypatch.setattr(scaling, "_STRIP", 5000)
    assert np.array_equal(np.asarray(shrunk(image, (125, 100))), np.asarray(whole))


def test_a_part_is_scaled_like_the_same_part_cut_out_before() -> None:
    image = Image.effect_noise((400, 400), 60).convert("RGB").resize((1200, 1200), Image.Resampling.BICUBIC)
    part = np.asarray(shrunk(image, (100, 100), (300.0, 300.0, 900.0, 900.0))).astype(int)
    cut = np.asarray(shrunk(image.crop((300, 300, 900, 900)), (100, 100))).astype(int)
    assert np.abs(part - cut)[4:-4, 4:-4].max() <= 1


def test_sharpening_gives_back_edges_and_leaves_flat_colours_alone() -> None:
    image = Image.new("RGB", (900, 300), (60, 90, 120))
    image.paste((200, 180, 160), (450, 0, 900, 300))
    plain, sharp = (np.asarray(shrunk(image, (300, 100), sharpen=s)).astype(int) for s in (False, True))
    assert tuple(sharp[50, 20]) == (60, 90, 120)
    assert tuple(sharp[50, 280]) == (200, 180, 160)
    steepest = [int(np.abs(np.diff(one[50, :, 0])).max()) for one in (plain, sharp)]
    assert steepest[1] > steepest[0]


def test_a_picture_of_the_size_already_is_not_touched() -> None:
    image = Image.effect_noise((64, 48), 60).convert("RGB")
    assert shrunk(image, (64, 48), sharpen=True) is image
    cut = shrunk(image, (32, 24), (8.0, 4.0, 40.0, 28.0))
    assert np.array_equal(np.asarray(cut), np.asarray(image)[4:28, 8:40])


@given(
    st.integers(1, 700),
    st.integers(1, 500),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from(["crop", "pad"]),
)
def test_any_picture_comes_out_in_exactly_the_size(w: int, h: int, out_w: int, out_h: int, mode: str) -> None:
    got = fit(Image.new("RGB", (w, h), (10, 200, 60)), out_w, out_h, mode, "#0ac83c", sharpen=True)  # type: ignore[arg-type]
    assert got.size == (out_w, out_h)
    assert all(abs(a - b) <= 1 for a, b in zip(got.getpixel((out_w // 2, out_h // 2)), (10, 200, 60), strict=True))


shares = st.floats(0, 1, allow_nan=False)


@given(st.integers(10, 4000), st.integers(10, 4000), st.floats(0.2, 5), shares, shares, shares, shares)
def test_a_crop_lies_inside_and_holds_what_fits(
    w: int, h: int, aspect: float, a: float, b: float, c: float, d: float
) -> None:
    keep = (min(a, b), min(c, d), max(a, b), max(c, d))
    left, top, right, bottom = crop_box((w, h), aspect, keep)
    assert -1e-6 <= left <= right <= w + 1e-6
    assert -1e-6 <= top <= bottom <= h + 1e-6
    assert (right - left) / (bottom - top) == pytest.approx(aspect, rel=1e-6)
    if (keep[2] - keep[0]) * w <= right - left:
        assert left - 1e-6 <= keep[0] * w
        assert keep[2] * w <= right + 1e-6
    if (keep[3] - keep[1]) * h <= bottom - top:
        assert top - 1e-6 <= keep[1] * h
        assert keep[3] * h <= bottom + 1e-6


def test_of_a_figure_too_tall_for_the_crop_the_head_stays() -> None:
    _, top, _, bottom = crop_box((900, 1600), 16 / 9, (0.2, 0.1, 0.8, 0.95))
    assert top == pytest.approx(160)
    assert bottom < 0.95 * 1600


def test_a_canvas_shows_the_picture_and_its_mask_opens_the_rest() -> None:
    canvas, mask = on_canvas(Image.new("RGB", (100, 100), "#c02020"), 400, 200, "#808080")
    assert (canvas.size, mask.size, mask.mode) == ((400, 200), (400, 200), "RGBA")
    assert canvas.getpixel((200, 100)) == (192, 32, 32)
    assert canvas.getpixel((20, 100)) == (128, 128, 128)
    alpha = np.asarray(mask.getchannel("A"))
    assert alpha[100, 20] == 0
    assert alpha[100, 200] == 255
    assert alpha[100, 101] == 0  # a seam is left to the route, where the canvas goes on
    assert alpha[0, 200] == 255  # and none at the canvas's own edge


def test_a_canvas_puts_what_is_kept_in_its_middle_and_can_leave_room_all_around() -> None:
    canvas, mask = on_canvas(Image.new("RGB", (100, 100), "#c02020"), 400, 200, keep=(0.0, 0.0, 0.2, 1.0), share=0.5)
    shown = np.asarray(canvas)[:, :, 0] > 150
    columns = np.flatnonzero(shown.any(axis=0))
    assert (columns[0], columns[-1]) == (190, 289)
    assert np.asarray(mask.getchannel("A"))[0].max() == 0
    with pytest.raises(ValueError, match="0 of it"):
        on_canvas(canvas, 100, 100, share=0)
