"""Keeps other programs from writing a file between its being read and its being written again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from charkit.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["held"]

PATIENCE: Final = 5.0
"""Seconds that one decision waits for another program's, which takes a fraction of one."""


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold a file that two notebooks may have open, so that neither loses what the other decided.

    Args:
        file: What is read and written inside; a hidden lock lies beside it.

    Raises:
        StorageError: another program has been at it for seconds, or the place cannot be written to.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file.with_name(f".{file.name}.lock"), timeout=PATIENCE).acquire()
    except Timeout:
        raise StorageError("another program is writing it; nothing was changed, try again", path=file) from None
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror or error}", path=file) from error
    with lock:
        yield
