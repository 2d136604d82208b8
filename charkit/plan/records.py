"""The plan as a record: what will be asked of whom, for how much, and why."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations when a plan is loaded
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from charkit.character import counted
from charkit.documents import read_json, write_json
from charkit.errors import UnknownName
from charkit.money import dollars
from charkit.plan.decisions import Approval  # noqa: TC001
from charkit.prompts import Prompt  # noqa: TC001
from charkit.providers.base import BoundCharacter, VideoRequest
from charkit.references import ClipReference, Reference, beside, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charkit.cards import Html

__all__ = ["PassedOver", "Plan", "PlannedShot"]


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A live route that was not taken."""

    route: str
    why: str


@dataclass(frozen=True, kw_only=True)
class PlannedShot:
    """One shot, bound to a route."""

    shot: str
    """The shot's id."""
    route: str
    endpoint: str
    model: str
    seconds: int
    width: int
    height: int
    resolution: str
    prompt: Prompt
    references: tuple[Reference, ...] = ()
    """In the order in which the prompt counts them."""
    clips: tuple[ClipReference, ...] = ()
    """Clips of characters, sent after the pictures."""
    characters: tuple[BoundCharacter, ...] = ()
    """Characters that the endpoint knows by id."""
    sheets: tuple[tuple[str, str], ...] = ()
    """Name and version digest of every character sheet it was planned with."""
    root_seed: int | None = None
    """What the takes' seeds are made from; None where the route takes no seed."""
    price_usd: float
    """Of one take, in US dollars."""
    reasons: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    fallbacks: tuple[PlannedShot, ...] = ()
    """The same shot on other routes, in order: for a request that the first one does not take on."""
    left_out: tuple[str, ...] = ()
    """Pictures that do not go along, each with the reason."""
    warnings: tuple[str, ...] = ()

    def seed(self, take: int) -> int | None:
        """Return a take's seed, 31 bits of a digest of root seed, shot and take number; None without seeds."""
        if self.root_seed is None:
            return None
        digest = hashlib.sha256(f"{self.root_seed}/{self.shot}/{take}".encode()).digest()
        return int.from_bytes(digest[:4], "big") & 0x7FFF_FFFF

    @property
    def digest(self) -> str:
        """`sha256:` over all that a person sees before approving it, warnings and what could stand in included.

        Neither the day nor the planner's reasons are part of it.
        """
        content: list[object] = [self.route, self.endpoint, self.model, self.resolution, self.prompt.text]
        content += [repr(self.price_usd)]
        content += [self.seconds, self.width, self.height, self.root_seed]
        content += [[one.digest, one.character, str(one.view)] for one in self.references]
        content += [[one.id, one.name] for one in self.characters]
        content += [["clip", one.digest, one.character] for one in self.clips]
        content += [self.left_out, self.warnings, [way.digest for way in self.fallbacks]]
        return _digest_of([self.shot, *content])

    def request(self, take: int) -> VideoRequest:
        """Return what an adapter sends for a take, with the bytes of every picture and clip.

        Raises:
            BadReference: a picture or clip is gone, or is not the one that was planned.
        """
        return VideoRequest(
            model=self.model,
            prompt=self.prompt.text,
            seconds=self.seconds,
            width=self.width,
            height=self.height,
            references=(*(one.bound() for one in self.references), *(clip.bound() for clip in self.clips)),
            characters=self.characters,
            seed=self.seed(take),
        )

    def __repr__(self) -> str:
        pictures = f", {counted(len(self.references), 'picture')}" if self.references else ""
        pictures += f", {counted(len(self.clips), 'clip')}" if self.clips else ""
        asked = f"{self.seconds} s at {self.resolution}{pictures}"
        return f"<PlannedShot {self.shot}: {self.route}, {asked}, {dollars(self.price_usd)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": _shot_card(self)}


