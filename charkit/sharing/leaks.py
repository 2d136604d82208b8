"""Looks for what must not leave this machine: keys, and places and names of whoever works here.

Fails closed: what cannot be told from a key is taken for one, and stops the sharing with the file and the place in it.
"""

from __future__ import annotations

import json
import platform
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from charkit.settings import Settings
from charkit.sharing.cleaning import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from charkit.routes import RouteMatrix
    from charkit.workspace import Workspace

__all__ = ["Leaks"]

_SHAPES = re.compile(
    r"""
      \bsk-[A-Za-z0-9_-]{20,}                            # OpenAI and most gateways
    | \bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])           # Google API keys, of just this length
    | \bAQ\.[0-9A-Za-z_-]{20,}                           # Google express keys
    | \bya29\.[0-9A-Za-z_.-]{20,}                        # Google OAuth access tokens
    | \bgh[pousr]_[A-Za-z0-9]{30,} | \bgithub_pat_[A-Za-z0-9_]{30,}
    | \bhf_[A-Za-z0-9]{30,}                              # Hugging Face
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                      # AWS
    | \bxox[abprs]-[A-Za-z0-9-]{10,}                     # Slack
    | \bBearer\s+[A-Za-z0-9._~+/=-]{20,}
    | \beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.   # JSON web tokens
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----
    | \b[a-z][a-z0-9+.-]*://[^\s/:@"'<>]+:[^\s/@"'<>]{3,}@   # a password in a URL
    | [?&](?:key|api_key|token|access_token|sig|signature|X-Goog-Signature|X-Amz-Signature)=[^\s&"'<>\\]{16,}
    """,
    re.VERBOSE,
)
_LONG = re.compile(r"[A-Za-z0-9+/=]{200,}")
"""Media inside of texts, in which any short word turns up sooner or later."""
_BLOCK = 2**22
"""Bytes that are looked through at once."""
_SHORTEST = 8
"""Characters of a key that is looked for by its value; a server of one's own may have `none`."""
_USUAL = frozenset({
    "admin", "app", "data", "debian", "guest", "home", "host", "jovyan", "local", "localhost", "node", "root", "runner",
    "test", "ubuntu", "user", "vscode", "work",
})  # fmt: skip
"""Names of accounts and machines that say nothing about anybody."""
_ALWAYS = ("home", "Users", "root", "tmp", "var", "mnt", "media", "srv", "opt", "private", "Volumes", "usr", "etc")


