"""The YAML tree of one file: plain values out of it, lines for places in it, new values into it."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from charkit.errors import BadDocument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

__all__ = ["Place", "Plain", "dump", "line_of", "load", "merge", "plain"]

Plain: TypeAlias = "bool | int | float | str | dt.date | list[Plain] | dict[str, Plain] | None"
"""What a YAML file may say, in Python's own types."""

Place: TypeAlias = "tuple[str | int, ...]"
"""Where a value stands: keys and list positions from the top."""

MAX_NODES = 100_000
"""Values one document may have with its aliases written out; a storyboard of 100 shots has about 2,000."""

MAX_DEPTH = 40
"""How deep lists and keys may nest; also what ends an alias that contains itself."""

_FOREVER = 2**31 - 1  # a column no line reaches: the dumper never folds text by itself


def load(text: str, file: Path) -> object:
    """Parse one YAML 1.2 document, keeping lines and comments.

    Raises:
        BadDocument: On a syntax error, a key that stands twice, or a second document; with the line.
    """
    try:
        return _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        problem = (error.problem or error.context or "cannot be read as YAML").split(' with value "')[0]
        raise BadDocument(_friendly(problem, text, line), file=file, line=line) from None
    except RecursionError:
        raise BadDocument("nests too deeply", file=file) from None
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise BadDocument(f"cannot be read as YAML: {reason}", file=file) from None
    except (ValueError, TypeError, OverflowError) as error:  # dates that do not exist, numbers without end
        raise BadDocument(f"holds a date or number that does not exist: {error}", file=file) from None


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = False
    yaml.preserve_quotes = True
    yaml.width = _FOREVER
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), _say_null)
    return yaml


def _say_null(representer: object, _data: None) -> object:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")  # type: ignore[attr-defined]


def _friendly(problem: str, text: str, line: int | None) -> str:
    source = text.splitlines()[line - 1] if line and line <= len(text.splitlines()) else ""
    if "duplicate key" in problem:
        return problem.replace("found duplicate key", "this key stands here a second time:")
    if "mapping values are not allowed" in problem:
        return f"a colon inside plain text: put the text in quotes ({source.strip()[:60]!r})"
    if "'\\t'" in problem or "\t" in source[: len(source) - len(source.lstrip())]:
        return "a tab where YAML wants spaces"
    return f"not valid YAML: {problem}"


def plain(tree: object, file: Path) -> Plain:
    """Turn a parsed tree into Python's own types, with every alias written out.

    Raises:
        BadDocument: On tags, keys that are not text, or aliases that multiply beyond `MAX_NODES`.
    """
    return _Plainer(file).turn(tree, 0, None)


class _Plainer:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen = 0

    def turn(self, node: object, depth: int, line: int | None) -> Plain:
        self.seen += 1
        if self.seen > MAX_NODES:
            raise BadDocument(f"holds more than {MAX_NODES:,} values with its aliases written out", file=self.file)
        if depth > MAX_DEPTH:
            raise BadDocument(f"nests deeper than {MAX_DEPTH} levels", file=self.file, line=line)
        if isinstance(node, (CommentedMap, CommentedSeq)):
            self._refuse_tag(node, line)
            if isinstance(node, CommentedMap):
                return {self._key(k, node): self.turn(v, depth + 1, _key_line(node, k)) for k, v in node.items()}
            return [self.turn(v, depth + 1, _item_line(node, i)) for i, v in enumerate(node)]
        return self._scalar(node, line)

    def _scalar(self, node: object, line: int | None) -> Plain:
        if node is None or isinstance(node, (bool, dt.date)):
            return node
        for kind in (int, float, str):  # ruamel's own subclasses remember how the value was written
            if isinstance(node, kind):
                return kind(node)
        if isinstance(node, TaggedScalar):
            raise self._tagged(node.tag.value, line)
        raise BadDocument(f"a value of a kind that is not used here ({type(node).__name__})", file=self.file, line=line)

    def _refuse_tag(self, node: CommentedMap | CommentedSeq, line: int | None) -> None:
        tag = str(node.tag.value or "")
        if tag and not tag.startswith("tag:yaml.org,2002:"):
            raise self._tagged(tag, line)

    def _tagged(self, tag: object, line: int | None) -> BadDocument:
        short = str(tag).replace("tag:yaml.org,2002:", "!!")
        return BadDocument(f"the tag {short} is not allowed: write a plain value", file=self.file, line=line)

    def _key(self, key: object, node: CommentedMap) -> str:
        if isinstance(key, str):
            return str(key)
        raise BadDocument(f"the key {key!r} is not text: put it in quotes", file=self.file, line=_key_line(node, key))


