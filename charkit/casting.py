"""Casting: what a character looks like, decided with image routes.

One picture per call. A few candidates are made from words alone; the one that is kept becomes the *anchor*. Every
further view is made from the anchor and not from the view before it, since errors would add up (reference: OpenAI's
cookbook on consistent characters and Google's image-generation guide both feed the first approved picture back in).
Own pictures named in a sheet take the place of all of this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from charkit.character import View
from charkit.documents import read_json, write_json
from charkit.errors import UnsupportedRequest, UsageError
from charkit.prompts import anchor_prompt, view_prompt
from charkit.providers.base import Blob, BoundReference, ImageRequest, Outcome, Role
from charkit.references import Reference, prepare
from charkit.takes import Order, Takes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from charkit.character import CharacterSheet
    from charkit.prompts import Prompt
    from charkit.routes import Route
    from charkit.store import Store
    from charkit.takes import Take

__all__ = ["POSES", "VIEWS", "Casting", "Kept"]

VIEWS = (View.FULL, View.THREE_QUARTER, View.FACE)
"""The anchor first. A large face matters most for close-ups: in a full figure it is small."""

POSES = (
    "standing relaxed, arms at the sides",
    "standing with the weight on one foot, a small smile",
    "standing upright, one hand raised in greeting",
    "standing with both hands together, looking straight ahead",
)
"""What tells one candidate's request from the next: the pose, never the words about who the character is."""

_RESOLUTION = "1K"
_ASPECTS = ("9:16", "2:3", "3:4", "1:1")
"""Upright first: a figure from head to foot."""


class Kept(BaseModel):
    """Which candidate became each character's anchor: the person's decisions, kept on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    anchors: dict[str, int] = {}
    """Slug of the character to the number of the candidate, from 1."""

    @classmethod
    def load(cls, path: Path) -> Kept:
        """Read the decisions; none yet is no error."""
        return read_json(path, cls) if path.is_file() else cls()

    def keeping(self, slug: str, candidate: int) -> Kept:
        """Return the decisions with one more, or changed."""
        return Kept(anchors={**self.anchors, slug: candidate})

    def save(self, path: Path) -> None:
        """Write the decisions."""
        write_json(path, self)


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

    def candidates(self, sheet: CharacterSheet, count: int = 3) -> Takes:
        """Make some designs from the sheet's words alone, to choose from.

        Raises:
            UsageError: more candidates than there are poses to tell them apart.
        """
        if not 1 <= count <= len(POSES):
            raise UsageError(f"{count} candidates: choose 1 to {len(POSES)}")
        return self.make([self._anchor_order(sheet, number) for number in range(1, count + 1)])

    def views(self, sheet: CharacterSheet, candidate: int = 1) -> Takes:
        """Make the anchor and the further views from it.

        Raises:
            UsageError: the anchor was refused or failed, with what the service said.
        """
        if not 1 <= candidate <= len(POSES):
            raise UsageError(f"there is no candidate {candidate}; candidates are numbered from 1 to {len(POSES)}")
        anchor = self.make([self._anchor_order(sheet, candidate)])[0]
        if not anchor.ok or anchor.path is None:
            raise UsageError(_no_anchor(sheet, anchor))
        picture = BoundReference(
            role=Role.VIEW,
            blob=Blob(
                name=f"{sheet.slug}-{VIEWS[0]}{anchor.path.suffix}",
                media_type=anchor.media_type,
                data=anchor.path.read_bytes(),
            ),
            character=sheet.name,
            view=VIEWS[0],
        )
        more = self.make([self._view_order(sheet, view, picture) for view in VIEWS[1:]])
        return Takes([_named(anchor, sheet, VIEWS[0]), *more])

    def references(self, sheet: CharacterSheet, candidate: int = 1) -> list[Reference]:
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
                    origin=own.file,
                )
                for own in sheet.references
            ]
        return [
            prepare(
                take.path,
                view=take.subject.rpartition(".")[2],
                character=sheet,
                store=self.store,
                origin=take.id,
                simulated=self.simulated,
            )
            for take in self.views(sheet, candidate)
            if take.ok and take.path is not None
        ]

    def _anchor_order(self, sheet: CharacterSheet, candidate: int) -> Order:
        prompt = anchor_prompt(sheet, route=self.route, view=VIEWS[0], pose=POSES[candidate - 1])
        return self._order(f"{sheet.slug}.candidate-{candidate}", prompt, ())

    def _view_order(self, sheet: CharacterSheet, view: View, anchor: BoundReference) -> Order:
        prompt = view_prompt(sheet, view, inputs=[anchor.view], route=self.route)
        return self._order(f"{sheet.slug}.{view}", prompt, (anchor,))

    def _order(self, subject: str, prompt: Prompt, references: tuple[BoundReference, ...]) -> Order:
        width, height = self._size()
        return Order(
            production=self.production,
            run=self.run,
            subject=subject,
            route=self.route.name,
            endpoint=self.route.endpoint,
            kind="image",
            request=ImageRequest(
                model=self.route.model, prompt=prompt.text, width=width, height=height, references=references
            ),
            price_usd=self.route.cost(resolution=_RESOLUTION),
            simulated=self.simulated,
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


def _no_anchor(sheet: CharacterSheet, anchor: Take) -> str:
    said = anchor.message.rstrip(".") or "the service gave no reason"
    problem = f"{sheet.name}'s anchor picture is {anchor.status}: {said}."
    if anchor.outcome in (Outcome.REFUSED, Outcome.FAILED):
        return f"{problem} Change the sheet's words, or name your own pictures under `references`."
    return problem


def _named(anchor: Take, sheet: CharacterSheet, view: View) -> Take:
    """Return the anchor under the name of the view that it is."""
    return replace(anchor, subject=f"{sheet.slug}.{view}")
