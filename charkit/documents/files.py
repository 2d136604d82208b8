"""Whole files in and out, checked on the way in and complete or absent on the way out."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from charkit.documents.complaints import bad_document
from charkit.documents.tree import dump, load, merge, plain
from charkit.errors import BadDocument, StorageError, StorageFull, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

__all__ = [
    "MAX_BYTES",
    "check_place",
    "read_json",
    "read_yaml",
    "replace_file",
    "whole_file",
    "write_json",
    "write_yaml",
]

M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 2_000_000
"""The largest YAML file that is read; a feature film's storyboard is a tenth of it."""

_WRITTEN: dict[str, object] = {}
"""The trees of what was written last, by their text: half of what writing a long file costs is to parse it again.

Each is taken out before it is changed, so that none is changed twice."""
_KEPT = 4

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def read_yaml(path: Path, model: type[M]) -> M:
    """Read a YAML file that a person wrote.

    Raises:
        BadDocument: The file is missing, not a file, empty, too large, not UTF-8 or not YAML, or says something
            that the model does not know. Names every problem with its line; the first one's is in `line`.
    """
    text = _text(Path(path))
    tree = load(text, path)
    if tree is None:
        keys = ", ".join(field.alias or name for name, field in model.model_fields.items() if field.is_required())
        raise BadDocument(f"is empty. It needs the keys: {keys}" if keys else "is empty", file=path)
    value = plain(tree, path)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise bad_document(error, model=model, tree=tree, file=path) from None


def write_yaml(path: Path, document: BaseModel, *, header: str = "") -> None:
    """Write a document as YAML; into a file that exists, changing only what differs and keeping its comments.

    Keys that were never set are left out, as long as the file then still reads back as the same document.

    Args:
        path: Where to; folders are made.
        document: What to write.
        header: Comment lines for the top of a new file.

    Raises:
        BadDocument: The file that is there cannot be read as YAML; it is left as it is.
        StorageError: It cannot be written; `StorageFull` when the disk is full.
    """
    path = Path(path)
    old = _text(path) if path.exists() else None
    known = _WRITTEN.pop(old or "", None)  # a board writes the same file again and again
    # What only defaults say is left out; where that would read back as something else (a tag of a union that is
    # a default), all is written; where the old file shares values by aliases that now differ, it is written anew.
    for keep_old, short in ((True, True), (True, False), (False, False)):
        value: JsonValue = document.model_dump(mode="json", by_alias=True, exclude_unset=short)
        tree, known = (known or load(old, path), None) if old is not None and keep_old else (None, None)
        text = dump(merge(tree, value), header="" if tree is not None else header)
        if (read := _same(text, document, path)) is not None:
            break
    replace_file(path, text.encode("utf-8"))
    if read is not None:
        for stale in list(_WRITTEN)[: len(_WRITTEN) - _KEPT + 1]:
            _WRITTEN.pop(stale, None)
        _WRITTEN[text] = read


def _same(text: str, document: BaseModel, path: Path) -> object | None:
    """Return the tree of a text that reads back as the document; None where it does not."""
    try:
        tree = load(text, path)
        return tree if type(document).model_validate(plain(tree, path)) == document else None
    except (ValidationError, BadDocument):
        return None


def read_json(path: Path, model: type[M]) -> M:
    """Read a JSON file that a program wrote.

    Raises:
        BadDocument: The file is missing, not UTF-8, not JSON, or not what the model describes.
    """
    text = _text(Path(path), limit=None)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadDocument(f"not valid JSON: {error.msg}", file=path, line=error.lineno) from None
    except RecursionError:
        raise BadDocument("nests too deeply", file=path) from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise bad_document(error, model=model, tree=value, file=path) from None


def write_json(path: Path, document: BaseModel | JsonValue) -> None:
    """Write a model or plain values as indented UTF-8 JSON, complete or not at all.

    Raises:
        StorageError: It cannot be written; `StorageFull` when the disk is full.
    """
    if isinstance(document, BaseModel):
        text = document.model_dump_json(indent=2, by_alias=True)
    else:
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    replace_file(Path(path), (text + "\n").encode("utf-8"))


def check_place(path: Path) -> None:
    """Make sure that a file may stand under a name: one that took a device's place would take it from the whole system.

    Raises:
        StorageError: There is a folder, a device or a pipe.
        OSError: It cannot be looked at.
    """
    if path.is_dir():
        raise StorageError("cannot be written: is a folder; name a file in it", path=path)
    if path.exists() and not path.is_file():
        raise StorageError("cannot be written: is a device or a pipe, and no place for a file", path=path)


def replace_file(path: Path, data: bytes) -> None:
    """Put bytes under a name so that a reader sees the old content or all of the new, whatever crashes.

    Args:
        path: Where to; folders are made. The file's mode stays if it exists.
        data: The whole content.

    Raises:
        StorageFull: No room; nothing is left under the final name that was not there before.
        StorageError: The place cannot be written to.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        check_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull("no space left; nothing was changed", path=path) from error
        raise StorageError(f"cannot be written: {error.strerror or error}", path=path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name beside the final one, and move the file there if all goes well; else nothing is left.

    For what other libraries write, or what is too large to hold in memory; `replace_file` is for bytes at hand.

    Args:
        path: The final name; folders are made. What stood there before stays until the new file is whole.

    Raises:
        StorageFull: No room; nothing was changed.
        StorageError: The place cannot be written to.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        check_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull("no space left; nothing was changed", path=path) from error
        raise StorageError(f"cannot be written: {error.strerror or error}", path=path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    # The process's mask can only be read by setting it; mkstemp ignores it and makes private files.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _text(path: Path, *, limit: int | None = MAX_BYTES) -> str:
    try:
        size = path.stat().st_size
        if limit is not None and size > limit:
            raise BadDocument(f"has {size:,} bytes; at most {limit:,} are read", file=path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadDocument(f"there is no such file. {_neighbour(path)}".strip(), file=path) from None
    except IsADirectoryError:
        raise BadDocument("is a folder, not a file", file=path) from None
    except OSError as error:
        raise BadDocument(f"cannot be read: {error.strerror or error}", file=path) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadDocument("is not UTF-8 text; save it as UTF-8", file=path, line=line) from None


def _neighbour(path: Path) -> str:
    try:
        names = [p.name for p in path.parent.iterdir() if p.suffix == path.suffix]
    except OSError:
        return f"Its folder {path.parent} is not there either."
    return did_you_mean(path.name, names) if names else ""
