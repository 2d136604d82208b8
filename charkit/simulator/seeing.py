"""Seeing references: which colours a character's parts have in the pictures that arrived.

Each picture is measured for itself, as far as it shows a part; then the pictures are merged part by part, the ones that
show it best counting most. Their order does not matter. What no picture shows keeps the colour that the words gave it.
"""

from __future__ import annotations

import cmath
import dataclasses
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator.anatomy import Head, Zone, find_face, find_skull, zones_of
from charkit.simulator.looks import Look, Piece
from charkit.simulator.paints import Paint, distance, find_paints, lab_of, rgb_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels
    from charkit.simulator.colours import Rgb

_WORK = 448
"""Longer side in pixels at which pictures are measured."""
_CLOSE = 30.0
"""Distance in 8-bit CIELAB under which a picture's colour counts as the one that was described."""
_SAME = 16.0
"""Distance in 8-bit CIELAB under which two paints pass for one."""
_SHADE, _GREY, _HUE = 50.0, 9.0, 0.22
"""Shadow and light on a paint: lightness (8-bit), chroma of greys (8-bit CIELAB), and angle of hue within which."""
_LEAST = {"hair": 0.25, "torso": 0.3, "legs": 0.06, "feet": 0.3, "neck": 0.22, "head": 0.35, "belly": 0.2}
"""Share of its zone that a part takes at least."""
_WORN = {"outer": "torso", "top": "torso", "feet": "feet", "bottom": "legs"}
"""Zones of the garments."""
_SHADED = ("feet", "bottom", "neck")
"""Parts of which much lies in shadow: the far leg, the folds of a scarf."""
_NOT_OF = {
    "feet": ("skin",), "bottom": ("skin", "feet", "outer", "top"), "neck": ("skin", "hair", "outer", "top", "belly"),
    "head": ("skin", "hair"),
}  # fmt: skip
"""Parts that reach into the zone of another one, so that their paint there says nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What a picture shows of a character."""

    paints: tuple[Paint, ...]
    """Its colours, the most frequent first."""

    labels: NDArray[np.int16]
    """Index of each pixel's paint, -1 for none."""

    lab: Pixels
    """The picture as measured, 8-bit CIELAB."""

    mask: NDArray[np.bool_]
    """Where the subject is."""


@dataclass(frozen=True, kw_only=True, order=True)
class Sighting:
    """One part's colour in one picture."""

    colour: Rgb
    """sRGB."""

    trust: float
    """How well the picture shows the part, 0 to 1."""


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


def match(look: Look, seen: list[Seen]) -> Look:
    """The look with the colours that the pictures show; where words and pictures differ, the pictures win."""
    found: dict[str, list[Sighting]] = {}
    for picture in seen:
        for part, sighting in sight(look, picture).items():
            found.setdefault(part, []).append(sighting)
    merged = {part: _agreed(sightings) for part, sightings in found.items()}
    pieces = tuple(dataclasses.replace(p, colour=merged.get(p.slot, p.colour)) for p in look.pieces)
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
    near = [s for s in ordered if distance(s.colour, chosen.colour) < _SAME]
    total = sum(s.trust for s in near)
    r, g, b = (sum(s.colour[i] * s.trust for s in near) / total for i in range(3))
    return (r, g, b)


def sight(look: Look, seen: Seen) -> dict[str, Sighting]:
    """The colours of the parts of a character that one picture shows."""
    if not seen.paints:
        return {}
    human = look.kind == "human"
    head = find_face(seen.lab, seen.mask, seen.paints, seen.labels) if human else find_skull(seen.mask)
    if head is None:
        return _likely(look, seen)
    return _Reading(look, seen, head).parts()


