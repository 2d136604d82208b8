"""MiniMax H3 behind `/v1/videos`: its canvases, its real clip length, its references and the labels that cite them.

Read in the released code of the two servers that run it, vllm_omni 0.30.0 and sglang 0.5.23 (openai-video-wire.md 4.3
and 4.4). Both put `<Picture 1>: ` before the first reference picture, `<Video 1>: ` and `<Audio 1>: ` before clips and
sounds, each numbered on its own in the order of arrival, and then the prompt as it is: so the prompt has to say
`<Picture 1>` to mean that picture. Plain "Picture 1" is ordinary text to them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Role
from charkit.providers.reading import measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.providers.base import Blob, BoundReference

FPS = 24
"""Frames per second; the model knows no other."""

SECONDS = range(4, 16)
"""Whole seconds that one clip may be asked to last."""

SHORT_EDGE = 768
"""Pixels of the shorter side that the model was made for."""

CANVASES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "21:9": (1536, 672),
        "16:9": (1344, 768),
        "4:3": (1024, 768),
        "1:1": (768, 768),
        "3:4": (768, 1024),
        "9:16": (768, 1344),
    }
)
"""Aspect ratio -> width and height in pixels of the clip (`resolve_minimax_h3_output_canvas`, short edge 768)."""

MULTIPLE = 32
"""Both sides of a clip are multiples of this; servers round others down."""

_H3 = re.compile(r"(?:^|[^a-z])(?:fast|vdn)?[-_]?h3(?![0-9a-z])", re.IGNORECASE)
_CITED = re.compile(r"<(Picture|Video|Audio) (\d+)>")
_LABELS = {"image": "Picture", "video": "Video", "audio": "Audio"}
_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ReferenceRules:
    """What one server takes as references."""

    source: str
    aspects: tuple[float, float]
    """The least and the greatest width to height."""
    sides: tuple[int, int] = (256, 5760)
    """The least and the greatest side in pixels."""
    kinds: frozenset[str] = frozenset({"image", "video", "audio"})
    """What its field for references carries."""


MOST: Mapping[str, int] = MappingProxyType({"image": 9, "video": 3, "audio": 3})
"""References of each kind in one request."""

MOST_TOGETHER = 12
"""References of all kinds in one request."""

KINDS: Mapping[str, tuple[frozenset[str], int]] = MappingProxyType(
    {
        "image": (frozenset(f"image/{kind}" for kind in ("heic", "heif", "jpeg", "png", "webp")), 30 * _MIB),
        "video": (frozenset({"video/mp4", "video/quicktime"}), 50 * _MIB),
        "audio": (frozenset({"audio/mpeg", "audio/wav", "audio/x-wav"}), 15 * _MIB),
    }
)
"""Media types, and bytes of one file, per kind of reference."""


def is_h3(model: str) -> bool:
    """Return whether a model's name says that it is MiniMax H3 or one made from it."""
    return bool(_H3.search(model))


def clip_frames(seconds: float) -> int:
    """Return how many frames a clip has that was asked to last `seconds`: the next 17n + 5.

    Source: `minimax_h3_align_frame_count` in vllm_omni 0.30.0 and sglang 0.5.23.
    """
    asked = round(seconds * FPS)
    return asked + (5 - asked) % 17


def clip_seconds(seconds: float) -> float:
    """Return how long a clip really lasts, in seconds, that was asked to last `seconds`; 4 give 4.46, 8 give 8."""
    return clip_frames(seconds) / FPS


def nearest_aspect(width: int, height: int) -> str:
    """Return the aspect ratio, of those that the model knows, that is nearest to a size."""
    return min(CANVASES, key=lambda aspect: abs(_ratio(*CANVASES[aspect]) / _ratio(width, height) - 1))


def task(references: Sequence[BoundReference]) -> str:
    """Return the task word: text, frames or references to video and audio."""
    if any(one.role not in (Role.FIRST_FRAME, Role.LAST_FRAME) for one in references):
        return "ref2va"
    return "fl2va" if references else "t2va"


def kind(blob: Blob) -> str:
    """Return `image`, `video` or `audio`, or what else the media type begins with."""
    return blob.media_type.partition("/")[0]


def labels(references: Sequence[BoundReference]) -> list[str]:
    """Return what the prompt calls each reference, in order: `<Picture 1>`, `<Picture 2>`, `<Video 1>` ..."""
    seen: dict[str, int] = {}
    named = []
    for one in references:
        word = _LABELS.get(kind(one.blob), "Picture")
        seen[word] = seen.get(word, 0) + 1
        named.append(f"<{word} {seen[word]}>")
    return named


