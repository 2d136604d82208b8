"""Reads templates from their files, and checks that their words use the slots that they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from charkit.character import Line  # noqa: TC001  # pydantic reads annotations at run time
from charkit.documents.complaints import bad_document
from charkit.documents.tree import line_of, load, plain
from charkit.errors import BadDocument, did_you_mean
from charkit.prompts.engine import HEADER, body, environment
from charkit.prompts.template import Slot, SlotKind, Template

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_template"]


class _Slot(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: SlotKind
    optional: bool = False
    about: Line


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    about: Line
    slots: dict[str, _Slot] = Field(min_length=1)


def read_template(path: Path, *, own: bool = False) -> Template:
    """Return the template of a file.

    Raises:
        BadDocument: it has no header, or its slots are not as declared; with file and line.
    """
    try:
        source = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDocument(f"cannot be read as UTF-8 text: {error}", file=path) from None
    found = HEADER.match(source)
    if found is None:
        problem = "a template begins with `---`, `about:`, its `slots:` and `---`, then the words"
        raise BadDocument(problem, file=path, line=1)
    tree = load(f"---\n{found['yaml']}", path)
    try:
        header = _Header.model_validate(plain(tree, path))
    except ValidationError as error:
        raise bad_document(error, model=_Header, tree=tree, file=path) from None
    slots = tuple(
        Slot(name=name, kind=one.kind, optional=one.optional, about=one.about, line=line_of(tree, ("slots", name)))
        for name, one in header.slots.items()
    )
    template = Template(name=path.stem, about=header.about, source=source, slots=slots, file=path, own=own)
    _check_use(template)
    return template


def _check_use(template: Template) -> None:
    from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes

    try:
        parsed = environment().parse(body(template.source))
    except TemplateError as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else None
        raise BadDocument(str(error.message), file=template.file, line=line) from None
    used = meta.find_undeclared_variables(parsed)
    known = [slot.name for slot in template.slots]
    for name in sorted(used.difference(known)):
        line = next((node.lineno for node in parsed.find_all(nodes.Name) if node.name == name), None)
        problem = f"uses {name!r}, which is not declared under `slots`. {did_you_mean(name, known)}"
        raise BadDocument(problem, file=template.file, line=line)
    for slot in template.slots:
        if slot.name not in used:
            raise BadDocument(f"declares the slot {slot.name!r} and never uses it", file=template.file, line=slot.line)
