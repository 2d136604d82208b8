"""The record of what arrived: one JSON line per request, field by field.

Tests and curious people read here whether every reference, name and seed really reached the service. Media are noted
by digest and size, not kept in the line; keys never get here, only whether there was one.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from charkit.simulator.intake import Arrival, FilePart, Value, decoded, tagged

if TYPE_CHECKING:
    from pathlib import Path

_HEADERS = (
    "content-type",
    "accept",
    "user-agent",
    "idempotency-key",
    "x-stainless-retry-count",
    "x-goog-upload-command",
    "x-goog-upload-file-name",
)
"""The header fields whose values are kept. Anything that could carry a key is not among them."""
_SECRET_QUERY = ("key", "api_key", "access_token", "token")
_MEDIA_FROM = 256
"""Text at least this long that decodes as base64 is taken for media."""


class Record:
    """The file of lines, appended to and read back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._close_torn_line()
        self._count = max((int(str(line["seq"])) for line in self.since(0)), default=0)

    def _close_torn_line(self) -> None:
        if self._path.exists() and not self._path.read_bytes().endswith(b"\n"):
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n")

    def append(self, wire: str, arrival: Arrival, status: int) -> None:
        """Write one request and the HTTP status that answered it."""
        request = arrival.request
        line = {
            "at": round(time.time(), 3),
            "wire": wire,
            "method": request.method,
            "path": request.url.path,
            "query": {k: "…" if k in _SECRET_QUERY else v for k, v in request.query_params.items()},
            "keyed": has_key(arrival),
            "headers": {name: request.headers[name] for name in _HEADERS if name in request.headers},
            "encoding": arrival.encoding,
            "fields": listed(arrival.fields.values),
            "notes": arrival.notes,
            "job": arrival.job,
            "faults": arrival.faults,
            "status": status,
        }
        with self._lock:
            self._count += 1
            text = json.dumps({"seq": self._count, **line}, ensure_ascii=False)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text + "\n")

    def since(self, seq: int) -> list[dict[str, object]]:
        """Return the lines after number `seq`, oldest first; a line that a crash cut short is left out."""
        if not self._path.exists():
            return []
        found = []
        for text in self._path.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if line["seq"] > seq:
                found.append(line)
        return found


def has_key(arrival: Arrival) -> bool:
    """Return whether the request carries a non-empty key, in any of the ways that the wires know."""
    headers = arrival.request.headers
    bearer = headers.get("authorization", "").removeprefix("Bearer").strip()
    return bool(bearer or headers.get("x-goog-api-key", "").strip() or arrival.query("key").strip())


def listed(values: dict[str, Value]) -> list[dict[str, object]]:
    """Return every leaf of the tree with its path: values as they are, media as name, type, size and digest."""
    lines: list[dict[str, object]] = []
    _walk(values, "", lines)
    return lines


def _walk(value: Value, path: str, lines: list[dict[str, object]]) -> None:
    if isinstance(value, dict):
        for name, child in value.items():
            _walk(child, f"{path}.{name}" if path else name, lines)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _walk(child, f"{path}[{index}]", lines)
    elif isinstance(value, FilePart):
        facts = {"file": value.name, "type": value.media_type, "size": len(value.data), "digest": value.digest}
        lines.append({"name": path, **facts})
    elif isinstance(value, str) and (tree := _tree_of_media(value)) is not None:
        _walk(tree, path, lines)
    elif isinstance(value, str) and _may_be_media(path, value) and (data := decoded(value)) is not None:
        head = value[: value.index(",")] if value.startswith("data:") else ""
        kind = head.removeprefix("data:").partition(";")[0]
        lines.append({"name": path, "type": kind, "size": len(data), "digest": tagged(data)})
    else:
        lines.append({"name": path, "value": value})


def _tree_of_media(text: str) -> Value:
    """Return the tree in a form field that holds JSON text with data URLs; None for any other text."""
    if not (text.startswith(("[", "{")) and '"data:' in text):
        return None
    try:
        tree: Value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree


def _may_be_media(path: str, text: str) -> bool:
    return len(text) >= _MEDIA_FROM or text.startswith("data:") or path.endswith(".data")
