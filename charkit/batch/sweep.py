"""A sweep: one notebook, many combinations of parameters, in a file that people write.

    notebook: 92_one_take
    parameters: {production: data/productions/lantern, resolution: 360p}
    grid:
      character: [mira, fenn]
      route: [omni-1.2, nano-h3]
      seed: [1, 2, 3]
    exclude:
      - {character: fenn, route: nano-h3}
    runs:
      - {character: mira, action: She waves at the sea}
    max_spend: 10

A run's name follows from what it is told, so that a sweep that was stopped finds what it has made, whatever is added to
the file or put into another order.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PrivateAttr

from charkit.batch.notebooks import Notebook, checked, inspected, notebooks_folder
from charkit.documents import read_yaml
from charkit.errors import BadDocument, UnknownName
from charkit.money import dollars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

__all__ = ["LARGEST", "Sweep", "SweptRun"]

LARGEST: Final = 10_000
"""Runs in one sweep; more is a slip in the grid."""

_NAME = re.compile(r"[^\W_.][\w-]{0,39}")
_NOT_WHAT_IT_IS: Final = ("run", "max_spend")
"""Parameters that say where a run's things lie and what it may cost, and nothing of what it makes."""
_SAME: Final = ("production", "resolution", "live")
"""Parameters that say little in a name."""
_LABEL = 38  # characters of a run's name between the sweep's and the digest

Told = dict[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class SweptRun:
    """One combination of parameters."""

    name: str
    """Names its folder; follows from the parameters alone."""
    parameters: Mapping[str, JsonValue]
    """Everything that the sweep's file tells it."""
    axes: Mapping[str, JsonValue]
    """What tells it apart from the others."""

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.axes.items())
        return f"SweptRun({self.name}: {said or 'alone'})"