def check_length(seconds: int, *, source: str) -> None:
    """Refuse a length that the model does not make.

    Raises:
        UnsupportedRequest: below 4 or above 15 seconds.
    """
    if seconds not in SECONDS:
        low, high = SECONDS[0], SECONDS[-1]
        raise UnsupportedRequest(
            f"{seconds} s is no length of MiniMax H3",
            rule=f"{low} to {high} whole seconds",
            nearest=f"{min(max(seconds, low), high)} s",
            source=source,
        )


def check_references(shown: Sequence[BoundReference], prompt: str, rules: ReferenceRules) -> None:
    """Refuse references that the server would refuse, or would take without the prompt meaning them.

    Args:
        shown: Pictures, clips and sounds that are no frames, in order.
        prompt: The text that has to cite them.
        rules: The server's.

    Raises:
        UnsupportedRequest: too many, too large, of another kind or shape, or not cited.
        BadReference: a picture cannot be read.
    """
    _check_counts(shown, rules.source)
    for one in shown:
        if kind(one.blob) in MOST and kind(one.blob) not in rules.kinds:
            raise UnsupportedRequest(
                f"{one.blob.name} is {one.blob.media_type}",
                rule=f"this server's references are {' and '.join(sorted(rules.kinds))} files",
                nearest="pictures out of it",
                source=rules.source,
            )
        _check_file(one.blob, rules.source)
        if kind(one.blob) == "image":
            _check_picture(one.blob, rules)
    _check_cited(labels(shown), shown, prompt, rules.source)


def _check_counts(shown: Sequence[BoundReference], source: str) -> None:
    counts = {word: sum(kind(one.blob) == word for one in shown) for word in MOST}
    for word, most in MOST.items():
        if counts[word] > most:
            raise UnsupportedRequest(
                f"the request has {counts[word]} {word} references",
                rule=f"at most {most}",
                nearest=f"the first {most}",
                source=source,
            )
    if len(shown) > MOST_TOGETHER:
        raise UnsupportedRequest(
            f"the request has {len(shown)} references", rule=f"at most {MOST_TOGETHER} in all", source=source
        )
    if counts["audio"] and not counts["image"] + counts["video"]:
        raise UnsupportedRequest(
            "the only references are sounds", rule="at least one picture or clip among the references", source=source
        )


def _check_file(blob: Blob, source: str) -> None:
    types, most = KINDS.get(kind(blob), (frozenset(), 0))
    if blob.media_type not in types:
        known = ", ".join(sorted(each.partition("/")[2] for each in types or KINDS["image"][0]))
        raise UnsupportedRequest(
            f"{blob.name} is {blob.media_type}", rule=f"references are {known}", nearest="PNG", source=source
        )
    if len(blob.data) > most:
        raise UnsupportedRequest(
            f"{blob.name} has {len(blob.data)} bytes",
            rule=f"at most {most // _MIB} MiB",
            nearest="the same as JPEG or smaller",
            source=source,
        )


def _check_picture(blob: Blob, rules: ReferenceRules) -> None:
    width, height = measured(blob)
    least, most = rules.sides
    if min(width, height) < least or max(width, height) > most:
        scale = max(least / min(width, height), min(1.0, most / max(width, height)))
        raise UnsupportedRequest(
            f"{blob.name} has {width}x{height} pixels",
            rule=f"each side {least} to {most} pixels",
            nearest=f"the same picture at about {round(width * scale)}x{round(height * scale)}",
            source=rules.source,
        )
    low, high = rules.aspects
    if not low <= _ratio(width, height) <= high:
        raise UnsupportedRequest(
            f"{blob.name} is {width}x{height}, {_ratio(width, height):.2f} times as wide as high",
            rule=f"width to height {low:g} to {high:g}",
            nearest="one view per picture instead of a sheet, or the same picture padded",
            source=rules.source,
        )


def _check_cited(given: Sequence[str], shown: Sequence[BoundReference], prompt: str, source: str) -> None:
    cited = {match.group() for match in _CITED.finditer(prompt)}
    for label, one in zip(given, shown, strict=True):
        if label not in cited:
            name = one.character or "what it shows"
            raise UnsupportedRequest(
                f"the prompt does not say {label}, which is {one.blob.name}",
                rule="a reference only counts where the prompt cites its label",
                nearest=f"the line '{label} is {name}.'",
                source=source,
            )
    if dangling := sorted(cited - set(given)):
        raise UnsupportedRequest(
            f"the prompt cites {', '.join(dangling)}, but there is no such reference",
            rule="labels number the references in the order in which they are sent",
            nearest=", ".join(given),
            source=source,
        )


def _ratio(width: int, height: int) -> float:
    return width / height
