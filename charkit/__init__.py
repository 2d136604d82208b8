"""charkit keeps one character the same across every shot of an AI-generated film, and proves it with a measurement.

The map, in the order in which a film is made:

    character     who they are: the locked sheet
    references    pictures of them that a service accepts
    shots         what the film must show
    prompts       the words, the locked ones byte for byte the same
    plan          which route makes which shot, with what, for how much
    takes         every attempt; the one place that sends paid requests
    casting       designing a character with image routes
    scoring       is it the same character?
    film          the chosen takes, cut
    report        everything on one page
    studio        the one object a notebook opens

Below them, knowing nothing of films: providers, routes, ledger, store, media. Names load what they need when they are
first used, so that `import charkit` stays light. Above them, the doors: `charkit.sharing` (a run in one file, and one
that somebody shared made again), `charkit.batch`, `charkit.widgets`, `charkit.doctor`, `charkit.touring`, the shell.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "Cast": "character",
    "CharacterSheet": "character",
    "CharkitError": "errors",
    "CutList": "film",
    "Film": "film",
    "Plan": "plan",
    "PlannedShot": "plan",
    "ProviderError": "errors",
    "Reference": "references",
    "Route": "routes",
    "RouteMatrix": "routes",
    "Score": "scoring",
    "Scorecard": "scoring",
    "Settings": "settings",
    "Shot": "shots",
    "SpendLimit": "errors",
    "Storyboard": "shots",
    "Studio": "studio",
    "Take": "takes",
    "Takes": "takes",
    "UsageError": "errors",
    "new_production": "workspace",
    "open_studio": "studio",
}

__all__ = [
    "Cast",
    "CharacterSheet",
    "CharkitError",
    "CutList",
    "Film",
    "Plan",
    "PlannedShot",
    "ProviderError",
    "Reference",
    "Route",
    "RouteMatrix",
    "Score",
    "Scorecard",
    "Settings",
    "Shot",
    "SpendLimit",
    "Storyboard",
    "Studio",
    "Take",
    "Takes",
    "UsageError",
    "__version__",
    "new_production",
    "open_studio",
]

if TYPE_CHECKING:
    from charkit.character import Cast, CharacterSheet
    from charkit.errors import CharkitError, ProviderError, SpendLimit, UsageError
    from charkit.film import CutList, Film
    from charkit.plan import Plan, PlannedShot
    from charkit.references import Reference
    from charkit.routes import Route, RouteMatrix
    from charkit.scoring import Score, Scorecard
    from charkit.settings import Settings
    from charkit.shots import Shot, Storyboard
    from charkit.studio import Studio, open_studio
    from charkit.takes import Take, Takes
    from charkit.workspace import new_production


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"charkit has no {name!r}")
    value = getattr(importlib.import_module(f"charkit.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
