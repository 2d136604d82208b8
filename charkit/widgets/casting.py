"""The casting board: candidate designs of a character, one of which becomes the anchor of all its pictures.

    CastingBoard(studio, "mira")    # look, keep one, reject others, lock the sheet; every click is on disk at once

Opening it costs nothing: it shows what was made before, and says what more candidates would cost. Decisions are the
studio's own (`casting.json` of the run, versions beside the sheet), so that `studio.views` goes on from them.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, card, grid, picture_uri
from charkit.casting import POSES, Candidates
from charkit.errors import UsageError
from charkit.ledger import usd
from charkit.money import dollars
from charkit.widgets.board import Board
from charkit.widgets.thumbs import Thumbs

if TYPE_CHECKING:
    from collections.abc import Callable

    import ipywidgets

    from charkit.studio.progress import Event, Listener
    from charkit.studio.room import Studio
    from charkit.takes import Take

__all__ = ["CastingBoard"]

_WIDTH: Final = 200
"""Pixels across of a candidate."""


class _Tile:
    """One candidate with its buttons."""

    def __init__(self, board: CastingBoard, number: int) -> None:
        widgets = board.widgets
        self.number = number
        self.picture: ipywidgets.HTML = widgets.HTML()
        self.words: ipywidgets.HTML = widgets.HTML()
        self.keep = board.button(
            "keep", lambda: board.keep(number), tooltip=f"Candidate {number} is the anchor of all further pictures"
        )
        self.reject = board.button(
            "reject", lambda: board.reject(number), tooltip="Hide it; nothing is deleted, and keep brings it back"
        )
        row = widgets.HBox([self.keep, self.reject])
        self.box: ipywidgets.VBox = widgets.VBox([self.picture, self.words, row], layout={"width": f"{_WIDTH + 20}px"})
        self.box.add_class("charkit-frame")

    def show(self, take: Take, picture: bytes | None, *, anchor: bool, rejected: bool) -> None:
        alt = html.escape(take.subject)
        look = f"width: {_WIDTH}px; max-height: 340px; object-fit: contain; border-radius: 4px; display: block"
        self.picture.value = (
            f'<img src="{picture_uri(picture, "image/jpeg")}" alt="{alt}" style="{look}">' if picture else ""
        )
        self.words.value = f"<b>candidate {self.number}</b> {_badges(take, anchor=anchor, rejected=rejected)}"
        self.keep.description = "the anchor ✓" if anchor else "keep"
        self.keep.disabled, self.reject.disabled = anchor, anchor or rejected


class CastingBoard(Board):
    """The candidates of one character."""

    def __init__(self, studio: Studio, character: str, *, count: int = 3) -> None:
        """Open the board; nothing is made.

        Args:
            studio: Whose run.
            character: By slug or name.
            count: How many candidates there are to be in the end.

        Raises:
            MissingDependency: ipywidgets is not installed.
            UnknownName: there is no such character.
            UsageError: a count that no casting offers, or nobody may be shown: consent does not hold.
        """
        super().__init__()
        if not 1 <= count <= len(POSES):
            raise UsageError(f"{count} candidates: choose 1 to {len(POSES)}")
        self._studio = studio
        self._sheet = studio.cast[character]
        self._thumbs = Thumbs(studio.place.folder / ".thumbs")
        self._tiles: dict[int, _Tile] = {}
        self._found = Candidates()
        self._there = 0
        self._build(count)
        self.read()

    def _build(self, count: int) -> None:
        widgets = self.widgets
        self.head = widgets.HTML()
        self.count = widgets.BoundedIntText(
            value=count,
            min=1,
            max=len(POSES),
            description="candidates",
            layout={"width": "140px"},
            style={"description_width": "initial"},
        )
        self.count.observe(self.handler(self._show), "value")
        self.make_button = self.button("make", self._start, style="warning")
        self.hidden = widgets.Checkbox(
            value=False, description="show rejected", indent=False, layout={"width": "130px"}
        )
        self.hidden.observe(self.handler(self._show), "value")
        self._row = widgets.HBox([], layout={"flex_flow": "row wrap"})
        self.note = widgets.Text(placeholder="why this version, in a few words", layout={"width": "320px"})
        self.lock_button = self.button(
            "lock the sheet", self._lock, tooltip="Keep the sheet's present form beside it, as a version"
        )
        self.versions = widgets.HTML()
        line = {"align_items": "center", "flex_flow": "row wrap"}
        self.fill(
            self.head,
            widgets.HBox([self.count, self.make_button, self.hidden], layout=line),
            self.line,
            self._row,
            widgets.HBox([self.note, self.lock_button, self.versions], layout=line),
        )

    # ------------------------------------------------------------------ reading and showing

    def read(self) -> None:
        """Read what is on disk, and show it."""
        self._found = self._studio.designed(self._sheet.slug)
        self._show()

    def _show(self) -> None:
        rejected = self._studio.rejected_candidates(self._sheet.slug)
        boxes = []
        for take in self._found:
            number = _number(take)
            if number not in self._tiles:
                self._tiles[number] = _Tile(self, number)
            tile = self._tiles[number]
            tile.show(take, self._thumbs.of(take), anchor=self._is_anchor(take), rejected=number in rejected)
            if number not in rejected or self.hidden.value:
                boxes.append(tile.box)
        if self._row.children != tuple(boxes):
            self._row.children = tuple(boxes)
        kept = [_number(take) for take in self._found if self._is_anchor(take)]
        said = (
            f"candidate {kept[0]} is the anchor"
            if kept
            else "no anchor was chosen yet, so it is the first that is not rejected"
        )
        self.head.value = f"<b>{html.escape(self._sheet.name)}</b>: {said}"
        self._show_price()
        self._show_versions()

    def _show_price(self) -> None:
        missing, left = self._missing, self._left
        price = missing * self._studio.picture_usd
        self.make_button.description = f"make {missing} more, {dollars(price)}" if missing else "all are made"
        self.make_button.button_style = "warning" if missing else ""
        self.make_button.disabled = self.busy or not missing or price > left
        self.make_button.tooltip = (
            f"Only {dollars(left)} are left under the cap"
            if missing and price > left
            else "From the sheet's words alone"
        )

    def _show_versions(self) -> None:
        known = self._studio.history(self._sheet.slug)
        self.versions.value = html.escape(repr(known)[1:-1]) if len(known) else "no version is locked yet"

    def _is_anchor(self, take: Take) -> bool:
        return take.subject == self._found.kept

    @property
    def _missing(self) -> int:
        rejected = set(self._studio.rejected_candidates(self._sheet.slug))
        there = {_number(take) for take in self._found if take.ok}
        return len(set(range(1, self.count.value + 1)) - there - rejected)

    @property
    def _left(self) -> float:
        return max(0.0, self._studio.max_spend - usd(self._studio.spend.committed))

    # ------------------------------------------------------------------ what buttons do

    def keep(self, number: int) -> str:
        """Decide that a candidate is the anchor; one that was rejected comes back."""
        self._studio.keep(self._sheet.slug, candidate=number)
        self.read()
        return f"candidate {number} is the anchor of {self._sheet.name}"

    def reject(self, number: int) -> str:
        """Hide a candidate; nothing is deleted.

        Raises:
            UsageError: it is the anchor.
        """
        self._studio.reject(self._sheet.slug, candidate=number)
        self.read()
        return f"candidate {number} is hidden"

    def _lock(self) -> str:
        version = self._studio.lock(self._sheet.slug, note=self.note.value.strip())
        self._show_versions()
        return f"locked: {repr(version)[1:-1]}"

    # ------------------------------------------------------------------ paid work, through the studio alone

    def make(self) -> Candidates:
        """Make the candidates that are missing, and come back when they are there.

        Raises:
            SpendLimit: The cap does not allow it.
        """
        try:
            with self._studio.heard_by(self._hearing(self._count)):
                return self._studio.candidates(self._sheet.slug, count=self.count.value)
        finally:
            self._over()

    async def making(self) -> Candidates:
        """Do what `make` does, while the board's other buttons go on working."""
        count = self.count.value
        try:
            with self._studio.heard_by(self._hearing(self.soon(self._count))):
                return await self.in_thread(lambda: self._studio.candidates(self._sheet.slug, count=count))
        finally:
            self._over()

    def _hearing(self, tell: Callable[[], None]) -> Listener:
        """Return a listener that counts the pictures that are there."""
        self._there = 0

        def hear(event: Event) -> None:
            if event.get("final"):
                self._there += 1
                tell()

        return hear

    def _count(self) -> None:
        self.say(f"{self._there} of {self.count.value} are there …", "busy")

    def _over(self) -> None:
        self.read()
        self.say("")
        self.changed(at_once=True)

    def rested(self) -> None:
        """Let the button that costs money be clicked again."""
        self._show_price()

    def _start(self) -> None:
        if self.busy:
            raise UsageError("the board is still at work; what it makes is shown as it comes")

        async def work() -> str:
            return f"made: {await self.making()!r}"

        self.start(work())
        self._show_price()
        self.say(f"making {self._missing} candidates …", "busy")

    # ------------------------------------------------------------------ without a kernel

    def still(self) -> Html:
        """Return the candidates as cards, with what was decided."""
        rejected = self._studio.rejected_candidates(self._sheet.slug)
        cards = [
            card(
                f"{self._sheet.name}, candidate {_number(take)}",
                rows=[("", Html(_badges(take, anchor=self._is_anchor(take), rejected=False))), ("model", take.model)],
                picture=self._thumbs.of(take),
                picture_type="image/jpeg",
                link=take.link,
                width=250,
            )
            for take in self._found
            if _number(take) not in rejected
        ]
        hidden = (
            f'<p style="font-size: 12.5px; opacity: 0.75">{len(rejected)} rejected, not shown.</p>' if rejected else ""
        )
        return Html(grid(cards) + hidden)

    def __repr__(self) -> str:
        rejected = len(self._studio.rejected_candidates(self._sheet.slug))
        kept = [f", candidate {_number(take)} kept" for take in self._found if self._is_anchor(take)]
        gone = f", {rejected} rejected" if rejected else ""
        return f"CastingBoard({self._sheet.name}: {len(self._found)} candidates{''.join(kept)}{gone})"


def _number(take: Take) -> int:
    return int(take.subject.rpartition("-")[2])


def _badges(take: Take, *, anchor: bool, rejected: bool) -> str:
    said = [badge("the anchor", "ok")] if anchor else []
    said += [badge("rejected", "bad")] if rejected else []
    said += [badge("simulated", "simulated")] if take.simulated else []
    return " ".join(said)
