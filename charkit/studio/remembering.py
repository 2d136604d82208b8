"""What was seen in pictures, kept as long as a studio is open: a choice of route looks at no picture a second time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from charkit.references.preflight import look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.references.preflight import Looked, Resemblance
    from charkit.vision import FaceFinder

__all__ = ["RememberedLooks", "RememberedResemblance"]

_MOST = 256
"""Pictures that are remembered, about 0.1 MB each: more than a cast has."""

T = TypeVar("T")


class _Memory(Generic[T]):
    """The last things that were worked out, by key; may be shared by threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, T] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Any, find: Callable[[], T]) -> T:  # whatever tells two things apart
        """Return what belongs to a key, worked out once."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = find()
        with self._lock:
            self._known[key] = found
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found


class RememberedLooks:
    """Looks at pictures as `look` does, at each once as long as its file stays what it is."""

    def __init__(self) -> None:
        self._memory: _Memory[Looked] = _Memory()

    def __call__(self, path: Path, finder: FaceFinder) -> Looked:
        """Return what is seen in a picture."""
        try:
            stat = path.stat()
        except OSError:
            return look(path, finder)
        key = (path, stat.st_size, stat.st_mtime_ns, finder.problem)
        return self._memory.of(key, lambda: look(path, finder))


class RememberedResemblance:
    """Compares as another does, and sees each picture once."""

    def __init__(self, resemblance: Resemblance) -> None:
        """Take what compares."""
        self._resemblance = resemblance
        self._memory: _Memory[object | None] = _Memory()
        self.name = resemblance.name
        self.blind_to = resemblance.blind_to
        self.way_round = resemblance.way_round
        self.line = resemblance.line

    def see(self, rgb: NDArray[Any]) -> object | None:
        """Return what it compares of one picture."""
        key = (rgb.shape, hashlib.blake2b(rgb.tobytes(), digest_size=16).digest())
        return self._memory.of(key, lambda: self._resemblance.see(rgb))

    def alike(self, one: object, other: object) -> float:
        """Return how alike two things are that `see` returned, 0 to 1."""
        return self._resemblance.alike(one, other)
