"""Where a film is made: a hidden folder beside it, on its own disk, that is gone whatever happens."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from charkit.errors import EncodingFailed, StorageError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["put_in_place", "workshop"]

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def workshop(out: Path) -> Iterator[Path]:
    """Give a folder for a film and for what waits while it is made; what fails in it is said with the film's name.

    It stands on the film's disk: raw frames can take gigabytes, which a small disk of temporary files does not have,
    and a finished film moves from it to its place in one step.

    Args:
        out: The film. Folders are made for it, and taken away again if it does not come to be.

    Raises:
        StorageFull: No room; nothing was changed.
        StorageError: The place cannot be written to.
        EncodingFailed: FFmpeg cannot make it.
    """
    absent = [folder for folder in out.parents if not folder.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{out.name}.", suffix=".part", dir=out.parent, ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)
    except FileExistsError as error:  # from `mkdir`
        raise StorageError(f"the film cannot be written: {out.parent} is no folder", path=out) from error
    except (FFmpegError, OSError) as error:
        if error.errno in _NO_ROOM:
            raise StorageFull("no space left for the film; nothing was changed", path=out) from error
        if isinstance(error, FFmpegError):
            raise EncodingFailed(f"the film cannot be written: {error.strerror or error}", path=out) from error
        raise StorageError(f"the film cannot be written: {error.strerror or error}", path=out) from error
    finally:
        for made in absent:
            with suppress(OSError):  # one that holds a film stays
                made.rmdir()


def put_in_place(made: Path, out: Path) -> None:
    """Move a film to its place in one step, once it is safely on the disk.

    Raises:
        OSError: It cannot be.
    """
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(out)