class Sweep(BaseModel):
    """What a sweep's file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    """Names its folder; the file's name where it is not given."""
    notebook: str
    """A name of one of charkit's own, such as `92_one_take`, or a file, relative to this one."""
    parameters: Told = {}
    """The same for every run."""
    grid: dict[str, Annotated[list[JsonValue], Field(min_length=1)]] = {}
    """Parameters with all their values; every combination is a run."""
    runs: tuple[Told, ...] = ()
    """Runs that are named one by one, beside those of the grid."""
    exclude: tuple[Annotated[Told, Field(min_length=1)], ...] = ()
    """Combinations of the grid that are left out: those that agree with everything an entry says."""
    max_spend: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The cap on all runs together, in US dollars."""
    outputs: str | None = None
    """Where the runs' folders go: a folder, or a URL that fsspec knows, such as `s3://bucket/lantern`. By default
    `sweeps/` in the data folder."""

    _file: Path = PrivateAttr(default=Path("sweep.yaml"))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a sweep; a relative path is looked for here and in every folder above.

        Raises:
            BadDocument: with file and line.
        """
        path = _found(Path(path))
        sweep = read_yaml(path, cls)
        sweep._file = path.resolve()  # noqa: SLF001  # its own class
        return sweep

    def __repr__(self) -> str:
        said = " × ".join(f"{name} ({len(values)})" for name, values in self.grid.items()) or "no grid"
        more = f", {len(self.runs)} named runs" if self.runs else ""
        cap = "" if self.max_spend is None else f", cap {dollars(self.max_spend)}"
        return f"Sweep({self.title} of {self.notebook}: {said}{more}{cap})"

    __str__ = __repr__

    @property
    def file(self) -> Path:
        """The file that it was read from."""
        return self._file

    @property
    def title(self) -> str:
        """Its name, or its file's."""
        return self.name or self._file.stem

    def source(self) -> Notebook:
        """Return the notebook with what it declares.

        Raises:
            BadDocument: there is none.
        """
        here = self._file.parent / self.notebook
        if here.suffix == ".ipynb" or "/" in self.notebook:
            return inspected(here)
        own = notebooks_folder() / f"{self.notebook}.ipynb"
        if own.is_file():
            return inspected(own)
        known = [path.stem for path in notebooks_folder().glob("*.ipynb")]
        raise UnknownName("notebook", self.notebook, known, hint=f"Or name a file that ends in .ipynb ({self._file})")

    def expanded(self, notebook: Notebook) -> tuple[SweptRun, ...]:
        """Return every run, with its parameters checked against the notebook.

        Raises:
            BadDocument: a value of the wrong type, the same run twice, or no run at all.
            UnknownName: a parameter that the notebook does not declare.
            UsageError: a parameter that looks like a secret.
        """
        self._check()
        told = [*self._combinations(), *({**self.parameters, **run} for run in self.runs)]
        if not told:
            raise self._wrong("describes no run: everything in the grid is excluded")
        found = [checked(notebook, one, where=str(self._file)) for one in told]
        varying = _varying(found)
        runs = tuple(self._run(one, varying, notebook) for one in found)
        twice = [name for name, count in Counter(run.name for run in runs).items() if count > 1]
        if twice:
            which = next(run for run in runs if run.name == twice[0])
            raise self._wrong(f"says the same run twice: {dict(which.parameters)}")
        return runs

    def _combinations(self) -> Iterator[Told]:
        if not self.grid and self.runs:
            return
        unused = list(range(len(self.exclude)))
        for values in itertools.product(*self.grid.values()):
            one = {**self.parameters, **dict(zip(self.grid, values, strict=True))}
            hits = [at for at, rule in enumerate(self.exclude) if all(one.get(k) == v for k, v in rule.items())]
            unused = [at for at in unused if at not in hits]
            if not hits:
                yield one
        if unused:
            raise self._wrong(
                f"excludes nothing by {self.exclude[unused[0]]}: no combination of the grid agrees with it"
            )

    def _check(self) -> None:
        if not _NAME.fullmatch(self.title):
            raise self._wrong(
                f"{self.title!r} cannot be a sweep's name: at most 40 letters, digits, '-' and '_'. Give it a `name:`"
            )
        for name in self.grid:
            if name in self.parameters:
                raise self._wrong(f"{name!r} is both in the grid and fixed under parameters; say it in one place")
        for name in _NOT_WHAT_IT_IS:
            if name in self.grid or any(name in run for run in self.runs):
                raise self._wrong(f"{name!r} cannot vary: runs are named by what they make")
        if "run" in self.parameters:
            raise self._wrong("'run' cannot be given: every run gets a name that follows from its parameters")
        count = 1
        for values in self.grid.values():
            count *= len(values)
        if count + len(self.runs) > LARGEST:
            raise self._wrong(f"describes {count + len(self.runs):,} runs; at most {LARGEST:,} are taken on")

    def _run(self, told: Told, varying: set[str], notebook: Notebook) -> SweptRun:
        axes = {name: told.get(name) for name in (*self.grid, *sorted(varying - self.grid.keys())) if name in varying}
        made = {name: value for name, value in told.items() if name not in _NOT_WHAT_IT_IS}
        text = json.dumps({"notebook": notebook.name, "parameters": made}, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        # By name and whether it varies or not, so that a longer or reordered grid finds what a shorter one has made.
        words = [_slug(value) for name, value in sorted(made.items()) if name not in _SAME and value is not None]
        said = "-".join(word for word in words if word)[:_LABEL].strip("-.")
        return SweptRun(name="-".join(part for part in (self.title, said, digest) if part), parameters=told, axes=axes)

    def _wrong(self, problem: str) -> BadDocument:
        return BadDocument(problem, file=self._file)


def _found(path: Path) -> Path:
    here = Path.cwd()
    places = [path] if path.is_absolute() else [folder / path for folder in (here, *here.parents)]
    return next((place for place in places if place.is_file()), path)


def _varying(told: list[Told]) -> set[str]:
    names = {name for one in told for name in one}
    return {name for name in names if len({json.dumps(one.get(name), sort_keys=True) for one in told}) > 1}


def _slug(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:16].strip("-.")
