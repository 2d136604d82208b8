"""Look-up tables for colour, as grading programs write them (.cube), and their use on frames.

The format is Adobe's "Cube LUT Specification 1.0" (2013): a table of 2 to 65536 entries per channel (1D) or of 2 to 256
entries a side (3D, red running fastest), and the domain it covers. Between entries of a 3D table Pillow interpolates
trilinearly on whole numbers, in 30 to 60 ms for a frame of 1080p; libavfilter's `lut3d` takes as much of the processor
and rounds down (0.35 code values off in the mean, Pillow 0.04). A table of all 16.7 million colours would take 32 ms a
frame in NumPy, but 3 s and 64 MiB beforehand. Pillow's filter holds up to 65 entries a side, as many as the tables
of all grading programs have (17, 33, 64, 65).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from charkit.errors import BadDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Lut", "read_cube"]

Table = NDArray[np.float32]

_MOST_BYTES: Final = 32_000_000
"""The largest .cube file that is read; 65 entries a side take about 8 MB."""
_MOST_3D: Final = 65
_MOST_1D: Final = 65_536
_FURTHEST: Final = 1e4
"""Values beyond this are no colours; tables for scene-linear light stay far below."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lut:
    """A colour table on sRGB code values: takes frames and returns them with other colours."""

    table: Table
    """3D: shape (side, side, side, 3), indexed by blue, green, red; 1D: shape (256, 3). From 0 to 1."""
    name: str = ""
    """Where it comes from."""

    def __post_init__(self) -> None:
        values = np.clip(self.table, 0, 1).astype(np.float32)
        values.setflags(write=False)
        object.__setattr__(self, "table", values)
        if values.ndim == 4:
            side = values.shape[0]
            object.__setattr__(self, "_filter", ImageFilter.Color3DLUT(side, values.reshape(-1)))

    def __call__(self, frame: NDArray[np.uint8], time: float = 0.0) -> NDArray[np.uint8]:  # noqa: ARG002
        """Return a frame (height, width, 3) with the table's colours; it is the same at every time."""
        if self.table.ndim == 2:
            steps = np.rint(self.table * 255).astype(np.uint8)
            return np.stack([steps[frame[..., channel], channel] for channel in range(3)], axis=2)
        picture = Image.fromarray(np.ascontiguousarray(frame)).filter(self._filter)  # type: ignore[attr-defined]
        return np.asarray(picture, np.uint8)

    @classmethod
    def of(cls, change: Callable[[Table], Table], *, side: int = 33, name: str = "") -> Lut:
        """Tabulate any change of colours.

        Args:
            change: Takes colours, shape (n, 3), R'G'B' from 0 to 1, and returns what they become.
            side: Entries a side, 2 to 65.
            name: What it is called.
        """
        axis = np.linspace(0, 1, side, dtype=np.float32)
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        values = change(np.stack([red, green, blue], axis=-1).reshape(-1, 3))
        return cls(table=values.reshape(side, side, side, 3), name=name)

    def __repr__(self) -> str:
        kind = f"3D, {self.table.shape[0]} a side" if self.table.ndim == 4 else "1D"
        return f"Lut({self.name or 'without a name'}: {kind})"


