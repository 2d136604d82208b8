"""MiniMax H3 as both servers that run it treat a request (reference openai-video-wire 4.3 and 4.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from charkit.simulator import pictures
from charkit.simulator.intake import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVED = "MiniMaxAI/MiniMax-H3"
"""The model that the simulated servers were started with."""
FPS = 24
CANVASES = {
    "21:9": (1536, 672),
    "16:9": (1344, 768),
    "4:3": (1024, 768),
    "1:1": (768, 768),
    "3:4": (768, 1024),
    "9:16": (768, 1344),
}
"""Pixels by aspect ratio at the short edge of 768."""
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})
MAX_IMAGE = 30 * 2**20
"""Bytes of one picture."""
_NAME = r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"
"""For prompts that describe nobody; described characters are known by their names in any script."""
_SAYS = re.compile(r"<Picture (\d+)>(?: is| shows|:) +")
_IS = re.compile(rf"<Picture (\d+)>(?: is| shows|:) ({_NAME})")
_BESIDE = re.compile(rf"({_NAME}) \(((?:<Picture \d+>[,\s]*)+)\)")
_LINE = re.compile(r"<(?:Picture|Video) \d+>(?: is| shows|:) (?![a-z])[^.\n]*\.[ \t]*\n?")
_LABEL = re.compile(r"\s*\((?:<(?:Picture|Video|Audio) \d+>[,\s]*)+\)|<(?:Picture|Video|Audio) \d+>\s?")


def is_served(model: str) -> bool:
    """Return whether a request's model is the one that the server runs, under whatever path or alias."""
    return not model or re.search(r"(?:^|[^a-z])h3(?![0-9a-z])", model.lower()) is not None


def seconds(asked: float) -> float:
    """Return how long the clip really is: frames are rounded up to 17n + 5."""
    frames = round(asked * FPS)
    while frames % 17 != 5:
        frames += 1
    return frames / FPS


def check_length(asked: float) -> None:
    """Refuse a length outside 4 to 15 seconds."""
    if not 4 <= asked <= 15:
        raise Refused(f"MiniMax H3 output duration must be in [4, 15] seconds, got {asked:g}")


def check_counts(images: int, videos: int, audios: int) -> None:
    """Refuse more references than the model takes, or none to look at."""
    for count, most, what in ((images, 9, "image"), (videos, 3, "video"), (audios, 3, "standalone audio")):
        if count > most:
            raise Refused(f"ref2va accepts at most {most} {what} references")
    if images + videos + audios > 12:
        raise Refused("ref2va accepts at most 12 total references")
    if images + videos == 0:
        raise Refused("ref2va requires at least one image or video reference")


def reference(data: bytes, param: str, low: float, high: float) -> pictures.Arrived:
    """Return a reference picture.

    Args:
        data: the file.
        param: where it came in.
        low: the least width to height that this server takes.
        high: the greatest.

    Raises:
        Refused: too heavy, too small, too large, or of another aspect.
    """
    if len(data) > MAX_IMAGE:
        raise Refused(f"reference image exceeds {MAX_IMAGE} bytes", param=param)
    found = pictures.measured(data, IMAGES, param)
    size = f"{found.width}x{found.height}"
    if not low <= found.width / found.height <= high:
        raise Refused(f"reference image aspect ratio must be in [{low:g}, {high:g}], got {size}", param=param)
    if min(found.width, found.height) < 256 or max(found.width, found.height) > 5760:
        raise Refused(f"reference image dimensions must be in [256, 5760] pixels, got {size}", param=param)
    return found


def names(prompt: str, count: int) -> list[str]:
    """Return whom each picture shows by the prompt's word: `<Picture 1> is Mira.` or `Mira (<Picture 1>)`."""
    known = {int(number): name for number, name in _IS.findall(prompt)}
    known |= {int(s[1]): found for s in _SAYS.finditer(prompt) if (found := pictures.named_at(prompt, s.end()))}
    for name, labels in _BESIDE.findall(prompt):
        for number in re.findall(r"\d+", labels):
            known.setdefault(int(number), name)
    return [known.get(number, "") for number in range(1, count + 1)]


def plain(prompt: str) -> str:
    """Return the prompt without label lines and labels."""
    return _LABEL.sub("", _LINE.sub("", prompt)).strip()


def shown_as(task: str, count: int) -> Sequence[str]:
    """Return the roles of `count` pictures without roles of their own."""
    return ("character",) * count if task == "ref2va" else ("first frame", "last frame")[:count]
