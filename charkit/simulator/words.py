"""Reading a prompt: from labelled lines or free prose to a script that can be staged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from charkit.simulator import vocabulary as voc

_FIELDS = {
    "style", "shot", "framing", "place", "setting", "location", "scene", "background", "light", "lighting", "time",
    "mood", "weather", "action", "camera", "dialogue", "sound", "audio", "music", "view", "pose", "avoid", "negative",
    "characters", "character", "palette", "references", "format", "note", "continuity", "expression", "wardrobe",
}  # fmt: skip
_LINE = re.compile(r"^\s*[-*]?\s*([^\W\d_][\w '’.·・-]{0,60}?)\s*(?:\([^)]*\))?\s*[:：]\s*(\S.*)$")
_NOT = re.compile(r"\b(?:no|without|never|do not|don't|not)\b[^.;,\n]*", re.IGNORECASE)
_SPOKEN = re.compile(r"([^\"“”\n]{0,60})[\"“]([^\"”\n]{1,300})[\"”]")
"""What somebody says, and the words before it, which may name the speaker."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
"""Letters of scripts that are written without spaces: kana, Chinese characters, Thai."""
_WHO = "|".join(sorted([*voc.HUMANS, *voc.CREATURES, *voc.ROBOTS], key=len, reverse=True))
_SOMEBODY = re.compile(rf"\b(?:an?|one|two|the)\s+((?:[\w'’-]+[ ,]+){{0,6}}?)(?:{_WHO})s?\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One character's part in the script."""

    name: str
    """Name in the prompt; empty for somebody in free prose."""

    description: str
    """The words that describe the look."""

    actions: frozenset[str] = frozenset()
    """What it does, as in `vocabulary.ACTIONS`."""

    lines: tuple[str, ...] = ()
    """What it says."""

    side: str = ""
    """"left", "right" or "" for the middle."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """What a prompt asks to see and hear."""

    place: str
    """As in `vocabulary.PLACES`; "landscape" when no word of it is known."""

    light: str
    """As in `vocabulary.LIGHTS`."""

    weather: frozenset[str]
    """As in `vocabulary.WEATHERS`."""

    shot: str
    """As in `vocabulary.SHOTS`."""

    camera: str
    """As in `vocabulary.CAMERAS`; empty where the prompt says nothing of it."""

    view: str = ""
    """The view of a character asked for on plain ground, as in `vocabulary.VIEWS`; empty for a scene."""

    parts: tuple[Part, ...] = ()
    """The cast, left to right."""

    sounds: frozenset[str] = frozenset()
    """As in `vocabulary.SOUNDS`."""

    lamp: str = ""
    """"dark", "lit", "lights up" or "" for a lamp or lighthouse of which nothing is said."""

    words: str = ""
    """The words on the place, for what chance has to decide."""

    ground: str = ""
    """Words on the colour of a view's plain ground."""


@dataclass
class _Sheet:
    """A prompt taken apart into labelled lines."""

    fields: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    prose: list[str] = field(default_factory=list)

    def text(self, *labels: str) -> str:
        return " ".join(self.fields[label] for label in labels if label in self.fields)


def read_prompt(prompt: str, known: tuple[str, ...] = ()) -> Script:
    """Turn a prompt into a script; `known` are names of characters remembered by id."""
    sheet = _take_apart(prompt)
    whole = _NOT.sub(" ", " ".join([*sheet.prose, *sheet.fields.values()]))
    where = _NOT.sub(" ", sheet.text("place", "setting", "location", "scene", "background"))
    does = _NOT.sub(" ", sheet.text("action", "pose", "expression"))
    parts = _cast(sheet, prompt, known)
    weather = frozenset(found(voc.WEATHERS, " ".join((where, does, sheet.text("weather", "light"), whole))))
    shot = first(voc.SHOTS, sheet.text("shot", "framing", "view") or whole) or ("medium" if parts else "wide")
    heard = _NOT.sub(" ", sheet.text("sound", "audio", "music"))
    return Script(
        place=_place(where, does, whole),
        light=_light(sheet, where, does, whole),
        weather=weather,
        shot=shot,
        camera=first(voc.CAMERAS, sheet.text("camera")) or first(voc.CAMERAS, whole if not sheet.fields else ""),
        view=_view(sheet, prompt, parts),
        parts=parts,
        sounds=frozenset(found(voc.SOUNDS, heard)),
        lamp=_lamp(f"{where} {does} {whole}"),
        words=where or whole[:200],
        ground=_ground(prompt),
    )


def _take_apart(prompt: str) -> _Sheet:
    """Sort the lines by their labels."""
    sheet = _Sheet()
    for line in prompt.splitlines():
        match = _LINE.match(line)
        label = match.group(1).strip() if match else ""
        if match is None or len(label.split()) > 4:
            sheet.prose.append(line)
        elif label.lower() in _FIELDS:
            if label.lower() not in ("avoid", "negative"):
                sheet.fields[label.lower()] = (sheet.fields.get(label.lower(), "") + " " + match.group(2)).strip()
        elif _describes(match.group(2)):
            sheet.people[label] = match.group(2)
        else:
            sheet.prose.append(line)
    return sheet


def _describes(text: str) -> bool:
    """Whether a labelled line describes somebody (rather than being a line of dialogue).

    Scripts without spaces between words are counted by letters.
    """
    return not text.lstrip().startswith(('"', "“")) and (len(text.split()) >= 3 or len(_UNSPACED.findall(text)) >= 4)


def _cast(sheet: _Sheet, prompt: str, known: tuple[str, ...]) -> tuple[Part, ...]:
    """Everybody who appears, in the order left to right."""
    people = dict(sheet.people)
    for name in known:
        if name not in people and re.search(_whole(name), prompt, re.IGNORECASE):
            people[name] = ""
    if not people:
        people = _somebody(
            " ".join([sheet.text("character", "characters"), *sheet.prose, sheet.text("action", "shot")])
        )
    acts = sheet.text("action", "pose", "expression") or " ".join(sheet.prose)
    names = list(people)
    parts = [
        Part(
            name="" if name.startswith("#") else name,
            description=text,
            actions=_actions(acts, name, names),
            lines=_lines(prompt, name, names),
            side=_side(f"{sheet.text('shot', 'framing', 'action')} {' '.join(sheet.prose)}", name),
        )
        for name, text in list(people.items())[:3]
    ]
    return tuple(sorted(parts, key=lambda part: {"left": -1, "right": 1}.get(part.side, 0)))


def _somebody(text: str) -> dict[str, str]:
    """Nameless people and creatures of free prose, each with the words up to the next one."""
    text = _NOT.sub(" ", text)
    starts = [m.start() for m in _SOMEBODY.finditer(text)]
    ends = [*starts[1:], len(text)]
    spans = list(zip(starts, ends, strict=bool(starts)))[:2]
    return {f"#{i}": text[a:b] for i, (a, b) in enumerate(spans)}


def _sentences(text: str, name: str, names: list[str]) -> str:
    """The sentences of a text that concern somebody: those naming them, or naming nobody."""
    kept = []
    for sentence in re.split(r"[.;!?]\s*|, (?:while|and) (?=[A-Z])", text):
        named = [n for n in names if re.search(_whole(n), sentence)]
        if name in named or not named:
            kept.append(sentence)
    return " ".join(kept)


def _actions(text: str, name: str, names: list[str]) -> frozenset[str]:
    return frozenset(found(voc.ACTIONS, _NOT.sub(" ", _sentences(re.sub(r"[\"“][^\"”]*[\"”]", "", text), name, names))))


def _lines(prompt: str, name: str, names: list[str]) -> tuple[str, ...]:
    """What somebody says; lines without a speaker go to the first of the cast."""
    spoken = []
    for before, line in _SPOKEN.findall(prompt):
        sentence = re.split(r"[.!?]\s", before)[-1]
        places = [(m.end(), n) for n in names for m in re.finditer(_whole(n), sentence)]
        speaker = max(places, default=(0, names[0]))[1]
        if speaker == name:
            spoken.append(line)
    return tuple(spoken)


def _whole(name: str) -> str:
    """A pattern for a name as a whole; in scripts without spaces other letters may follow it directly."""
    start, end = (
        "" if _UNSPACED.match(letter) else rf"(?{look}\w)" for letter, look in ((name[0], "<!"), (name[-1], "!"))
    )
    return f"{start}{re.escape(name)}{end}"


def _side(text: str, name: str) -> str:
    match = re.search(rf"{_whole(name)}[^.,;]{{0,30}}?\b(left|right)\b", text) if name else None
    return match.group(1) if match else ""


def _place(where: str, does: str, whole: str) -> str:
    for text in (where, does, whole):
        place = first(voc.PLACES, text, nearest=True) or first(voc.WEAK_PLACES, text, nearest=True)
        if place:
            return place
    return "landscape"


def _light(sheet: _Sheet, where: str, does: str, whole: str) -> str:
    for text in (sheet.text("light", "lighting", "time"), where, sheet.text("weather", "mood"), does, whole):
        light = first(voc.LIGHTS, _NOT.sub(" ", text))
        if light:
            return light
    return "day"


def _view(sheet: _Sheet, prompt: str, parts: tuple[Part, ...]) -> str:
    """The view asked for when the prompt wants a character on plain ground rather than a scene."""
    if not parts or sheet.text("place", "setting", "location"):
        return ""
    asked = first(voc.VIEWS, sheet.text("view", "pose", "shot", "background") or prompt)
    if asked:
        return asked
    plain = re.search(r"\b(?:large face|full[- ]body|reference (?:sheet|view|picture|image))\b", prompt, re.IGNORECASE)
    return "front" if plain else ""


def _ground(prompt: str) -> str:
    match = re.search(r"\bplain,? ((?:[\w-]+ ){0,3}?)(?:back)?ground\b", prompt, re.IGNORECASE)
    return match.group(1).strip() if match else ""


def _lamp(text: str) -> str:
    if re.search(rf"\b(?:{voc.LAMP_ON})", text, re.IGNORECASE):
        return "lights up"
    if re.search(r"\b(?:beam|lit lighthouse|lighthouse (?:shines|glows|burns|is lit)|shining)\b", text, re.IGNORECASE):
        return "lit"
    if re.search(r"\b(?:dark|unlit|dead) (?:lighthouse|lamp)|lighthouse (?:\w+ ){0,4}dark", text, re.IGNORECASE):
        return "dark"
    return ""


def first(table: tuple[tuple[str, str], ...], text: str, *, nearest: bool = False) -> str:
    """What the table says of a text: its first row that matches, or with `nearest` the row that matches earliest."""
    best = (len(text) + 1, "")
    for pattern, value in table:
        match = re.search(rf"\b(?:{pattern})s?\b", text, re.IGNORECASE)
        if match and not nearest:
            return value
        if match and match.start() < best[0]:
            best = (match.start(), value)
    return best[1]


def found(table: tuple[tuple[str, str], ...], text: str) -> list[str]:
    """All that the table finds in a text."""
    return [value for pattern, value in table if re.search(rf"\b(?:{pattern})s?\b", text, re.IGNORECASE)]
