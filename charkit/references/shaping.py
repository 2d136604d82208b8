"""Which part of a picture is sent, and in what size: decided before any pixel is touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from charkit.media.scaling import Box
    from charkit.references.preparing import Recipe
    from charkit.routes import PictureLimits

__all__ = ["Shape", "closer", "keeps_shape", "shaped"]

_WHOLE = 0.995
"""Share of the subject's box, on each side, that must stay for it to count as whole."""

_HEADROOM = 0.6
"""What is added around a face on each side, in face heights, where a crop is laid around one: hair, chin and
shoulders tell who it is as well."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A part of a picture, and the size in which it is sent."""

    size: tuple[int, int]
    """Of the picture that is sent, in pixels."""
    part: Box | None = None
    """The part that is shown, in pixels of the source; None for all of it."""
    mode: Literal["crop", "pad"] = "crop"
    keep: Box | None = None
    """The subject, as shares of the source."""

    def scaled(self, share: float) -> Shape:
        """Return the same part in a smaller or larger size."""
        return replace(self, size=(max(1, round(self.size[0] * share)), max(1, round(self.size[1] * share))))

    def shown(self, source: tuple[int, int]) -> Box | None:
        """Return the part as shares of the source; None where it is all."""
        if self.part is None:
            return None
        left, top, right, bottom = self.part
        shares = (left / source[0], top / source[1], right / source[0], bottom / source[1])
        return None if shares == (0.0, 0.0, 1.0, 1.0) else shares

    def drawn(self, image: Image.Image, ground: str, *, sharpen: bool) -> Image.Image:
        """Return the picture that is sent, mode `RGB`."""
        from charkit.media.scaling import fit, on_ground, shrunk

        if self.mode == "pad":
            return fit(image, *self.size, "pad", ground, sharpen=sharpen)
        return shrunk(on_ground(image, ground), self.size, self.part, sharpen=sharpen)

    def steps(self, image: Image.Image, ground: str) -> tuple[str, ...]:
        """Say in words what drawing it does."""
        said = [f"transparency laid on {ground}"] if image.mode == "RGBA" else []
        whole = f"{image.width}x{image.height}"
        if self.mode == "pad":
            said.append(f"padded with {ground}")
        elif self.part is not None and self.shown(image.size) is not None:
            left, top, right, bottom = (round(edge) for edge in self.part)
            said.append(f"cropped to {right - left}x{bottom - top} of {whole} at {left},{top}")
        scale = self._scale(image.size)
        if scale > 1:
            said.append(f"scaled down {scale:.2f} times in linear light")
        elif scale < 1:
            said.append(f"enlarged {1 / scale:.2f} times")
        return tuple(said)

    def _scale(self, source: tuple[int, int]) -> float:
        left, top, right, bottom = self.part or (0.0, 0.0, float(source[0]), float(source[1]))
        scales = ((right - left) / self.size[0], (bottom - top) / self.size[1])
        scale = max(scales) if self.mode == "pad" else min(scales)
        return 1.0 if abs(scale - 1) < 0.002 else scale


def shaped(image: Image.Image, recipe: Recipe, faces: Sequence[Box] = ()) -> Shape:
    """Decide which part of a picture is sent, and in what size, so that the recipe and its limits are met.

    Args:
        image: The upright picture.
        recipe: What is wanted.
        faces: The faces in it, as shares, the largest first.
    """
    size = recipe.size or _bounded(image.size, recipe)
    if keeps_shape(image.size, recipe):
        return Shape(size=size, keep=recipe.keep)
    keep = recipe.keep or _subject(image, faces)
    from charkit.media.scaling import crop_box

    part = crop_box(image.size, size[0] / size[1], keep)
    fits = keep is not None and _holds(part, keep, image.size)
    if recipe.mode == "crop" or (recipe.mode == "auto" and fits):
        return Shape(size=size, part=part, keep=keep)
    return Shape(size=size, mode="pad", keep=keep)


def keeps_shape(source: tuple[int, int], recipe: Recipe) -> bool:
    """Whether a picture goes out in its own proportions, so that nothing has to be cut or padded."""
    size = recipe.size or _bounded(source, recipe)
    return abs(size[0] * source[1] - size[1] * source[0]) <= max(*size, *source)  # a pixel of rounding


