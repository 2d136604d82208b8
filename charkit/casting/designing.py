"""Makes candidates, anchors and views over one image route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charkit.casting.decisions import Kept
from charkit.casting.designs import Candidates, DesignedView, Designs, Look, ViewCheck, why_not
from charkit.casting.turn import Turn
from charkit.casting.wishes import ANCHOR, VIEWS, rounds, wished
from charkit.errors import UnsupportedRequest, UsageError
from charkit.prompts import anchor_prompt, view_prompt
from charkit.providers.base import ImageRequest
from charkit.references import Reference, prepare
from charkit.takes import Order, Takes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from charkit.casting.wishes import Wish
    from charkit.character import CharacterSheet
    from charkit.prompts import Prompt, Templates
    from charkit.providers.base import BoundReference
    from charkit.references.preparing import Faces
    from charkit.routes import Route
    from charkit.store import Store
    from charkit.takes import Take

__all__ = ["POSES", "Casting"]

POSES = (
    "standing relaxed, arms at the sides",
    "standing with the weight on one foot, a small smile",
    "standing upright, one hand raised in greeting",
    "standing with both hands together, looking straight ahead",
    "standing with the hands on the hips",
    "standing with one arm folded, the head a little tilted",
    "standing with the feet apart, the hands open",
    "standing upright, the hands behind the back",
)
"""What tells one candidate's request from the next: the pose, never the words about who the character is."""

_RESOLUTION = "1K"
_ASPECTS = ("9:16", "2:3", "3:4", "1:1")
"""Upright first: a figure from head to foot."""


