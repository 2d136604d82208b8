"""The cut list: chosen takes in order, in a file that people edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from charkit.cards import table
from charkit.documents import read_yaml, write_yaml
from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.store import Store

_HEADER = """\
The cuts of the film, in order. Move, drop or repeat entries, or name another take, and assemble again.
shot: the storyboard's id    take: the number of the attempt
clip: digest of the take in the store, or file: a path beside this file
"""


class Cut(BaseModel):
    """One take in its place in the film."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    shot: str = Field(min_length=1)
    take: int = Field(default=1, ge=1)
    clip: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")
    """Digest of the clip in the store."""
    file: str | None = None
    """The clip as a path beside the cut list, for clips that stand in no store."""
    start: float | None = Field(default=None, alias="in", ge=0)
    """Seconds into the clip at which it begins."""
    end: float | None = Field(default=None, alias="out", gt=0)
    """Seconds into the clip at which it ends."""

    @model_validator(mode="after")
    def _whole(self) -> Cut:
        if (self.clip is None) == (self.file is None):
            raise ValueError(f"the cut of {self.shot} needs either clip (a digest) or file (a path)")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"the cut of {self.shot} ends at {self.end} s, before it begins at {self.start} s")
        return self


class CutList(BaseModel):
    """The chosen takes in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = "Untitled"
    cuts: tuple[Cut, ...]

    _folder: Path | None = PrivateAttr(default=None)

    @field_validator("cuts")
    @classmethod
    def _something(cls, value: tuple[Cut, ...]) -> tuple[Cut, ...]:
        if not value:
            raise ValueError("a cut list needs at least one cut")
        return value

    @classmethod
    def load(cls, path: Path) -> CutList:
        """Read a cut list; its files are looked for beside it.

        Raises:
            BadDocument: The file is missing, or says something that it may not say; names the line.
        """
        cuts = read_yaml(Path(path), cls)
        cuts._folder = Path(path).parent  # noqa: SLF001  # its own class
        return cuts

    def save(self, path: Path) -> None:
        """Write the cut list as commented YAML; comments of a file that is there stay.

        Raises:
            StorageError: It cannot be written.
        """
        write_yaml(Path(path), self, header=_HEADER)

    def locate(self, cut: Cut, store: Store | None) -> Path:
        """Return the path of a cut's clip.

        Raises:
            UsageError: It names a digest and there is no store.
            StorageError: The store does not have it.
        """
        if cut.file is not None:
            return (self._folder or Path()) / cut.file
        if store is None or cut.clip is None:
            raise UsageError(f"the cut of {cut.shot} names a clip of a store, but no store was given")
        return store.path(cut.clip)

    def __repr__(self) -> str:
        return f"CutList({self.title!r}: {', '.join(f'{cut.shot}/{cut.take}' for cut in self.cuts)})"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            (str(number), cut.shot, str(cut.take), (cut.clip or "")[7:19] or str(cut.file))
            for number, cut in enumerate(self.cuts, start=1)
        ]
        return {"text/plain": repr(self), "text/html": table(("", "shot", "take", "clip"), rows, caption=self.title)}
