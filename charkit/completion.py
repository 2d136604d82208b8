"""What the shell offers behind <TAB>: productions, runs, shots, routes, keys and weights by name.

Asked at every press of a key, so nothing here opens a ledger, starts a server or asks a service; and never fails: where
something cannot be read, nothing is offered.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer  # noqa: TC002  # it reads annotations at run time

from charkit.errors import CharkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["key_names", "productions", "routes", "run_names", "shot_ids", "weight_names"]

_PRODUCTIONS = Path("data/productions")


def productions(incomplete: str) -> list[str]:
    """Offer folders with a storyboard: those under `data/productions`, and those under the folder typed so far."""
    return _offered(lambda: _productions(incomplete), incomplete)


def run_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the runs that there are, the newest first; those of the production named so far, where one is."""
    return _offered(lambda: _runs(ctx), incomplete)


def shot_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the shots of the production that is named so far, or of the only one there is."""
    return _offered(lambda: _shots(ctx), incomplete)


def routes(incomplete: str) -> list[str]:
    """Offer the routes that are live today, and a person's own."""
    return _offered(_routes, incomplete)


def key_names(incomplete: str) -> list[str]:
    """Offer the names of keys that endpoints ask for."""
    return _offered(_keys, incomplete)


def weight_names(incomplete: str) -> list[str]:
    """Offer the files of weights that charkit knows."""
    return _offered(_weights, incomplete)


def _offered(find: Callable[[], Iterable[str]], incomplete: str) -> list[str]:
    # A mistake in some file, or a folder without rights, is told by the command, not while somebody types.
    with suppress(CharkitError, OSError, ValueError):
        return [name for name in find() if name.startswith(incomplete)]
    return []


def _productions(incomplete: str) -> Iterator[str]:
    typed = Path(incomplete)
    above = typed if incomplete.endswith("/") else typed.parent
    folders = {above, _PRODUCTIONS} if incomplete else {_PRODUCTIONS, Path()}
    found = {board.parent.as_posix() for folder in folders for board in folder.glob("*/storyboard.yaml")}
    yield from sorted(found)


def _runs(ctx: typer.Context) -> list[str]:
    from charkit.settings import Settings
    from charkit.workspace import Workspace

    production, data = ctx.params.get("production"), ctx.params.get("data")
    if production and not data:
        with suppress(CharkitError):  # then it is the name that jobs carry
            data = Workspace.locate(production, "run").data
    folder = Path(data or Settings.load().data or "data") / "runs"
    runs = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return [path.name for path in sorted(runs, key=lambda path: -path.stat().st_mtime)]


def _shots(ctx: typer.Context) -> list[str]:
    from charkit.character import Cast
    from charkit.shots import Storyboard
    from charkit.workspace import find_production

    named = ctx.params.get("production")
    homes = [named] if named else list(_productions(""))
    if len(homes) != 1:
        return []
    home = find_production(homes[0])
    board = Storyboard.load(home / "storyboard.yaml", Cast.load(home / "characters"))
    return [shot.id for shot in board.each()]


def _routes() -> list[str]:
    from charkit.studio import route_matrix

    matrix = route_matrix()
    return sorted(route.name for route in matrix.live(matrix.today))


def _keys() -> list[str]:
    from charkit.studio import route_matrix

    return sorted({endpoint.key for endpoint in route_matrix().endpoints.values() if endpoint.key})


def _weights() -> list[str]:
    from charkit.weights.registry import registry

    return sorted(registry())
