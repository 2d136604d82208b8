"""Preparing pictures of a character."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from charkit.character import CharacterSheet, View
from charkit.errors import BadDocument, BadReference, UnknownName
from charkit.providers.base import Role
from charkit.references import Recipe, References, prepare
from charkit.store import Store

MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")


def picture(path: Path, size: tuple[int, int] = (400, 300), *, orientation: int = 1) -> Path:
    image = Image.new("RGB", size, "#2040c0")
    image.paste("#e02020", (0, 0, size[0], size[1] // 3))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "taken at home"
    image.save(path, exif=exif)
    return path


def test_a_rotated_photo_comes_out_upright_and_without_its_metadata(tmp_path: Path) -> None:
    reference = prepare(
        picture(tmp_path / "phone.jpg", orientation=6), view="front", character=MIRA, store=Store(tmp_path / "store")
    )
    assert (reference.width, reference.height) == (300, 400)
    with Image.open(reference.path) as image:
        image.load()
        assert image.size == (300, 400)
        assert not image.getexif()
        red, _, blue = image.getpixel((290, 200))  # turned by 90 degrees, the red band stands at the right
        assert red > 150 > blue
    assert b"taken at home" not in reference.path.read_bytes()


def test_a_large_picture_is_brought_down_and_a_small_one_is_left(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    large = prepare(picture(tmp_path / "l.png", (3000, 1500)), view="full", character=MIRA, store=store)
    small = prepare(picture(tmp_path / "s.png", (400, 300)), view="full", character=MIRA, store=store)
    assert (large.width, large.height) == (1024, 512)
    assert (small.width, small.height) == (400, 300)


def test_an_exact_size_is_met_without_stretching(tmp_path: Path) -> None:
    reference = prepare(
        picture(tmp_path / "a.png", (300, 300)),
        view="full",
        character=MIRA,
        store=Store(tmp_path / "store"),
        recipe=Recipe(size=(1280, 720), mode="pad", ground="#00ff00"),
    )
    with Image.open(reference.path) as image:
        assert image.size == (1280, 720)
        assert image.getpixel((10, 360)) == (0, 255, 0)


def test_transparency_stands_on_the_ground_that_was_asked_for(tmp_path: Path) -> None:
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    reference = prepare(
        tmp_path / "clear.png",
        view="face",
        character=MIRA,
        store=Store(tmp_path / "store"),
        recipe=Recipe(ground="#ff0000"),
    )
    with Image.open(reference.path) as image:
        assert image.mode == "RGB"
        assert image.getpixel((5, 5)) == (255, 0, 0)


def test_the_same_picture_prepared_twice_is_the_same_bytes(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = prepare(picture(tmp_path / "a.png"), view="front", character=MIRA, store=store)
    second = prepare(picture(tmp_path / "b.png"), view="front", character=MIRA, store=store)
    assert first.digest == second.digest
    assert (first.origin, second.origin) == ("a.png", "b.png")
    assert first.sheet == MIRA.digest


@pytest.mark.parametrize(("size", "said"), [((200, 900), "at least 256"), (None, "no such file|missing|not there")])
def test_what_cannot_serve_is_refused_by_name(tmp_path: Path, size: tuple[int, int] | None, said: str) -> None:
    path = picture(tmp_path / "bad.png", size) if size else tmp_path / "bad.png"
    with pytest.raises(BadReference, match=said) as caught:
        prepare(path, view="front", character=MIRA, store=Store(tmp_path / "store"))
    assert Path(caught.value.file).name == "bad.png"


def test_an_unknown_view_or_outfit_is_refused(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    with pytest.raises(ValueError, match="sideways"):
        prepare(path, view="sideways", character=MIRA, store=Store(tmp_path / "store"))
    with pytest.raises(UnknownName):
        prepare(path, view="front", character=MIRA, store=Store(tmp_path / "store"), wardrobe="night")


def test_a_reference_binds_its_bytes_to_a_role_under_a_speaking_name(tmp_path: Path) -> None:
    reference = prepare(picture(tmp_path / "a.png"), view=View.FACE, character=MIRA, store=Store(tmp_path / "store"))
    bound = reference.bound()
    assert (bound.role, bound.character, bound.view) == (Role.CHARACTER, "Mira", "face")
    assert bound.blob.name == f"mira-face-{reference.digest[7:15]}.png"
    assert bound.blob.digest == reference.digest
    assert bound.blob.media_type == "image/png"


def test_bytes_that_changed_after_preparing_are_refused(tmp_path: Path) -> None:
    reference = prepare(picture(tmp_path / "a.png"), view="face", character=MIRA, store=Store(tmp_path / "store"))
    reference.path.chmod(0o600)
    reference.path.write_bytes(b"something else")
    with pytest.raises(BadReference, match="prepare it again"):
        reference.blob()
    reference.path.unlink()
    with pytest.raises(BadReference, match="prepare it again"):
        reference.blob()


def test_references_are_found_again_after_their_folder_moved(tmp_path: Path) -> None:
    home = tmp_path / "data"
    kept = References((prepare(picture(tmp_path / "a.png"), view="face", character=MIRA, store=Store(home / "store")),))
    kept.save(home / "runs" / "demo" / "references.json")
    assert References.load(home / "runs" / "demo" / "references.json")[0].blob().digest == kept[0].digest
    shutil.move(home, tmp_path / "elsewhere")
    moved = References.load(tmp_path / "elsewhere" / "runs" / "demo" / "references.json")
    assert moved[0].blob().digest == kept[0].digest
    assert moved.of("MIRA").items == moved.items
    assert len(moved.of("Fenn")) == 0
    with pytest.raises(BadDocument):
        References.load(tmp_path / "nothing.json")


def test_references_show_themselves_with_a_picture(tmp_path: Path) -> None:
    kept = References((prepare(picture(tmp_path / "a.png"), view="face", character=MIRA, store=Store(tmp_path / "s")),))
    shown = kept._repr_mimebundle_()
    assert shown["text/plain"] == "<References: 1 picture (Mira 1)>"
    assert "data:image/jpeg;base64," in shown["text/html"]
    kept[0].path.unlink()
    assert "face" in kept._repr_mimebundle_()["text/html"]
