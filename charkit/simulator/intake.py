"""Reading what arrives: JSON, multipart or raw bytes, into one tree of fields, with every limit checked.

A wire then asks the tree for what it documents. What is missing, has the wrong type or cannot be read becomes a
`Refused`, which the wire puts into its own error body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

MAX_BODY = 100 * 1024 * 1024
"""Bytes of one request; the largest documented limit of the wires spoken here is about 90 MiB (Omni, inline video)."""


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A file as it came in a multipart body."""

    name: str
    media_type: str
    data: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """`sha256:` and 64 hexadecimal digits over the bytes."""
        return tagged(self.data)


Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | FilePart | None"


class Refused(HTTPException):
    """A request that is answered with an error; the wire chooses the words around it."""

    def __init__(
        self, message: str, *, status: int = 400, code: str = "", param: str = "", kind: str = "", reason: str = ""
    ) -> None:
        super().__init__(status, message)
        self.code = code
        self.param = param
        self.kind = kind
        """The wire's own error type or status word, where it differs from the usual one for this HTTP status."""
        self.reason = reason
        """Extra JSON text that the wire may put beside the message (moderation details)."""


class Fields:
    """A branch of the tree that arrived."""

    def __init__(self, values: dict[str, Value] | None = None, path: str = "") -> None:
        self.values = values or {}
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def __bool__(self) -> bool:
        return bool(self.values)

    def text(self, name: str, default: str = "") -> str:
        """Return a string field."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.mistyped(name, "a string", value)
        return value

    def whole(self, name: str) -> int | None:
        """Return an integer field; digits in a form field count as one."""
        value = self.values.get(name)
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            return int(value)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self.mistyped(name, "an integer", value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean field."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.mistyped(name, "a boolean", value)
        return value

    def branch(self, name: str) -> Fields:
        """Return an object field; an absent one is empty."""
        value = self.values.get(name)
        if value is None:
            return Fields({}, self.path(name))
        if not isinstance(value, dict):
            raise self.mistyped(name, "an object", value)
        return Fields(value, self.path(name))

    def several(self, name: str) -> list[Value]:
        """Return a list field; a single value counts as a list of one."""
        value = self.values.get(name)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def branches(self, name: str) -> list[Fields]:
        """Return a list of objects."""
        found = []
        for index, value in enumerate(self.several(name)):
            if not isinstance(value, dict):
                raise self.mistyped(f"{name}[{index}]", "an object", value)
            found.append(Fields(value, f"{self.path(name)}[{index}]"))
        return found

    def path(self, name: str) -> str:
        """Return a field's name from the root of the request."""
        return f"{self._path}.{name}" if self._path else name

    def unknown(self, known: frozenset[str]) -> list[str]:
        """Return the names that are not documented, in the order in which they came."""
        return [name for name in self.values if name not in known]

    def mistyped(self, name: str, wanted: str, value: Value) -> Refused:
        """Return the refusal for a value of the wrong type, in OpenAI's words."""
        got = _TYPE_WORDS.get(type(value), "null")
        path = self.path(name)
        return Refused(
            f"Invalid type for '{path}': expected {wanted}, but got {got} instead.", code="invalid_type", param=path
        )


_TYPE_WORDS = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    dict: "an object",
    list: "an array",
    FilePart: "a file",
}


@dataclass(kw_only=True)
class Arrival:
    """One request, read completely."""

    request: Request
    encoding: str = "none"
    """json, multipart, raw or none."""
    fields: Fields = field(default_factory=Fields)
    raw: bytes = field(default=b"", repr=False)
    notes: list[str] = field(default_factory=list)
    """What the simulator ignored or did with it, for the record."""
    job: str = ""
    """The job that came of it, for the record."""
    faults: list[dict[str, object]] = field(default_factory=list)
    """The armed faults that it met, by number and kind, for the record."""

    def path_part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)


async def read(request: Request, *, raw: bool = False) -> Arrival:
    """Read a request's body.

    Args:
        request: as it came.
        raw: take the body as bytes, whatever its content type says (uploads).

    Raises:
        Refused: too large, or not what its content type says.
    """
    arrival = Arrival(request=request)
    if request.method in ("GET", "DELETE", "HEAD", "OPTIONS"):
        return arrival
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and not raw:
        arrival.encoding = "multipart"
        arrival.fields = Fields(await _read_form(request))
        return arrival
    arrival.raw = b"".join([chunk async for chunk in _limited(request)])
    if arrival.raw and not raw and kind in ("application/json", ""):
        arrival.encoding = "json"
        arrival.fields = Fields(_read_json(arrival.raw))
    elif arrival.raw:
        arrival.encoding = "raw"
    return arrival


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total <= MAX_BODY:  # the rest is read and dropped: a client that is still sending would not see the answer
            yield chunk
    if total > MAX_BODY:
        raise Refused(f"Request body is larger than {MAX_BODY} bytes.", status=413)


def _read_json(raw: bytes) -> dict[str, Value]:
    try:
        tree = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise Refused(f"We could not parse the JSON body of your request: {problem}") from None
    if not isinstance(tree, dict):
        raise Refused("We could not parse the JSON body of your request: expected an object.")
    return tree


async def _read_form(request: Request) -> dict[str, Value]:
    try:
        parser = MultiPartParser(
            Headers(raw=request.headers.raw), _limited(request), max_files=64, max_fields=256, max_part_size=MAX_BODY
        )
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as problem:
        raise Refused(f"Could not parse multipart form: {getattr(problem, 'message', problem)}") from None
    tree: dict[str, Value] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            kind = value.content_type or "application/octet-stream"
            part = FilePart(name=value.filename or "", media_type=kind, data=await value.read())
            _graft(tree, name, part)
        else:
            _graft(tree, name, value)
    await form.close()
    return tree


def _graft(tree: dict[str, Value], name: str, value: Value) -> None:
    """Put a form field under the path that its brackets spell: `characters[][id]`, `image[]`, `a[b]`."""
    head, _, rest = name.partition("[")
    keys = [head, *re.findall(r"([^\[\]]*)\]", rest)]
    try:
        _place(tree, keys, value)
    except TypeError:
        raise Refused(f"Form field '{name}' contradicts an earlier field.", param=name) from None


def _place(node: dict[str, Value], keys: list[str], value: Value) -> None:
    key, rest = keys[0], keys[1:]
    if not rest:
        # A repeated plain field is a list, as every form parser that matters here reads it.
        node[key] = [*_listed(node[key]), value] if key in node else value
    elif rest[0] == "":
        items = node.setdefault(key, [])
        if not isinstance(items, list):
            raise TypeError(key)
        if len(rest) == 1:
            items.append(value)
            return
        last = items[-1] if items else None
        if not isinstance(last, dict) or rest[1] in last:
            last = {}
            items.append(last)
        _place(last, rest[1:], value)
    else:
        child = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise TypeError(key)
        _place(child, rest, value)


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def tagged(data: bytes) -> str:
    """Return the tagged digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def decoded(text: str) -> bytes | None:
    """Return the bytes of base64 text in either alphabet, or of a base64 data URL; None if it is neither."""
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            return None
    try:
        compact = text.translate({45: 43, 95: 47})
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
