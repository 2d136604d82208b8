"""Where things lie: the production that a person writes, and the data folder with runs, store, ledger and simulator.

    data/productions/<name>/     storyboard.yaml, characters/*.yaml, own pictures
    data/runs/<run>/             what one run made: plan, takes, film, report, executed notebooks
    data/store/                  every picture and clip once, by the digest of its bytes
    data/ledger.sqlite           every paid request, before it was sent
    data/simulator/              the simulator's own records

A production that stands elsewhere has its data folder inside itself, unless `CHARKIT_DATA` names one.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from charkit.documents import replace_file
from charkit.errors import UnknownName, UsageError
from charkit.settings import Settings

__all__ = ["Workspace", "find_production", "new_production"]

_NAME = re.compile(r"[^\W.][\w.-]{0,79}")
_OWNER = ".production"
"""In a run's folder: whose run it is, since all productions of a data folder keep their runs side by side."""
_TEMPLATE = Path(__file__).parent / "templates" / "production"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The places of one run of one production."""

    home: Path
    """The production's folder."""
    data: Path
    """Where runs, store and ledger lie."""
    run: str
    """The run's name."""

    @classmethod
    def locate(cls, production: Path | str, run: str, settings: Settings | None = None) -> Workspace:
        """Find a production, looking upwards from the working directory, and its data folder.

        Raises:
            UsageError: there is no such production, or the run's name cannot be a folder or is another production's.
        """
        home = find_production(production)
        _checked("run", run)
        chosen = (settings or Settings.load()).data
        if chosen is None:
            chosen = home.parent.parent if home.parent.name == "productions" else home / "data"
        found = cls(home=home, data=chosen.resolve(), run=run)
        found.refuse_strangers()
        return found

    def claim(self) -> None:
        """Make the run's folder, and write down whose it is.

        Raises:
            UsageError: it is another production's.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / _OWNER).exists():
            replace_file(self.folder / _OWNER, self.home.name.encode("utf-8"))
        self.refuse_strangers()

    def runs(self, holding: str) -> list[str]:
        """Return the names of this production's runs whose folder holds a file."""
        found = (file.parent for file in self.folder.parent.glob(f"*/{holding}"))
        return sorted(folder.name for folder in found if self._owner_of(folder) == self.home.name)

    def _owner_of(self, folder: Path) -> str:
        mark = folder / _OWNER
        return mark.read_text(encoding="utf-8").strip() if mark.is_file() else self.home.name

    def refuse_strangers(self) -> None:
        """Keep one production out of another's run: it would take over its takes, and write over its film.

        Raises:
            UsageError: the run is another production's.
        """
        owner = self._owner_of(self.folder)
        if owner != self.home.name:
            raise UsageError(
                f"run {self.run!r} is a run of {owner}, not of {self.home.name}; choose another name for this one "
                f"(in the shell: --run {self.home.name})"
            )

    @property
    def folder(self) -> Path:
        """What this run makes."""
        return self.data / "runs" / self.run

    @property
    def store(self) -> Path:
        """Pictures and clips by digest."""
        return self.data / "store"

    @property
    def ledger(self) -> Path:
        """The record of every paid request."""
        return self.data / "ledger.sqlite"

    @property
    def simulator(self) -> Path:
        """The simulator's records and rendered clips."""
        return self.data / "simulator"

    @property
    def progress(self) -> Path:
        """One JSON line for everything that happened in this run, for whoever watches."""
        return self.folder / "progress.jsonl"


def find_production(production: Path | str) -> Path:
    """Return a production's folder; a relative path is looked for here and in every folder above, and so is a name.

    Raises:
        UsageError: nothing there, or no storyboard in it; says what is.
    """
    wanted = Path(production).expanduser()
    here = Path.cwd()
    tried = [wanted] if wanted.is_absolute() else [folder / wanted for folder in (here, *here.parents)]
    shelves = [folder / "data" / "productions" / wanted for folder in (here, *here.parents)]
    for folder in [*tried, *(shelves if wanted.name == str(wanted) else [])]:
        if (folder / "storyboard.yaml").is_file():
            return folder.resolve()
    for folder in tried:
        if folder.is_dir():
            raise UsageError(f"{folder} has no storyboard.yaml. Make a production with: charkit new NAME")
    how = "Make one with: charkit new NAME"
    beside = tried if wanted.parent.name else tried[:1]  # a bare name is not looked for all over the disk
    siblings = [path.parent.name for root in beside for path in root.parent.glob("*/storyboard.yaml")]
    if siblings:
        raise UnknownName("production", str(production), [str(wanted.parent / name) for name in siblings], hint=how)
    raise UsageError(f"no production at {production}. {how}")


def new_production(name: str, folder: Path | str = "data/productions") -> Path:
    """Make a production to edit and return its folder: a commented storyboard and a sheet that run as they are.

    Raises:
        UsageError: the name cannot be a folder, or something stands there already; nothing is overwritten.
    """
    _checked("production", name)
    home = Path(folder) / name
    if home.exists():
        raise UsageError(f"{home} is there already; choose another name, or edit it as it is")
    shutil.copytree(_TEMPLATE, home)
    return home


def _checked(kind: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a {kind}'s name: letters, digits, '-', '_' and '.', not starting with '.'"
        )
