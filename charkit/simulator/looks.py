"""How a character looks: everything that the figures need to draw it, as plain data that survives as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator import colours

if TYPE_CHECKING:
    from charkit.simulator.colours import Rgb

SLOTS = ("head", "eyes", "neck", "outer", "top", "bottom", "feet", "back", "held")
"""Where pieces are worn or carried."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One garment or accessory."""

    slot: str
    """One of `SLOTS`."""

    style: str
    """What it is: "raincoat", "scarf", "lantern", ..."""

    colour: Rgb
    """Its main paint."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything about a character that a drawing shows."""

    name: str = ""
    """Name in the prompt; empty for a nameless figure."""

    kind: str = "human"
    """"human", "creature" or "robot"."""

    species: str = "human"
    """"human", "fox", "rabbit", ..., "spirit" for what has no name."""

    age: str = "adult"
    """"child", "adult" or "elder"."""

    voice: str = "adult"
    """Pitch class of the voice: "child", "woman", "man", "elder", "creature" or "robot"."""

    skin: Rgb = (240.0, 200.0, 165.0)
    """Skin of people, coat of creatures, shell of robots."""

    belly: Rgb = (241.0, 228.0, 198.0)
    """Lighter front of a creature."""

    hair: Rgb = (110.0, 70.0, 45.0)
    """Hair of people, markings of creatures."""

    style: str = "short"
    """Hairstyle."""

    eyes: Rgb = (90.0, 120.0, 70.0)
    """Iris."""

    face: str = "round"
    """Face shape: "round", "oval", "square", "heart" or "long"."""

    eye_size: float = 1.0
    """Factor on the size of the eyes."""

    head_size: float = 1.0
    """Factor on the size of the head."""

    ear_size: float = 1.0
    """Factor on a creature's ears."""

    freckles: bool = False
    """Freckles on the cheeks."""

    beard: bool = False
    """A beard in the colour of the hair."""

    tail_leaf: bool = False
    """A leaf at the tip of the tail."""

    spots: bool = False
    """Spotted coat."""

    pieces: tuple[Piece, ...] = ()
    """What it wears and carries."""

    def piece(self, slot: str) -> Piece | None:
        """The piece in a slot, if there is one."""
        return next((p for p in self.pieces if p.slot == slot), None)

    def dressed(self, slot: str, piece: Piece | None) -> Look:
        """The same character with another piece in a slot, or with none."""
        kept = tuple(p for p in self.pieces if p.slot != slot)
        return dataclasses.replace(self, pieces=kept if piece is None else (*kept, piece))


def to_json(look: Look) -> str:
    """Write a look as JSON text; colours are "#rrggbb"."""
    plain = dataclasses.asdict(look)
    for key in ("skin", "belly", "hair", "eyes"):
        plain[key] = colours.hexed(plain[key])
    for piece in plain["pieces"]:
        piece["colour"] = colours.hexed(piece["colour"])
    return json.dumps(plain, sort_keys=True)


def from_json(text: str) -> Look:
    """Read a look that `to_json` wrote.

    Raises:
        ValueError: the text is not such a look.
    """
    try:
        plain = json.loads(text)
        for key in ("skin", "belly", "hair", "eyes"):
            plain[key] = colours.rgb(plain[key])
        plain["pieces"] = tuple(
            Piece(slot=p["slot"], style=p["style"], colour=colours.rgb(p["colour"])) for p in plain["pieces"]
        )
        return Look(**plain)
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"not a character's look: {error}") from error


def chance(*words: str) -> np.random.Generator:
    """A random source that depends on the words alone."""
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
