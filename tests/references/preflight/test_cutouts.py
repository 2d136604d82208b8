"""Pictures that were cut out of others, mirrored, recoloured or set into a page are known again; others are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from charkit.references.preflight.cutouts import corners_of, overlap
from charkit.references.preflight.looking import Looked, look, unlike
from charkit.vision import FaceFinder
from charkit.weights import Weights

pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")

SIZE = (480, 360)


def painted(seed: int) -> Image.Image:
    """A busy picture: shapes of many sizes and colours."""
    luck = np.random.default_rng(seed)
    picture = Image.new("RGB", SIZE, tuple(int(v) for v in luck.integers(60, 200, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(140):
        x, y, w, h = (int(v) for v in luck.integers((0, 0, 6, 6), (480, 360, 70, 70)))
        ink = tuple(int(v) for v in luck.integers(0, 255, 3))
        (draw.ellipse if luck.random() < 0.5 else draw.rectangle)((x, y, x + w, y + h), fill=ink)
    return picture


def seen(picture: Image.Image, folder: Path) -> Looked:
    path = folder / "picture.png"
    picture.save(path)
    return look(path, FaceFinder(Weights.open(folder / "none")))


def on_a_page(picture: Image.Image) -> Image.Image:
    page = painted(99).resize((700, 560))
    page.paste(picture, (130, 90))
    return page


CHANGES = {
    "half": lambda p: p.crop((40, 30, 380, 285)),
    "half, mirrored": lambda p: ImageOps.mirror(p.crop((40, 30, 380, 285))),
    "grey": lambda p: p.crop((60, 0, 480, 300)).convert("L").convert("RGB"),
    "turned": lambda p: p.rotate(4, Image.Resampling.BICUBIC),
    "on a page": on_a_page,
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_part_of_a_picture_is_known_again(tmp_path: Path, change: str) -> None:
    whole, part = (seen(p, tmp_path) for p in (painted(1), CHANGES[change](painted(1))))
    apart = unlike(whole, part)
    assert apart is not None
    assert apart[0] > 26  # as a whole it is another picture
    mine, its = corners_of(whole), corners_of(part)
    assert mine is not None
    assert its is not None
    assert (overlap(mine, its) or 0) > 0.86
    assert (overlap(its, mine) or 0) > 0.86


def test_other_pictures_and_small_common_details_are_no_copies(tmp_path: Path) -> None:
    logo = painted(7).resize((90, 68))
    branded = [painted(seed) for seed in (1, 2)]
    for picture in branded:
        picture.paste(logo, (380, 280))
    corners = [corners_of(seen(p, tmp_path)) for p in (painted(1), painted(2), *branded)]
    assert all(each is not None for each in corners)
    one, other, first, second = corners
    assert overlap(one, other) is None  # type: ignore[arg-type]
    assert overlap(first, second) is None  # type: ignore[arg-type]


def test_of_a_plain_or_unreadable_picture_nothing_is_known(tmp_path: Path) -> None:
    assert corners_of(seen(Image.new("RGB", SIZE, "#888888"), tmp_path)) is None
    assert corners_of(Looked(problem="cannot be read")) is None


def test_without_opencv_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    looked = seen(painted(1), tmp_path)
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert corners_of(looked) is None
