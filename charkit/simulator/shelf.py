"""Bytes on disk: pictures that arrived, kept by digest, and results, kept by the digest of what was asked for.

Inputs stay as long as the state directory does. Results are a cache with a bound: the least recently used go first, and
whatever is asked for again is drawn again, the same.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RESULTS_LIMIT = 2 * 1024**3
"""Bytes of results that are kept."""


class Shelf:
    """Two folders under the state directory: `inputs` and `results`."""

    def __init__(self, root: Path, *, limit: int = RESULTS_LIMIT) -> None:
        self._inputs = root / "inputs"
        self._results = root / "results"
        self._limit = limit
        for folder in (self._inputs, self._results):
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep what arrived; return its tagged digest."""
        name = hashlib.sha256(data).hexdigest()
        path = self._inputs / name
        if not path.exists():
            draft = self.draft("")
            draft.write_bytes(data)
            draft.replace(path)
        return f"sha256:{name}"

    def input(self, digest: str) -> Path:
        """Return where the bytes of a digest lie."""
        return self._inputs / digest.removeprefix("sha256:")

    def result(self, key: str, suffix: str) -> Path:
        """Return where the result of `key` lies or would lie; the suffix starts with a dot."""
        return self._results / f"{key}{suffix}"

    def draft(self, suffix: str) -> Path:
        """Return a fresh name on the same file system, to be moved into place when it is complete."""
        return self._results / f".draft-{secrets.token_hex(8)}{suffix}"

    def touch(self, path: Path) -> bool:
        """Mark a result as used now; return False if it is not there."""
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def sweep(self) -> None:
        """Remove drafts that a crash left, then the least recently used results above the limit."""
        for draft in self._results.glob(".draft-*"):
            draft.unlink(missing_ok=True)
        self.trim()

    def trim(self) -> None:
        """Remove the least recently used results until what remains is under the limit."""
        kept = [(path, path.stat()) for path in self._results.iterdir() if not path.name.startswith(".draft-")]
        total = sum(facts.st_size for _, facts in kept)
        for path, facts in sorted(kept, key=lambda entry: entry[1].st_mtime_ns):
            if total <= self._limit:
                return
            path.unlink(missing_ok=True)
            total -= facts.st_size
