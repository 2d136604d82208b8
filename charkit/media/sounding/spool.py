"""Sound that waits on disk between being mixed, measured and encoded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from charkit.media.sounding.mixing import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from charkit.media.sound import Sound

__all__ = ["Spool"]


@dataclass(frozen=True, kw_only=True)
class Spool:
    """Samples in a file, 8 bytes each moment: 23 MB a minute."""

    path: Path
    gain: float = 0.0
    """In dB; reading makes it so much louder."""

    @classmethod
    def of(cls, blocks: Iterable[Sound], path: Path) -> Spool:
        """Write blocks one after the other.

        Raises:
            OSError: they cannot be written, for want of space for instance.
        """
        with path.open("wb") as file:
            for block in blocks:
                file.write(np.ascontiguousarray(block.T).data)  # unlike tofile, says why it cannot
        return cls(path=path)

    def louder(self, gain: float) -> Spool:
        """Return the same file, read with another gain in dB."""
        return replace(self, gain=gain)

    def __iter__(self) -> Iterator[Sound]:
        """Read them back, in blocks of `BLOCK`."""
        factor = np.float32(10 ** (self.gain / 20))
        with self.path.open("rb") as file:
            while (read := np.fromfile(file, np.float32, 2 * BLOCK)).size:
                yield np.ascontiguousarray(read.reshape(-1, 2).T) * factor

    def drop(self) -> None:
        """Give its space back."""
        self.path.unlink(missing_ok=True)
