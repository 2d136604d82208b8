"""Where a film is made: a hidden folder beside it, on its own disk, that is gone whatever happens.

A process that is killed cannot clear up: the next one that makes a film of that name does. A lock that the system lets
go of when its process ends tells the folders of the dead from those of the living.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError
from filelock import FileLock, Timeout

from charkit.documents import check_place
from charkit.errors import EncodingFailed, StorageError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["clear_away", "put_in_place", "workshop"]

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SUFFIX: Final = ".part"
_LOCK: Final = "in-use.lock"


@contextmanager
def workshop(out: Path) -> Iterator[Path]:
    """Give a folder for a film and for what waits while it is made; what fails in it is said with the film's name.

    It stands on the film's disk: raw frames can take gigabytes, which a small disk of temporary files does not have,
    and a finished film moves from it to its place in one step. What a dead process left there is taken away.

    Args:
        out: The film. Folders are made for it, and taken away again if it does not come to be.

    Raises:
        StorageFull: No room; nothing was changed.
        StorageError: The place cannot be written to, or is that of a folder or a device.
        EncodingFailed: FFmpeg cannot make it.
    """
    absent = [folder for folder in out.parents if not folder.exists()]
    try:
        check_place(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        clear_away(out)
        with _folder(out) as folder:
            yield folder
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


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """Give a folder of one's own, locked, and take it away in the end."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=_SUFFIX, dir=out.parent))
        lock = FileLock(folder / _LOCK, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:  # another process took it for a dead one's, and clears it away
            continue
        except (OSError, NotImplementedError):  # a disk without locks: nobody can take this for a dead one's
            break
        if (folder / _LOCK).exists():
            break
        lock.release()
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def clear_away(out: Path) -> tuple[Path, ...]:
    """Remove the folders that dead processes left when they were killed while they made a film.

    Args:
        out: The film.

    Returns:
        What was removed. A folder without a lock stays, and so does one that cannot be removed.
    """
    start = f".{out.name}."
    with suppress(OSError):
        left = [Path(one.path) for one in os.scandir(out.parent) if one.is_dir(follow_symlinks=False)]
        return tuple(one for one in left if one.name.startswith(start) and one.suffix == _SUFFIX and _removed(one))
    return ()


def _removed(folder: Path) -> bool:
    """Remove a folder if nobody holds its lock; say whether it is gone."""
    if not (folder / _LOCK).is_file():
        return False
    with suppress(Timeout, OSError, NotImplementedError), FileLock(folder / _LOCK, timeout=0, thread_local=False):
        shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def put_in_place(made: Path, out: Path) -> None:
    """Move a film to its place in one step, once it is safely on the disk.

    Raises:
        OSError: It cannot be.
    """
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(out)
