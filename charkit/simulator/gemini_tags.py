"""The prompt tags that bind media to roles on Gemini Omni (reference google-wire, 1.6).

A header at the start maps tags to parts, `[# References <IMAGE_REF_0>@Image1]`; without one, tags are numbered in the
order of the parts. The name of a character is the one that stands before the tag: `Mira (<IMAGE_REF_0>)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = re.compile(r"\[#\s*(?:Sources|References)\b[^\]]*\]\s*")
_MAPPING = re.compile(r"<(FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+)>\s*@Image(\d+)")
_TAG = re.compile(r"<(FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+)>")
_NAMED = re.compile(r"([A-Z][\w'’-]*)\s*(?:\(([^()]*<IMAGE_REF_\d+>[^()]*)\)|((?:<IMAGE_REF_\d+>[\s,]*)+))")
"""A capitalised word and the tags behind it, in brackets or bare."""
_LEFT_OVER = re.compile(
    r"\s*\(\s*(?:<[A-Z_]+\d*>[\s,]*(?:and\s*)?)+\)|\s*<(?:FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+|"
    r"VIDEO_REF_\d+|VIDEO_\d+|PREVIOUS_VIDEO)>"
)
_ROLES = {"FIRST_FRAME": "first frame", "LAST_FRAME": "last frame"}


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What one image part is for."""

    role: str
    label: str = ""


def bind(prompt: str, images: int, task: str) -> list[Binding]:
    """Return a binding for each image part, in order.

    Args:
        prompt: the text as sent.
        images: how many image parts there are.
        task: the request's task word; empty where the model decides.
    """
    parts = _mapped(prompt) or _numbered(prompt)
    names = _names(prompt)
    bound: list[Binding] = []
    for index in range(images):
        tag = parts.get(index)
        if tag is None:
            bound.append(Binding(role=_untagged(index, task)))
        else:
            bound.append(Binding(role=_ROLES.get(tag, "character"), label=names.get(tag, "")))
    return bound


def plain(prompt: str) -> str:
    """Return the prompt without header and tags."""
    return _LEFT_OVER.sub("", _HEADER.sub("", prompt)).strip()


def _mapped(prompt: str) -> dict[int, str]:
    headers = "".join(_HEADER.findall(prompt))
    return {int(number) - 1: tag for tag, number in _MAPPING.findall(headers)}


def _numbered(prompt: str) -> dict[int, str]:
    """Number the tags: frames come first, then references by their number."""
    tags = set(_TAG.findall(prompt))
    frames = [tag for tag in ("FIRST_FRAME", "LAST_FRAME") if tag in tags]
    parts = dict(enumerate(frames))
    for tag in tags - set(frames):
        parts[len(frames) + int(tag.removeprefix("IMAGE_REF_"))] = tag
    return parts


def _names(prompt: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, bracketed, bare in _NAMED.findall(_HEADER.sub("", prompt)):
        for tag in _TAG.findall(bracketed or bare):
            names.setdefault(tag, name)
    return names


def _untagged(index: int, task: str) -> str:
    if task == "reference_to_video":
        return "character"
    # Without a task Omni takes a reference for its literal first frame (reference google-wire 7).
    return ("first frame", "last frame")[index] if index < 2 and task in ("", "image_to_video") else "unknown"
