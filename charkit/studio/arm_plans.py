"""Plans an experiment's arms: the same shots on a route, with just the means that the arm allows.

An arm is run as it is named or not at all: where a route cannot carry what the name says, such as three pictures of
everybody in a shot for two, the arm is left out with the reason, before anything is sent.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charkit.character import counted
from charkit.errors import CharkitError, UnsupportedRequest
from charkit.plan import plan_film
from charkit.providers import ADAPTERS
from charkit.providers.base import Blob, BoundReference, Role
from charkit.references import choose
from charkit.scoring.arms import Means

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from charkit.character import Cast
    from charkit.plan import PlannedShot
    from charkit.prompts import Templates
    from charkit.providers.base import VideoRequest
    from charkit.references import Reference, References
    from charkit.references.preparing import Faces
    from charkit.routes import Region, Route, RouteMatrix
    from charkit.scoring.arms import Arm
    from charkit.shots import Resolution, Shot, Storyboard
    from charkit.store import Store

__all__ = ["ArmPlan", "Desk", "opening_frame"]

_GROUND = (205, 205, 205)
"""Behind figures in a first frame, where references bring no ground of their own: light grey."""


@dataclass(frozen=True, kw_only=True)
class ArmPlan:
    """An arm with its route, and every shot as it will be asked for."""

    arm: Arm
    shots: tuple[PlannedShot, ...]
    openings: tuple[tuple[str, Blob], ...] = ()
    """Shot and the picture that its clip begins with."""
    uploads: tuple[PlannedShot, ...] = ()
    """The shots with every picture that leaves the house for them, first frames too: what preflight looks at."""

    @property
    def usd(self) -> float:
        """One take of every shot, in US dollars."""
        return sum(shot.price_usd for shot in self.shots)

    def request(self, shot: PlannedShot, take: int) -> VideoRequest:
        """Return what is sent for a take.

        Raises:
            BadReference: a picture is gone, or is not the one that was planned.
        """
        asked = shot.request(take)
        opening = dict(self.openings).get(shot.shot)
        return (
            asked
            if opening is None
            else replace(asked, references=(BoundReference(role=Role.FIRST_FRAME, blob=opening), *asked.references))
        )


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where arms are planned: a script, its cast and pictures, and the routes of a day."""

    script: Storyboard
    """The shots of the experiment, with its own seed."""
    cast: Cast
    references: References
    matrix: RouteMatrix
    on: dt.date
    resolution: Resolution
    region: Region | None = None
    store: Store | None = None
    faces: Faces | None = None
    """Finds faces, which stay whole in the shapes that routes ask for; None where nobody can look."""
    templates: Templates | None = None

    def plan(self, arms: Sequence[Arm], route: str = "") -> tuple[list[ArmPlan], dict[str, str]]:
        """Return the arms that can be run, and those that cannot with the reason.

        All are run on one route where one can run most of them, so that means are compared and not services; an arm
        that this route cannot run goes to the cheapest live one that can.

        Args:
            arms: Which; one that names a route keeps it.
            route: The route for all that name none; by default the live one that can run most, the cheapest of those.

        Raises:
            UnknownName: there is no such route.
            RouteClosed: it is past its end.
        """
        routes = [self.matrix.route(route, self.on)] if route else []
        routes += sorted(self._live(), key=lambda r: (-sum(not self._unable(arm, r) for arm in arms), self._usd(r)))
        planned: list[ArmPlan] = []
        left_out: dict[str, str] = {}
        for arm in arms:
            found = self._first(arm, [self.matrix.route(arm.route, self.on)] if arm.route else routes)
            if isinstance(found, str):
                claim = self.matrix.claims.get(arm.means.value)
                left_out[arm.name] = f"{found}; claimed: {claim.value}" if claim else found
            else:
                planned.append(found)
        return planned, left_out

    def _live(self) -> list[Route]:
        live = (r for r in self.matrix.live(self.on, "video") if self.matrix.endpoint(r).protocol in ADAPTERS)
        return [route for route in live if self._usd(route) < float("inf")]

    def _usd(self, route: Route) -> float:
        try:
            return sum(route.cost(seconds=shot.seconds, resolution=self.resolution) for shot in self.script.each())
        except UnsupportedRequest:
            return float("inf")

    def _first(self, arm: Arm, routes: Sequence[Route]) -> ArmPlan | str:
        why = f"no live route makes clips at {self.resolution} for a known price"
        for place, route in enumerate(routes):
            unable = self._unable(arm, route)
            found = unable or self._planned(arm, route)
            if isinstance(found, ArmPlan):
                return found
            if place == 0:
                why = f"{route.name} {found}" if unable else found
        if arm.means is Means.CHARACTERS:
            return "no live route knows these characters by an id on their sheets (`provider_ids`)"
        return why

    def _unable(self, arm: Arm, route: Route) -> str:
        """Return why a route cannot run an arm, by its capabilities; empty where they say nothing against it."""
        can = route.capabilities
        if arm.means is Means.REFERENCES and route.max_references() < arm.pictures:
            return f"takes {counted(route.max_references(), 'picture')}"
        if arm.means is Means.FIRST_FRAME and not (can.first_frame and can.first_frame.value):
            return "takes no first frame"
        if arm.means is Means.CHARACTERS and not route.max_characters:
            return "knows no characters by id"
        return ""

    def _planned(self, arm: Arm, route: Route) -> ArmPlan | str:
        shots, openings, uploads = [], [], []
        for shot in self.script.each():
            pictures = self._pictures(arm, shot)
            try:
                planned = self._on(shot, route, pictures if arm.means is Means.REFERENCES else ())
            except CharkitError as problem:
                return str(problem)
            if wrong := self._not_as_named(arm, shot, planned):
                return f"{shot.id}: {wrong}"
            shots.append(replace(planned, fallbacks=(), root_seed=self.script.seed if route.takes_seed else None))
            framed = arm.means is Means.FIRST_FRAME
            uploads.append(replace(shots[-1], references=pictures) if framed else shots[-1])
            if framed:
                if not pictures:
                    return f"{shot.id}: there is no picture to begin with"
                openings.append((shot.id, opening_frame(pictures, planned.width, planned.height)))
        claim = route.claimed if arm.means is not Means.FIRST_FRAME else None
        said = claim or self.matrix.claims.get(arm.means.value)
        named = replace(arm, route=route.name, claim=said.value if said else "", source=said.source if said else "")
        return ArmPlan(arm=named, shots=tuple(shots), openings=tuple(openings), uploads=tuple(uploads))

    def _on(self, shot: Shot, route: Route, pictures: Sequence[Reference]) -> PlannedShot:
        bare = shot.model_copy(update={"clips": ()})  # an arm carries identity by its own means alone
        alone = self.script.model_copy(update={"shots": (bare,), "route": route.name})
        plan = plan_film(
            alone,
            self.cast,
            pictures,
            self.matrix,
            on=self.on,
            resolution=self.resolution,
            region=self.region,
            store=self.store,
            faces=self.faces,
            templates=self.templates,
        )
        return plan.shots[0]

    def _pictures(self, arm: Arm, shot: Shot) -> tuple[Reference, ...]:
        each = arm.pictures if arm.means is Means.REFERENCES else 1
        dressed = [
            r for r in self.references if any(r.name == w.name and r.wardrobe == w.wardrobe for w in shot.characters)
        ]
        return choose(shot, dressed, each * len(shot.characters), per_character=each).kept

    def _not_as_named(self, arm: Arm, shot: Shot, planned: PlannedShot) -> str:
        """Return what a planned shot has more or less of than its arm's name says."""
        if arm.means is Means.CHARACTERS:
            missing = len(shot.characters) - len(planned.characters)
            return f"{counted(missing, 'character')} without an id there" if missing else ""
        if planned.characters:
            return "its characters are known there by id, which would help"
        wanted = arm.pictures if arm.means is Means.REFERENCES else 0
        for who in shot.characters:
            sent = sum(reference.name == who.name for reference in planned.references)
            if sent != wanted:
                return f"{counted(sent, 'picture')} of {who.name} would go along, not {wanted}"
        return ""


def opening_frame(pictures: Sequence[Reference], width: int, height: int) -> Blob:
    """Return the picture that a clip begins with: one reference of each character, side by side, in the clip's size.

    Raises:
        BadReference: a picture is gone, or is not the one that was prepared.
    """
    from PIL import Image

    first = {reference.name: reference for reference in reversed(pictures)}
    shown = [first[name] for name in dict.fromkeys(reference.name for reference in pictures)]
    canvas: Image.Image | None = None
    for place, reference in enumerate(shown):
        with Image.open(io.BytesIO(reference.blob().data)) as picture:
            figure = picture.convert("RGB")
        if canvas is None:
            corner = figure.getpixel((0, 0))
            canvas = Image.new("RGB", (width, height), corner if isinstance(corner, tuple) else _GROUND)
        figure.thumbnail((width // len(shown), height), Image.Resampling.LANCZOS)
        middle = round((place + 0.5) * width / len(shown))
        canvas.paste(figure, (middle - figure.width // 2, height - figure.height))
    out = io.BytesIO()
    (canvas or Image.new("RGB", (width, height), _GROUND)).save(out, "PNG")
    return Blob(name="first-frame.png", media_type="image/png", data=out.getvalue())
