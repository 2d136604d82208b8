"""How the report writes amounts, counts and sentences: the filters of its template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.cards import Html, picture_uri
from charkit.money import dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["FILTERS", "counted", "percent", "sentence", "short", "signed", "uri"]


def uri(data: bytes, kind: str = "image/jpeg") -> Html:
    """Return a picture as a data URI: the page fetches nothing."""
    return Html(picture_uri(data, kind))


def signed(amount: float) -> str:
    """Return a difference: none as a dash, so that what differs stands out."""
    if abs(amount) < 0.00005:
        return "–"
    return f"{'+' if amount > 0 else '−'}{dollars(abs(amount))}"


def short(digest: str) -> str:
    """Return the beginning of a digest, enough to find it in the manifest."""
    return digest.removeprefix("sha256:")[:12]


def percent(share: float) -> str:
    """Return a share of one as a number of percent."""
    return f"{100 * share:.1f}"


def counted(items: Sequence[object] | int, one: str, several: str = "") -> str:
    """Return a number with its noun: `1 take`, `2 takes`."""
    number = items if isinstance(items, int) else len(items)
    return f"{number} {one if number == 1 else several or one + 's'}"


def sentence(words: str) -> str:
    """Return words with a capital and a full stop; an id or a quotation stays as it is."""
    text = words.strip()
    stop = "" if not text or text[-1] in '.!?…”"' else "."
    return text[:1].upper() + text[1:] + stop


FILTERS: dict[str, Callable[..., object]] = {
    "uri": uri,
    "usd": dollars,
    "signed": signed,
    "short": short,
    "percent": percent,
    "counted": counted,
    "sentence": sentence,
}
"""By their names in the template."""
