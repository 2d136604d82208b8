"""A reference beside its source."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from charkit.character import CharacterSheet
from charkit.errors import BadReference
from charkit.references import Recipe, compared, prepare
from charkit.store import Store

MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")


def test_the_part_that_is_sent_is_drawn_on_the_source(tmp_path: Path) -> None:
    image = Image.new("RGB", (1600, 800), "#d8d4cc")
    ImageDraw.Draw(image).rectangle((1200, 200, 1400, 600), fill="#404040")
    image.save(tmp_path / "a.png")
    reference = prepare(
        tmp_path / "a.png",
        view="full",
        character=MIRA,
        store=Store(tmp_path / "store"),
        recipe=Recipe(size=(400, 400), mode="crop"),
    )
    both = compared(reference)
    drawn = np.asarray(Image.open(io.BytesIO(both.jpeg())).convert("RGB")).astype(int)
    red = (drawn[:, :, 0] > 200) & (drawn[:, :, 1] < 100) & (drawn[:, :, 2] < 160)
    columns = np.flatnonzero(red.sum(axis=0) > 60)  # the box's upright edges
    assert columns[-1] - columns[0] == pytest.approx(200, abs=8)  # half of the cell of 400
    shown = both._repr_mimebundle_()
    assert shown["text/plain"].startswith("<Compared Mira, full: cropped to 800x800 of 1600x800 at 800,0")
    assert "red: the part that is sent" in shown["text/html"]


def test_without_its_source_it_says_what_is_known(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "#c02020").save(tmp_path / "a.png")
    reference = prepare(tmp_path / "a.png", view="full", character=MIRA, store=Store(tmp_path / "store"))
    (tmp_path / "a.png").unlink()
    with pytest.raises(BadReference, match="no such file"):
        compared(reference).jpeg()
    assert "Mira, full" in compared(reference)._repr_mimebundle_()["text/html"]