@dataclass(frozen=True, kw_only=True)
class Leaks:
    """What is looked for."""

    values: Mapping[str, str]
    """Values of keys by the name to call them by."""
    roots: tuple[str, ...]
    """Folders of this machine that must not be named anywhere."""
    people: tuple[str, ...]
    """Names of accounts and machines that must not be named anywhere."""

    @classmethod
    def of(cls, place: Workspace, matrix: RouteMatrix, written: Iterable[Path]) -> Self:
        """Return what has to be looked for in what a run made.

        Args:
            place: The run.
            matrix: Whose endpoints' keys are looked for, wherever they are kept.
            written: Files of the production: a name that the person wrote there is no secret.
        """
        values = {name: value.get_secret_value() for name, value in Settings.secrets().items()}
        for variable in {endpoint.key for endpoint in matrix.endpoints.values() if endpoint.key}:
            if key := Settings.key(variable):
                values[variable] = key.get_secret_value()
        said = " ".join(path.read_text("utf-8", errors="replace") for path in written)
        return cls(
            values={name: value for name, value in values.items() if len(value) >= _SHORTEST},
            roots=tuple(str(root) for root in (place.data, place.home, Path.home()) if len(root.parts) > 2),
            people=tuple(name for name in _names() if not re.search(rf"\b{re.escape(name)}\b", said)),
        )

    def found_in(self, path: Path, name: str) -> list[str]:
        """Return what a file must not say, each as one line with the file's name and the place in it.

        Args:
            path: The file as it would go along.
            name: Its name in the bundle.

        Raises:
            OSError: it cannot be read.
        """
        if path.suffix not in TEXTS:
            return self._in_media(path, name)
        data = path.read_bytes()
        found = [f"{name}: holds the value of {which}" for which, spelled in self._spelled if spelled in data]
        for where, text in _parts(path, data.decode("utf-8", "replace")):
            found += [f"{name}{where(spot)}: {what}" for what, spot in self._in_text(text)]
        return list(dict.fromkeys(found))

    def _in_media(self, path: Path, name: str) -> list[str]:
        """Look through a file that may be larger than memory, a block at a time."""
        wanted = [(f"{name}: holds the value of {which}", spelled) for which, spelled in self._spelled]
        wanted += [(f"{name}: names the folder {root}", root.encode()) for root in self.roots]
        overlap = max((len(spelled) for _, spelled in wanted), default=1) - 1
        found: list[str] = []
        rest = b""
        with path.open("rb") as file:
            while wanted and (block := file.read(_BLOCK)):
                seen = rest + block
                found += [said for said, spelled in wanted if spelled in seen]
                rest = seen[-overlap:] if overlap else b""
        return list(dict.fromkeys(found))

    @cached_property
    def _spelled(self) -> list[tuple[str, bytes]]:
        return [
            (which, spelled.encode())
            for which, value in self.values.items()
            for spelled in {value, quote(value, safe=""), json.dumps(value)[1:-1]}
        ]

    def _in_text(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield what is found, and where in the text."""
        for match in _SHAPES.finditer(text):
            # Never the whole of it: this is shown, and may end in a log.
            yield f"has what looks like a key: {match[0][:6]}…", match.start()
        plain = _LONG.sub(lambda match: " " * len(match[0]), text)
        for root in self.roots:
            if (spot := plain.find(root)) >= 0:
                yield f"names the folder {root}", spot
        for match in self._absolute.finditer(plain):
            yield f"names a place on this machine: {match[0][:60]}", match.start()
        for person in self.people:
            if named := re.search(rf"(?<![\w-]){re.escape(person)}(?![\w-])", plain):
                yield f"names {person!r}, an account or machine here", named.start()

    @cached_property
    def _absolute(self) -> re.Pattern[str]:
        """A path from the root of this machine's disk."""
        try:
            here = {
                path.name for path in Path("/").iterdir() if path.is_dir() and re.fullmatch(r"\w[\w.-]*", path.name)
            }
        except OSError:
            here = set()
        first = "|".join(sorted(map(re.escape, here | set(_ALWAYS))))
        return re.compile(rf"(?<![\w.:/<~-])/(?:{first})/[^\s\"'<>\\|)\]]+|\b[A-Za-z]:\\\\?Users\\[^\s\"'<>|]+")


def _names() -> list[str]:
    names = {Path.home().name, platform.node().partition(".")[0]}
    return sorted(name for name in names if len(name) > 3 and name.lower() not in _USUAL)


def _parts(path: Path, text: str) -> Iterator[tuple[_Where, str]]:
    """Yield a text in parts, each with what says where in the file a spot of it is."""
    try:
        cells = json.loads(text)["cells"] if path.suffix == ".ipynb" else None
    except (ValueError, KeyError, TypeError):
        cells = None
    if cells is None:
        yield _Where(text=text), text
        return
    rest = {**json.loads(text), "cells": []}
    yield _Where(said=", its metadata"), json.dumps(rest, ensure_ascii=False)
    for number, cell in enumerate(cells, start=1):
        yield _Where(said=f", cell {number}"), json.dumps(cell, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class _Where:
    """Says where something stands."""

    said: str = ""
    text: str = ""

    def __call__(self, spot: int) -> str:
        return self.said or f", line {self.text.count(chr(10), 0, spot) + 1}"
