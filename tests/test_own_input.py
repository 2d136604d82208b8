"""A person's own story and pictures go the way of the demo; a person's mistakes are answered and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import charkit as ck
from charkit.errors import BadDocument, BadReference, CharkitError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable

SHEET = """\
name: 小雪
locked: a white cat with one blue and one green eye
references:
  - {file: phone.jpg, view: front}
  - {file: drawing.webp, view: face}
  - {file: photo.heic, view: three-quarter}
  - {file: scan.png, view: back}
"""
STORYBOARD = """\
title: 猫
style: ink and water
shots:
  - id: 一
    seconds: 4
    place: a roof in the rain
    characters: [小雪]
"""


@pytest.fixture(autouse=True)
def _quiet(simulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    monkeypatch.delenv("CHARKIT_DATA", raising=False)


@pytest.fixture
def production(tmp_path: Path) -> Path:
    home = tmp_path / "a place with spaces" / "productions" / "cat"
    (home / "characters").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(STORYBOARD, encoding="utf-8")
    (home / "characters" / "xue.yaml").write_text(SHEET, encoding="utf-8")
    return home


@pytest.fixture
def own_pictures(production: Path, display_p3: bytes) -> Path:
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif (extra heic) is not installed")
    folder = production / "characters"
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x8825] = {2: (48.0, 8.0, 0.0)}  # where it was taken
    Image.new("RGB", (640, 480), (200, 40, 30)).save(folder / "phone.jpg", exif=exif, icc_profile=display_p3)
    Image.new("RGBA", (500, 700), (30, 90, 160, 128)).save(folder / "drawing.webp")
    heif.from_pillow(Image.new("RGB", (400, 400), "#446644")).save(folder / "photo.heic")
    Image.new("L", (300, 900), 90).save(folder / "scan.png")
    return folder


@pytest.mark.usefixtures("own_pictures")
def test_own_pictures_of_every_kind_go_out_upright_in_srgb_and_without_metadata(production: Path) -> None:
    studio = ck.open_studio(production, run="own", max_spend=5.0)
    references = {reference.origin: reference for reference in studio.references()}
    phone = references["phone.jpg"]
    assert (phone.width, phone.height) == (480, 640)
    for reference in references.values():
        with Image.open(reference.path) as sent:
            assert sent.mode == "RGB"
            assert not sent.getexif()
            assert "icc_profile" not in sent.info
    with Image.open(phone.path) as sent:
        assert sent.getpixel((240, 320))[0] > 210  # wide-gamut red is brought to sRGB, not just relabelled
    take = studio.shoot()[0]
    assert take.ok
    assert {sent.digest for sent in take.sent} == {r.digest for r in references.values()}
    assert {sent.character for sent in take.sent} == {"小雪"}


@pytest.mark.usefixtures("own_pictures")
def test_a_name_in_another_script_stands_in_the_prompt_as_it_is(production: Path) -> None:
    prompt = ck.open_studio(production, run="p", max_spend=5.0).plan()["一"].prompt.text
    assert "小雪" in prompt
    assert "a white cat with one blue and one green eye" in prompt


@pytest.mark.usefixtures("own_pictures")
def test_a_missing_picture_names_the_line_of_the_sheet(production: Path) -> None:
    (production / "characters" / "drawing.webp").unlink()
    with pytest.raises(BadDocument, match=r"xue\.yaml:5: .*drawing\.webp"):
        ck.open_studio(production)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",  # zero bytes
        lambda data: data[: len(data) // 2],  # truncated
        lambda data: b"<html>not found</html>",  # a page saved under a picture's name
    ],
    ids=["empty", "truncated", "html"],
)
def test_an_unreadable_picture_is_named_and_the_next_run_goes_on(
    production: Path, own_pictures: Path, spoil: Callable[[bytes], bytes]
) -> None:
    file = own_pictures / "scan.png"
    good = file.read_bytes()
    Image.effect_noise((300, 900), 50).save(file)
    noisy = file.read_bytes()
    file.write_bytes(spoil(noisy))
    studio = ck.open_studio(production, run="bad", max_spend=5.0)
    with pytest.raises(BadReference, match=r"scan\.png"):
        studio.references()
    file.write_bytes(good)
    assert studio.shoot()[0].ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x\nstyle: y\nshots: []\n", "at least one shot"),  # empty
        ("", "empty"),  # nothing at all
        (STORYBOARD.replace("[小雪]", "[小雷]"), "Did you mean '小雪'"),  # a character nobody knows
        (STORYBOARD.replace("seconds: 4", "seconds: 0"), "seconds"),  # no length
        (STORYBOARD.replace("place:", "plase:"), "place"),  # a slip of the pen
        (STORYBOARD + "    light: [dusk\n", "storyboard.yaml:"),  # broken YAML
    ],
    ids=["no shots", "empty file", "unknown character", "zero seconds", "unknown key", "broken"],
)
@pytest.mark.usefixtures("own_pictures")
def test_a_mistake_in_the_storyboard_is_answered_with_file_and_way_out(production: Path, text: str, said: str) -> None:
    (production / "storyboard.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadDocument) as caught:
        ck.open_studio(production)
    assert said in str(caught.value)
    assert "storyboard.yaml" in str(caught.value)


@pytest.mark.usefixtures("own_pictures")
def test_a_full_disk_is_said_plainly_and_the_next_run_goes_on(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = ck.open_studio(production, run="full", max_spend=5.0)
    studio.plan()
    real = os.fsync
    with monkeypatch.context() as patched:

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patched.setattr(os, "fsync", full)
        with pytest.raises(CharkitError) as caught:
            studio.shoot()
    assert isinstance(caught.value, StorageFull)
    assert os.fsync is real
    assert ck.open_studio(production, run="full", max_spend=5.0).shoot()[0].ok


NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("0[0-6]_*.ipynb")), ids=lambda path: path.stem)
def test_no_cell_on_the_way_to_a_film_is_about_the_demo_alone(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    said = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "studio" in said
    assert re.findall(r"\b[Mm]ira\b|\b[Ff]enn\b|\bS0\d\b", said) == []


@pytest.mark.thorough
@pytest.mark.parametrize("drawn", [False, True], ids=["designed", "own drawing"])
def test_a_new_production_goes_through_every_notebook_of_the_way(tmp_path: Path, *, drawn: bool) -> None:
    from charkit.batch import run_production
    from charkit.workspace import new_production

    home = new_production("mine", tmp_path / "data" / "productions")
    if drawn:
        Image.new("RGB", (400, 700), "#3d6fb5").save(home / "characters" / "robin.png")
        with (home / "characters" / "robin.yaml").open("a", encoding="utf-8") as sheet:
            sheet.write("references: [{file: robin.png, view: front}]\n")
    made = run_production(home, run="first", max_spend=9.0)
    assert made.film.is_file()
    assert made.report.is_file()
