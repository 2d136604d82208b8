"""The simulated judge: answers questions about pictures from what it can make out in them, and sometimes wrongly.

It sees what `seeing` sees, colours by body part, and holds them against the pictures that the question calls
references. Hairstyle, eyes, face and build it cannot see and says so. A share of its answers is wrong, drawn from the
picture's bytes and its label: it is neither an oracle nor a coin, the same question gets the same answer, and in
another order it errs elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from charkit.simulator import colours, seeing
from charkit.simulator.faults import Fault
from charkit.simulator.looks import Look, chance
from charkit.simulator.paints import distance, lab_of
from charkit.simulator.reading import sight
from charkit.simulator.wardrobe import describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.simulator.colours import Rgb
    from charkit.simulator.reading import Seen

WRONG = 0.03
"""Share of answers that are wrong for no reason, one by one."""
_NEAR = 26.0
"""Distance in 8-bit CIELAB, lightness counting half, up to which two colours pass for one: about what mild light does
to a paint of the simulator's scenes."""
_SOMEBODY_ELSE = 29.0
"""Mean distance of a look's colours to a picture's nearest paints from which it shows somebody else. On the demo film's
figures: up to 28 for takes that keep the character, 30 to 36 for the other one's pictures."""
_LINE = re.compile(r"^Image (\d+): (.+)$", re.MULTILINE)
_REFERENCE = re.compile(r"(.+?), .*\ba reference\.$")
_LABEL = re.compile(r"(?:shot|set) ([\w-]+)\.$")
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"hair.?colou?r", ("hair",)),
    (r"skin|fur|coat", ("skin",)),
    (r"top", ("outer", "top")),
    (r"accessor", ("head", "neck")),
    (r"palette", ("skin", "outer", "top")),
)
"""Attribute, as the question may call it -> parts of a look that it is about. Trousers and skirts lie in shadow or
behind coats: it says that it cannot see them."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, taken apart."""

    name: str
    """Who is looked for."""
    words: str
    """How the question describes who is looked for."""
    references: tuple[bytes, ...]
    exhibits: tuple[tuple[str, bytes], ...]
    """Label and picture."""


def read_question(prompt: str, pictures: Sequence[bytes]) -> Asked:
    """Take a question apart: which pictures are references, and under which label each other one goes."""
    said = {int(number): words for number, words in _LINE.findall(prompt)}
    references: list[bytes] = []
    exhibits: list[tuple[str, bytes]] = []
    name = ""
    for number, data in enumerate(pictures, start=1):
        words = said.get(number, "")
        if match := _REFERENCE.match(words):
            name = name or match[1]
            references.append(data)
        else:
            label = _LABEL.search(words)
            exhibits.append((label[1] if label else str(number), data))
    told = re.search(rf"^{re.escape(name)}: (.+)$", prompt, re.MULTILINE) if name else None
    return Asked(name=name, words=told[1] if told else "", references=tuple(references), exhibits=tuple(exhibits))


