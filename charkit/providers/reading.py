"""Reading what services answer: tolerant of missing and odd fields, silent about nothing that matters.

The services leave documented fields out, add undocumented ones and change types (`"progress": "50%"`), so answers are
read by name through `Fields` instead of being validated against a schema. Which *words* are known is checked by the
adapters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from charkit.errors import BadReference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Blob

MEDIA_FIELDS = frozenset({"b64_json", "bytesBase64Encoded", "data", "partial_image_b64", "video_bytes"})
"""Names under which the services send media as base64 text."""

_DATA_URL = re.compile(r"^data:[^,]{0,100};base64,")
_STANDARD = str.maketrans("-_", "+/")
_KEPT = 256
"""Characters of text under a media name that are kept as they are: too short to be a picture."""


class Fields:
    """A JSON value read by name; what is absent or of another kind reads as empty."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __bool__(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.value)

    def raw(self, name: str) -> object:
        """Return the value as it came, or None."""
        return self.value.get(name) if isinstance(self.value, dict) else None

    def text(self, *names: str) -> str:
        """Return the first of the named values that is text or a number, as text; empty if there is none."""
        for name in names:
            found = self.raw(name)
            if isinstance(found, str) and found:
                return found
            if isinstance(found, int | float) and not isinstance(found, bool):
                return str(found)
        return ""

    def number(self, name: str) -> float | None:
        """Return a number, also where it came as text such as `50%`."""
        found = self.raw(name)
        if isinstance(found, bool):
            return None
        if isinstance(found, int | float):
            return float(found)
        if isinstance(found, str):
            try:
                return float(found.strip().removesuffix("%"))
            except ValueError:
                return None
        return None

    def child(self, *names: str) -> Fields:
        """Return the first of the named values that is not empty, to be read in turn."""
        for name in names:
            if found := self.raw(name):
                return Fields(found)
        return Fields(None)

    def children(self, name: str) -> list[Fields]:
        """Return the members of a named list."""
        found = self.raw(name)
        return [Fields(member) for member in found] if isinstance(found, list) else []

    def numbers(self) -> dict[str, float]:
        """Return every number in here, nested names joined by a dot: token counts and prices."""
        return dict(_numbers("", self.value))


def _numbers(name: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, float(value)


def without_media(value: object) -> str:
    """Return an answer as JSON text in which media bytes are replaced by their size and digest."""
    return json.dumps(_bare("", value), ensure_ascii=False, separators=(",", ":"))


def _bare(name: str, value: object) -> object:
    if isinstance(value, dict):
        return {key: _bare(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_bare(name, inner) for inner in value]
    if isinstance(value, str):
        return _bare_text(name, value)
    return value


def _bare_text(name: str, text: str) -> str:
    prefix = _DATA_URL.match(text)
    if prefix is None and (name not in MEDIA_FIELDS or len(text) <= _KEPT):
        return text
    data = decode(text[prefix.end() :] if prefix else text)
    if data is None:
        return f"<{len(text)} characters that are not base64>"
    return f"<{len(data)} bytes sha256:{hashlib.sha256(data).hexdigest()}>"


def decode(text: str) -> bytes | None:
    """Return the bytes of base64 text, or None where it is damaged or empty.

    Both alphabets are read, padded or not: google-genai itself sends the URL-safe one in `generateContent`.
    """
    plain = text.rstrip("=").translate(_STANDARD)
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def encode(blob: Blob) -> str:
    """Return a blob's bytes as base64 text."""
    return base64.b64encode(blob.data).decode("ascii")


def data_url(blob: Blob) -> str:
    """Return a blob as a `data:` URL."""
    return f"data:{blob.media_type};base64,{encode(blob)}"


def pixels(data: bytes) -> tuple[int, int] | None:
    """Return width and height of an encoded picture, or None where it cannot be read."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
        return None


def measured(blob: Blob) -> tuple[int, int]:
    """Return width and height of a picture that is about to be sent.

    Raises:
        BadReference: it cannot be read as a picture.
    """
    size = pixels(blob.data)
    if size is None:
        raise BadReference("cannot be read as a picture", file=blob.name)
    return size


def shape_note(data: bytes, width: int, height: int) -> str:
    """Return a sentence where a picture came back in another size than was asked for, else nothing.

    Proxies have dropped the size of a request without a word (google-wire.md, 6.1), so the pixels are looked at.
    """
    size = pixels(data)
    if size is None:
        return "the picture that came back cannot be read"
    if size != (width, height):
        return f"asked for {width}x{height}, came back as {size[0]}x{size[1]}"
    return ""
