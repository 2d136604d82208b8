"""The design half of the studio: what a character looks like, decided by a person and kept on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from charkit.casting import POSES, VIEWS, Candidates, Casting, Designs, Kept, ViewCheck, wished
from charkit.character import SheetPicture, View, keep_version
from charkit.documents import read_json, write_json
from charkit.errors import BadDocument, UsageError
from charkit.references import References
from charkit.references.preflight import Pictured, Sending
from charkit.scoring.view_identity import ViewIdentityScorer
from charkit.scoring.views import ViewEvidence, ViewScorer
from charkit.studio.naming import named

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from charkit.casting import Look, Wish
    from charkit.character import Cast, CharacterSheet
    from charkit.prompts import Templates
    from charkit.references import Reference
    from charkit.references.preparing import Faces
    from charkit.routes import Route, RouteMatrix
    from charkit.store import Store
    from charkit.takes import Order, Takes

__all__ = ["Designing"]


class _Checks(BaseModel):
    """What was said of which picture, so that it is not measured again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: dict[str, ViewCheck] = {}


@dataclass(frozen=True, kw_only=True)
class Designing:
    """The design table of one run."""

    cast: Cast
    folder: Path
    """The run's folder."""
    make: Callable[[Iterable[Order]], Takes]
    """Where orders become takes."""
    production: str
    run: str
    routes: RouteMatrix
    store: Store
    simulated: bool
    templates: Templates
    """Where the words around the sheets' come from."""
    day: dt.date
    vetting: Callable[[Sequence[Sending]], None] | None = None
    """Looks at what would be uploaded, and raises where something stands against it; None where nothing is sent."""
    faces: Faces | None = None
    """Finds the faces in pictures that are prepared; None where nobody can look."""
    there: Callable[[Order], bool] = lambda _: False
    """Whether an order's take was made before, so that making it costs nothing."""

    def designed(self, character: str) -> Candidates:
        """Return the candidates that were made before, rejected ones among them; nothing is made."""
        sheet = self._allowed(character)
        free = replace(self._casting, make=lambda orders: self.make([order for order in orders if self.there(order)]))
        found = free.candidates(sheet, len(POSES), self.kept.model_copy(update={"rejected": {}}))
        return Candidates(self._named(found), kept=found.kept)

    @property
    def price_usd(self) -> float:
        """What one picture costs, in US dollars."""
        return self._casting.price_usd

    def candidates(self, character: str, count: int) -> Candidates:
        """Make some designs of a character; rejected ones are not shown."""
        sheet = self._allowed(character)
        found = self._casting.candidates(sheet, count, self.kept)
        return Candidates(self._named(found), kept=found.kept, hidden=found.hidden)

    def keep(self, character: str, candidate: int) -> None:
        """Decide which candidate is the anchor."""
        self.kept.keeping(self.cast[character].slug, candidate).save(self._decisions)

    def reject(self, character: str, candidate: int | None, view: str | None, take: int) -> None:
        """Hide a candidate, or one take of a view.

        Raises:
            UsageError: it is the anchor, or neither or both were named.
        """
        sheet = self.cast[character]
        if (candidate is None) == (view is None):
            raise UsageError("say which candidate, or which view, is rejected")
        if candidate is not None:
            self.kept.rejecting(sheet.slug, candidate).save(self._decisions)
            return
        _, *wishes = wished([view or ""], sheet)
        if not wishes:
            raise UsageError("the full figure is the anchor: keep another candidate instead")
        self.kept.rejecting_take(f"{sheet.slug}.{wishes[0].name}", take).save(self._decisions)

    def use_views(self, character: str, views: Iterable[str]) -> None:
        """Decide which views of a character this run works with."""
        sheet = self.cast[character]
        self.kept.wanting(sheet.slug, map(str, wished(views, sheet))).save(self._decisions)

    def views(self, character: str, views: Sequence[str] | None) -> Designs:
        """Make views of a character from its anchor; none where its sheet names own pictures."""
        sheet = self._allowed(character)
        if sheet.references:
            return Designs()
        kept = self.kept
        wanted = self._wanted(sheet) if views is None else views
        found = self._casting.views(sheet, kept.anchor(sheet.slug), wanted, kept)
        return found.shown_as(self._named(found))

    def references(self) -> References:
        """Return every character's prepared pictures, and keep the version of whoever was locked before and changed."""
        found = []
        for slug, sheet in self.cast.items():
            self._allowed(slug)
            if sheet.file is not None:
                keep_version(sheet, on=self.day)
            found += self.pictures(sheet)
        return References(tuple(found))

    def pictures(self, sheet: CharacterSheet) -> list[Reference]:
        """Return one character's prepared pictures."""
        kept = self.kept
        return self._casting.references(sheet, kept.anchor(sheet.slug), self._wanted(sheet), kept)

    def wishes(self, sheet: CharacterSheet) -> tuple[Wish, ...]:
        """Return the views of a character that this run works with."""
        return wished(self._wanted(sheet), sheet)

    @property
    def route(self) -> Route:
        """The image route that makes them."""
        return self._casting.route

    def as_pictures(self, character: str) -> tuple[SheetPicture, ...]:
        """Return a character's designed views as pictures that a sheet may name; its own where it names some.

        What drifted from the anchor stays here.
        """
        sheet = self.cast[character]
        if sheet.references:
            return sheet.references
        home = sheet.file.parent if sheet.file else self.folder
        return tuple(
            SheetPicture(
                file=os.path.relpath(view.take.path, home),
                view=view.wish.view,
                wardrobe=view.wish.wardrobe,
                origin="design",
                source=f"{view.take.model}, {view.take.id}",
                simulated=view.take.simulated,
            )
            for view in self.views(character, None).views
            if view.good and view.take.path is not None
        )

    @property
    def kept(self) -> Kept:
        """What was decided."""
        return Kept.load(self._decisions)

    def _wanted(self, sheet: CharacterSheet) -> Sequence[str]:
        return self.kept.views.get(sheet.slug, VIEWS)

    def _allowed(self, character: str) -> CharacterSheet:
        """Return a sheet that may be used today.

        Raises:
            UsageError: it shows a real person whose consent does not hold.
        """
        sheet = self.cast[character]
        if sheet.likeness.lapsed(self.day):
            raise UsageError(
                f"{sheet.name} shows a real person, and the consent does not hold on {self.day} "
                f"({sheet.likeness.said}). Nothing is made or sent; ask again, and write the answer on the sheet"
            )
        return sheet

    def _named(self, takes: Takes) -> Takes:
        return named(takes, self.folder / "takes")

    @property
    def _decisions(self) -> Path:
        return self.folder / "casting.json"

    @cached_property
    def _casting(self) -> Casting:
        return Casting(
            make=self.make,
            production=self.production,
            run=self.run,
            route=self._route(),
            store=self.store,
            simulated=self.simulated,
            check=self._check,
            templates=self.templates,
            faces=self.faces,
            vet=self._vet,
        )

    def _vet(self, uploads: Mapping[Order, Sequence[Path]], sheet: CharacterSheet) -> None:
        """Ask preflight about the pictures that go out now; an order that was taken on before uploads nothing.

        Raises:
            PreflightStopped: one of them must not go; nothing was uploaded.
        """
        if self.vetting is None:
            return
        told = {order: paths for order, paths in uploads.items() if paths and not self.there(order)}
        self.vetting(
            [
                Sending(
                    route=self._casting.route,
                    pictures=tuple(Pictured.drawn(path, bound.view, sheet, self.day) for path, bound in shown),
                    shots=(order.subject,),
                )
                for order, paths in told.items()
                if (shown := list(zip(paths, order.request.references, strict=True)))
            ]
        )

    def _route(self) -> Route:
        """Return the cheapest live image route that takes pictures of characters."""
        usable = [r for r in self.routes.live(self.day, "image") if r.max_references() > 0 and r.price]
        if not usable:
            raise UsageError("no live image route takes pictures of characters; see: charkit routes --all")
        return min(usable, key=lambda route: route.cost(resolution="1K"))

    @cached_property
    def _identity(self) -> ViewIdentityScorer:
        return ViewIdentityScorer()

    @cached_property
    def _scorer(self) -> ViewScorer:
        return ViewScorer()

    def _check(self, look: Look) -> ViewCheck:
        """Say whether a view shows its anchor's character; what was said of the same pictures before is said again."""
        by = f"{self._scorer.name} {self._identity.label(self.cast[look.character].domain)}"
        key = f"{by} {look.anchor_digest} {look.digest} {look.wish}"
        file = self.folder / "view-checks.json"
        known = _said_before(file)
        if key not in known:
            known = {**known, key: self._measured(look)}
            write_json(file, _Checks(checks=known))
        return known[key]

    def _measured(self, look: Look) -> ViewCheck:
        score = self._scorer.score(
            ViewEvidence(
                subject=look.subject,
                character=look.character,
                picture=look.picture,
                anchor=look.anchor,
                take=look.number,
                digest=look.digest,
                same_outfit=look.wish.wardrobe == "default",
                from_behind=look.wish.view is View.BACK,
            )
        )
        identity = self._identity.compare(
            look.anchor,
            look.picture,
            domain=self.cast[look.character].domain,
            from_behind=look.wish.view is View.BACK,
        )
        other = identity.verdict == "other"
        return ViewCheck(
            verdict="drifted" if other else score.verdict.value,
            score=score.score,
            line=score.threshold.value,
            reason=f"somebody else: {identity.said}" if other else score.reason,
            scorer=score.scorer,
            identity=identity.verdict,
            identity_said=identity.said,
        )


def _said_before(file: Path) -> dict[str, ViewCheck]:
    try:
        return read_json(file, _Checks).checks if file.is_file() else {}
    except BadDocument:  # of another charkit: measured again
        return {}
