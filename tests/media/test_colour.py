"""Colours of every kind brought to sRGB."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from charkit.media.colour import alpha_of, to_srgb


def only(image: Image.Image) -> tuple[int, ...]:
    pixel = image.getpixel((2, 2))
    assert isinstance(pixel, tuple)
    return pixel


def test_adobe_rgb_green_is_brought_to_srgb_and_named(adobe_rgb: bytes) -> None:
    done, steps = to_srgb(Image.new("RGB", (4, 4), (120, 180, 90)), adobe_rgb)
    # By hand: Adobe RGB (1998) to XYZ and IEC 61966-2-1 back, both under D65.
    light = (np.array([120, 180, 90]) / 255) ** (563 / 256)
    xyz = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]) @ light
    lit = np.array([[3.24063, -1.53721, -0.49863], [-0.96893, 1.87576, 0.04152], [0.05571, -0.20402, 1.05699]]) @ xyz
    wanted = 255 * np.where(lit <= 0.0031308, 12.92 * lit, 1.055 * lit.clip(1e-9) ** (1 / 2.4) - 0.055)
    assert np.abs(np.array(only(done)) - wanted).max() <= 2
    assert only(done)[0] < 100  # sRGB needs less red for this green
    assert steps == ("from Adobe RGB (test) to sRGB",)


def test_greys_with_a_profile_follow_it(dark_grey: bytes) -> None:
    done, steps = to_srgb(Image.new("L", (4, 4), 128), dark_grey)
    assert only(done) == (188, 188, 188)  # half the light is code 188 in sRGB (IEC 61966-2-1)
    assert steps == ("from Linear grey (test) to sRGB",)


def test_deep_greys_with_a_profile_follow_it_too(dark_grey: bytes) -> None:
    deep = Image.fromarray(np.full((4, 4), 32896, np.uint16))
    done, steps = to_srgb(deep, dark_grey)
    assert only(done) == (188, 188, 188)
    assert steps == ("16 bits a channel to 8", "from Linear grey (test) to sRGB")


def test_print_colours_follow_the_press(press: bytes) -> None:
    done, steps = to_srgb(Image.new("CMYK", (4, 4), (255, 0, 0, 0)), press)
    red, green, blue = only(done)  # Lab 60 -30 -45 is about 0 162 222 in sRGB, out of gamut in red
    assert red < 40
    assert green == pytest.approx(162, abs=12)
    assert blue == pytest.approx(222, abs=12)
    assert steps == ("from A press (test) to sRGB",)
    naive, told = to_srgb(Image.new("CMYK", (4, 4), (255, 0, 0, 0)), None)
    assert only(naive) == (0, 255, 255)
    assert told == ("print colours (CMYK) to sRGB without a profile",)


def test_a_profile_that_is_srgb_under_any_name_changes_nothing() -> None:
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.effect_noise((40, 40), 90).convert("RGB")
    done, steps = to_srgb(image, own)
    assert done is image
    assert steps == ()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_profile_for_another_kind_of_picture_is_passed_over(mode: str, press: bytes) -> None:
    done, steps = to_srgb(Image.new(mode, (4, 4), 90 if mode == "L" else (90, 90, 90)), press)
    assert only(done) == (90, 90, 90)
    assert "another kind of picture" in steps[0]


def test_a_broken_profile_is_as_good_as_none() -> None:
    done, steps = to_srgb(Image.new("RGB", (4, 4), (9, 99, 199)), b"nothing" * 40)
    assert only(done) == (9, 99, 199)
    assert "broken" in steps[0]


def test_only_an_alpha_that_hides_something_counts() -> None:
    assert alpha_of(Image.new("RGB", (4, 4))) is None
    assert alpha_of(Image.new("RGBA", (4, 4), (1, 2, 3, 255))) is None
    assert alpha_of(Image.new("LA", (4, 4), (90, 40))) is not None