def answer(prompt: str, schema: Mapping[str, object], pictures: Sequence[bytes], fault: Fault = Fault.NONE) -> str:
    """Return what the judge says, as the text of its answer.

    Args:
        prompt: The question.
        schema: The form that the answer is to have; decides which kind of question it is.
        pictures: In the order in which they came.
        fault: What goes wrong with it.
    """
    asked = read_question(prompt, pictures)
    wanted = schema.get("properties")
    members = wanted if isinstance(wanted, dict) else {}
    if fault in (Fault.DECLINE, Fault.EMPTY):
        return "Sure! These all look like the same character to me." if fault is Fault.DECLINE else ""
    if "shots" in members:
        said: object = _judged(asked, _attributes(members["shots"]), fault)
    elif "choice" in members:
        said = _compared(asked)
    else:
        said = {name: _described(asked, _inner(inner)) for name, inner in members.items()}
    text = json.dumps(said, ensure_ascii=False)
    return text[: len(text) // 2] if fault is Fault.MALFORMED else text


def _inner(schema: object) -> list[str]:
    members = schema.get("properties") if isinstance(schema, dict) else None
    return list(members) if isinstance(members, dict) else []


def _attributes(schema: object) -> list[str]:
    """Return the attributes that each shot is to be judged by: the members of its member `attributes`."""
    items = schema.get("items") if isinstance(schema, dict) else None
    members = items.get("properties") if isinstance(items, dict) else None
    return _inner(members.get("attributes")) if isinstance(members, dict) else []


@lru_cache(maxsize=64)
def _seen(data: bytes) -> Seen | None:
    image = seeing.decode(data)
    return None if image is None else seeing.look_at(image)


def _known(asked: Asked) -> Look:
    """Return who is looked for: by the words, corrected by the references."""
    look = describe(asked.words or asked.name, name=asked.name)
    return seeing.match(look, [seen for data in asked.references if (seen := _seen(data)) is not None])


def _colours(look: Look) -> dict[str, Rgb]:
    found = {"skin": look.skin} | {piece.slot: piece.colour for piece in look.pieces}
    return found | ({"hair": look.hair} if look.kind == "human" else {})


def _parts(attribute: str) -> tuple[str, ...]:
    return next((parts for pattern, parts in _PARTS if re.search(pattern, attribute)), ())


def _described(asked: Asked, attributes: Sequence[str]) -> dict[str, str]:
    known = _colours(_known(asked))
    found = {}
    for attribute in attributes:
        shown = [known[part] for part in _parts(attribute) if part in known]
        found[attribute] = " and ".join(dict.fromkeys(map(_named, shown))) or "not visible"
    return found


def _named(colour: Rgb) -> str:
    return min(colours.NAMES, key=lambda name: distance(colours.rgb(colours.NAMES[name]), colour))


def _judged(asked: Asked, attributes: Sequence[str], fault: Fault) -> dict[str, object]:
    look = _known(asked)
    shots = [_one(label, data, look, attributes) for label, data in asked.exhibits]
    if fault is Fault.STRANGE:
        shots = [*shots[1:], {**shots[0], "shot": "S99"}] if shots else shots
    return {"shots": shots}


def _one(label: str, data: bytes, look: Look, attributes: Sequence[str]) -> dict[str, object]:
    luck = chance("judge", look.name, label, hashlib.sha256(data).hexdigest())
    said = {name: _verdict(look, data, name, slip=luck.random() < WRONG) for name in attributes}
    differing = sum(one["verdict"] == "differs" for one in said.values())
    seen = sum(one["verdict"] != "not_visible" for one in said.values())
    picture = _seen(data)
    stranger = picture is not None and seeing.unlikeness(picture, look) > _SOMEBODY_ELSE
    return {"shot": label, "attributes": said, "is_outlier": bool(seen) and (stranger or 2 * differing > seen)}


def _verdict(look: Look, data: bytes, attribute: str, *, slip: bool) -> dict[str, str]:
    """Return one verdict with its evidence; a slip turns it into another."""
    picture, known = _seen(data), _colours(look)
    found = {part: one.colour for part, one in sight(look, picture).items()} if picture is not None else {}
    parts = [part for part in _parts(attribute) if part in found and part in known]
    if not parts:
        return {"verdict": "not_visible", "evidence": "cannot be made out"}
    away = [part for part in parts if _apart(found[part], known[part]) > _NEAR]
    differs = bool(away) != slip
    part = away[0] if away else parts[0]
    words = f"{_named(found[part])} {part}"
    if differs:
        return {"verdict": "differs", "evidence": f"{words} instead of {_named(known[part])}"}
    return {"verdict": "match", "evidence": words}


def _apart(one: Rgb, other: Rgb) -> float:
    """Return the distance of two colours in which light weighs half: it is what changes from scene to scene."""
    apart = lab_of(one) - lab_of(other)
    return float((0.25 * apart[0] ** 2 + apart[1] ** 2 + apart[2] ** 2) ** 0.5)


def _compared(asked: Asked) -> dict[str, str]:
    """Say which of two sets shows one person throughout: the one with the smaller spread around the references."""
    look = _known(asked)
    spread: dict[str, list[float]] = {}
    for label, data in asked.exhibits:
        picture = _seen(data)
        found = sight(look, picture) if picture is not None else {}
        known = _colours(look)
        away = [_apart(one.colour, known[part]) for part, one in found.items() if part in known]
        spread.setdefault(label, []).extend(away)
    mean = {label: sum(away) / len(away) for label, away in spread.items() if away}
    if len(mean) < 2 or max(mean.values()) - min(mean.values()) < 2.0:
        return {"choice": "tie", "evidence": "no difference that can be made out"}
    best = min(mean, key=lambda label: mean[label])
    return {"choice": best, "evidence": f"its colours stay nearer to {asked.name}"}
