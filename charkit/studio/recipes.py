"""Recipes of a run: beside every take as it comes in, and inside the film."""

from __future__ import annotations

from dataclasses import dataclass
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
        try:
            return self.ledger.job(take.job_id).request if take.job_id else ""
        except LedgerError:  # of another ledger
            return ""

    def _sheets(self) -> dict[str, dict[str, str]]:
        file = self.folder / "plan.json"
        if not file.is_file():
            return {}
        return {shot.shot: dict(shot.sheets) for shot in Plan.load(file).shots}


def _there(take: Path) -> Recipe | None:
    try:
        return read_json(beside(take), Recipe)
    except BadDocument:
        return None
