"""What is seen in one picture: sharpness, fingerprint, faces; and what is said of one that cannot be read."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from preflight_pictures import SHARED, Sees, drawing, face

from charkit.references.preflight.looking import BLURRED, COLOURS, COPY, look, unlike
from charkit.vision import FaceFinder
from charkit.weights import Weights


def seen(picture: Image.Image, tmp_path: Path, name: str = "picture.png", **how: int):
    picture.save(tmp_path / name, **how)
    return look(tmp_path / name, Sees())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.resize((p.width // 3, p.height // 3), Image.Resampling.LANCZOS),
        lambda p: ImageEnhance.Brightness(p).enhance(1.15),
        lambda p: ImageOps.mirror(p),
        lambda p: p.filter(ImageFilter.GaussianBlur(2)),
        lambda p: ImageOps.expand(p, 90, p.getpixel((0, 0))),
    ],
    ids=["a third", "brighter", "mirrored", "softer", "on a larger page"],
)
def test_a_changed_copy_is_known(tmp_path: Path, seed: int, change) -> None:
    first = seen(drawing(seed), tmp_path)
    bits, colours = unlike(first, seen(change(drawing(seed)), tmp_path, "copy.png"))
    assert bits <= COPY
    assert colours <= COLOURS


def test_a_copy_saved_as_a_bad_jpeg_is_known(tmp_path: Path) -> None:
    bits, colours = unlike(seen(drawing(1), tmp_path), seen(drawing(1), tmp_path, "copy.jpg", quality=40))
    assert (bits <= COPY, colours <= COLOURS) == (True, True)


def test_other_pictures_are_no_copies_of_each_other(tmp_path: Path) -> None:
    looked = [seen(drawing(seed), tmp_path, f"{seed}.png") for seed in range(8)]
    for index, one in enumerate(looked):
        for other in looked[index + 1 :]:
            assert unlike(one, other)[0] > COPY


def test_two_empty_pictures_of_other_colours_are_no_copies(tmp_path: Path) -> None:
    red, blue = (seen(Image.new("RGB", (300, 300), ink), tmp_path, f"{ink}.png") for ink in ("red", "blue"))
    bits, colours = unlike(red, blue)
    assert bits == 0
    assert colours > COLOURS


@pytest.mark.parametrize("seed", range(4))
def test_sharp_and_blurred_drawings_lie_on_both_sides_of_the_line(tmp_path: Path, seed: int) -> None:
    assert seen(drawing(seed), tmp_path).sharpness > 5 * BLURRED
    assert seen(drawing(seed).filter(ImageFilter.GaussianBlur(0.006 * 800)), tmp_path).sharpness < BLURRED


REAL = sorted(path.name for path in (SHARED / "images").glob("*.png")) or ["face_photo.png"]


@pytest.mark.parametrize("name", REAL)
def test_sharp_and_blurred_real_pictures_lie_on_both_sides_of_the_line(tmp_path: Path, name: str) -> None:
    if not (SHARED / "images" / name).is_file():
        pytest.skip(f"needs the real picture {name} in ../shared/media/images, which is not there")
    picture = Image.open(SHARED / "images" / name).convert("RGB")
    assert seen(picture, tmp_path).sharpness > 5 * BLURRED
    blurred = picture.filter(ImageFilter.GaussianBlur(0.004 * max(picture.size)))
    assert seen(blurred, tmp_path).sharpness < BLURRED


def test_a_portrait_before_a_soft_ground_is_not_blurred(tmp_path: Path) -> None:
    page = drawing(3).filter(ImageFilter.GaussianBlur(12))
    page.paste(drawing(4, (200, 200)), (100, 100))
    page.save(tmp_path / "portrait.png")
    assert look(tmp_path / "portrait.png", Sees(face(size=200, left=100))).sharpness > BLURRED


def test_a_soft_face_before_a_sharp_ground_is(tmp_path: Path) -> None:
    page = drawing(3)
    page.paste(drawing(4, (500, 560)).filter(ImageFilter.GaussianBlur(12)), (0, 0))
    page.save(tmp_path / "portrait.png")
    assert look(tmp_path / "portrait.png", Sees(face(size=200, left=120))).sharpness < BLURRED
    assert look(tmp_path / "portrait.png", Sees()).sharpness > BLURRED


def test_facts_of_the_file_and_a_small_proof(tmp_path: Path) -> None:
    looked = seen(drawing(1, (3000, 2000)), tmp_path, "large.jpg", quality=90)
    assert (looked.width, looked.height, looked.media_type) == (3000, 2000, "image/jpeg")
    assert looked.size == (tmp_path / "large.jpg").stat().st_size
    assert looked.digest.startswith("sha256:")
    assert max(Image.open(BytesIO(looked.small)).size) == 512


def test_transparency_is_looked_at_on_grey(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    picture.paste(drawing(2, (200, 200)), (50, 50))
    assert not seen(picture, tmp_path).problem


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.png", b"", "0 bytes"),
        ("page.png", b"<!DOCTYPE html><html>", "web page"),
        ("cut.png", None, "damaged or cut off"),
        ("text.png", b"hello", "not a picture"),
    ],
)
def test_a_bad_file_says_what_it_is_and_nobody_looks_for_faces(
    tmp_path: Path, name: str, data: bytes | None, said: str
) -> None:
    if data is None:
        buffer = BytesIO()
        drawing(1).save(buffer, "PNG")
        data = buffer.getvalue()[: len(buffer.getvalue()) // 2]
    (tmp_path / name).write_bytes(data)
    finder = Sees()
    looked = look(tmp_path / name, finder)
    assert said in looked.problem
    assert finder.asked == 0
    assert unlike(looked, looked) is None


@pytest.mark.parametrize("size", [(1, 1), (5, 900), (17, 17), (40, 40)])
def test_tiny_pictures_are_no_trouble(tmp_path: Path, size: tuple[int, int]) -> None:
    assert not seen(Image.new("RGB", size, "green"), tmp_path).problem


def test_what_is_odd_about_a_file_is_told(tmp_path: Path) -> None:
    still = Image.effect_noise((300, 300), 60).convert("RGB")
    still.save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / "named.png")
    still.save(tmp_path / "moving.gif", save_all=True, append_images=[Image.effect_noise((300, 300), 60)])
    still.save(tmp_path / "plain.jpeg")
    nobody = FaceFinder(Weights.open(tmp_path / "none"))
    (named,) = look(tmp_path / "named.png", nobody).warnings
    assert "is a JPEG under the name .png" in named
    (moving,) = look(tmp_path / "moving.gif", nobody).warnings
    assert "frame" in moving
    assert look(tmp_path / "plain.jpeg", nobody).warnings == ()
