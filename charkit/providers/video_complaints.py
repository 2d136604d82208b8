"""What servers of `/v1/videos` say when something is wrong, told apart (openai-video-wire.md, section 3).

Codes are rarely set, so the known sentences are looked for. A sentence that is not here is shown as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charkit.providers.reading import Fields


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One known sentence."""

    kind: str
    """A word of our own for it."""
    words: re.Pattern[str]
    advice: str = ""
    """What to do about it, shown behind the service's own words."""
    policy: bool = False
    """Whether it is a refusal by content policy, which is an outcome and no error."""


def _known(kind: str, words: str, advice: str = "", *, policy: bool = False) -> Complaint:
    return Complaint(kind=kind, words=re.compile(words, re.IGNORECASE), advice=advice, policy=policy)


COMPLAINTS = (
    _known("moderation_blocked", r"blocked by our moderation system", policy=True),
    _known("sentinel_block", r"something didn['\u2019]t look right with your request", policy=True),
    _known("human_likeness", r"may depict a realistic human", policy=True),
    _known(
        "size_mismatch",
        r"image must match the requested width and height",
        "Fit the frame to exactly the pixels of size",
    ),
    _known(
        "reference_shape",
        r"expected (?:an object|a file), but got a string",
        "The endpoint speaks another dialect than its configuration says",
    ),
    _known(
        "model_mismatch",
        r"model mismatch: request specifies",
        "The server runs one model: name that one, or none",
    ),
    _known(
        "no_deployment",
        r"API deployment .{0,80} does not exist",
        "The model is not deployed there, or was retired",
    ),
    _known(
        "too_many_running",
        r"too many running tasks",
        "It is a cap on jobs at the same time: wait until one ends, smaller batches do not help",
    ),
    _known("heavy_load", r"(?:heavy|high) load|overloaded", "The service is overloaded: wait, or use another route"),
    _known(
        "in_progress",
        r"generation is still in-progress",
        "Poll the job until it is finished",
    ),
    _known(
        "cloud_only",
        r"uploaded to cloud storage",
        "The clip lies at the address in this message and in the job's `url`",
    ),
    _known("several_processes", r"api-server-count", "Start vLLM-Omni with one API process: jobs live in its memory"),
)
"""Known sentences, the first that is found counts."""


def complaint(error: Fields) -> Complaint | None:
    """Return which known sentence an error says, or None."""
    text = error.text("message", "detail")
    return next((each for each in COMPLAINTS if each.words.search(text)), None)
