"""Seeing references: the subject of a picture, its colours and where on the body they lie."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator.looks import Look, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels
    from charkit.simulator.colours import Rgb

_WORK = 256
"""Longer side in pixels at which pictures are measured."""
_EDGE = 22
"""Difference between neighbours (8-bit CIELAB) from which a pixel counts as an edge."""
_REACH = 22.0
"""Distance in 8-bit CIELAB within which samples belong to one paint."""
_PATCHES = 14
"""At most so many paints are told apart."""
_SMALLEST = 0.006
"""Share of the subject below which a paint is not noted."""
_CLOSE = 30.0
"""Distance in CIELAB (OpenCV's 8-bit scale) under which a picture's colour counts as the one that was described."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A colour of the subject."""

    colour: Rgb
    """Mean colour, sRGB."""

    lab: tuple[float, float, float]
    """The same in OpenCV's 8-bit CIELAB."""

    share: float
    """Share of the subject's area."""

    bands: tuple[float, ...]
    """How its area spreads over ten equal bands of the subject's height, from the top; sums to 1."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a picture shows of a character."""

    patches: tuple[Patch, ...]
    """Colours, the largest first; ink lines are left out."""

    tall: bool
    """Whether the whole body is shown (rather than a face)."""


def decode(data: bytes) -> Pixels | None:
    """Decode a picture upright as RGBA; None when it is not one."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as opened:
            return np.asarray(ImageOps.exif_transpose(opened).convert("RGBA")).copy()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def cover(image: Pixels, width: int, height: int) -> Pixels:
    """Scale and crop a picture so that it fills a frame, as RGB."""
    h, w = image.shape[:2]
    scale = max(width / w, height / h)
    size = (max(width, round(w * scale)), max(height, round(h * scale)))
    resized = cv2.resize(image[..., :3], size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(resized[y : y + height, x : x + width])


def subject_mask(image: Pixels) -> NDArray[np.bool_]:
    """Where the subject is: opaque pixels, else what differs from a plain border, else the middle of the picture."""
    h, w = image.shape[:2]
    if image.shape[2] == 4 and image[..., 3].min() < 128:
        return np.asarray(image[..., 3] > 128)
    lab = cv2.cvtColor(image[..., :3], cv2.COLOR_RGB2LAB).astype(np.float32)
    rim = max(2, min(h, w) // 40)
    border = np.concatenate((lab[:rim].reshape(-1, 3), lab[:, :rim].reshape(-1, 3), lab[:, -rim:].reshape(-1, 3)))
    ground = np.median(border, axis=0)
    spread = float(np.median(np.abs(border - ground).sum(axis=1)))
    mask = np.linalg.norm(lab - ground, axis=2) > 12 + 2 * spread
    mask[round(h * 0.93) :, round(w * 0.78) :] = False  # the mark in the corner is not the subject
    if spread > 14 or not 0.02 < mask.mean() < 0.93:
        y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
        return np.asarray((x / 0.55) ** 2 + ((y - 0.05) / 0.92) ** 2 < 1)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(opened > 0)


def look_at(image: Pixels) -> Seen:
    """Measure a picture: find the subject's flat colours and note on which heights they lie."""
    h, w = image.shape[:2]
    scale = _WORK / max(h, w)
    small = cv2.resize(image, (max(8, round(w * scale)), max(8, round(h * scale))), interpolation=cv2.INTER_AREA)
    mask = subject_mask(small)
    rows, columns = np.nonzero(mask)
    if len(rows) < 20:
        return Seen(patches=(), tall=False)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    tall = (bottom - top) / (columns.max() + 1 - columns.min()) > 1.15
    lab = cv2.cvtColor(np.ascontiguousarray(small[..., :3]), cv2.COLOR_RGB2LAB)
    flat = mask & _flat(lab)
    if flat.sum() > 0.2 * mask.sum():
        rows, columns = np.nonzero(flat)
    bands = np.minimum(9, (rows - top) * 10 // (bottom - top))
    patches = _peaks(lab[rows, columns].astype(np.float32), bands)
    kept = [p for p in patches if not _is_ink(p)]
    return Seen(patches=tuple(sorted(kept, key=lambda p: -p.share)), tall=bool(tall))


def _flat(lab: Pixels) -> NDArray[np.bool_]:
    """Where paint lies flat: away from outlines and from the blends at edges."""
    edges = cv2.morphologyEx(lab, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(edges.max(axis=2) < _EDGE)


def _peaks(samples: NDArray[np.float32], bands: NDArray[np.int64]) -> list[Patch]:
    """The colours round which samples gather, the most frequent first; small but distinct paints are found too."""
    total = len(samples)
    patches: list[Patch] = []
    left = np.ones(total, bool)
    bins = (samples / (16, 8, 8)).astype(np.int32)
    keys = bins[:, 0] * 4096 + bins[:, 1] * 64 + bins[:, 2]
    while len(patches) < _PATCHES and left.sum() > _SMALLEST * total:
        names, counts = np.unique(keys[left], return_counts=True)
        centre = samples[left & (keys == names[counts.argmax()])].mean(axis=0)
        near = left & (np.linalg.norm(samples - centre, axis=1) < _REACH)
        if near.sum() >= _SMALLEST * total:
            patches.append(_patch(samples[near].mean(axis=0), bands[near], total))
        left &= ~near
        left &= keys != names[counts.argmax()]
    return patches


def _is_ink(patch: Patch) -> bool:
    """Whether a patch is outline: dark, colourless and thin."""
    light, a, b = patch.lab
    return light < 58 and abs(a - 128) + abs(b - 128) < 16 and patch.share < 0.12


def _patch(centre: NDArray[np.float32], at: NDArray[np.int64], total: int) -> Patch:
    pixel = np.clip(np.rint(centre), 0, 255).astype(np.uint8).reshape(1, 1, 3)
    r, g, b = (float(c) for c in cv2.cvtColor(pixel, cv2.COLOR_LAB2RGB)[0, 0])
    bands = np.bincount(at, minlength=10) / max(1, len(at))
    return Patch(
        colour=(r, g, b),
        lab=(float(centre[0]), float(centre[1]), float(centre[2])),
        share=len(at) / total,
        bands=tuple(float(v) for v in bands),
    )


def lab_of(colour: Rgb) -> NDArray[np.float64]:
    """OpenCV's 8-bit CIELAB of an sRGB colour."""
    pixel = np.clip(np.array([[colour]]), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0], dtype=np.float64)


_LEAST = {"outer": 0.06, "top": 0.05, "hair": 0.04, "bottom": 0.01}
"""Share of the subject that a part takes at least where the whole figure is shown; 0.008 for all others."""
_COAT = 0.18
"""The same for the coat of a creature."""


def _zones(look: Look, tall: bool) -> dict[str, tuple[int, int]]:
    """In which bands of the subject's height each part of a character lies, by kind and framing."""
    if look.kind == "human" and tall:
        return {
            "hair": (0, 4),
            "skin": (1, 4),
            "neck": (3, 6),
            "outer": (4, 9),
            "top": (4, 7),
            "bottom": (6, 9),
            "feet": (8, 10),
            "head": (0, 2),
            "back": (3, 9),
            "held": (4, 8),
        }
    if look.kind == "human":
        return {"hair": (0, 8), "skin": (2, 8), "neck": (6, 10), "outer": (7, 10), "top": (7, 10), "head": (0, 4)}
    return {
        "skin": (0, 10),
        "belly": (4, 10),
        "neck": (4, 8),
        "outer": (5, 10),
        "top": (5, 10),
        "head": (0, 4),
        "feet": (8, 10),
        "held": (4, 9),
    }


def match(look: Look, seen: list[Seen]) -> Look:
    """The look with the colours that the pictures show; where words and pictures differ, the pictures win."""
    for picture in sorted(seen, key=lambda s: s.tall):
        if picture.patches:
            look = _matched(look, picture)
    return look


def _matched(look: Look, seen: Seen) -> Look:
    zones = _zones(look, seen.tall)
    wanted: list[tuple[str, Rgb]] = [("skin", look.skin)]
    wanted += [("hair", look.hair)] if look.kind == "human" and look.style != "bald" else []
    wanted += [("belly", look.belly)] if look.kind == "creature" else []
    wanted += [(p.slot, p.colour) for p in look.pieces if p.slot in zones]
    chosen = _assigned(wanted, zones, seen.patches, loose=look.kind != "human")
    pieces = tuple(dataclasses.replace(p, colour=chosen.get(p.slot, p.colour)) for p in look.pieces)
    marks = look.hair == look.skin
    skin = chosen.get("skin", look.skin)
    hair = chosen.get("hair", skin if marks and look.kind != "human" else look.hair)
    return dataclasses.replace(look, pieces=pieces, skin=skin, hair=hair, belly=chosen.get("belly", look.belly))


def _assigned(
    wanted: list[tuple[str, Rgb]], zones: dict[str, tuple[int, int]], patches: tuple[Patch, ...], *, loose: bool
) -> dict[str, Rgb]:
    """Give every part a patch: first the parts whose described colour is there, then the rest by place and size."""
    left = list(patches)
    chosen: dict[str, Rgb] = {}
    costs = sorted(
        (float(np.linalg.norm(lab_of(colour) - np.array(p.lab))), slot, i)
        for slot, colour in wanted for i, p in enumerate(patches) if _inside(p, zones[slot]) > 0.2
    )  # fmt: skip
    taken: set[int] = set()
    for distance, slot, i in costs:
        least = _COAT if slot == "skin" and loose else _LEAST.get(slot, 0.008)
        if distance < _CLOSE and patches[i].share >= least and slot not in chosen and i not in taken:
            chosen[slot] = patches[i].colour
            taken.add(i)
    left = [p for i, p in enumerate(patches) if i not in taken]
    for slot, colour in wanted:
        if slot in chosen:
            continue
        options = [p for p in left if _inside(p, zones[slot]) > 0.3 and p.share > 0.03]
        if slot == "skin" and not loose:
            options = [p for p in options if _like_skin(p, colour)]
        options = [p for p in options if not _shade_of(p, chosen.values())]
        if options:
            best = max(options, key=lambda p: p.share * _inside(p, zones[slot]))
            chosen[slot] = best.colour
            left.remove(best)
    return chosen


def _shade_of(patch: Patch, chosen: Iterable[Rgb]) -> bool:
    """Whether a patch is only a shadow or a light on a paint that is already somebody's."""
    for colour in chosen:
        light, a, b = lab_of(colour)
        if (
            abs(patch.lab[1] - a) + abs(patch.lab[2] - b) < 0.4 * (abs(a - 128) + abs(b - 128)) + 8
            and abs(patch.lab[0] - light) < 75
        ):
            return True
    return False


def _inside(patch: Patch, zone: tuple[int, int]) -> float:
    return sum(patch.bands[zone[0] : zone[1]])


def _like_skin(patch: Patch, colour: Rgb) -> bool:
    """Whether a patch could be human skin: a reddish yellow of any lightness."""
    del colour
    _, a, b = patch.lab
    return 130 <= a <= 162 and 132 <= b <= 172


def unlikeness(seen: Seen, look: Look) -> float:
    """How badly a picture fits a look: the mean distance of the look's colours to the nearest patch."""
    if not seen.patches:
        return 1e9
    labs = np.array([p.lab for p in seen.patches if p.share > 0.02] or [seen.patches[0].lab])
    colours = [look.skin, *([look.hair] if look.kind == "human" else [look.belly]), *(p.colour for p in look.pieces)]
    return float(np.mean([np.linalg.norm(labs - lab_of(c), axis=1).min() for c in colours]))


def look_of(frame: Pixels) -> Look:
    """The look of whoever is in the middle of a frame of which nothing is known."""
    plain = Look(
        pieces=(
            Piece(slot="top", style="sweater", colour=(120.0, 110.0, 110.0)),
            Piece(slot="bottom", style="trousers", colour=(75.0, 83.0, 102.0)),
        )
    )
    rgba = np.dstack((frame, np.full(frame.shape[:2], 255, np.uint8)))
    return match(plain, [look_at(rgba)])