@dataclass(frozen=True, kw_only=True)
class Casting:
    """Designs characters over one image route."""

    make: Callable[[Iterable[Order]], Takes]
    """Where orders become takes."""
    production: str
    run: str
    route: Route
    store: Store
    simulated: bool
    check: Callable[[Look], ViewCheck] | None = None
    """Whether a view shows the character of its anchor; without it every view is unverifiable."""
    redos: int = 1
    """How often one view that drifted is made again at most."""
    redo_usd: float = 0.25
    """What the further tries of one call may cost together at most, in US dollars."""
    vet: Callable[[Mapping[Order, Sequence[Path]], CharacterSheet], None] | None = None
    """Looks at the pictures that orders would upload, before any of them is sent; raises where one must not go."""
    faces: Faces | None = None
    """Finds the faces in pictures that are prepared; None where nobody can look."""
    templates: Templates | None = None
    """Where the words around the sheet's come from; None for the built-in ones."""

    def candidates(self, sheet: CharacterSheet, count: int = 3, kept: Kept | None = None) -> Candidates:
        """Make some designs from the sheet's words alone, to choose from; rejected ones are not shown.

        Raises:
            UsageError: more candidates than there are poses to tell them apart.
        """
        if not 1 <= count <= len(POSES):
            raise UsageError(f"{count} candidates: choose 1 to {len(POSES)}")
        rejected = (kept or Kept()).rejected.get(sheet.slug, ())
        numbers = [number for number in range(1, count + 1) if number not in rejected]
        anchor = (kept or Kept()).anchors.get(sheet.slug)
        return Candidates(
            self.make([self._anchor_order(sheet, number) for number in numbers]),
            kept=_candidate(sheet, anchor) if anchor else "",
            hidden=count - len(numbers),
        )

    def views(
        self, sheet: CharacterSheet, candidate: int = 1, views: Iterable[str] = VIEWS, kept: Kept | None = None
    ) -> Designs:
        """Make the anchor and the further views from it, and check each against the anchor.

        Args:
            sheet: Of whom.
            candidate: Which candidate is the anchor.
            views: Which views, such as `face`, `full@indoors`, `expression: sad`.
            kept: What a person decided.

        Raises:
            UsageError: the anchor was refused or failed, with what the service said; or a view is none.
            PreflightStopped: something stands against sending the anchor or a view back; nothing was uploaded.
        """
        if not 1 <= candidate <= len(POSES):
            raise UsageError(f"there is no candidate {candidate}; candidates are numbered from 1 to {len(POSES)}")
        wishes = wished(views, sheet)
        anchor = self.make([self._anchor_order(sheet, candidate)])[0]
        if not anchor.ok:
            raise UsageError(_no_anchor(sheet, anchor))
        anchor = replace(anchor, subject=f"{sheet.slug}.{ANCHOR.name}")
        itself = ViewCheck(verdict="consistent", reason="the anchor itself")
        made = {ANCHOR: DesignedView(wish=ANCHOR, take=anchor, check=itself, tries=((anchor, itself),))}
        turn = Turn(casting=self, sheet=sheet, anchor=anchor, made=made, kept=kept or Kept())
        for together in rounds(wishes):
            turn.make(together)
        return Designs(made[wish] for wish in wishes)

    def references(
        self, sheet: CharacterSheet, candidate: int = 1, views: Iterable[str] = VIEWS, kept: Kept | None = None
    ) -> list[Reference]:
        """Return a character's prepared pictures: the sheet's own where it names some, else the designed views.

        Raises:
            BadReference: an own picture cannot be used.
        """
        if sheet.references:
            return [
                prepare(
                    sheet.path_of(own),
                    view=own.view,
                    character=sheet,
                    store=self.store,
                    wardrobe=own.wardrobe,
                    faces=self.faces,
                    origin=own.file,
                    simulated=own.simulated,
                )
                for own in sheet.references
            ]
        return [
            prepare(
                view.take.path,
                view=view.wish.view,
                character=sheet,
                store=self.store,
                wardrobe=view.wish.wardrobe,
                faces=self.faces,
                origin=view.take.id if view.good else f"{view.take.id}, {view.check}",
                simulated=self.simulated,
            )
            for view in self.views(sheet, candidate, views, kept).views
            if view.take.path is not None and view.usable
        ]

    def view_order(self, sheet: CharacterSheet, wish: Wish, inputs: Sequence[BoundReference], number: int) -> Order:
        """Return what is asked of the route for one view.

        Raises:
            UnsupportedRequest: the prompt is longer than the route takes.
        """
        prompt = view_prompt(
            sheet,
            wish.view,
            inputs=[picture.view for picture in inputs],
            route=self.route,
            wardrobe=wish.wardrobe,
            expression=wish.expression or "laughing",
            templates=self.templates,
        )
        return self._order(sheet, f"{sheet.slug}.{wish.name}", prompt, tuple(inputs), number)

    @property
    def price_usd(self) -> float:
        """What one picture costs, in US dollars."""
        return self.route.cost(resolution=_RESOLUTION)

    def _anchor_order(self, sheet: CharacterSheet, candidate: int) -> Order:
        prompt = anchor_prompt(
            sheet, route=self.route, view=ANCHOR.view, pose=POSES[candidate - 1], templates=self.templates
        )
        return self._order(sheet, _candidate(sheet, candidate), prompt, ())

    def _order(
        self,
        sheet: CharacterSheet,
        subject: str,
        prompt: Prompt,
        references: tuple[BoundReference, ...],
        number: int = 1,
    ) -> Order:
        width, height = self._size()
        return Order(
            production=self.production,
            run=self.run,
            subject=subject,
            number=number,
            route=self.route.name,
            endpoint=self.route.endpoint,
            kind="image",
            request=ImageRequest(
                model=self.route.model, prompt=prompt.text, width=width, height=height, references=references
            ),
            price_usd=self.price_usd,
            simulated=self.simulated,
            sheets=((sheet.name, sheet.digest),),
        )

    def _size(self) -> tuple[int, int]:
        sizes = (self.route.size(_RESOLUTION, aspect) for aspect in _ASPECTS)
        size = next((size for size in sizes if size is not None), None)
        if size is None:
            raise UnsupportedRequest(
                f"route {self.route.name!r} makes no upright or square pictures at {_RESOLUTION}",
                rule="a character sheet wants one of " + ", ".join(_ASPECTS),
            )
        return size.width, size.height


def _candidate(sheet: CharacterSheet, number: int) -> str:
    return f"{sheet.slug}.candidate-{number}"


def _no_anchor(sheet: CharacterSheet, anchor: Take) -> str:
    return f"{sheet.name}'s anchor picture is {anchor.status}: {why_not(anchor)}"
