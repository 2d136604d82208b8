"""Keys by name, routes by their dates, weights by their digests. Nobody is asked over the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from charkit import keychain
from charkit.doctor.checkup import Check
from charkit.keys import keys
from charkit.routes.show import SOON, facts_of
from charkit.settings import Settings
from charkit.studio import route_matrix
from charkit.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.routes import RouteMatrix

__all__ = ["keys_there", "routes", "weights"]

_STALE = 90
"""Days after which a fact should be looked at again: the services' prices moved twice in the half-year before
2026-11-22 (see the dates in routes.yaml)."""
_NAMED = 4


def keys_there() -> Iterator[Check]:
    """Say which keys are set and where they come from; their values are never read out."""
    found = keys()
    for key in found.set:
        opens = ", ".join(key.endpoints)
        yield Check(area="keys", what=key.name, state="ok", said=f"set, from {_place(key.source)}; opens {opens}")
    if not found.set:
        said = f"none of {len(found.all)} is set: everything runs on the simulator"
        then = "to pay real services: charkit keys set NAME, or a line in .env (see .env.example)"
        yield Check(area="keys", what="keys", state="note", said=said, then=then)
    if why := keychain.problem():
        yield Check(area="keys", what="keyring", state="note", said=why, then="environment and .env work without one")


def _place(source: str | None) -> str:
    return {"environment": "the environment", "keyring": "the keyring"}.get(source or "", source or "")


def routes(data: Path | str | None = None) -> Iterator[Check]:
    """Say how many routes live today, which end soon, and whether what is known of them is old."""
    matrix = route_matrix(data=Path(data) if data is not None else None)
    counts = {kind: len(matrix.live(matrix.today, kind)) for kind in ("video", "image", "judge")}
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    alive = all(counts[kind] for kind in ("video", "image"))
    yield Check(
        area="routes",
        what="live routes",
        state="ok" if alive else "fault",
        said=f"{said}, on {matrix.today}",
        then="" if alive else "no route makes shots or pictures on this day: update charkit, or name your own routes",
    )
    ending = [
        f"{route.name} on {route.ends.value}{f' (then {route.replacement.value})' if route.replacement else ''}"
        for route in matrix.ending_soon(matrix.today, SOON)
        if route.ends is not None
    ]
    if ending:
        said = f"within {SOON} days: {', '.join(ending)}"
        yield Check(
            area="routes", what="ending soon", state="note", said=said, then="plan with another: charkit routes"
        )
    yield _age(matrix)


def _age(matrix: RouteMatrix) -> Check:
    old = []
    for route in matrix.live(matrix.today):
        newest = max(fact.as_of for _, fact in facts_of(route))
        if (matrix.today - newest).days > _STALE:
            old.append(f"{route.name} ({newest})")
    if not old:
        return Check(area="routes", what="dates", state="ok", said=f"nothing is older than {_STALE} days")
    more = f" and {len(old) - _NAMED} more" if len(old) > _NAMED else ""
    said = f"not looked at for {_STALE} days: {', '.join(old[:_NAMED])}{more}"
    return Check(area="routes", what="dates", state="note", said=said, then="ask the services: charkit routes --check")


def weights() -> Iterator[Check]:
    """Compare weights with their digests; those that are absent only leave their scorers `unknown`."""
    shelf = Weights.open(Settings.load().weights)
    held = shelf.verify()
    there = [one.weight.name for one in held if one.state == "there"]
    absent = [one.weight.name for one in held if one.state == "absent"]
    if there:
        yield Check(area="weights", what="weights", state="ok", said=f"{', '.join(there)}: there, digests right")
    for one in held:
        if one.state in ("bad", "not recorded"):
            state = "fault" if one.state == "bad" else "note"
            said, _, then = one.problem.rpartition("; ")
            yield Check(area="weights", what=one.weight.name, state=state, said=said, then=then)  # type: ignore[arg-type]
    if absent:
        said = f"not there: {', '.join(absent)}; what needs them says unknown, never a pass"
        then = f"charkit weights get {absent[0]}"
        yield Check(area="weights", what="weights" if not there else "more", state="note", said=said, then=then)
