"""Reading one picture of a character: which paint is whose, going by where it lies from the head."""

from __future__ import annotations

import cmath
import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.anatomy import Head, Zone, find_face, find_skull, zones_of
from charkit.simulator.paints import Paint, distance, lab_of, rgb_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels
    from charkit.simulator.colours import Rgb
    from charkit.simulator.looks import Look

_CLOSE = 30.0
"""Distance in 8-bit CIELAB under which a picture's colour counts as the one that was described."""
SAME = 16.0
"""Distance in 8-bit CIELAB under which two paints pass for one."""
_SHADE, _GREY, _HUE = 60.0, 9.0, 0.22
"""Shadow and light on a paint: lightness (8-bit), chroma of greys (8-bit CIELAB), and angle of hue within which."""
_LEAST = {"hair": 0.25, "torso": 0.3, "legs": 0.06, "feet": 0.3, "neck": 0.22, "head": 0.35, "belly": 0.2}
"""Share of its zone that a part takes at least."""
_WORN = {"outer": "torso", "top": "torso", "feet": "feet", "bottom": "legs"}
"""Zones of the garments."""
_PAIRS = ("feet", "bottom")
"""Parts that come in twos."""
_SHADED = ("feet", "bottom", "neck")
"""Parts of which much lies in shadow: the far leg, the folds of a scarf."""
_NOT_OF = {
    "feet": ("skin",), "bottom": ("skin", "feet", "outer", "top"), "neck": ("skin", "outer", "top", "belly"),
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
        least = _LEAST["belly" if part == "belly" else zone]
        fits = {
            i: share * self._fits(i, described)
            for i, share in enumerate(self.shares.get(zone, ()))
            if share >= least and self._at_home(i, zone) and not self._is_shade(i, taken, described)
        }
        if not fits:
            return
        index = max(fits, key=lambda i: fits[i])
        if part in _PAIRS:  # of the two legs, the far one is in shadow
            index = max((i for i in fits if fits[i] > 0.5 * fits[index]), key=lambda i: self.seen.paints[i].lab[0])
        seen = self._sighting(index, self.zones[zone].trust * min(1.0, fits[index]))
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
        here = self.shares[zone][index]
        if zone == "legs":
            return bool(here >= 0.6 * max(shares[index] for shares in self.shares.values()))
        if zone == "neck" and self.human:
            colour = self.seen.paints[index].colour
            alike = [i == index or _shade_of(paint, colour) for i, paint in enumerate(self.seen.paints)]
            coated = min(self.shares[name][alike].sum() for name in ("left shoulder", "right shoulder"))
            return bool(here >= 0.6 * self.shares["hair"][index] and coated < 0.5)
        return True

    def _is_shade(self, index: int, taken: list[Rgb], described: Rgb) -> bool:
        """Whether a paint is one that is already somebody's, or only a shadow or a light on it."""
        paint = self.seen.paints[index]
        if any(distance(paint.colour, colour) < SAME for colour in taken):
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