def line_of(tree: object, place: Sequence[str | int]) -> int | None:
    """Return the line, from 1, on which a place stands; otherwise that of the nearest parent that has one."""
    line = 1 if isinstance(tree, (CommentedMap, CommentedSeq)) else None
    node = tree
    for step in place:
        if isinstance(node, CommentedMap) and step in node:
            line = _key_line(node, step) or line
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = _item_line(node, step) or line
        else:
            break
        node = node[step]
    return line


def _key_line(node: CommentedMap, key: object) -> int | None:
    position = (node.lc.data or {}).get(key)
    return position[0] + 1 if position else None


def _item_line(node: CommentedSeq, index: int) -> int | None:
    position = (node.lc.data or {}).get(index)
    return position[0] + 1 if position else None


def merge(old: object, new: JsonValue) -> object:
    """Bring a tree to new values, touching only what differs, so that comments and spelling stay."""
    if isinstance(new, dict):
        return _merge_map(old if isinstance(old, CommentedMap) else CommentedMap(), new)
    if isinstance(new, list):
        return _merge_list(old if isinstance(old, CommentedSeq) else CommentedSeq(), new)
    if type(old) is not bool and type(new) is not bool and isinstance(old, type(new)) and old == new:
        return old
    return _spelled(new) if isinstance(new, str) else new


def _spelled(text: str) -> object:
    """Choose how a new text is written: as a block, or quoted where plain YAML would not give it back."""
    if _reads_well_as_block(text):
        return LiteralScalarString(text)
    return text if text.isprintable() else DoubleQuotedScalarString(text)


def _merge_map(old: CommentedMap, new: Mapping[str, JsonValue]) -> CommentedMap:
    for key in [k for k in old if k not in new]:
        del old[key]
    for key, value in new.items():
        old[key if key in old or key.isprintable() else DoubleQuotedScalarString(key)] = merge(old.get(key), value)
    return old


def _merge_list(old: CommentedSeq, new: list[JsonValue]) -> CommentedSeq:
    entries = list(old)
    count = Counter(filter(None, map(_name, entries)))
    named = {name: entry for entry in entries if (name := _name(entry)) is not None and count[name] == 1}
    wanted = Counter(filter(None, map(_name, new)))
    for index, value in enumerate(new):
        name = _name(value)
        beside = entries[index] if index < len(entries) else None
        if name is not None and name in named and wanted[name] == 1:
            match = named[name]
        else:  # unless it is what another one is called, whose comments are not about this one
            match = None if _name(beside) in named and wanted[_name(beside) or ""] == 1 else beside
        merged = merge(match, value)
        if index < len(entries):
            old[index] = merged
        else:
            old.append(merged)
    del old[len(new) :]
    return old


def _name(item: object) -> str | None:
    """What an entry of a list is called, so that it keeps its comments when others come or go."""
    if isinstance(item, dict):
        for key in ("id", "name", "shot"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return None


def _reads_well_as_block(text: str) -> bool:
    lines = text.split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.strip() for line in lines)
        and bool(lines[0])
        and lines[-1] == ""
        and bool(lines[-2])
    )


def dump(tree: object, *, header: str = "") -> str:
    """Return a tree as YAML text; a header becomes comment lines on top."""
    out = io.StringIO()
    _yaml().dump(tree, out)
    comment = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    return comment + out.getvalue()
