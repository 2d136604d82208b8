"""From a description in plain English to a look: species, hair, eyes, garments and their colours."""

from __future__ import annotations

import dataclasses
import re

from charkit.simulator import vocabulary as voc
from charkit.simulator.colours import NAMES, SHADES, Rgb, lighter, named, rgb
from charkit.simulator.looks import Look, Piece, chance

_SKINS = ("#f4d0b0", "#e8b88f", "#d39a6c", "#a86f47", "#7c4d33", "#f7dcc4")
_HAIRS = ("#3a2a28", "#6b4128", "#b8602f", "#e0b866", "#2c2833", "#8a3a24", "#c9c3ba")
_EYES = ("#4d8c4e", "#3d6fb5", "#7a4e32", "#8f6e3a", "#5b6776")
_COATS = ("#c23b35", "#2a8783", "#d9a22c", "#3f6694", "#6d3a63", "#6d8547", "#ab5430")
_COLOUR = "|".join(sorted(NAMES, key=len, reverse=True))
_SHADE = "|".join(SHADES)
_PAINT = re.compile(rf"\b(?:(?:{_SHADE})[ -])*(?:{_COLOUR})(?:(?:[ -]|ish )(?:{_COLOUR}))*(?:ish|ed)?\b", re.IGNORECASE)
_ANY_PIECE = re.compile(
    r"\b(?:" + "|".join(f"({k})" for k in sorted(voc.GARMENTS, key=len, reverse=True)) + r")(?:e?s)?\b", re.IGNORECASE
)
_PIECES = [voc.GARMENTS[k] for k in sorted(voc.GARMENTS, key=len, reverse=True)]


def describe(text: str, *, name: str = "") -> Look:
    """The look that a description asks for.

    What the text leaves open is decided by the text itself, so that the same words always mean the same character.
    """
    text = re.sub(r"-", " ", re.sub(r"\b(chin|shoulder|waist|three)-", r"\1_", text)).replace("_", "-")
    luck = chance("look", name, " ".join(text.lower().split()))
    kind, species, age, voice = _being(text)
    pieces = _pieces(text)
    hair = _feature(text, rf"hair|curls?|{_any(voc.HAIR_STYLES)}|beard|mane") or rgb(str(luck.choice(_HAIRS)))
    look = Look(
        name=name,
        kind=kind,
        species=species,
        age=age,
        voice=voice,
        skin=_body_colour(text, kind, species, str(luck.choice(_SKINS))),
        hair=rgb("#b9b3ae") if age == "elder" and _feature(text, "hair|beard|bun") is None else hair,
        style=_hairstyle(text, voice, str(luck.choice(["bob", "long", "ponytail", "wavy"]))),
        eyes=_feature(text, "eyes?|eyed") or rgb(str(luck.choice(_EYES))),
        face=_face(text, str(luck.choice(["round", "oval", "heart"]))),
        eye_size=1.15 if re.search(r"\b(?:big|large|huge|wide|round)(?: \w+)? eye", text, re.IGNORECASE) else 1.0,
        ear_size=_ears(text),
        freckles=bool(re.search(r"\bfreckle", text, re.IGNORECASE)),
        beard=bool(re.search(r"\b(?:beard|moustache|whiskered man)", text, re.IGNORECASE)),
        tail_leaf=bool(re.search(r"\bleaf\b", text, re.IGNORECASE)),
        spots=bool(re.search(r"\b(?:spots?|spotted|dappled|speckled)\b", text, re.IGNORECASE)),
        pieces=pieces,
    )
    return _finish(look, text, str(luck.choice(_COATS)))


