from __future__ import annotations

import io

import pytest
from PIL import Image

from charkit.simulator.intake import Refused
from charkit.simulator.pictures import from_url, image_labels, measured

ANY = frozenset({"image/jpeg", "image/png", "image/webp", "image/heif"})


def encoded(kind: str, *, orientation: int = 1, size: tuple[int, int] = (40, 20)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_a_picture_is_known_by_its_bytes_and_not_by_its_name(kind: str, media_type: str) -> None:
    found = measured(encoded(kind), ANY, "image")
    assert (found.media_type, found.width, found.height) == (media_type, 40, 20)


def test_a_phone_photo_is_measured_upright() -> None:
    found = measured(encoded("JPEG", orientation=6), ANY, "image")
    assert (found.width, found.height) == (20, 40)


@pytest.mark.parametrize("data", [b"", b"text", encoded("PNG")[:20], encoded("GIF")])
def test_what_the_wire_does_not_take_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(Refused, match="image\\[2\\]"):
        measured(data, ANY, "image[2]")


@pytest.mark.parametrize("url", ["https://example.org/a.png", "data:image/png,raw", "data:image/png;base64,%%%"])
def test_only_base64_data_urls_bring_a_picture(url: str) -> None:
    with pytest.raises(Refused):
        from_url(url, "image")


def test_pictures_get_the_names_of_described_characters() -> None:
    prompt = (
        "References: Image 1: Mira, front view. Image 2 (back) shows Old Fenn. Image 3: A sheet of poses.\n"
        "Mira: a girl of ten.\nOld Fenn (small): a fox.\nView: the back."
    )
    assert image_labels(prompt, 4) == ["Mira", "Old Fenn", "", ""]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("小雪", "小雪花"),
        ("ゆき", "ゆきこ"),
        ("ليلى", "ليلى الكبيرة"),
        ("मीरा", "मीरा देवी"),
        ("mira", "mira-lou"),
        ("Zoë", "Øyvind"),
    ],
)
def test_names_of_every_script_are_read_and_longer_ones_are_not_taken_for_shorter_ones(name: str, other: str) -> None:
    prompt = (
        f"References: Image 1: {name}, full figure. Image 2 shows {other}, face view. Image 3: {name}.\n"
        f"{name}: 一只白猫。\n{other}: a girl.\nView: front view."
    )
    assert image_labels(prompt, 4) == [name, other, name, ""]


def test_a_name_that_goes_on_is_not_the_described_one() -> None:
    assert image_labels("Image 1: Miranda, front view.\nMira: a girl.", 1) == [""]
