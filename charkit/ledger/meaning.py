"""What a database's errors mean to the person, and which of them pass by themselves."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from charkit.errors import CharkitError, DamagedLedger, LedgerError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["DAMAGED", "explained", "lost", "meaning", "passing"]

_REPEAT = {"40001", "40P01"}
"""Serialization failure and deadlock: the transaction left nothing and may run again (PostgreSQL, Appendix A)."""

_GONE = ("08", "57P01", "57P02", "57P03")
"""Connection exceptions, and a server that is stopping or starting."""

DAMAGED = "Keep it, put the last backup in its place, and run again; `charkit ledger verify` says what is wrong"

_BY_STATE = {
    "53100": "its server has no disk space left. What was written stays; free some space and run again",
    "53300": "its server takes no more connections. Close other programs that use it, or raise max_connections",
    "55P03": "it was held by another process for too long. See which one works in this production",
    "57014": "its server took too long to answer. See what else it is doing, and run again",
    "42501": "its user may not make or change tables there. Let it: GRANT CREATE, USAGE ON SCHEMA ... TO ...",
    "25006": "its server is a read-only copy. Give the address of the one that is written to",
}


@contextmanager
def explained(secrets: Collection[str] = ()) -> Iterator[None]:
    """Turn what the database says into our errors, without the secrets that it may repeat."""
    try:
        yield
    except CharkitError:
        raise
    except DBAPIError as error:
        _raise(meaning(_clean(str(error.orig), secrets), _state(error), lost=lost(error)), error, secrets)
    except UnicodeDecodeError as error:  # SQLite repeats the names it found in a damaged file, byte for byte
        raise DamagedLedger("the ledger's file is damaged (it holds text that is none)", DAMAGED) from error
    except (SQLAlchemyError, OSError) as error:
        _raise(LedgerError(f"the ledger cannot be used: {_clean(str(error), secrets)}"), error, secrets)


def lost(error: DBAPIError) -> bool:
    """Whether the connection to a server is gone, or could not be made."""
    state = _state(error)
    if error.connection_invalidated or state.startswith(_GONE):
        return True
    return isinstance(error, OperationalError) and not state and _is_postgres(error)


def passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed if it is run again."""
    return lost(error) or _state(error) in _REPEAT


def meaning(problem: str, state: str = "", *, lost: bool = False) -> CharkitError:
    """Return our error for what a database said.

    Args:
        problem: Its words.
        state: The SQLSTATE, where there is one.
        lost: Whether the connection is gone.
    """
    text = problem.lower()
    if state == "53100" or "disk is full" in text or "no space" in text:
        return StorageFull("no space left for the ledger. What was written stays; free some space and run again")
    if state in _BY_STATE:
        return LedgerError(f"the ledger cannot be used: {_BY_STATE[state]} ({problem.strip()})")
    if "locked" in text or "busy" in text:
        return LedgerError("another process held the ledger for too long. See which one works in this production")
    if "malformed" in text or "not a database" in text or "disk i/o error" in text:
        return DamagedLedger(f"the ledger's file is damaged ({problem})", DAMAGED)
    if lost:
        return LedgerError(
            f"the ledger's server cannot be reached: {problem.strip()}. What was written stays; check the address and "
            "the server, and run again"
        )
    return LedgerError(f"the ledger cannot be used: {problem.strip()}")


def _raise(ours: CharkitError, cause: BaseException, secrets: Collection[str]) -> None:
    raise ours from (None if any(secret in str(cause) for secret in secrets) else cause)


def _clean(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _is_postgres(error: DBAPIError) -> bool:
    return type(error.orig).__module__.startswith("psycopg")
