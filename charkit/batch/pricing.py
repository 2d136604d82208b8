"""What a sweep will cost, run by run, before anything is sent: by plan where that is known, and at most in any case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.batch.variation import variant
from charkit.errors import SpendLimit
from charkit.ledger import usd
from charkit.settings import Settings
from charkit.studio import open_studio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from charkit.batch.notebooks import Notebook
    from charkit.batch.sweep import SweptRun
    from charkit.studio import Studio

__all__ = ["Price", "price_of", "told"]

_OPENS = ("production", "live", "max_spend")
"""What a notebook declares that opens a studio."""
_VARIES = ("character", "action", "route")
_WHOLE_FILM = ("00_first_film", "04_shoot")
"""Notebooks that buy pictures of the cast and a take of every shot."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one run may cost, in US dollars."""

    planned: float | None
    """By plan, what is still to be bought; None where the notebook does not say what it buys."""
    most: float | None
    """Its own cap; None where it opens no studio, and so cannot buy anything."""
    committed: float = 0.0
    """What it has committed before."""
    simulated: bool = True

    @property
    def needs(self) -> float:
        """What has to be free under the sweep's cap before it starts: its plan, or its own cap."""
        if self.most is None:
            return 0.0
        left = max(0.0, self.most - self.committed)
        return left if self.planned is None else min(self.planned, left)


def told(notebook: Notebook, run: SweptRun) -> dict[str, JsonValue]:
    """Return every parameter of a run: what the sweep's file says, else the notebook's own default."""
    return {name: run.parameters.get(name, declared.value) for name, declared in notebook.parameters.items()}


def price_of(notebook: Notebook, run: SweptRun) -> Price:
    """Price a run. No key is read, nothing is sent.

    Raises:
        CharkitError: what the run is told cannot be planned: no such production, shot, character or route, or a route
            that cannot make the shot.
    """
    if any(name not in notebook.parameters for name in _OPENS):
        return Price(planned=None, most=None)
    said = told(notebook, run)
    most = float(str(said["max_spend"]))
    studio = open_studio(
        str(said["production"]),
        run=run.name,
        max_spend=most,
        live=bool(said["live"]),
        resolution=None if said.get("resolution") is None else str(said["resolution"]),
    )
    simulated = not studio.live
    there = Settings.load().ledger is not None or studio.place.ledger.is_file()  # looking makes no ledger
    committed = usd(studio.spend.committed) if there else 0.0
    planned: float | None = None
    if "action" in notebook.parameters and "shot" in notebook.parameters:
        planned = usd(_variant(studio, said).quote().left)
    elif notebook.name in _WHOLE_FILM:
        planned = usd(studio.quote().left)
    if planned is not None and committed + planned > most:
        raise SpendLimit(cap=most, committed=committed, asked=planned, what=f"run {run.name}")
    return Price(planned=planned, most=most, committed=committed, simulated=simulated)


def _variant(studio: Studio, said: Mapping[str, JsonValue]) -> Studio:
    words = {name: str(said[name]) for name in _VARIES if isinstance(said.get(name), str)}
    seed = said.get("seed")
    return variant(studio, shot=str(said["shot"]), seed=seed if isinstance(seed, int) else 0, **words)
