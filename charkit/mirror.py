"""A store that machines share, on any place that fsspec knows: `s3://`, `gs://`, `file://`, `memory://`.

Every machine works on a store of its own; what it files goes to the shared one as well, and what it lacks comes from
there, checked against its digest on the way in. Layout as in the store: `<url>/sha256/ab/cdef….mp4`.

A URL holds no credentials: those are read by the place's own library from where it always reads them (such as
`AWS_ACCESS_KEY_ID`, or a profile), so that a URL can stand in files and records.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from charkit.errors import MissingDependency, StorageError, UnknownName, UsageError
from charkit.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from charkit.settings import Settings
    from charkit.store import Stored

__all__ = ["Mirror", "checked_url", "filesystem", "open_store", "reached"]

_BLOCK = 1 << 20
_PACKAGES: Final = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
_SUSPECT = re.compile(r"key|token|secret|password|signature|credential", re.IGNORECASE)


def open_store(root: Path, settings: Settings) -> Store:
    """Open a data folder's store, joined to the one that `CHARKIT_STORE` names, if it names one.

    Raises:
        UsageError: it names a place that cannot be used.
        MissingDependency: the extra `cluster` is not installed.
    """
    return Store(root, mirror=None if settings.store is None else Mirror(settings.store))


def checked_url(url: str) -> str:
    """Return a URL under which files can be kept, as it is.

    Raises:
        UsageError: it holds credentials.
        UnknownName: fsspec does not know its kind.
        MissingDependency: fsspec is not installed.
    """
    import importlib.util

    if importlib.util.find_spec("fsspec") is None:
        raise MissingDependency("fsspec", "cluster")
    from fsspec import available_protocols

    parts = urlsplit(url)
    if parts.username or parts.password or _SUSPECT.search(parts.query):
        raise UsageError(
            f"the URL of {parts.scheme}://{parts.hostname or ''} holds credentials. URLs stand in records: "
            "leave them out, and set them in the environment (such as AWS_ACCESS_KEY_ID)"
        )
    if parts.scheme not in available_protocols():
        raise UnknownName("kind of place", parts.scheme, available_protocols(), hint=f"({url})")
    return url


def filesystem(url: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, which has no types, and the path in it.

    Raises:
        UsageError: what `checked_url` raises.
        MissingDependency: the package for this kind of place is not installed.
    """
    from fsspec.core import url_to_fs

    try:
        found, path = url_to_fs(checked_url(url))
    except ImportError:
        kind = urlsplit(url).scheme
        raise MissingDependency(_PACKAGES.get(kind, f"what fsspec needs for {kind}://"), "cluster") from None
    return found, str(path).rstrip("/")


@contextmanager
def reached(url: str) -> Iterator[None]:
    """Turn what a place says into a typed error."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot be used: {str(error) or type(error).__name__}", path=url) from error


class Mirror:
    """A store somewhere else; see `charkit.store.Elsewhere` for what the local one asks of it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._files, self._root = filesystem(self.url)

    def __repr__(self) -> str:
        return f"Mirror({self.url})"

    def keep(self, stored: Stored) -> None:
        """File an object there too, unless it is there in its full size.

        Raises:
            StorageError: the place cannot be reached. The object is safe here; running again files it there.
        """
        name = self._name(stored.digest) + stored.path.suffix
        with reached(self.url):
            try:
                if self._files.size(name) == stored.size:
                    return
            except FileNotFoundError:
                pass
            self._files.makedirs(name.rpartition("/")[0], exist_ok=True)
            self._files.put_file(str(stored.path), name)

    def find(self, digest: str) -> tuple[Iterator[bytes], str] | None:
        """Return an object's bytes, piece by piece, and how its name ends; None if it is not there.

        Raises:
            StorageError: the place cannot be reached.
        """
        with reached(self.url):
            self._files.invalidate_cache()
            found = sorted(self._files.glob(f"{self._name(digest)}.*"))
        if not found:
            return None
        return self._read(found[0]), "." + found[0].rpartition(".")[2]

    def _read(self, name: str) -> Iterator[bytes]:
        with reached(self.url), self._files.open(name, "rb") as opened:
            while block := opened.read(_BLOCK):
                yield block

    def _name(self, digest: str) -> str:
        stem = digest.removeprefix("sha256:")
        return f"{self._root}/sha256/{stem[:2]}/{stem[2:]}"