class _PlanFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Plan:
    """For every shot of a film: route, references, price, warnings. Made before money is spent."""

    title: str
    on: dt.date
    """The day for which the routes were looked up."""
    aspect: str
    resolution: str
    fps: int
    shots: tuple[PlannedShot, ...]
    approval: Annotated[Approval | None, Field(exclude=True)] = field(default=None, compare=False, repr=False)
    """The run's approval, where there is one; a file of its own, no part of the plan."""

    @property
    def digest(self) -> str:
        """`sha256:` over its shots' digests."""
        return _digest_of([shot.digest for shot in self.shots])

    @property
    def approved(self) -> bool:
        """Whether a person approved it as it is now."""
        return self.approval is not None and not self.approval.changes(self)

    @property
    def total_usd(self) -> float:
        """What one take of every shot costs, in US dollars."""
        return round(sum(shot.price_usd for shot in self.shots), 6)

    @property
    def most_usd(self) -> float:
        """What one take of every shot costs at most, if the dearest fallback stands in everywhere."""
        dearest = (max(way.price_usd for way in (shot, *shot.fallbacks)) for shot in self.shots)
        return round(sum(dearest), 6)

    @property
    def seconds(self) -> int:
        """The length of all shots together."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning once, with the shots that it concerns."""
        found: dict[str, list[str]] = {}
        for shot in self.shots:
            for warning in shot.warnings:
                found.setdefault(warning, []).append(shot.shot)
        return tuple(f"{', '.join(shots)}: {warning}" for warning, shots in found.items())

    def save(self, path: Path | str) -> None:
        """Write it as JSON, complete or not at all, with paths relative to the file."""
        path = Path(path)
        write_json(path, _PlanFile(plan=_with_paths(self, lambda file: beside(file, path))))

    def content(self, path: Path | str) -> str:
        """Return what `save` would write to `path`, on one line: what the ledger keeps of a plan that is shot."""
        path = Path(path)
        return _PlanFile(plan=_with_paths(self, lambda file: beside(file, path))).model_dump_json(by_alias=True)

    @classmethod
    def load(cls, path: Path | str) -> Plan:
        """Read what `save` wrote.

        Raises:
            BadDocument: the file is missing or not one of ours.
        """
        path = Path(path)
        return _with_paths(read_json(path, _PlanFile).plan, lambda file: path.parent / file)

    def __getitem__(self, shot_id: str) -> PlannedShot:
        """Return a planned shot by its id.

        Raises:
            UnknownName: the plan has no such shot.
        """
        for shot in self.shots:
            if shot.shot == shot_id:
                return shot
        raise UnknownName("planned shot", shot_id, (shot.shot for shot in self.shots))

    def __iter__(self) -> Iterator[PlannedShot]:
        return iter(self.shots)

    def __len__(self) -> int:
        return len(self.shots)

    def __repr__(self) -> str:
        approved = ", approved" if self.approved else ""
        return (
            f"<Plan {self.title!r}: {counted(len(self.shots), 'shot')}, {self.seconds} s at {self.resolution}, "
            f"{dollars(self.total_usd)}{approved}>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": _plan_table(self)}


def _digest_of(content: list[object]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def _with_paths(plan: Plan, change: Callable[[Path], Path]) -> Plan:
    return replace(plan, shots=tuple(_moved(shot, change) for shot in plan.shots))


def _moved(shot: PlannedShot, change: Callable[[Path], Path]) -> PlannedShot:
    return replace(
        shot,
        references=tuple(moved(r, change) for r in shot.references),
        clips=tuple(clip.moved(change) for clip in shot.clips),
        fallbacks=tuple(_moved(fallback, change) for fallback in shot.fallbacks),
    )


def _shot_card(shot: PlannedShot) -> Html:
    from charkit.cards import card

    rows = [
        ("route", f"{shot.route} ({shot.model} at {shot.endpoint})"),
        ("asks for", f"{shot.seconds} s, {shot.width}x{shot.height}"),
        ("pictures", _pictures(shot) or "none"),
        ("price", f"{dollars(shot.price_usd)} a take"),
        *(("because", reason) for reason in shot.reasons),
        *(("else", f"{other.route}, {dollars(other.price_usd)} a take") for other in shot.fallbacks),
        *_not_taken(shot),
        *(("left out", what) for what in shot.left_out),
        *(("mind", warning) for warning in shot.warnings),
    ]
    return card(shot.shot, rows=rows, note=shot.prompt.text)


def _not_taken(shot: PlannedShot) -> list[tuple[str, str]]:
    """Return the routes that were passed over, those for the same reason together."""
    routes: dict[str, list[str]] = {}
    for other in shot.passed_over:
        routes.setdefault(other.why, []).append(other.route)
    return [("not", f"{', '.join(names)}: {why}") for why, names in routes.items()]


def _plan_table(plan: Plan) -> Html:
    from charkit.cards import Html, table

    rows = [
        [
            shot.shot,
            shot.route,
            f"{shot.seconds} s",
            f"{shot.width}x{shot.height}",
            _pictures(shot) or "–",
            dollars(shot.price_usd),
            shot.reasons[0] if shot.reasons else "",  # the card has the rest
        ]
        for shot in plan.shots
    ]
    routes = Counter(shot.route for shot in plan.shots)
    shares = ", ".join(f"{count} on {route}" for route, count in routes.items())
    caption = f"{plan.title}: {plan.seconds} s, {dollars(plan.total_usd)} for one take of each shot; {shares}"
    columns = ["shot", "route", "length", "size", "pictures", "price", "because"]
    warnings = [[warning] for warning in plan.warnings]
    return Html(table(columns, rows, caption=caption) + (table(["mind"], warnings) if warnings else ""))


def _pictures(shot: PlannedShot) -> str:
    views: dict[str, list[str]] = {}
    for reference in shot.references:
        views.setdefault(reference.name, []).append(str(reference.view))
    for clip in shot.clips:
        views.setdefault(clip.name, []).append(f"clip of {clip.seconds:.1f} s")
    known = [f"{who.name} by id" for who in shot.characters]
    return "; ".join([*known, *(f"{name}: {', '.join(seen)}" for name, seen in views.items())])


_PlanFile.model_rebuild()
