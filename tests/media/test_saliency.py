"""Finding the subject of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from charkit.media.images import open_upright
from charkit.media.saliency import alpha_box, subject_box

REAL = Path(__file__).resolve().parents[3] / "shared" / "media" / "images"


@pytest.mark.parametrize("at", [(100, 60), (600, 300), (900, 80), (40, 500)])
def test_a_figure_on_a_plain_ground_is_found_wherever_it_stands(at: tuple[int, int]) -> None:
    image = Image.new("RGB", (1280, 820), "#d8d4cc")
    ImageDraw.Draw(image).ellipse((at[0], at[1], at[0] + 220, at[1] + 260), fill="#8a3320")
    box = subject_box(image)
    assert box is not None
    left, top, right, bottom = box[0] * 1280, box[1] * 820, box[2] * 1280, box[3] * 820
    assert left <= at[0] + 30
    assert top <= at[1] + 30
    assert right >= at[0] + 190
    assert bottom >= at[1] + 230
    assert (right - left) * (bottom - top) < 4 * 220 * 260


def test_a_sharp_subject_stands_out_of_a_blurred_scene() -> None:
    rng = np.random.default_rng(8)
    grain = Image.fromarray(rng.integers(0, 256, (20, 30, 3), np.uint8))
    scene = grain.resize((600, 400), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(20))
    sharp = Image.fromarray(rng.integers(0, 256, (8, 6, 3), np.uint8)).resize((120, 160), Image.Resampling.NEAREST)
    scene.paste(sharp, (420, 120))
    box = subject_box(scene)
    assert box is not None
    middle = (box[0] + box[2]) / 2 * 600
    assert middle > 360  # it leans to where the sharp part is
    assert box[0] < 480 / 600 < box[2]


def test_what_is_cut_out_is_the_subject() -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    image.paste((200, 40, 40, 255), (20, 10, 60, 90))
    assert subject_box(image) == (0.1, 0.1, 0.3, 0.9)
    assert alpha_box(Image.new("RGBA", (10, 10), (0, 0, 0, 0))) is None


def test_in_an_even_picture_there_is_no_subject() -> None:
    assert subject_box(Image.new("RGB", (300, 200), "#808080")) is None
    assert subject_box(Image.new("RGB", (4, 4000), "#808080")) is None


@pytest.mark.media
def test_the_face_of_a_real_cat_lies_in_the_box() -> None:
    file = REAL / "noface_cat.png"
    if not file.exists():
        pytest.skip(f"needs the real picture {file.name} in ../shared/media/images, which is not there")
    box = subject_box(open_upright(file))
    assert box is not None
    assert box[0] < 0.47 < 0.75 < box[2]  # its eyes, seen by a person
    assert box[1] < 0.45 < box[3]
