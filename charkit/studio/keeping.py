"""Looking after a ledger: whether it keeps its promises, copies of it, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import DamagedLedger
from charkit.ledger import open_ledger
from charkit.ledger.audit import Fault
from charkit.ledger.verifying import Verification
from charkit.settings import Settings
from charkit.store import Store
from charkit.studio.opening import find_ledger

if TYPE_CHECKING:
    from charkit.ledger import Ledger
    from charkit.ledger.copying import Backup
    from charkit.ledger.place import LedgerPlace

__all__ = ["Keeping", "open_keeping"]


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """A data folder's ledger and store, to be looked after. Nothing is bought here."""

    data: Path
    """The folder with the store, and with the ledger unless the settings name another."""
    settings: Settings

    def verify(self, *, store: bool = True) -> Verification:
        """Go through the ledger and, unless told not to, read every take in the store. Changes nothing.

        A ledger too damaged to be opened is no error here: it is what was found.

        Args:
            store: Whether to read the stored files too, which takes as long as reading them takes.

        Raises:
            LedgerError: it cannot be opened for another reason: its server, its disk, a newer charkit.
            MissingDependency: the ledger is a URL, and the extra `postgres` is not installed.
        """
        read = Store(self.data / "store").verify if store else None
        try:
            with self._open() as ledger:
                return ledger.verify(read_object=read)
        except DamagedLedger as error:
            fault = Fault(promise="file", what=error.what, then=error.then)
            return Verification(faults=(fault,), jobs=0, objects=None)

    def backup(self, path: Path | str) -> Backup:
        """Write a copy of the ledger to a file while others go on; see `Ledger.backup`."""
        with self._open() as ledger:
            return ledger.backup(path)

    def restore(self, path: Path | str) -> Backup:
        """Fill the ledger, which has to be empty, from a backup; see `Ledger.restore`."""
        with self._open() as ledger:
            return ledger.restore(path)

    def where(self) -> LedgerPlace:
        """Return where the ledger lies and what protects it."""
        with self._open() as ledger:
            return ledger.where()

    def _open(self) -> Ledger:
        return open_ledger(self.data / "ledger.sqlite", self.settings)


def open_keeping(data: Path | str | None = None, *, empty: bool = False) -> Keeping:
    """Find a ledger to look after.

    Args:
        data: The folder in which it lies; by default that of the settings, else the nearest `data` folder here or above
            that has a ledger.
        empty: Whether it may be made: to be restored into.

    Raises:
        UsageError: there is none.
    """
    settings = Settings.load()
    chosen = Path(data) if data else settings.data
    if empty and settings.ledger is None:
        return Keeping(data=(chosen or Path("data")).resolve(), settings=settings)
    folder, _ = find_ledger(None, chosen, settings)
    return Keeping(data=folder, settings=settings)
