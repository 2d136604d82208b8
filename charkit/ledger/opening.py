"""Opening the ledger that a person's settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from charkit.settings import Settings

__all__ = ["ledger_place", "open_ledger"]


def ledger_place(default: Path, settings: Settings) -> Path | str:
    """Return what `Ledger.open` takes: the settings' file or URL, else the default. A URL may hold a password."""
    return default if settings.ledger is None else settings.ledger.get_secret_value()


def open_ledger(default: Path, settings: Settings, *, redact: Callable[[str], str] | None = None) -> Ledger:
    """Open the ledger of a data folder, or the one that `CHARKIT_LEDGER` names in its place.

    Args:
        default: The data folder's own ledger.
        settings: The person's.
        redact: Takes secrets out of a text before it is written.

    Raises:
        LedgerError: it cannot be used; see `Ledger.open`.
        MissingDependency: a URL, and the extra `postgres` is not installed.
    """
    where = ledger_place(default, settings)
    return Ledger.open(where, redact=redact, on_network_disk=settings.ledger_on_network_disk)
