"""Identity drift: how a take's character differs from what was asked, decided by the seed alone."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.colours import Rgb, rgb, shift
from charkit.simulator.looks import Look, Piece, chance

if TYPE_CHECKING:
    from numpy.random import Generator

_STYLES = ("bob", "long", "ponytail", "pigtails", "braids", "bun", "curly", "wavy", "short", "spiky")
_STRANGERS = ("#3a2a28", "#e0b866", "#71498f", "#3d6fb5", "#c9c3ba", "#2c9463")
_COATS = ("#c23b35", "#3d6fb5", "#71498f", "#4d8c4e", "#e794ab", "#44444c", "#ecc63c")
_FACES = ("round", "oval", "square", "heart", "long")
_SPARE = (
    Piece(slot="head", style="beanie", colour=(194.0, 59.0, 53.0)),
    Piece(slot="eyes", style="glasses", colour=(59.0, 50.0, 54.0)),
    Piece(slot="back", style="satchel", colour=(138.0, 93.0, 52.0)),
    Piece(slot="neck", style="kerchief", colour=(63.0, 102.0, 148.0)),
)
_HUE, _LIGHT, _CHROMA = 0.055, 0.11, 0.16
"""Standard deviations of the colour drift at size 1: turns, lightness, saturation."""
_DESIGN = (0.2, 0.55, 0.4)
"""Shares of these three by which a design from words varies: its colours stay the ones that the words name."""
_FIRM = 0.2
"""Size of the drift below which hairstyle, face and accessories stay as they are."""


def drifted(look: Look, size: float, off_model: float, seed: int) -> Look:
    """The look as this take shows it.

    `size` is the drift from 0 to 1, `off_model` the probability of a take that misses the character altogether.
    """
    luck = chance("drift", look.name, str(seed))
    off = luck.random() < off_model
    moved = _recoloured(look, size, luck)
    moved = _reproportioned(moved, size, luck)
    moved = _redressed(moved, size, luck)
    return _off_model(moved, luck) if off else moved


def misses(look: Look, off_model: float, seed: int) -> bool:
    """Return whether `drifted` makes somebody else of a look: its first draw."""
    return bool(chance("drift", look.name, str(seed)).random() < off_model)


def designed(look: Look, size: float, seed: int) -> Look:
    """A look as one of several designs that the same words allow.

    Tones and proportions vary; what the words name is all there, in the colours that they name.
    """
    luck = chance("design", look.name, str(seed))
    moved = _recoloured(look, size, luck, _DESIGN)
    sized = _reproportioned(moved, size, luck)
    return dataclasses.replace(sized, face=look.face, freckles=look.freckles)


def _wander(colour: Rgb, size: float, luck: Generator, shares: tuple[float, float, float]) -> Rgb:
    hue, light, chroma = np.clip(luck.normal(size=3), -2.0, 2.0) * shares * size
    return shift(colour, hue=hue * _HUE, light=light * _LIGHT, chroma=chroma * _CHROMA)


def _recoloured(look: Look, size: float, luck: Generator, shares: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Look:
    pieces = tuple(dataclasses.replace(p, colour=_wander(p.colour, size, luck, shares)) for p in look.pieces)
    skin = _wander(look.skin, size * (0.4 if look.kind == "human" else 1.0), luck, shares)
    return dataclasses.replace(
        look, pieces=pieces, skin=skin, belly=_wander(look.belly, size * 0.5, luck, shares),
        hair=_wander(look.hair, size, luck, shares), eyes=_wander(look.eyes, size * 2, luck, shares),
    )  # fmt: skip


def _beyond(size: float, most: float) -> float:
    """Probability of a change that small drifts do not bring; `most` at size 1."""
    return max(0.0, size - _FIRM) / (1 - _FIRM) * most


def _reproportioned(look: Look, size: float, luck: Generator) -> Look:
    eye, head, ear = np.clip(luck.normal(size=3), -2.0, 2.0)
    face = str(luck.choice(_FACES)) if luck.random() < _beyond(size, 0.9) else look.face
    return dataclasses.replace(
        look, face=face, eye_size=float(look.eye_size * (1 + 0.14 * size * eye)),
        head_size=float(look.head_size * (1 + 0.09 * size * head)),
        ear_size=float(look.ear_size * (1 + 0.3 * size * ear)),
        freckles=look.freckles != (luck.random() < _beyond(size, 0.4)) if look.kind == "human" else False,
    )  # fmt: skip


def _redressed(look: Look, size: float, luck: Generator) -> Look:
    """Another hairstyle, a missing or an invented accessory."""
    if luck.random() < _beyond(size, 0.6):
        look = dataclasses.replace(look, style=str(luck.choice(_STYLES)))
    lose, gain = luck.random() < _beyond(size, 0.6), luck.random() < _beyond(size, 0.35)
    small = [p.slot for p in look.pieces if p.slot in ("neck", "head", "eyes", "back", "held")]
    if lose and small:
        look = look.dressed(str(luck.choice(small)), None)
    if gain:
        spare = _SPARE[int(luck.integers(len(_SPARE)))]
        if look.piece(spare.slot) is None:
            look = look.dressed(spare.slot, spare)
    return look


def _far(options: tuple[str, ...], colour: Rgb, luck: Generator) -> Rgb:
    """One of the two options that lie farthest from a colour."""
    ranked = sorted(options, key=lambda o: -sum(abs(a - b) for a, b in zip(rgb(o), colour, strict=True)))
    return rgb(ranked[int(luck.integers(2))])


def _off_model(look: Look, luck: Generator) -> Look:
    """Somebody else in the same part: other hair and other clothes, or another coat of fur."""
    pieces = tuple(
        dataclasses.replace(p, colour=_far(_COATS, p.colour, luck)) if p.slot in ("outer", "top", "neck") else p
        for p in look.pieces
    )
    others = [s for s in _STYLES if s != look.style]
    return dataclasses.replace(
        look, pieces=pieces, style=str(luck.choice(others)), hair=_far(_STRANGERS, look.hair, luck),
        skin=_far(_COATS, look.skin, luck) if look.kind != "human" else look.skin,
    )  # fmt: skip
