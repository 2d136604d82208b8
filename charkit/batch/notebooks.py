"""Notebooks, the parameters they declare, and papermill: what a run is told is checked before a kernel starts.

Papermill only warns about a parameter that a notebook does not declare, and hands `false` from a shell on as a text,
which counts as true. Here both are refused, naming what would be right.
"""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import JsonValue, TypeAdapter, ValidationError

from charkit.errors import BadDocument, CharkitError, MissingDependency, StorageFull, UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Declared",
    "Notebook",
    "NotebookFailed",
    "checked",
    "execute",
    "inspected",
    "notebooks_folder",
    "refuse_secret",
    "typed_text",
]

_SECRETS = re.compile(r"key|token|secret|password", re.IGNORECASE)

_PLAIN: Final[Mapping[str, type]] = {"str": str, "int": int, "float": float, "bool": bool}
_TYPES: Final[Mapping[str, Any]] = {
    **_PLAIN,
    **{f"list[{name}]": list[kind] for name, kind in _PLAIN.items()},  # type: ignore[valid-type]
}
"""How a `parameters` cell may say what it takes, and what that means. (Papermill does not see `int | None`.)"""

_WORDS: Final[Mapping[str, str]] = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}
_SWITCHES: Final[Mapping[str, str]] = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false"}

_one_at_a_time = threading.Lock()
"""Papermill changes the working directory of the whole process while a notebook runs."""


class NotebookFailed(CharkitError):
    """A cell raised; the executed notebook up to there is kept."""

    def __init__(self, notebook: str, error: str, kept: Path) -> None:
        self.notebook = notebook
        self.error = error
        self.kept = kept
        super().__init__(f"{notebook} stopped: {error}\nWhat was made stays; run again to go on. See {kept}")

    def __reduce__(self) -> tuple[type[NotebookFailed], tuple[str, str, Path]]:
        return (type(self), (self.notebook, self.error, self.kept))


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A parameter as a notebook declares it."""

    type: str
    help: str
    default: str = ""
    """As the cell has it: Python's own spelling."""

    @property
    def value(self) -> JsonValue:
        """The default as a value; None where it is not a literal."""
        try:
            found: JsonValue = ast.literal_eval(self.default)
        except (ValueError, SyntaxError):
            return None
        return found


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook and the parameters it takes."""

    path: Path
    parameters: Mapping[str, Declared] = field(default_factory=dict)
    digest: str = ""
    """Of the file's bytes."""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


