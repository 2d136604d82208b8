"""Says in a person's words what a model does not accept, and at which line of the file it stands."""

from __future__ import annotations

import re
import types
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from charkit.documents.tree import Place, line_of
from charkit.errors import BadDocument, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["bad_document"]

_WHOLE, _NUMBER, _TEXT, _SWITCH = "a whole number", "a number", "text", "true or false"
_EXPECTED = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "string_type": _TEXT,
    "path_type": "a path",
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "date_type": "a date like 2026-11-22",
    "date_parsing": "a date like 2026-11-22",
    "date_from_datetime_parsing": "a date like 2026-11-22",
    "none_required": "nothing",
}
"""What pydantic's error types mean to a person (names: docs.pydantic.dev/latest/errors/validation_errors)."""


@dataclass(frozen=True, kw_only=True)
class _Problem:
    line: int | None
    text: str


def bad_document(error: ValidationError, *, model: type[BaseModel], tree: object, file: Path) -> BadDocument:
    """Return one error for all that is wrong with a file, first line first.

    The error's `line` is that of the first problem; the others follow in its text, one a line, each with its
    own `file:line`.
    """
    problems = sorted(_problems(error, model, tree), key=lambda problem: problem.line or 0)
    first, *others = problems
    more = "".join(f"\n{file}:{p.line or 1}: {p.text}" for p in others)
    return BadDocument(first.text + more, file=file, line=first.line)


def _problems(error: ValidationError, model: type[BaseModel], tree: object) -> Iterable[_Problem]:
    wrong_kinds: dict[Place, list[str]] = {}
    found: dict[Place, object] = {}
    for detail in error.errors(include_url=False):
        place = _place_in(tree, detail)
        kind = _expected(detail)
        if kind is None:
            yield _Problem(line=line_of(tree, place), text=_other(detail, place, model))
            continue
        kinds = wrong_kinds.setdefault(place, [])  # the branches of a union complain one by one: say it once
        if kind not in kinds:
            kinds.append(kind)
        found[place] = detail["input"]
    for place, kinds in wrong_kinds.items():
        text = f"{_spell(place)}expected {' or '.join(kinds)}, found {_describe(found[place], kinds)}"
        words = re.findall(r"'([^']*)'", " ".join(kinds))
        if words and isinstance(found[place], str):
            near = did_you_mean(str(found[place]), words)
            text += f". {near}" if near.startswith("Did") else ""
        yield _Problem(line=line_of(tree, place), text=text)


def _place_in(tree: object, detail: ErrorDetails) -> Place:
    """Drop from pydantic's location what names a branch of a union, not a place in the file."""
    place: list[str | int] = []
    node: object = tree
    steps = detail["loc"]
    for index, step in enumerate(steps):
        if _holds(node, step):
            node = node[step]  # type: ignore[index]
        elif not (detail["type"] == "missing" and index == len(steps) - 1):
            continue
        place.append(step)
    return tuple(place)


def _holds(node: object, step: str | int) -> bool:
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)


def _expected(detail: ErrorDetails) -> str | None:
    if detail["type"] in {"literal_error", "enum"}:
        words = str(detail.get("ctx", {}).get("expected", "")).replace("' or '", "', '")
        return f"one of {words}" if "," in words else words
    return _EXPECTED.get(detail["type"])


def _other(detail: ErrorDetails, place: Place, model: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        return _unknown_key(place, detail["loc"], model)
    if detail["type"] == "missing":
        where = _spell(place[:-1]).removesuffix(": ")
        return f"the key {place[-1]!r} is missing" + (f" in {where}" if where else "")
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = message[:1].lower() + message[1:]
    if detail["type"] in {"value_error", "assertion_error"}:
        return f"{_spell(place)}{message}"
    return f"{_spell(place)}{message}, found {_describe(detail['input'], [])}"


def _unknown_key(place: Place, loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    where = _spell(place[:-1]).removesuffix(": ")
    known = {
        name for owner in _models_at(model, loc[:-1]) for name in (f.alias or n for n, f in owner.model_fields.items())
    }
    inside = f" in {where}" if where else ""
    return f"unknown key {place[-1]!r}{inside}. {did_you_mean(str(place[-1]), known)}"


def _spell(place: Place) -> str:
    """Write a place the way a person points at it: `shots[2].camera: `; list positions count from 0."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return f"{text.removeprefix('.')}: " if text else ""


def _describe(value: object, expected: list[str]) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        said = "true" if value else "false"
    elif isinstance(value, (dict, list)):
        return f"a mapping with {', '.join(map(repr, value))}"[:80] if isinstance(value, dict) else "a list"
    elif isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    else:
        said = str(value)
    return said + (" (put it in quotes to make it text)" if _TEXT in expected else "")


def _models_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> set[type[BaseModel]]:
    """Return the models that may stand at a pydantic location, looking through lists, mappings and unions."""
    here: list[Any] = [model]
    for step in loc:
        onward = [inner for kind in here for inner in _step(kind, step)]
        here = onward or here  # the step named a branch of a union
    return {kind for annotation in here for kind in _classes(annotation)}


def _step(annotation: Any, step: str | int) -> list[Any]:
    onward: list[Any] = []
    for kind in _alternatives(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            if step in fields:
                onward.append(fields[str(step)].annotation)
        elif get_origin(kind) is not None:
            arguments = [a for a in get_args(kind) if a is not Ellipsis]
            onward.extend(arguments[-1:] if isinstance(step, str) else arguments)
    return onward


def _classes(annotation: Any) -> list[type[BaseModel]]:
    return [a for a in _alternatives(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]


def _alternatives(annotation: Any) -> list[Any]:
    """Unwrap annotations and unions into the plain alternatives."""
    origin = get_origin(annotation)
    if isinstance(annotation, typing.TypeAliasType if hasattr(typing, "TypeAliasType") else ()):
        return _alternatives(annotation.__value__)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return [plain for inner in get_args(annotation) for plain in _alternatives(inner)]
    return [annotation]
