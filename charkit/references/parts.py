"""A part of a picture as a person drew it, and how boxes in it read in the whole picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import UsageError

if TYPE_CHECKING:
    from PIL import Image

    from charkit.media.scaling import Box
    from charkit.references.preparing import Recipe

__all__ = ["checked_part", "inward", "outward", "within_part"]

_LEAST = 0.02
"""Share of a side that a part has at least; less is a slip of the hand."""


def checked_part(part: Box | None) -> Box | None:
    """Return a part that lies in its picture; None where it is all of it.

    Raises:
        UsageError: its edges are not left, top, right, bottom, as shares from 0 to 1.
    """
    if part is None:
        return None
    left, top, right, bottom = part
    inside = all(0.0 <= edge <= 1.0 for edge in part)
    if not inside or right - left < _LEAST or bottom - top < _LEAST:
        said = ", ".join(f"{edge:g}" for edge in part)
        raise UsageError(
            f"a crop box is left, top, right, bottom, as shares of the picture from 0 to 1, and at least {_LEAST:.0%} "
            f"wide and high; not {said}"
        )
    return None if part == (0.0, 0.0, 1.0, 1.0) else part


def within_part(image: Image.Image, recipe: Recipe) -> tuple[Image.Image, Recipe]:
    """Return the part of a picture that a recipe speaks of, and the recipe for that part.

    Raises:
        UsageError: the part does not lie in the picture.
    """
    part = checked_part(recipe.part)
    if part is None:
        return image, replace(recipe, part=None)
    left, top, right, bottom = part
    width, height = image.size
    edges = (round(left * width), round(top * height), round(right * width), round(bottom * height))
    keep = recipe.keep and inward(recipe.keep, part)
    exact = (edges[0] / width, edges[1] / height, edges[2] / width, edges[3] / height)
    return image.crop(edges), replace(recipe, part=exact, keep=keep)


def outward(box: Box | None, part: Box | None, *, whole: bool = False) -> Box | None:
    """Return a box in a part as one in the whole picture.

    Args:
        box: As shares of the part.
        part: As shares of the picture; None where it is all of it.
        whole: Whether no box means all of the part.
    """
    if part is None or (box is None and not whole):
        return box
    left, top, right, bottom = part
    inner = box or (0.0, 0.0, 1.0, 1.0)
    wide, high = right - left, bottom - top
    return (left + inner[0] * wide, top + inner[1] * high, left + inner[2] * wide, top + inner[3] * high)


def inward(box: Box, part: Box) -> Box | None:
    """Return a box of the picture as one of the part; None where hardly any of it lies there."""
    left, top, right, bottom = part
    wide, high = right - left, bottom - top
    moved = ((box[0] - left) / wide, (box[1] - top) / high, (box[2] - left) / wide, (box[3] - top) / high)
    inner = tuple(min(1.0, max(0.0, edge)) for edge in moved)
    return inner if inner[2] - inner[0] > _LEAST and inner[3] - inner[1] > _LEAST else None  # type: ignore[return-value]
