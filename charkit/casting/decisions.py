"""What a person decided about designs: kept on disk, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from charkit.documents import read_json, write_json
from charkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Kept"]


class Kept(BaseModel):
    """Which candidate became each character's anchor, what was rejected, which views are wanted.

    Rejecting hides a picture; it stays in the store and in the ledger, and keeping it later brings it back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    anchors: dict[str, int] = {}
    """Slug of the character to the number of the candidate, from 1."""
    rejected: dict[str, tuple[int, ...]] = {}
    """Slug of the character to the numbers of candidates that are not shown any more."""
    rejected_takes: dict[str, tuple[int, ...]] = {}
    """A view, such as `mira.face`, to the numbers of takes that are not used any more."""
    views: dict[str, tuple[str, ...]] = {}
    """Slug of the character to the views that are wanted, where a person chose them."""

    @classmethod
    def load(cls, path: Path) -> Kept:
        """Read the decisions; none yet is no error."""
        return read_json(path, cls) if path.is_file() else cls()

    def anchor(self, slug: str) -> int:
        """Return the number of the candidate that is the anchor: the kept one, else the first that is not rejected."""
        rejected = self.rejected.get(slug, ())
        return self.anchors.get(slug) or next(n for n in range(1, len(rejected) + 2) if n not in rejected)

    def keeping(self, slug: str, candidate: int) -> Kept:
        """Return the decisions with one more, or changed."""
        shown = tuple(number for number in self.rejected.get(slug, ()) if number != candidate)
        return self.model_copy(
            update={"anchors": {**self.anchors, slug: candidate}, "rejected": {**self.rejected, slug: shown}}
        )

    def rejecting(self, slug: str, candidate: int) -> Kept:
        """Return the decisions with a candidate hidden.

        Raises:
            UsageError: it is the kept one.
        """
        if self.anchors.get(slug) == candidate:
            raise UsageError(f"candidate {candidate} is the anchor of {slug!r}; keep another one first")
        numbers = {*self.rejected.get(slug, ()), candidate}
        return self.model_copy(update={"rejected": {**self.rejected, slug: tuple(sorted(numbers))}})

    def rejecting_take(self, view: str, number: int) -> Kept:
        """Return the decisions with one take of a view hidden; the next call for views makes another one."""
        numbers = {*self.rejected_takes.get(view, ()), number}
        return self.model_copy(update={"rejected_takes": {**self.rejected_takes, view: tuple(sorted(numbers))}})

    def wanting(self, slug: str, views: Iterable[str]) -> Kept:
        """Return the decisions with another choice of views."""
        return self.model_copy(update={"views": {**self.views, slug: tuple(views)}})

    def save(self, path: Path) -> None:
        """Write the decisions."""
        write_json(path, self)