def notebooks_folder() -> Path:
    """Return where the notebooks stand: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).parent.parent
    beside = package.parent / "notebooks"
    return beside if (beside / "00_first_film.ipynb").is_file() else package / "notebooks"


def inspected(path: Path) -> Notebook:
    """Read what a notebook declares in its cell with the tag `parameters`.

    Raises:
        BadDocument: there is no such file, or it is no notebook.
        MissingDependency: papermill is not installed.
    """
    papermill = _papermill()
    try:
        data = path.read_bytes()
        found = papermill.inspect_notebook(str(path))
    except FileNotFoundError:
        raise BadDocument(f"there is no such notebook. {_others(path)}", file=path) from None
    except OSError as error:
        raise BadDocument(f"cannot be read: {error.strerror or error}", file=path) from None
    except (ValueError, AttributeError, KeyError, TypeError) as error:  # what nbformat says of files that are none
        raise BadDocument(f"is not a notebook: {str(error).splitlines()[0][:120] or 'empty'}", file=path) from None
    return Notebook(
        path=path,
        parameters={
            name: Declared(
                type=_type_of(about["inferred_type_name"], about["default"]),
                help=about["help"],
                default=about["default"],
            )
            for name, about in found.items()
        },
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
    )


def checked(notebook: Notebook, values: Mapping[str, JsonValue], *, where: str) -> dict[str, JsonValue]:
    """Return the values if the notebook takes them, a whole number as a float where it asks for one.

    Args:
        notebook: Declares names and types.
        values: What it is to be told.
        where: Where they come from, for the error.

    Raises:
        UnknownName: a name that it does not declare.
        BadDocument: a value that is not of the declared type.
        UsageError: a name that looks like a secret's.
    """
    for name in values:
        refuse_secret(name)
        if name not in notebook.parameters:
            raise UnknownName(f"parameter of {notebook.path.name}", name, notebook.parameters, hint=f"({where})")
    return {name: _as_declared(notebook, name, value, where) for name, value in values.items()}


def refuse_secret(name: str) -> None:
    """Refuse a parameter that looks like a secret: parameters are stored in every executed notebook.

    Raises:
        UsageError: it does.
    """
    if _SECRETS.search(name):
        raise UsageError(f"{name!r} looks like a secret. Parameters are stored in the notebook: use the environment.")


def typed_text(notebook: Notebook, name: str, text: str) -> str | int | float | bool:
    """Return what a text from the shell means to a parameter.

    Raises:
        BadDocument: it is not of the declared type.
    """
    wanted = notebook.parameters[name].type
    try:
        if wanted == "bool":
            return {"true": True, "false": False}[text.lower()]
        if wanted == "int":
            return int(text)
        return float(text) if wanted == "float" else text
    except (KeyError, ValueError):
        raise BadDocument(f"parameter {name!r} is a {wanted}, not {text!r}", file=notebook.path.name) from None


def execute(
    notebook: Path, kept: Path, parameters: Mapping[str, JsonValue], *, name: str | None = None, warm: bool = False
) -> None:
    """Execute a notebook by papermill and keep it with its outputs, also when a cell fails.

    Args:
        notebook: What to execute.
        kept: Where the executed notebook stands; its folder is the kernel's working directory, so that links in what
            is shown start from there. The folder has to be there.
        parameters: Checked values.
        name: How errors call it; the file's name by default.
        warm: Fork a kernel that has its imports behind it, where that can be done (see `charkit.batch.kernels`).

    Raises:
        NotebookFailed: a cell raised, or the kernel died.
        StorageFull: no space for the executed notebook.
    """
    papermill = _papermill()
    engine = None
    if warm:
        from charkit.batch import kernels

        kernels.register()
        engine = kernels.ENGINE
    from nbclient.exceptions import DeadKernelError

    called = name or notebook.stem
    try:
        with _one_at_a_time:
            papermill.execute_notebook(
                str(notebook.resolve()),
                str(kept),
                parameters=dict(parameters),
                engine_name=engine,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(kept.parent),
            )
    except papermill.exceptions.PapermillExecutionError as error:
        raise NotebookFailed(called, f"{error.ename}: {error.evalue}", kept) from None
    except DeadKernelError:
        raise NotebookFailed(called, "its kernel died (killed, or out of memory)", kept) from None
    except RuntimeError as error:  # jupyter_client's word for a kernel that never answers
        raise NotebookFailed(called, f"its kernel did not start: {error}", kept) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull("no space left; free some and run again to go on", path=kept) from error
        raise


def _as_declared(notebook: Notebook, name: str, value: JsonValue, where: str) -> JsonValue:
    wanted = notebook.parameters[name].type
    kind = _TYPES.get(wanted)
    if kind is None:
        raise BadDocument(
            f"parameter {name!r} is declared as {wanted!r}, which cannot be checked. "
            f"Declare it as one of {', '.join(sorted(_TYPES))}",
            file=notebook.path.name,
        )
    try:
        found: JsonValue = TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        problem = f"parameter {name!r} of {notebook.path.name} is {_said(wanted)}, not {_shown(value)}"
        raise BadDocument(f"{problem}.{_nearest(wanted, value)}", file=where) from None
    return found


def _shown(value: JsonValue) -> str:
    """Return a value as a person wrote it into YAML, where that is another word than Python's."""
    return json.dumps(value) if value is None or isinstance(value, bool) else repr(value)


def _said(wanted: str) -> str:
    if wanted.startswith("list["):
        return f"a list ({_WORDS[wanted[5:-1]]} each)"
    return _WORDS[wanted]


def _nearest(wanted: str, value: JsonValue) -> str:
    """Return how it should have been written."""
    if wanted.startswith("bool") and isinstance(value, str) and value.lower() in _SWITCHES:
        return f" Write {_SWITCHES[value.lower()]}, without quotes"
    if wanted.startswith("str") and isinstance(value, bool):
        return " Put text that YAML reads as true or false into quotes"
    if wanted.startswith("str") and isinstance(value, int | float):
        return f' Put it into quotes: "{value}"'
    if wanted.startswith(("int", "float")) and isinstance(value, str):
        return " Write numbers without quotes"
    return ""


def _type_of(said: str, default: str) -> str:
    """Return the declared type, or where none is declared that of the default."""
    if said and said != "None":
        return said
    try:
        value = ast.literal_eval(default)
    except (ValueError, SyntaxError):
        return "None"
    if isinstance(value, list) and value:
        return f"list[{type(value[0]).__name__}]"
    return type(value).__name__ if value is not None else "None"


def _others(path: Path) -> str:
    from charkit.errors import did_you_mean

    try:
        names: Iterable[str] = [other.name for other in path.parent.glob("*.ipynb")]
    except OSError:
        names = ()
    return did_you_mean(path.name, names)


def _papermill() -> Any:
    """Return papermill, which has no types."""
    try:
        import papermill
        import papermill.exceptions
    except ImportError:
        raise MissingDependency("papermill", "notebooks") from None
    return papermill
