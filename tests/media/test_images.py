"""Pictures as people hand them in."""

from __future__ import annotations

import errno
import io
import os
import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from charkit.errors import BadReference, MissingDependency
from charkit.media import images
from charkit.media.images import encode_jpeg, encode_png, fit, open_picture, open_upright, read_note

if TYPE_CHECKING:
    from pathlib import Path


def half_and_half(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Left half red, right half grey."""
    image = Image.new("RGB", size, (128, 128, 128))
    image.paste((200, 40, 30), (0, 0, size[0] // 2, size[1]))
    return image


def close(image: Image.Image, at: tuple[int, int], colour: tuple[int, ...], tolerance: int = 3) -> bool:
    got = image.getpixel(at)
    assert isinstance(got, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(got, colour, strict=True))


def test_a_rotated_phone_photo_in_wide_colour_comes_out_upright_in_srgb(tmp_path: Path, display_p3: bytes) -> None:
    photo = half_and_half()
    exif = Image.Exif()
    exif[0x0112] = 6  # the phone was held upright: show it turned a quarter clockwise
    exif[0x010F] = "Phone maker"
    photo.save(tmp_path / "p.jpg", quality=98, subsampling=0, exif=exif, icc_profile=display_p3)
    got = open_upright(tmp_path / "p.jpg")
    assert got.mode == "RGB"
    assert got.size == (40, 60)
    # P3 (200, 40, 30) is redder than sRGB's own: by hand through the matrices at gamma 2.2 the red gains about 15.
    top = got.getpixel((20, 10))
    assert isinstance(top, tuple)
    assert 212 <= top[0] <= 222
    assert top[1] < 34
    assert close(got, (20, 50), (128, 128, 128), 4)
    assert not got.info
    assert not got.getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_shows_the_same_scene(tmp_path: Path, orientation: int) -> None:
    scene = Image.new("RGB", (60, 40), "#808080")
    scene.paste((250, 0, 0), (0, 0, 20, 10))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # orientation -> Pillow's transposition that a camera applied
    stored = scene.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else scene
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "s.png", exif=exif)
    got = open_upright(tmp_path / "s.png")
    assert got.size == (60, 40)
    assert np.array_equal(np.asarray(got), np.asarray(scene))


def test_a_heic_photo_is_read(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif (extra heic) is not installed")
    heif.register_heif_opener()
    half_and_half((128, 64)).save(tmp_path / "p.heic", quality=95)
    got = open_upright(tmp_path / "p.heic")
    assert got.size == (128, 64)
    assert close(got, (20, 30), (200, 40, 30), 12)


def test_a_heic_photo_without_its_reader_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(MissingDependency, match=r"charkit\[heic\]"):
        open_upright(tmp_path / "p.heic")


def test_webp_keeps_its_transparency(tmp_path: Path) -> None:
    image = half_and_half().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(tmp_path / "p.webp", lossless=True)
    got = open_upright(tmp_path / "p.webp")
    assert got.mode == "RGBA"
    assert got.getchannel("A").getextrema()[0] < 10


def test_an_alpha_channel_that_hides_nothing_is_dropped(tmp_path: Path) -> None:
    half_and_half().convert("RGBA").save(tmp_path / "p.png")
    assert open_upright(tmp_path / "p.png").mode == "RGB"


def test_palettes_greys_and_print_colours_become_rgb(tmp_path: Path) -> None:
    palette = half_and_half().quantize(4)
    palette.save(tmp_path / "p.gif", transparency=0)
    half_and_half().convert("L").save(tmp_path / "g.png")
    half_and_half().convert("CMYK").save(tmp_path / "c.jpg", quality=98)
    half_and_half().convert("1").save(tmp_path / "b.png")
    half_and_half().convert("LA").save(tmp_path / "la.png")
    assert open_upright(tmp_path / "p.gif").mode == "RGBA"
    assert close(open_upright(tmp_path / "g.png"), (50, 20), (128, 128, 128))
    assert close(open_upright(tmp_path / "c.jpg"), (10, 20), (200, 40, 30), 8)
    assert open_upright(tmp_path / "b.png").mode == "RGB"
    assert close(open_upright(tmp_path / "la.png"), (50, 20), (128, 128, 128))


def test_sixteen_bit_greys_are_scaled_not_clipped(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (8, 1))
    Image.fromarray(ramp).save(tmp_path / "r.png")
    got = np.asarray(open_upright(tmp_path / "r.png"))[0, :, 0].astype(int)
    assert np.abs(got - np.arange(256)).max() <= 1


def test_of_a_moving_picture_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("#ff0000", "#00ff00")]
    frames[0].save(tmp_path / "m.gif", save_all=True, append_images=frames[1:])
    assert close(open_upright(tmp_path / "m.gif"), (5, 5), (255, 0, 0))


def test_a_broken_colour_profile_does_not_lose_the_picture(tmp_path: Path) -> None:
    half_and_half().save(tmp_path / "p.png", icc_profile=b"not a profile" * 20)
    assert close(open_upright(tmp_path / "p.png"), (10, 20), (200, 40, 30))


def refused(path: Path) -> str:
    with pytest.raises(BadReference) as caught:
        open_upright(path)
    assert caught.value.file == path
    return str(caught.value)


def test_what_is_no_picture_is_refused_with_what_to_do(tmp_path: Path) -> None:
    whole = encode_png(Image.effect_noise((200, 200), 50).convert("RGB"))
    cases = {
        "empty.png": (b"", "0 bytes"),
        "cut.png": (whole[: len(whole) // 2], "cut off"),
        "page.png": (b"<!DOCTYPE html><html>404</html>", "web page"),
        "error.jpg": (b'{"error": "no such file"}', "error message"),
        "clip.png": (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 40, "is a video"),
        "noise.png": (bytes(range(200)), "not a picture"),
        "header.png": (whole[:20], ""),
    }
    for name, (data, words) in cases.items():
        (tmp_path / name).write_bytes(data)
        assert words in refused(tmp_path / name)
    assert "no such file" in refused(tmp_path / "gone.png")
    assert "folder" in refused(tmp_path)
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere.png")
    assert "a link to a file that is not there" in refused(tmp_path / "link.png")


def test_a_picture_under_the_wrong_extension_is_read_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "really_jpeg.png").write_bytes(encode_jpeg(half_and_half()))
    assert open_upright(tmp_path / "really_jpeg.png").size == (60, 40)


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    (tmp_path / "bomb.png").write_bytes(bomb + _chunk(b"IDAT", b"x") + _chunk(b"IEND", b""))
    assert "60000x60000 pixels, more than 200,000,000" in refused(tmp_path / "bomb.png")
    monkeypatch.setattr(images, "MAX_PIXELS", 1000)
    half_and_half().save(tmp_path / "p.png")
    assert "60x40 pixels, more than 1,000" in refused(tmp_path / "p.png")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_phone_of_two_hundred_megapixels_is_read_at_the_size_that_is_needed(tmp_path: Path) -> None:
    Image.new("L", (16320, 12240), 120).save(tmp_path / "p.jpg", quality=30)  # above Pillow's own limit
    before = Image.MAX_IMAGE_PIXELS
    got = open_picture(tmp_path / "p.jpg", least=1000).image
    assert got.size == (2040, 1530)
    assert close(got, (50, 50), (120, 120, 120))
    assert before == Image.MAX_IMAGE_PIXELS


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "is a pipe, not a file" in refused(tmp_path / "pipe.png")
    (tmp_path / "null.png").symlink_to("/dev/null")
    assert "is a device, not a file" in refused(tmp_path / "null.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    assert "cannot be read" in refused(tmp_path / "loop.png")
    assert "cannot be read" in refused(tmp_path / "a\0b.png")


def test_a_picture_nobody_may_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_and_half().save(tmp_path / "p.png")

    def denied(*args: object) -> int:  # a test may run as root, whom no permission keeps out
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", denied)
    assert "may not be read by you" in refused(tmp_path / "p.png")


def test_a_link_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    home = tmp_path / "production"
    (home / "characters").mkdir(parents=True)
    half_and_half().save(tmp_path / "secret.png")
    half_and_half().save(home / "own.png")
    (home / "characters" / "out.png").symlink_to(tmp_path / "secret.png")
    (home / "characters" / "in.png").symlink_to(home / "own.png")
    (home / "other").symlink_to(tmp_path, target_is_directory=True)
    for path in (home / "characters" / "out.png", home / "other" / "secret.png"):
        with pytest.raises(BadReference, match="a link that leads out of 'production'; copy the picture"):
            open_picture(path, inside=home)
    assert open_picture(home / "characters" / "in.png", inside=home).image.size == (60, 40)
    assert open_picture(tmp_path / "secret.png", inside=home).image.size == (60, 40)  # named openly


def test_a_file_too_heavy_for_a_picture_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(images.MAX_BYTES + 1)
    assert "bytes; save it as PNG or JPEG" in refused(tmp_path / "huge.png")


def test_a_moving_picture_warns_or_is_refused_by_choice(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    for name in ("m.gif", "m.png", "m.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        opened = open_picture(tmp_path / name)
        assert close(opened.image, (5, 5), (255, 0, 0), 4)
        assert opened.warnings == ("moves (3 frames): the first frame is taken",)
        with pytest.raises(BadReference, match="moves .3 frames.; export the frame you mean"):
            open_picture(tmp_path / name, animated="refuse")


def test_what_was_done_to_a_picture_is_told(tmp_path: Path, display_p3: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "Ada"
    half_and_half().save(tmp_path / "phone.png", format="JPEG", exif=exif, icc_profile=display_p3)
    opened = open_picture(tmp_path / "phone.png")
    assert opened.steps == ("turned upright", "from Display P3 (test) to sRGB")
    assert opened.warnings == ("is a JPEG under the name .png: read for what it is",)
    kept = Image.Exif()
    kept.load(opened.exif)
    assert (kept[0x0112], kept[0x013B]) == (1, "Ada")


def test_sixteen_bit_colours_come_out_in_eight(tmp_path: Path) -> None:
    rows = b"".join(b"\0" + struct.pack(">6H", 65535, 32896, 257, 0, 257, 65535) for _ in range(2))
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0))
    data += _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    (tmp_path / "deep.png").write_bytes(data)
    opened = open_picture(tmp_path / "deep.png")
    assert [opened.image.getpixel((x, 0)) for x in (0, 1)] == [(255, 128, 1), (0, 1, 255)]
    assert opened.steps == ("16 bits a channel to 8",)


def test_a_jpeg_is_decoded_small_only_as_far_as_it_may_be(tmp_path: Path) -> None:
    Image.effect_noise((800, 600), 60).convert("RGB").save(tmp_path / "p.jpg", quality=95)
    assert open_picture(tmp_path / "p.jpg").image.size == (800, 600)
    assert open_picture(tmp_path / "p.jpg", least=301).image.size == (800, 600)
    assert open_picture(tmp_path / "p.jpg", least=300).image.size == (400, 300)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_do_worse_than_being_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.png"
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"II*\0"):
        path.write_bytes(start + data)
        with suppress(BadReference):
            assert open_upright(path).mode in {"RGB", "RGBA"}


def test_cropping_fills_the_size_and_keeps_what_it_is_told(tmp_path: Path) -> None:
    wide = half_and_half((1600, 400))
    left = fit(wide, 200, 200, keep=(0.0, 0.0, 0.2, 1.0))
    assert left.size == (200, 200)
    assert close(left, (199, 100), (200, 40, 30))
    right = fit(wide, 200, 200, keep=(0.9, 0.0, 1.0, 1.0))
    assert close(right, (0, 100), (128, 128, 128))
    middle = fit(wide, 200, 200)
    assert close(middle, (50, 100), (200, 40, 30))
    assert close(middle, (150, 100), (128, 128, 128))


def test_padding_shows_everything_on_the_ground_colour() -> None:
    page = fit(half_and_half((60, 40)), 160, 90, "pad", "#102030")
    assert page.size == (160, 90)
    assert close(page, (2, 45), (16, 32, 48), 0)
    assert close(page, (50, 45), (200, 40, 30))
    assert close(page, (110, 45), (128, 128, 128))


def test_transparency_is_laid_on_the_ground() -> None:
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    assert close(fit(clear, 20, 20, ground="#0000ff"), (10, 10), (0, 0, 255), 0)


def test_impossible_sizes_and_modes_are_refused() -> None:
    with pytest.raises(ValueError, match="0x10"):
        fit(half_and_half(), 0, 10)
    with pytest.raises(ValueError, match="'crop' or 'pad'"):
        fit(half_and_half(), 10, 10, "stretch")  # type: ignore[arg-type]


def test_written_pictures_carry_a_note_and_nothing_else(display_p3: bytes) -> None:
    image = half_and_half()
    image.info["icc_profile"] = display_p3
    image.getexif()[0x010F] = "Phone maker"
    data = encode_png(image, note={"view": "front", "who": "Mira’s"})
    assert read_note(data) == {"view": "front", "who": "Mira’s"}
    assert data == encode_png(image, note={"who": "Mira’s", "view": "front"})
    again = Image.open(io.BytesIO(data))
    assert "icc_profile" not in again.info
    assert not again.getexif()
    assert read_note(encode_png(image)) == {}
    assert read_note(b"nothing") == {}
    jpeg = Image.open(io.BytesIO(encode_jpeg(image)))
    assert "icc_profile" not in jpeg.info
    assert not jpeg.getexif()