class _Reading:
    """Reads the parts off one picture, starting from the head."""

    def __init__(self, look: Look, seen: Seen, head: Head) -> None:
        self.look, self.seen, self.head = look, seen, head
        self.human = look.kind == "human"
        self.zones = zones_of(head, seen.mask, human=self.human)
        self.shares = {name: self._shares(name, zone) for name, zone in self.zones.items()}

    def parts(self) -> dict[str, Sighting]:
        """The colour of every part that is to be seen."""
        parts = {"skin": self._sighting(self._body(), 1.0)}
        if self.human and self.look.style != "bald":
            self._note(parts, "hair", "hair", self.look.hair)
        worn = {p.slot: p for p in self.look.pieces}
        if "outer" in worn:
            worn.pop("top", None)  # an outer garment hides it
        for slot, zone in _WORN.items():
            if slot in worn:
                self._note(parts, slot, zone, worn[slot].colour, but=_NOT_OF.get(slot, ()))
        if not self.human and not {"outer", "top"} & {p.slot for p in self.look.pieces}:
            self._note(parts, "belly", "torso", self.look.belly, but=("skin",))
        for slot in ("neck", "head"):
            piece = self.look.piece(slot)
            if piece is not None:
                self._note(parts, slot, slot, piece.colour, but=_NOT_OF[slot])
        return parts

    def _body(self) -> int:
        """The paint of the skin, the fur or the shell."""
        if self.head.paint >= 0:
            return self.head.paint
        return max(
            range(len(self.seen.paints)), key=lambda i: self.seen.paints[i].share * self._fits(i, self.look.skin)
        )

    def _note(
        self, parts: dict[str, Sighting], part: str, zone: str, described: Rgb, but: tuple[str, ...] = ()
    ) -> None:
        """Note the paint that takes most of a zone, where it takes enough and is not that of the parts named."""
        taken = [parts[name].colour for name in but if name in parts]
        share, index = max(
            (
                (share * self._fits(i, described), i)
                for i, share in enumerate(self.shares.get(zone, ()))
                if share >= _LEAST["belly" if part == "belly" else zone]
                and self._at_home(i, zone)
                and not self._is_shade(i, taken, described)
            ),
            default=(0.0, -1),
        )
        if index >= 0:
            seen = self._sighting(index, self.zones[zone].trust * min(1.0, share))
            parts[part] = dataclasses.replace(seen, colour=self._lit(index, zone)) if part in _SHADED else seen

    def _sighting(self, index: int, trust: float) -> Sighting:
        return Sighting(colour=self.seen.paints[index].colour, trust=max(0.01, trust * self.head.trust))

    def _lit(self, index: int, zone: str) -> Rgb:
        """The colour of a paint where light falls on it, for parts of which half lies in shadow."""
        colour = self.seen.paints[index].colour
        alike = [
            i for i, paint in enumerate(self.seen.paints)
            if i == index or (self.shares[zone][i] > 0.15 and _shade_of(paint, colour))
        ]  # fmt: skip
        box = self.zones[zone].within(self.seen.mask.shape)
        pixels = self.seen.lab[box][np.isin(self.seen.labels[box], alike)].astype(np.float64)
        low, high = np.percentile(pixels[:, 0], (60, 90))
        return rgb_of(pixels[(pixels[:, 0] >= low) & (pixels[:, 0] <= high)].mean(axis=0))

    def _fits(self, index: int, described: Rgb) -> float:
        """From 1 for a strange colour to 2 for the one described."""
        return 1 + math.exp(-((distance(self.seen.paints[index].colour, described) / _CLOSE) ** 2))

    def _shares(self, name: str, zone: Zone) -> NDArray[np.float64]:
        """The share of a zone that each paint takes."""
        labels = self.seen.labels
        if name == "hair" and self.head.covers is not None:
            labels = np.where(self.head.covers, np.int16(-1), labels)
        inside = labels[zone.within(labels.shape)]
        inside = inside[inside >= 0]
        return np.bincount(inside, minlength=len(self.seen.paints)) / max(12, inside.size)

    def _at_home(self, index: int, zone: str) -> bool:
        """Whether a paint belongs to a zone rather than reaching into it from another one."""
        return zone != "legs" or bool(self.shares[zone][index] >= 0.6 * max(s[index] for s in self.shares.values()))

    def _is_shade(self, index: int, taken: list[Rgb], described: Rgb) -> bool:
        """Whether a paint is one that is already somebody's, or only a shadow or a light on it."""
        paint = self.seen.paints[index]
        if any(distance(paint.colour, colour) < _SAME for colour in taken):
            return True
        return distance(paint.colour, described) > 18 and any(_shade_of(paint, colour) for colour in taken)


def _shade_of(paint: Paint, colour: Rgb) -> bool:
    """Whether a paint is a colour in shadow or in light: as grey or of the same hue, and not far lighter or darker."""
    light, *tint = lab_of(colour)
    one, other = complex(paint.lab[1] - 128, paint.lab[2] - 128), complex(tint[0] - 128, tint[1] - 128)
    if abs(paint.lab[0] - light) > _SHADE:
        return False
    if min(abs(one), abs(other)) < _GREY:
        return abs(one - other) < _GREY
    return abs(cmath.phase(one / other)) < _HUE and 0.55 < abs(one) / abs(other) < 1.8


def _likely(look: Look, seen: Seen) -> dict[str, Sighting]:
    """Where no head is found, as from behind: the paints that come near to what the words say."""
    wanted = {"skin": look.skin} | {p.slot: p.colour for p in look.pieces if p.slot != "held"}
    if look.kind == "human":
        wanted["hair"] = look.hair
    found = {}
    for part, colour in wanted.items():
        near = min(seen.paints, key=lambda p: distance(p.colour, colour))
        if distance(near.colour, colour) < _CLOSE and near.share > 0.01:
            found[part] = Sighting(colour=near.colour, trust=0.2)
    return found


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