def _subject(image: Image.Image, faces: Sequence[Box]) -> Box | None:
    from charkit.media.saliency import subject_box

    if not faces:
        return subject_box(image)
    lefts, tops, rights, bottoms = zip(*faces, strict=True)
    room = _HEADROOM * (bottoms[0] - tops[0])
    across = room * image.height / image.width
    return (
        max(0.0, min(lefts) - across),
        max(0.0, min(tops) - room),
        min(1.0, max(rights) + across),
        min(1.0, max(bottoms) + room),
    )


def _holds(part: Box, keep: Box, source: tuple[int, int]) -> bool:
    left, top, right, bottom = part
    width, height = source
    slack_x, slack_y = ((1 - _WHOLE) * width, (1 - _WHOLE) * height)
    return (
        keep[0] * width >= left - slack_x
        and keep[1] * height >= top - slack_y
        and keep[2] * width <= right + slack_x
        and keep[3] * height <= bottom + slack_y
    )


def _bounded(source: tuple[int, int], recipe: Recipe) -> tuple[int, int]:
    """Return the size nearest to a picture's own that the limits allow, its longer side not above `max_side`."""
    limits = recipe.limits
    width, height = _within_ratio(source, limits)
    longest = min(recipe.max_side, limits.max_side or recipe.max_side)
    scale = min(1.0, longest / max(width, height))
    if limits.min_side and min(width, height) * scale < limits.min_side:
        scale = limits.min_side / min(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return _rounded_within(size, limits)


def _within_ratio(source: tuple[int, int], limits: PictureLimits) -> tuple[float, float]:
    """Return the smallest frame around a picture whose ratio is allowed."""
    width, height = source
    if limits.max_ratio and width > height * limits.max_ratio:
        return width, width / limits.max_ratio
    if limits.min_ratio and width < height * limits.min_ratio:
        return height * limits.min_ratio, height
    return width, height


def _rounded_within(size: tuple[int, int], limits: PictureLimits) -> tuple[int, int]:
    """Give the shorter side a pixel where rounding has carried the ratio over the limit."""
    width, height = size
    if limits.max_ratio and width > height * limits.max_ratio:
        height += 1
    if limits.min_ratio and width < height * limits.min_ratio:
        width += 1
    return width, height


def closer(image: Image.Image, shape: Shape, recipe: Recipe, faces: Sequence[Box]) -> tuple[Shape, tuple[str, ...]]:
    """Bring the largest face closer until it is as large as the recipe asks, and say where it cannot be.

    Args:
        image: The upright picture.
        shape: What would be sent otherwise.
        recipe: What is wanted.
        faces: The faces in it, as shares, the largest first.
    """
    if not recipe.min_face:
        return shape, ()
    if not faces:
        return shape, ("no face was found to measure; whether it is large enough is unknown",)
    left, top, right, bottom = faces[0]
    own = min((right - left) * image.width, (bottom - top) * image.height)
    now = own / _shown_scale(image.size, shape)
    if now >= recipe.min_face:
        return shape, ()
    scale = max(1.0, own / recipe.min_face)  # source pixels per sent pixel; below 1 nothing is gained
    if recipe.size is not None:  # the window keeps the wanted shape
        scale = min(scale, image.width / recipe.size[0], image.height / recipe.size[1])
    width, height = (min(side * scale, full) for side, full in zip(shape.size, image.size, strict=True))
    part = _around(faces[0], (width, height), image.size)
    size = (round(width / scale), round(height / scale)) if recipe.size is None else recipe.size
    drawn = replace(shape, part=part, mode="crop", size=size, keep=faces[0])
    reached = own / _shown_scale(image.size, drawn)
    warned = f"the face is {reached:.0f} pixels, {recipe.min_face} are wanted; use a larger picture of it"
    return drawn, (() if reached >= recipe.min_face - 1 else (warned,))


def _shown_scale(source: tuple[int, int], shape: Shape) -> float:
    """Return how many source pixels one sent pixel stands for."""
    left, top, right, bottom = shape.part or (0.0, 0.0, float(source[0]), float(source[1]))
    scales = ((right - left) / shape.size[0], (bottom - top) / shape.size[1])
    return max(scales) if shape.mode == "pad" else min(scales)


def _around(face: Box, window: tuple[float, float], source: tuple[int, int]) -> Box:
    """Lay a window around a face, a little below its middle, inside the picture."""
    width, height = window
    middle_x = (face[0] + face[2]) / 2 * source[0]
    middle_y = ((face[1] + face[3]) / 2 + 0.25 * (face[3] - face[1])) * source[1]
    x = min(max(0.0, middle_x - width / 2), source[0] - width)
    y = min(max(0.0, middle_y - height / 2), source[1] - height)
    return (x, y, x + width, y + height)
