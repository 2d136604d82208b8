"""What a person decided about a run's plan: routes of their choice, and that the plan is approved. Kept beside the run.

    data/runs/<run>/routes.yaml      routes chosen for single shots; a line taken out gives the shot back to the planner
    data/runs/<run>/approval.json    the plan that was approved, shot by shot

An approval holds for what was seen: routes, words, pictures, prices, fallbacks and warnings of every shot. Where any of
them is another one by now, it is void, and says for which shots.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path  # noqa: TC003  # pydantic reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from charkit.documents import read_json, read_yaml, write_json, write_yaml
from charkit.errors import PlanChanged
from charkit.money import dollars

if TYPE_CHECKING:
    from charkit.plan.records import Plan

__all__ = ["Approval", "ApprovedShot", "ChosenRoute", "RouteChoices"]

_HEADER = "Routes that somebody chose for this run. A shot taken out of here goes where the planner thinks best."


class ChosenRoute(BaseModel):
    """One choice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: Annotated[str, Field(min_length=1)]
    reason: str = ""
    on: dt.datetime


class RouteChoices(BaseModel):
    """The routes that a person chose for a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shots: dict[str, ChosenRoute] = {}
    """By the shot's id."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the choices; none yet is no error.

        Raises:
            BadDocument: with file and line.
        """
        return read_yaml(path, cls) if path.is_file() else cls()

    def save(self, path: Path) -> None:
        """Write them."""
        write_yaml(path, self, header=_HEADER)

    def choosing(self, shot: str, route: str | None, reason: str = "") -> Self:
        """Return the choices with one more; without a route the shot is the planner's again."""
        others = {name: chosen for name, chosen in self.shots.items() if name != shot}
        if route is None:
            return type(self)(shots=others)
        made = ChosenRoute(route=route, reason=" ".join(reason.split()), on=_now())
        return type(self)(shots={**others, shot: made})

    @property
    def routes(self) -> dict[str, str]:
        """Shot to route."""
        return {shot: chosen.route for shot, chosen in self.shots.items()}


class ApprovedShot(BaseModel):
    """One shot as it was approved."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shot: str
    digest: str
    """`PlannedShot.digest` of what was seen."""
    route: str
    price_usd: float


class Approval(BaseModel):
    """A person's word that a plan may be shot."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: str
    """`Plan.digest` of what was seen."""
    on: dt.datetime
    total_usd: float
    """What one take of every shot costs."""
    most_usd: float
    """The same if the dearest fallback stands in everywhere."""
    cap_usd: float
    """The run's cap at the time."""
    note: str = ""
    shots: tuple[ApprovedShot, ...]

    @classmethod
    def of(cls, plan: Plan, *, cap_usd: float, note: str = "") -> Self:
        """Approve a plan as it is now."""
        shots = tuple(
            ApprovedShot(shot=one.shot, digest=one.digest, route=one.route, price_usd=one.price_usd)
            for one in plan.shots
        )
        return cls(
            plan=plan.digest,
            on=_now(),
            total_usd=plan.total_usd,
            most_usd=plan.most_usd,
            cap_usd=cap_usd,
            note=" ".join(note.split()),
            shots=shots,
        )

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Read the run's approval; None where nothing is approved.

        Raises:
            BadDocument: it cannot be read.
        """
        return read_json(path, cls) if path.is_file() else None

    def save(self, path: Path) -> None:
        """Write it, complete or not at all."""
        write_json(path, self)

    def changes(self, plan: Plan) -> tuple[str, ...]:
        """Return in words what of a plan was not approved as it is; nothing where the approval holds.

        A plan of some of the approved shots is approved too.
        """
        seen = {one.shot: one for one in self.shots}
        said = []
        for shot in plan.shots:
            before = seen.get(shot.shot)
            if before is None:
                said.append(f"{shot.shot} is new")
            elif before.route != shot.route:
                said.append(f"{shot.shot} goes over {shot.route} instead of {before.route}")
            elif before.price_usd != shot.price_usd:
                said.append(f"{shot.shot} costs {dollars(shot.price_usd)} instead of {dollars(before.price_usd)}")
            elif before.digest != shot.digest:
                said.append(f"{shot.shot} has other words, pictures, fallbacks or warnings")
        return tuple(said)

    def check(self, plan: Plan) -> None:
        """Refuse a plan that is not the one that was approved.

        Raises:
            PlanChanged: says what is different, and what to do.
        """
        changes = self.changes(plan)
        if changes:
            raise PlanChanged(changes, approved=f"{self.on:%Y-%m-%d %H:%M}")

    def __repr__(self) -> str:
        return f"<Approval of {len(self.shots)} shots, {dollars(self.total_usd)}, {self.on:%Y-%m-%d %H:%M} UTC>"

    __str__ = __repr__


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
