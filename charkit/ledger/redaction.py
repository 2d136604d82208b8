"""Key material is taken out of every text before the ledger writes it."""

from __future__ import annotations

import re

__all__ = ["without_keys"]

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
