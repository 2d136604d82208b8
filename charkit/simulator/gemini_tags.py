"""The prompt tags that bind media to roles on Gemini Omni (reference google-wire, 1.6).

A header at the start maps tags to parts, `[# References <IMAGE_REF_0>@Image1]`; without one, tags are numbered in the
order of the parts. The name of a character is the one that stands before the tag: `Mira (<IMAGE_REF_0>)`. A labelled
line, `José (<IMAGE_REF_0>): ...`, gives it exactly; in running text it is the capitalised words before the tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = re.compile(r"\[#\s*(?:Sources|References)\b[^\]]*\]\s*")
_MAPPING = re.compile(r"<(FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+)>\s*@Image(\d+)")
_TAG = re.compile(r"<(FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+)>")
_LABELLED = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?([^\n<>()\[\]:：]{1,80}?)[ \t]*\(([^()\n]*<IMAGE_REF_\d+>[^()\n]*)\)\s*[:：]", re.MULTILINE
)
"""A line that describes a character; what stands before its tags is the name, in any script."""
_BEHIND = re.compile(r"([^\n<>()\[\]]*?)\s*(?:\(([^()\n]*<IMAGE_REF_\d+>[^()\n]*)\)|((?:<IMAGE_REF_\d+>[\s,]*)+))")
"""Tags in running text, in brackets or bare, and the words before them."""
_WORD = re.compile(r"([^\W\d_][\w'’-]*)\s*$")
_LEFT_OVER = re.compile(
    r"\s*\(\s*(?:<[A-Z_]+\d*>[\s,]*(?:and\s*)?)+\)|\s*<(?:FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+|"
    r"VIDEO_REF_\d+|VIDEO_\d+|PREVIOUS_VIDEO)>"
)
_ROLES = {"FIRST_FRAME": "first frame", "LAST_FRAME": "last frame"}


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What an image part is for."""

    part: int
    """Which image part, from 0."""
    role: str
    label: str = ""
    """The character's name, for references that the prompt names."""


def bind(prompt: str, images: int, task: str) -> list[Binding]:
    """Return what the image parts are for, in order; a part that has two roles (a loop) appears twice.

    Args:
        prompt: the text as sent.
        images: how many image parts there are.
        task: the request's task word; empty where the model decides.
    """
    tagged = _mapped(prompt) or _numbered(prompt)
    names = _names(prompt)
    bound: list[Binding] = []
    for part in range(images):
        tags = [tag for number, tag in tagged if number == part]
        bound += [Binding(part=part, role=_ROLES.get(tag, "character"), label=names.get(tag, "")) for tag in tags]
        if not tags:
            bound.append(Binding(part=part, role=_untagged(part, task)))
    return bound


def plain(prompt: str) -> str:
    """Return the prompt without header and tags."""
    return _LEFT_OVER.sub("", _HEADER.sub("", prompt)).strip()


def _mapped(prompt: str) -> list[tuple[int, str]]:
    headers = "".join(_HEADER.findall(prompt))
    return [(int(number) - 1, tag) for tag, number in _MAPPING.findall(headers)]


def _numbered(prompt: str) -> list[tuple[int, str]]:
    """Number the tags: frames come first, then references by their number."""
    tags = set(_TAG.findall(prompt))
    frames = [tag for tag in _ROLES if tag in tags]
    references = sorted(tags - set(frames))
    return [*enumerate(frames), *((len(frames) + int(tag.removeprefix("IMAGE_REF_")), tag) for tag in references)]


def _names(prompt: str) -> dict[str, str]:
    """Names by tag: exact ones from labelled lines, else the capitalised words before a tag."""
    text = _HEADER.sub("", prompt)
    names: dict[str, str] = {}
    found = [(name.strip(), tags) for name, tags in _LABELLED.findall(text)]
    found += [(_last_name(words), bracketed or bare) for words, bracketed, bare in _BEHIND.findall(text)]
    for name, tags in found:
        for tag in _TAG.findall(tags) if name else ():
            names.setdefault(tag, name)
    return names


def _last_name(text: str) -> str:
    """The name that ends a text: its last words that begin with a capital, or a word of a script without capitals."""
    words: list[str] = []
    while match := _WORD.search(text):
        word = match.group(1)
        caseless = word[0].lower() == word[0].upper()
        if not (word[0].isupper() or (caseless and not words)):
            break
        words.insert(0, word)
        text = text[: match.start()]
        if caseless or not text.endswith(" "):
            break
    return " ".join(words)


def _untagged(index: int, task: str) -> str:
    if task == "reference_to_video":
        return "character"
    # Without a task Omni takes a reference for its literal first frame (reference google-wire 7).
    return ("first frame", "last frame")[index] if index < 2 and task in ("", "image_to_video") else "unknown"
