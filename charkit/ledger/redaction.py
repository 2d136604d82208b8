"""Key material is taken out of every text before the ledger writes it."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cleaner", "digest_of", "digest_of_words", "without_keys"]

_SHAPES = re.compile(
    r"""
      \bsk-[A-Za-z0-9_-]{16,}                    # OpenAI and most gateways
    | \bAIza[0-9A-Za-z_-]{30,}                   # Google API keys
    | \bAQ\.[0-9A-Za-z_-]{20,}                   # Google express keys
    | \bya29\.[0-9A-Za-z_.-]{20,}                # Google OAuth access tokens
    | (?<=Bearer\s)[A-Za-z0-9._~+/=-]{8,}        # any authorization header
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?-----END[ ][A-Z ]*PRIVATE[ ]KEY-----
    | (?<=x-goog-api-key["']:\s["'])[^"']+       # headers that were dumped as JSON
    """,
    re.VERBOSE | re.DOTALL,
)


def without_keys(text: str) -> str:
    """Return the text with everything that has the shape of a key replaced by `[key removed]`."""
    return _SHAPES.sub("[key removed]", text)


class Cleaner:
    """Makes texts fit to be written down: without keys, and of characters that every database can hold."""

    def __init__(self, redact: Callable[[str], str] | None = None) -> None:
        self._redact = redact

    def __call__(self, text: str) -> str:
        """Return the text without keys, and with something visible for NUL and halves of surrogate pairs."""
        storable = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
        storable = storable.replace("\0", "\N{REPLACEMENT CHARACTER}")
        return without_keys(self._redact(storable) if self._redact is not None else storable)


def digest_of_words(*texts: str) -> str:
    """Return the tagged digest of several texts that were cleaned, and therefore hold no NUL."""
    return digest_of("\0".join(texts))


def digest_of(text: str) -> str:
    """Return the tagged digest of a text."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
