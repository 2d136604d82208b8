"""Keys in the system's keyring: macOS Keychain, Windows Credential Locker, Secret Service, by the library `keyring`.

An optional place, behind environment and `.env`: without the library, without a keyring (a server without a desktop) or
with one that stays locked, it has no keys, and nobody is stopped. What was read once is remembered until the process
ends, since a keyring may ask the person each time.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from charkit.errors import MissingDependency, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = ["SERVICE", "forget", "keep", "problem", "read"]

SERVICE = "charkit"
"""The name under which the keyring files them; the user name there is the key's variable."""

_read: dict[str, str] = {}


def read(variable: str, *, ask: bool = True) -> str | None:
    """Return a key, or None where the keyring has none or there is no keyring.

    Args:
        variable: The key's name, such as `GEMINI_API_KEY`.
        ask: Whether the keyring may be asked; otherwise only what this process has read before is known.
    """
    if variable in _read or not ask:
        return _read.get(variable)
    try:
        with _asked() as library:
            value = library.get_password(SERVICE, variable)
    except (MissingDependency, StorageError):
        return None
    if value:
        _read[variable] = value
    return value or None


def keep(variable: str, value: str) -> str:
    """Keep a key, and return the name of the keyring that has it now.

    Raises:
        MissingDependency: the extra `keyring` is not installed.
        StorageError: there is no keyring here, or it refuses.
    """
    with _asked() as library:
        library.set_password(SERVICE, variable, value)
        back = library.get_password(SERVICE, variable)
        name = str(library.get_keyring().name)
    if back != value:  # keyring's null backend takes everything and keeps nothing
        raise StorageError("the keyring took the key and gave none back. Set it in the environment or in .env")
    _read[variable] = value
    return name


def forget(variable: str) -> bool:
    """Delete a key, and return whether there was one.

    Raises:
        MissingDependency: the extra `keyring` is not installed.
        StorageError: there is no keyring here, or it refuses.
    """
    _read.pop(variable, None)
    with _asked() as library:
        if not library.get_password(SERVICE, variable):
            return False
        library.delete_password(SERVICE, variable)
    return True


def problem() -> str:
    """Return why there is no keyring here; empty where one answers."""
    try:
        with _asked() as library:
            library.get_password(SERVICE, "is anybody there")
    except (MissingDependency, StorageError) as error:
        return str(error)
    return ""


@contextmanager
def _asked() -> Iterator[ModuleType]:
    """Hand out the library, and say in one line what it refuses.

    Raises:
        MissingDependency: the extra `keyring` is not installed.
        StorageError: there is no keyring here, or it refuses.
    """
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:
        raise MissingDependency("keyring", "keyring") from None
    try:
        yield keyring
    except NoKeyringError:  # it comes even on reading
        said = "this machine has no keyring (a server without a desktop). Set keys in the environment or in .env"
        raise StorageError(said) from None
    except (KeyringError, RuntimeError, OSError) as error:
        # Only its kind: a backend's words may hold what it was given.
        said = f"the keyring refuses ({type(error).__name__}). Unlock it, or set keys in the environment or in .env"
        raise StorageError(said) from None
