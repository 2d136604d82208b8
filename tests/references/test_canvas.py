"""Canvases for outpainting."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from charkit.errors import BadReference
from charkit.providers.base import Role
from charkit.references import canvas
from charkit.store import Store


def test_canvas_and_mask_are_as_large_as_each_other_and_bound_to_their_roles(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "#c02020").save(tmp_path / "a.png")
    laid = canvas(tmp_path / "a.png", size=(1280, 720), store=Store(tmp_path / "store"))
    picture, mask = laid.bound("Mira")
    assert (picture.role, mask.role, mask.character) == (Role.VIEW, Role.MASK, "Mira")
    with Image.open(laid.picture) as seen, Image.open(laid.mask) as over:
        assert seen.size == over.size == (1280, 720)
        assert seen.getpixel((640, 360)) == (192, 32, 32)
        assert over.getpixel((640, 360))[3] == 255
        assert over.getpixel((10, 360))[3] == 0
    assert "transparent where the route may paint" in laid._repr_mimebundle_()["text/html"]


def test_a_canvas_that_changed_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "#c02020").save(tmp_path / "a.png")
    laid = canvas(tmp_path / "a.png", size=(640, 360), store=Store(tmp_path / "store"))
    laid.mask.chmod(0o600)
    laid.mask.write_bytes(b"other")
    with pytest.raises(BadReference, match="lay the canvas again"):
        laid.bound()
    laid.mask.unlink()
    with pytest.raises(BadReference, match="lay the canvas again"):
        laid.bound()
