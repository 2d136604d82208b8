"""Seeing references: which colours a character's parts have in the pictures that arrived.

Each picture is measured for itself, as far as it shows a part; then the pictures are merged part by part, the ones that
show it best counting most. Their order does not matter. What no picture shows keeps the colour that the words gave it.
"""

from __future__ import annotations

import dataclasses
import io
import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator.looks import Look, Piece
from charkit.simulator.paints import distance, find_paints, lab_of
from charkit.simulator.reading import SAME, Seen, Sighting, sight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels
    from charkit.simulator.colours import Rgb

_WORK = 448
"""Longer side in pixels at which pictures are measured."""


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
    mask[round(h * 0.93) :, round(w * 0.68) :] = False  # the mark in the corner is not the subject
    if spread > 14 or not 0.02 < mask.mean() < 0.93:
        y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
        return np.asarray((x / 0.55) ** 2 + ((y - 0.05) / 0.92) ** 2 < 1)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(opened > 0)


def look_at(image: Pixels) -> Seen:
    """Measure a picture: find the subject and its flat colours."""
    h, w = image.shape[:2]
    scale = _WORK / max(h, w)
    small = cv2.resize(image, (max(8, round(w * scale)), max(8, round(h * scale))), interpolation=cv2.INTER_AREA)
    mask = subject_mask(small)
    lab = cv2.cvtColor(np.ascontiguousarray(small[..., :3]), cv2.COLOR_RGB2LAB)
    if mask.sum() < 20:
        return Seen(paints=(), labels=np.full(mask.shape, -1, np.int16), lab=lab, mask=mask)
    paints, labels = find_paints(lab, mask)
    return Seen(paints=paints, labels=labels, lab=lab, mask=mask)


def match(look: Look, seen: list[Seen], *, dressed: bool = True) -> Look:
    """The look with the colours that the pictures show; where words and pictures differ, the pictures win.

    Where the pictures show another outfit than is asked for (`dressed` is false), clothes stay as the words say.
    """
    found: dict[str, list[Sighting]] = {}
    for picture in seen:
        for part, sighting in sight(look, picture).items():
            found.setdefault(part, []).append(sighting)
    merged = {part: _agreed(sightings) for part, sightings in found.items()}
    worn = merged if dressed else {}
    pieces = tuple(dataclasses.replace(p, colour=worn.get(p.slot, p.colour)) for p in look.pieces)
    skin = merged.get("skin", look.skin)
    marks = skin if look.kind != "human" and look.hair == look.skin else look.hair
    return dataclasses.replace(
        look, pieces=pieces, skin=skin, hair=merged.get("hair", marks), belly=merged.get("belly", look.belly)
    )


def _agreed(sightings: list[Sighting]) -> Rgb:
    """The colour on which the best sightings agree; the same for every order."""
    ordered = sorted(sightings)
    support = [sum(s.trust * math.exp(-((distance(s.colour, o.colour) / 20) ** 2)) for s in ordered) for o in ordered]
    chosen = ordered[int(np.argmax(support))]
    near = [s for s in ordered if distance(s.colour, chosen.colour) < SAME]
    total = sum(s.trust for s in near)
    r, g, b = (sum(s.colour[i] * s.trust for s in near) / total for i in range(3))
    return (r, g, b)


def unlikeness(seen: Seen, look: Look) -> float:
    """How badly a picture fits a look: the mean distance of the look's colours to the nearest paint."""
    if not seen.paints:
        return 1e9
    labs = np.array([p.lab for p in seen.paints if p.share > 0.015] or [seen.paints[0].lab])
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
