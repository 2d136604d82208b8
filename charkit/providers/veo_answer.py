"""What a Veo operation says: still running, a clip, withheld by the filters, or broken.

Facts and sources: google-wire.md, 2.3 to 2.5. The trap: an operation whose clip was filtered out is done and has no
error; only a count and a sentence with support codes tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.providers.base import Billing, Outcome
from charkit.providers.reading import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

_CATEGORIES = {
    "child": "58061214 17301594",
    "celebrity": "29310472 15236754",
    "video safety violation": "64151117 42237218",
    "dangerous": "62263041",
    "hate": "57734940 22137204",
    "other": "74803281 29578790 42876398",
    "prohibited": "89371032 49114662 63429089 72817394 60599140",
    "third-party content": "35561574 35561575",
    "sexual": "90789179 43188360",
    "toxic": "78610348",
    "violence": "61493863 56562880",
    "vulgar": "32635315",
}

SUPPORT_CODES: Mapping[str, str] = MappingProxyType(
    {code: category for category, codes in _CATEGORIES.items() for code in codes.split()}
)
"""Support code -> category (Google's page on responsible AI for Veo; google-wire.md, 2.3)."""

_CODES = re.compile(r"support codes?\b\W*(\d{8}(?:\W+\d{8})*)", re.IGNORECASE)
_FREE = re.compile(r"\bnot (?:be |been )?charged\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One operation, understood."""

    outcome: Outcome
    message: str = ""
    stage: str = ""
    category: str = ""
    billing: Billing = Billing.NOT_ESTABLISHED
    video: Fields = Fields(None)  # noqa: RUF009 - it is never written to
    """The clip: `bytesBase64Encoded`, `gcsUri` or `uri`."""


def read(operation: Fields) -> Reading | None:
    """Return what an operation says, or None where it says it in words that are not documented."""
    done = operation.raw("done")
    if done not in (None, False, True):
        return None
    if not done:
        return Reading(outcome=Outcome.RUNNING)
    if error := operation.child("error"):
        return _broken(error)
    response = operation.child("response")
    result = response.child("generateVideoResponse") or response
    videos = [
        video
        for one in (*result.children("videos"), *result.children("generatedSamples"))
        if (video := one.child("video") or one).text("bytesBase64Encoded", "gcsUri", "uri")
    ]
    if videos:
        return Reading(outcome=Outcome.SUCCEEDED, billing=Billing.CHARGED, video=videos[0])
    return _withheld(result)


def category(text: str) -> str:
    """Return the category of the support codes that a text names, or nothing where it names none.

    A code that is not in Google's table is shown as it is.
    """
    named = [code for found in _CODES.findall(text) for code in re.findall(r"\d{8}", found)]
    return ", ".join(dict.fromkeys(SUPPORT_CODES.get(code, f"support code {code}") for code in named))


def _withheld(result: Fields) -> Reading:
    stated = result.raw("raiMediaFilteredReasons")
    reasons = " ".join(str(one) for one in stated) if isinstance(stated, list) else ""
    if not reasons and not result.number("raiMediaFilteredCount"):
        message = "the operation is done, without a clip, an error or a word about filters"
        return Reading(outcome=Outcome.FAILED, category="empty", message=message)
    return Reading(
        outcome=Outcome.REFUSED,
        stage="output",
        category=category(reasons) or "filtered",
        message=reasons or "the clip was filtered out, without a reason",
        billing=Billing.NOT_CHARGED if _FREE.search(reasons) else Billing.NOT_ESTABLISHED,
    )


def _broken(error: Fields) -> Reading:
    message = error.text("message", "status", "code")
    if named := category(message):
        return Reading(outcome=Outcome.REFUSED, stage="unknown", category=named, message=message)
    return Reading(outcome=Outcome.FAILED, category=error.text("status", "code"), message=message)
