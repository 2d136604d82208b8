"""Recipes of a run: beside every take as it comes in, and inside the film."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charkit.documents import read_json
from charkit.errors import BadDocument, LedgerError
from charkit.plan import Plan
from charkit.recipe import Recipe, beside, keep_beside, recipe_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from charkit.ledger import Ledger
    from charkit.takes import Take, Takes

__all__ = ["Recipes"]


@dataclass(frozen=True, kw_only=True)
class Recipes:
    """Writes recipes from what the ledger and the plan say."""

    folder: Path
    """The run's folder."""
    ledger: Ledger
    _planned: dict[tuple[int, int, int], Mapping[str, Mapping[str, str]]] = field(default_factory=dict, repr=False)
    """The digests of the sheets that each shot was planned with, by the state of the plan's file."""
    _requests: dict[str, str] = field(default_factory=dict, repr=False)
    """By job, what was asked, which never changes."""

    def keep(self, takes: Takes) -> Takes:
        """Write the recipe of each take beside its named file, and return the takes."""
        sheets = self._sheets()
        for take in takes:
            if take.path is not None:
                recipe = self._recipe([take], sheets)
                if _there(take.path) != recipe:
                    keep_beside(take.path, recipe)
        return takes

    def film(self, takes: Iterable[Take], *, title: str) -> Recipe:
        """Return the recipe of a film of these takes, in their order."""
        return self._recipe(takes, self._sheets(), title=title)

    def _recipe(self, takes: Iterable[Take], sheets: Mapping[str, Mapping[str, str]], *, title: str = "") -> Recipe:
        known = list(takes)
        requests = {take.job_id: text for take in known if (text := self._request(take))}
        return recipe_of(known, requests, title=title, sheets=sheets)

    def _request(self, take: Take) -> str:
        if take.job_id not in self._requests:
            try:
                self._requests[take.job_id] = self.ledger.job(take.job_id).request if take.job_id else ""
            except LedgerError:  # of another ledger
                return ""
        return self._requests[take.job_id]

    def _sheets(self) -> Mapping[str, Mapping[str, str]]:
        file = self.folder / "plan.json"
        if not file.is_file():
            return {}
        now = file.stat()
        state = (now.st_size, now.st_mtime_ns, now.st_ino)  # a plan is replaced, never written into
        if state not in self._planned:
            read = {shot.shot: dict(shot.sheets) for shot in Plan.load(file).shots}
            self._planned.clear()
            self._planned[state] = read
            return read
        return self._planned[state]


def _there(take: Path) -> Recipe | None:
    try:
        return read_json(beside(take), Recipe)
    except BadDocument:
        return None
