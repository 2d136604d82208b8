"""What can differ between servers that speak `/v1/videos`: the words in which `video_dialects` writes its rows.

A field is named by its place in the body: `seconds`, `target.duration_seconds` inside an object, `frame_images[]` for
one more member of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from charkit.providers.base import Billing, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.providers.base import Change
    from charkit.providers.minimax_h3 import ReferenceRules


class Shape(StrEnum):
    """How a picture is written into its field."""

    FILE = "file"
    """A multipart file part."""
    URL = "url"
    """A `data:` URL as plain text."""
    URL_OBJECT = "url object"
    """An object that holds the `data:` URL; see `PictureField.url_at` and `PictureField.entry`."""


class Canvas(StrEnum):
    """How the size of the clip is said."""

    SIZE = "size"
    """`size`: `WIDTHxHEIGHT`."""
    NAMED = "named"
    """`resolution` and `aspect_ratio` where the pixels have such names, else `size`."""
    H3_SIZE = "h3 size"
    """`aspect_ratio`, which text-only requests need, and `size`, which decides (vllm_omni 0.30.0, MiniMax H3)."""
    H3_TARGET = "h3 target"
    """`target.short_edge` and `target.aspect_ratio`, from which the server makes one of six canvases."""


@dataclass(frozen=True, kw_only=True)
class PictureField:
    """Where and how one picture travels."""

    name: str
    shape: Shape
    beside_characters: Shape | None = None
    """The shape to use when characters travel too, where the usual one has no documented way to carry both."""
    url_at: str = "image_url"
    """For `URL_OBJECT`: where the URL stands in the object. `{kind}` stands for image, video or audio."""
    entry: Mapping[str, str | int] = field(default_factory=dict)
    """For `URL_OBJECT`: what else the object says. `{kind}` as above."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How one family of servers speaks `/v1/videos`."""

    source: str
    """Where this row is written down; shown with every refusal that it causes."""
    multipart_always: bool = False
    """Whether even a POST without files is a form; otherwise it is JSON then."""
    json_text: frozenset[str] = frozenset()
    """Fields whose value goes out as JSON text, because a form has no objects."""
    duration_field: str = "seconds"
    duration_as_text: bool = True
    """Whether the duration is the string `"8"` or the number 8."""
    canvas: Canvas = Canvas.SIZE
    first_frame: PictureField | None = None
    last_frame: PictureField | None = None
    last_needs_first: bool = False
    """Whether a closing frame only goes with an opening one."""
    exact_frame: bool = True
    """Whether frames must have exactly the pixels of `size`."""
    references: PictureField | None = None
    """Where pictures go that show a character or place; None if the dialect has no field for them."""
    reference_rules: ReferenceRules | None = None
    """MiniMax H3: what the server takes as references, and that the prompt labels them `<Picture 1>`."""
    frames_beside_references: bool = True
    task_field: str = ""
    """MiniMax H3: where the task word goes (t2va, fl2va, ref2va)."""
    h3: Dialect | None = None
    """The row for requests to MiniMax H3, where this server speaks differently to that model."""
    seed_field: str = ""
    max_characters: int = 0
    max_prompt: int = 32_000
    """Characters of prompt."""
    changes: frozenset[Change] = frozenset()
    """The ways to go on from an earlier clip that have an endpoint here."""
    statuses: Mapping[str, Outcome]
    """Every status word, in lower case. A word that is not here is an error that shows it."""
    failed_job_is_http_error: bool = False
    """Whether GET answers a failed job with 4xx or 5xx and the job as its body."""
    url_fields: tuple[str, ...] = ()
    """Fields of a finished job that hold the clip's address or a list of addresses, tried before `/content`."""
    variants: frozenset[str] = frozenset()
    """What `/content?variant=` has besides the clip."""
    listed: bool = True
    """Whether the newest jobs can be listed."""
    deletes: bool = False
    """Whether finished jobs can be deleted."""
    cancels: bool = False
    """Whether DELETE also stops a job that is running."""
    accepted_billing: Billing = Billing.NOT_ESTABLISHED
    """What is known about money as soon as a job is accepted."""
    failed_billing: Billing = Billing.NOT_ESTABLISHED
    """What is known about money when a job fails."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Fields sent with every create, as they are."""


def put(body: dict[str, object], path: str, value: object) -> str:
    """Write a value at its place in a body, making the objects and the list on the way.

    Returns:
        The place as it turned out: `frame_images[]` is `frame_images[1]` for the second member.
    """
    *outer, last = path.split(".")
    node = body
    for name in outer:
        inner = node.setdefault(name, {})
        if not isinstance(inner, dict):
            raise TypeError(f"{path}: {name} is no object")
        node = inner
    if not last.endswith("[]"):
        node[last] = value
        return path
    members = node.setdefault(last.removesuffix("[]"), [])
    if not isinstance(members, list):
        raise TypeError(f"{path}: {last} is no list")
    members.append(value)
    return re.sub(r"\[\]$", f"[{len(members) - 1}]", path)
