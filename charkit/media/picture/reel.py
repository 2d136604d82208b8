"""Raw frames that wait for others, on disk: what a transition holds does not count against memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from charkit.media.picture.planes import Plane, Planes

__all__ = ["Reel"]


@dataclass(kw_only=True)
class Reel:
    """Frames of one shape, written one after the other and read back in that order, one at a time."""

    path: Path
    """The file they lie in."""
    shapes: tuple[tuple[int, int], ...] = field(default=(), init=False)
    kind: np.dtype[np.uint8] | np.dtype[np.uint16] = field(default=np.dtype(np.uint8), init=False)

    def add(self, planes: Planes) -> None:
        """Append a frame.

        Raises:
            OSError: it cannot be written, for want of space for instance.
        """
        self.shapes, self.kind = tuple(plane.shape for plane in planes), planes[0].dtype
        with self.path.open("ab") as file:
            for plane in planes:
                file.write(np.ascontiguousarray(plane).data)  # unlike tofile, says why it cannot

    def __iter__(self) -> Iterator[Planes]:
        """Read the frames."""
        if not self.shapes:
            return
        with self.path.open("rb") as file:
            while True:
                read = [np.fromfile(file, self.kind, height * width) for height, width in self.shapes]
                if not all(values.size for values in read):
                    return
                yield tuple(cast("Plane", v.reshape(shape)) for v, shape in zip(read, self.shapes, strict=True))

    def drop(self) -> None:
        """Give its space back."""
        self.path.unlink(missing_ok=True)