def _any(table: dict[str, str]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


def _earliest(table: dict[str, str] | dict[str, tuple[str, str]], text: str) -> tuple[int, str]:
    """Where and which key of a table stands first in the text; the longer key wins at one place."""
    best = (len(text) + 1, 0, "")
    for key in table:
        match = re.search(rf"\b(?:{key})s?\b", text, re.IGNORECASE)
        if match:
            best = min(best, (match.start(), -len(key), key))
    return best[0], best[2]


def _being(text: str) -> tuple[str, str, str, str]:
    """Kind, species, age and voice."""
    human, animal = _earliest(voc.HUMANS, text), _earliest(voc.CREATURES, text)
    robot = re.search(rf"\b(?:{'|'.join(voc.ROBOTS)})s?\b", text, re.IGNORECASE)
    if robot and robot.start() < min(human[0], animal[0]):
        return "robot", "robot", "adult", "robot"
    if human[0] < animal[0]:
        age, voice = voc.HUMANS[human[1]]
        young = re.search(r"\b(?:of about|aged?) (?:four|five|six|seven|eight|nine|ten|eleven|[4-9]|1[01])\b", text)
        old = re.search(r"\b(?:old|elderly|aged|ancient)\b(?! (?:\d|coat|hat))", text)
        if young and age == "adult":
            return "human", "human", "child", "child"
        return ("human", "human", "elder", "elder") if old and age == "adult" else ("human", "human", age, voice)
    if animal[1]:
        return "creature", voc.CREATURES[animal[1]], "child", "creature"
    garment = _ANY_PIECE.search(text) or re.search(r"\b(?:hair|she|he|her|his)\b", text, re.IGNORECASE)
    return ("human", "human", "adult", "adult") if garment else ("creature", "spirit", "child", "creature")


def _feature(text: str, noun: str) -> Rgb | None:
    """Colour said of a body part: "big green eyes", "hair of copper", "moss green fur"."""
    match = re.search(
        rf"({_PAINT.pattern})(?:[ ,]+(?!and\b|with\b)[\w'’-]+){{0,3}}?[ ]+(?:{noun})\b", text, re.IGNORECASE
    )
    if match:
        return _last_paint(match.group(0))
    match = re.search(rf"\b(?:{noun}) (?:is|are|of|in|the colour of|,)? ?({_PAINT.pattern})", text, re.IGNORECASE)
    return _last_paint(match.group(1)) if match else None


def _last_paint(text: str) -> Rgb | None:
    paints = [m.group(0) for m in _PAINT.finditer(text)]
    return named(re.findall(r"[a-z]+?(?=ish\b|\b)", paints[-1].lower())) if paints else None


def _body_colour(text: str, kind: str, species: str, skin: str) -> Rgb:
    if kind == "robot":
        return _feature(text, "robot|android|body|shell|metal|plating|automaton|droid") or rgb("#9fb0b8")
    if kind == "creature":
        nouns = rf"fur|furred|coat|skin|scales?|feathers?|plumage|body|{_any(voc.CREATURES)}"
        return _feature(text, nouns) or rgb(voc.COATS[species])
    for words, paint in (
        ("dark brown skin|dark skin|deep brown skin|black skin", "#6f452f"), ("olive skin|tan(?:ned)? skin", "#cf9a6b"),
        ("brown skin|dark complexion", "#8f5c3c"), ("pale|fair", "#f7dcc8"), ("light skin", "#f2cba8"),
    ):  # fmt: skip
        if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE):
            return rgb(paint)
    return rgb(skin)


def _hairstyle(text: str, voice: str, lucky: str) -> str:
    telling = {k: v for k, v in voc.HAIR_STYLES.items() if "hair" not in k}
    key = _earliest(telling, text)[1] or _earliest(voc.HAIR_STYLES, text)[1]
    if key:
        return voc.HAIR_STYLES[key]
    return "short" if voice in ("man", "elder", "adult") or re.search(r"\b(?:boy|he|his)\b", text) else lucky


def _face(text: str, lucky: str) -> str:
    match = re.search(r"\b(round|oval|square|heart|long|narrow|angular|chubby)[ -](?:shaped )?(?:face|jaw)", text)
    shape = match.group(1) if match else lucky
    return {"narrow": "long", "angular": "square", "chubby": "round"}.get(shape, shape)


def _ears(text: str) -> float:
    match = re.search(r"\b(very (?:large|big)|huge|enormous|large|big|long|small|tiny) (?:\w+ )?ears", text)
    if match is None:
        return 1.0
    return {"small": 0.75, "tiny": 0.65, "large": 1.25, "big": 1.25, "long": 1.3}.get(match.group(1), 1.5)


def _pieces(text: str) -> tuple[Piece, ...]:
    """Garments and accessories, each with the colour that stands before it."""
    pieces: dict[str, Piece] = {}
    end = 0
    for match in _ANY_PIECE.finditer(text):
        slot, style = _PIECES[next(i for i, group in enumerate(match.groups()) if group)]
        before = re.split(r"[;.]|\b(?:carrying|holding)\b", text[end : match.start()])[-1]
        shared = re.split(r",", before)[-1]
        colour = _last_paint(shared)
        if colour is None:
            colour = rgb(voc.PAINTS.get(style, "#8a7f74"))
        if slot not in pieces:
            pieces[slot] = Piece(slot=slot, style=style, colour=colour)
        end = match.end()
    return tuple(pieces.values())


def _finish(look: Look, text: str, coat: str) -> Look:
    """Add what nobody says because it goes without saying: a person wears clothes, a belly is lighter."""
    if look.kind != "human":
        belly = _feature(text, "belly|tummy|chest|underside|throat") or lighter(look.skin, 0.55)
        marks = _feature(text, "stripes?|markings?|spots?|mane|ear tips?") or look.skin
        return dataclasses.replace(look, belly=belly, hair=marks)
    if look.piece("outer") is None and look.piece("top") is None:
        look = look.dressed("top", Piece(slot="top", style="sweater", colour=rgb(coat)))
    if look.piece("bottom") is None:
        look = look.dressed("bottom", Piece(slot="bottom", style="trousers", colour=rgb(voc.PAINTS["trousers"])))
    if look.piece("feet") is None:
        look = look.dressed("feet", Piece(slot="feet", style="shoes", colour=rgb(voc.PAINTS["shoes"])))
    return look