def read_cube(path: Path) -> Lut:
    """Read a .cube file.

    Raises:
        BadDocument: it is missing, too large, not text, or not a table as the specification has it; names the line.
    """
    path = Path(path)
    cube = _Cube(path)
    for number, line in _lines(path):
        cube.take(number, line)
    return cube.made()


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadDocument(f"the colour table cannot be read: {error.strerror or error}", file=path) from None
    if len(data) > _MOST_BYTES:
        raise BadDocument(f"is larger than {_MOST_BYTES // 1_000_000} MB, no colour table needs that", file=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadDocument("is not a .cube file: it is not text", file=path) from None
    for number, line in enumerate(text.splitlines(), start=1):
        if words := line.split("#")[0].strip() if not line.lstrip().startswith("TITLE") else line.strip():
            yield number, words


class _Cube:
    """A .cube file in the reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.side = self.length = 0
        self.low, self.high = [0.0] * 3, [1.0] * 3
        self.rows: list[tuple[float, float, float]] = []

    def take(self, number: int, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "TITLE":
            return
        if word in {"LUT_3D_SIZE", "LUT_1D_SIZE"}:
            self._size(word, rest, number)
        elif word == "DOMAIN_MIN":
            self.low = list(self._triple(rest, number))
        elif word == "DOMAIN_MAX":
            self.high = list(self._triple(rest, number))
        elif word[:1].isalpha():
            raise BadDocument(
                f"{word[:40]} is no word of a .cube file (Adobe's specification 1.0)", file=self.path, line=number
            )
        else:
            self._row(line, number)

    def _size(self, word: str, rest: str, number: int) -> None:
        if self.side or self.length:
            raise BadDocument("holds more than one table; export it as a single 3D table", file=self.path, line=number)
        most = _MOST_3D if word == "LUT_3D_SIZE" else _MOST_1D
        if not rest.strip().isdecimal() or not 2 <= int(rest[:9]) <= most:
            raise BadDocument(f"{word} has to be a whole number from 2 to {most}", file=self.path, line=number)
        if word == "LUT_3D_SIZE":
            self.side = int(rest)
        else:
            self.length = int(rest)

    def _row(self, line: str, number: int) -> None:
        if not (self.side or self.length):
            raise BadDocument("numbers stand before LUT_3D_SIZE or LUT_1D_SIZE", file=self.path, line=number)
        if len(self.rows) >= self.wanted:
            raise BadDocument(f"has more than the {self.wanted} rows that it promises", file=self.path, line=number)
        self.rows.append(self._triple(line, number))

    @property
    def wanted(self) -> int:
        return self.side**3 or self.length

    def _triple(self, text: str, number: int) -> tuple[float, float, float]:
        try:
            red, green, blue = (float(word) for word in text.split())
        except ValueError:
            raise BadDocument(f"three numbers are wanted, not {text[:60]!r}", file=self.path, line=number) from None
        if not all(math.isfinite(value) and abs(value) <= _FURTHEST for value in (red, green, blue)):
            raise BadDocument(f"{text[:60]!r} is no colour", file=self.path, line=number)
        return red, green, blue

    def made(self) -> Lut:
        if not self.wanted:
            raise BadDocument("has neither LUT_3D_SIZE nor LUT_1D_SIZE", file=self.path)
        if len(self.rows) < self.wanted:
            raise BadDocument(f"is cut off: {len(self.rows)} of {self.wanted} rows are there", file=self.path)
        low, high = np.array(self.low, np.float32), np.array(self.high, np.float32)
        if not (low < high).all():
            raise BadDocument("DOMAIN_MIN has to lie below DOMAIN_MAX", file=self.path)
        rows = np.array(self.rows, np.float32)
        if self.length:
            return Lut(table=_along(rows, low, high, np.linspace(0, 1, 256, dtype=np.float32)), name=self.name)
        table = rows.reshape(self.side, self.side, self.side, 3)
        if (low == 0).all() and (high == 1).all():
            return Lut(table=table, name=self.name)
        return Lut(table=_on_unit_domain(table, low, high), name=self.name)


def _along(rows: Table, low: Table, high: Table, values: Table) -> Table:
    """Return what values become in each channel of a 1D table, shape (values, 3)."""
    out = [np.interp(values, np.linspace(low[c], high[c], len(rows)), rows[:, c]) for c in range(3)]
    return np.stack(out, axis=1).astype(np.float32)


def _on_unit_domain(table: Table, low: Table, high: Table) -> Table:
    """Tabulate a 3D table of another domain from 0 to 1, axis by axis; beyond its domain it goes on flat."""
    wanted = np.linspace(0, 1, _MOST_3D, dtype=np.float32)
    for axis, channel in enumerate((2, 1, 0)):  # blue, green, red
        last = table.shape[axis] - 1
        place = np.clip((wanted - low[channel]) / (high[channel] - low[channel]), 0, 1) * last
        below = np.minimum(place.astype(np.int64), last - 1)
        share = (place - below).reshape([-1 if a == axis else 1 for a in range(4)]).astype(np.float32)
        table = np.take(table, below, axis=axis) * (1 - share) + np.take(table, below + 1, axis=axis) * share
    return table
