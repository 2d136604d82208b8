"""The folder in which a person's weights lie, and what is in it."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeAlias

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field

from charkit.documents import read_json, write_json
from charkit.errors import BadDocument, BadWeights, StorageError, UnknownName, UsageError
from charkit.settings import Settings
from charkit.weights.checking import problem_of, sha256_of
from charkit.weights.registry import Weight, registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Held", "State", "Weights"]

State: TypeAlias = Literal["there", "absent", "bad", "not recorded"]
"""`bad`: altered, cut off, or no model. `not recorded`: a file without a pinned digest that nobody has taken in yet."""

_RECORDS = "digests.json"
_HOW_TO = "or set CHARKIT_WEIGHTS to a folder that has it"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    taken_in: dt.date


class _Records(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    weights: dict[str, _Record] = {}


@dataclass(frozen=True, kw_only=True)
class Held:
    """What the folder has of one file of weights."""

    weight: Weight
    path: Path
    """Where it lies, or would lie."""
    state: State
    problem: str = ""
    """What is wrong, and what to do about it."""
    sha256: str = ""
    """The digest that it is held to; empty where none is known."""


class Weights:
    """All weights that charkit knows, and the folder in which a person keeps some of them."""

    def __init__(self, folder: Path, known: Mapping[str, Weight]) -> None:
        self.folder = folder
        self._known = known

    @classmethod
    def open(cls, folder: Path | str | None = None) -> Self:
        """Open a folder of weights: the one given, else `CHARKIT_WEIGHTS`, else one in the user's cache."""
        from platformdirs import user_cache_path

        chosen = folder or Settings.load().weights
        return cls(Path(chosen).expanduser() if chosen else user_cache_path("charkit") / "weights", registry())

    def __getitem__(self, name: str) -> Weight:
        """Return what is known of a file of weights.

        Raises:
            UnknownName: there is none of this name.
        """
        if name not in self._known:
            raise UnknownName("weights", name, self._known, hint="See: charkit weights list")
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def where(self, name: str) -> Path:
        """Return where a file lies, or would lie.

        Raises:
            UnknownName: there is none of this name.
        """
        return self.folder / self[name].file

    def held(self, name: str) -> Held:
        """Return whether a file is there and is the one that it should be. Nothing is downloaded.

        Raises:
            UnknownName: there is none of this name.
        """
        weight, path = self[name], self.where(name)
        pinned = weight.sha256 or self._recorded(name)
        if not path.exists():
            how = f"get it with: charkit weights get {name}" + ("" if weight.url else " --from FILE")
            return Held(weight=weight, path=path, state="absent", problem=f"is not there; {how}, {_HOW_TO}")
        if not pinned:
            said = f"has no digest yet; take it in with: charkit weights get {name} --from {path.name}"
            return Held(weight=weight, path=path, state="not recorded", problem=said)
        problem = problem_of(path, sha256=pinned, size=weight.bytes)
        if problem:
            problem += f"; replace it with: charkit weights get {name} --replace"
        return Held(weight=weight, path=path, state="bad" if problem else "there", problem=problem, sha256=pinned)

    def find(self, name: str) -> Path:
        """Return the verified file.

        Raises:
            UnknownName: there is none of this name.
            BadWeights: it is absent, altered, or no model; says how to get it.
        """
        held = self.held(name)
        if held.state != "there":
            raise BadWeights(held.problem, file=held.weight.file)
        return held.path

    def get(
        self,
        name: str,
        *,
        accept_licence: bool = False,
        given: Path | str | None = None,
        replace: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Path:
        """Bring a file into the folder: by download where its digest is pinned, or from a path.

        Args:
            name: Which weights.
            accept_licence: That the person has read the licence and keeps to it, where it restricts or is unclear.
            given: A file to copy instead of downloading; where no digest is pinned, its own is recorded.
            replace: Whether another file under its name may be replaced.
            on_progress: Is told the bytes that are there, and all of them.

        Raises:
            UnknownName: there is none of this name.
            UsageError: the licence was not accepted, or the file can only be given by path.
            BadWeights: what came, or what is there under its name, is not the pinned file.
            Unavailable: the download broke off; asking again goes on from there.
            StorageError: it cannot be written.
        """
        held = self.held(name)
        if held.state == "there":
            return held.path
        self._check(held, accept_licence=accept_licence, given=given, replace=replace)
        self._make_folder()
        with FileLock(self.folder / f".{held.weight.file}.lock"):
            if self.held(name).state == "there":  # another process was faster
                return held.path
            if given is not None:
                self._take_in(held, Path(given))
            else:
                self._download(held, on_progress)
        return held.path

    def verify(self) -> tuple[Held, ...]:
        """Return what the folder has of every file of weights."""
        return tuple(self.held(name) for name in self)

    def _check(self, held: Held, *, accept_licence: bool, given: Path | str | None, replace: bool) -> None:
        weight = held.weight
        if weight.asks and not accept_licence:
            raise UsageError(
                f"{weight.name} is under {weight.licence} ({weight.source}), which restricts what may be done with it. "
                "Read it, and say so with: --accept-licence"
            )
        if given is None and not weight.url:
            raise UsageError(
                f"no digest of {weight.name} is established, so it is not downloaded. Give your own file: "
                f"charkit weights get {weight.name} --from FILE; its digest is then recorded. {weight.note}".strip()
            )
        if held.state == "bad" and not replace:
            raise BadWeights(held.problem, file=held.path)

    def _download(self, held: Held, on_progress: Callable[[int, int], None] | None) -> None:
        from charkit.weights.fetching import fetch

        weight = held.weight
        if not (weight.url and weight.sha256 and weight.bytes):
            raise UsageError(f"no address and digest of {weight.name} are established")
        fetch(weight.url, held.path, sha256=weight.sha256, size=weight.bytes, on_progress=on_progress)

    def _take_in(self, held: Held, given: Path) -> None:
        if not given.is_file():
            raise BadWeights("there is no such file", file=given)
        pinned = held.weight.sha256 or sha256_of(given)
        problem = problem_of(given, sha256=pinned, size=held.weight.bytes)
        if problem:
            raise BadWeights(problem, file=given)
        part = held.path.with_name(f".{held.path.name}.part")
        try:
            if not (held.path.exists() and given.samefile(held.path)):
                shutil.copyfile(given, part)
                part.replace(held.path)
        except OSError as error:
            raise StorageError(f"cannot be written: {error.strerror or error}", path=held.path) from error
        if not held.weight.sha256:
            self._record(held.weight.name, pinned)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot be made: {error.strerror or error}", path=self.folder) from error

    def _records(self) -> _Records:
        file = self.folder / _RECORDS
        try:
            return read_json(file, _Records) if file.is_file() else _Records()
        except BadDocument as error:
            raise BadWeights(f"cannot be read ({error}); delete it and take the files in again", file=file) from None

    def _recorded(self, name: str) -> str:
        found = self._records().weights.get(name)
        return found.sha256 if found else ""

    def _record(self, name: str, sha256: str) -> None:
        today = dt.datetime.now(tz=dt.UTC).date()
        known = {**self._records().weights, name: _Record(sha256=sha256, taken_in=today)}
        write_json(self.folder / _RECORDS, _Records(weights=known))

    def __repr__(self) -> str:
        there = sum(held.state == "there" for held in self.verify())
        return f"<Weights: {there} of {len(self)} there>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import table

        rows = [
            [held.weight.name, held.state, held.weight.what, held.weight.size, held.weight.licence, held.problem]
            for held in self.verify()
        ]
        columns = ["weights", "state", "what for", "size", "licence", "what to do"]
        return {"text/plain": repr(self), "text/html": table(columns, rows)}
