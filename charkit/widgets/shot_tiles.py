"""The pieces of a shot board: a tile for a take, a lane for a shot. They are made once and shown with other takes.

Making a widget costs three messages, showing another take in it a few bytes: a page turns in a tenth of the time.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from charkit.cards import badge, picture_uri
from charkit.money import dollars
from charkit.scoring.retakes import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ipywidgets

    from charkit.cards import BadgeKind
    from charkit.widgets.board import Board
    from charkit.widgets.shot_view import Lane, TakeView

__all__ = ["LaneView", "Tile", "badges", "facts", "shown"]

WIDTH: Final = 216
"""Pixels across of a tile: four stand side by side in a notebook of 1280 pixels with its file browser open."""
_TONES: Final[Mapping[Standing, BadgeKind]] = {
    Standing.PASSES: "ok",
    Standing.DRIFTED: "bad",
    Standing.UNVERIFIABLE: "warn",
    Standing.EMPTY: "ok",
}


def badges(view: TakeView) -> str:
    """Return what is to be seen at a glance, in words on grounds of colour."""
    said = []
    if view.decision.decided:
        said.append(badge("★ starred" if view.decision.starred else view.decision.word, _decided(view)))
    if not view.take.ok:
        said.append(badge(view.take.status, "bad" if view.failed else "warn"))
    elif view.standing is not None and view.standing is not Standing.EMPTY:
        said.append(badge(str(view.standing), _TONES[view.standing]))
    if view.chosen:
        said.append(badge("in the cut", "ok"))
    if view.take.simulated:
        said.append(badge("simulated", "simulated"))
    return " ".join(said)


def _decided(view: TakeView) -> BadgeKind:
    return "bad" if view.decision.verdict == "rejected" else "ok"


def facts(view: TakeView) -> list[tuple[str, str]]:
    """Return a take's facts as (name, value)."""
    take = view.take
    rows = [("scores", view.verdicts)] if view.verdicts else []
    if view.worst is not None:
        rows.append(("worst", f"{view.worst.score:.3f} at {view.worst.time:.2f} s"))
    rows.append(("made", f"{take.route}, {dollars(take.price_usd)}{f', {take.seconds:.1f} s' if take.seconds else ''}"))
    if take.why:
        rows.append(("retaken", take.why))
    if take.message:
        rows.append(("note", take.message))
    return rows


def shown(view: TakeView) -> str:
    """Return a take's words for its tile."""
    lines = "".join(
        f'<div title="{html.escape(value)}" style="overflow: hidden; text-overflow: ellipsis; white-space: nowrap">'
        f'<span style="opacity: 0.65">{html.escape(name)}</span> {html.escape(value)}</div>'
        for name, value in facts(view)
    )
    head = f"<b>take {view.take.number}</b> {badges(view)}"
    return f'<div style="font-size: 12px; line-height: 1.45; width: {WIDTH - 16}px">{head}{lines}</div>'


class Tile:
    """One take with its buttons."""

    def __init__(self, board: Board, act: Callable[[str, TakeView], str | None]) -> None:
        """Set up an empty tile.

        Args:
            board: Whose tile it is.
            act: Does what a button says to a take: `star`, `keep`, `reject`, `look`, or `note` with the field's words.
        """
        widgets = board.widgets
        self._act = act
        self._view: TakeView | None = None
        self._pictured = ""
        self.picture: ipywidgets.HTML = widgets.HTML()
        self.words: ipywidgets.HTML = widgets.HTML()
        self.star = board.button("★ star", self._doing("star"), tooltip="The film shows this take; again takes it back")
        self.keep = board.button("keep", self._doing("keep"), tooltip="Good; again takes it back")
        self.reject = board.button("reject", self._doing("reject"), tooltip="Hide it; nothing is deleted")
        self.look = board.button(
            "play", self._doing("look"), tooltip="Play it beside another take of the shot, in step"
        )
        self.note: ipywidgets.Text = widgets.Text(
            placeholder="note", continuous_update=False, layout={"width": f"{WIDTH - 20}px"}
        )
        self.note.observe(board.handler(self._noted), "value")
        buttons = widgets.HBox([self.look, self.star, self.keep, self.reject], layout={"flex_flow": "row wrap"})
        self.box: ipywidgets.VBox = widgets.VBox(
            [self.picture, self.words, buttons, self.note], layout={"width": f"{WIDTH}px"}
        )
        self.box.add_class("charkit-frame")

    def _doing(self, act: str) -> Callable[[], str | None]:
        return lambda: self._act(act, self._view) if self._view is not None else None

    def _noted(self) -> str | None:
        if self._view is None or self.note.value.strip() == self._view.decision.note:
            return None
        return self._act("note", self._view)

    def holds(self, view: TakeView) -> bool:
        """Whether this tile shows a take."""
        return self._view is view

    def show(self, view: TakeView, picture: bytes | None) -> None:
        """Show a take.

        Args:
            view: The take.
            picture: A JPEG of it; None where there is none.
        """
        self._view = view
        if (pictured := f"{view.take.id} {view.take.outcome} {hash(picture)}") != self._pictured:
            self._pictured = pictured
            self.picture.value = _pictured(view, picture)
        self.words.value = shown(view)
        self.note.value = view.decision.note
        self.star.description = "unstar" if view.decision.starred else "★ star"
        self.keep.description = "kept" if view.decision.verdict == "kept" else "keep"
        self.reject.description = "bring back" if view.decision.verdict == "rejected" else "reject"
        self.star.disabled = self.keep.disabled = self.look.disabled = not view.take.ok


def _pictured(view: TakeView, picture: bytes | None) -> str:
    box = f"width: {WIDTH - 16}px; height: {round((WIDTH - 16) * 9 / 16)}px; border-radius: 4px"
    if picture is None:
        why = "…" if view.take.ok else html.escape(view.take.message or view.take.status)
        look = f"{box}; display: flex; align-items: center; justify-content: center; overflow: hidden; font-size: 12px"
        return f'<div style="{look}; background: rgba(128, 128, 128, 0.15); text-align: center">{why}</div>'
    alt = html.escape(view.take.id)
    look = f"{box}; object-fit: contain; display: block"
    return f'<img src="{picture_uri(picture, "image/jpeg")}" alt="{alt}" style="{look}">'


class LaneView:
    """One shot: its heading, its takes side by side, and the player when they are looked at."""

    def __init__(self, board: Board, act: Callable[[str, str], str | None]) -> None:
        """Set up an empty lane.

        Args:
            board: Whose lane it is.
            act: Does what a button says to a shot: `compare` or `retake`.
        """
        widgets = board.widgets
        self._act = act
        self.shot = ""
        self.head: ipywidgets.HTML = widgets.HTML()
        self.compare = board.button(
            "side by side", self._doing("compare"), tooltip="Play the shown takes of this shot in step"
        )
        self.retake = board.button("retake", self._doing("retake"), style="warning")
        self._top = widgets.HBox(
            [self.head, self.compare, self.retake], layout={"align_items": "center", "flex_flow": "row wrap"}
        )
        self._tiles = widgets.HBox([], layout={"flex_flow": "row wrap"})
        self.box: ipywidgets.VBox = widgets.VBox([self._top, self._tiles], layout={"width": "100%"})

    def _doing(self, act: str) -> Callable[[], str | None]:
        return lambda: self._act(act, self.shot) if self.shot else None

    def show(self, lane: Lane, about: str, tiles: list[Tile], below: ipywidgets.Widget | None) -> None:
        """Show a shot.

        Args:
            lane: The shot with its takes.
            about: What it is about, in a few words.
            tiles: One for each take, showing it.
            below: The player, where it plays this shot.
        """
        self.shot = lane.shot
        self.head.value = (
            f'<span style="font-size: 14px"><b>{html.escape(lane.shot)}</b> '
            f'<span style="opacity: 0.75">{html.escape(about)}</span></span>'
        )
        boxes = tuple(tile.box for tile in tiles)
        if self._tiles.children != boxes:
            self._tiles.children = boxes
        rows = (self._top, self._tiles, *([below] if below is not None else []))
        if self.box.children != rows:
            self.box.children = rows
        self.compare.disabled = sum(view.take.ok for view in lane.takes) < 2

    def priced(self, words: str, tooltip: str, *, possible: bool) -> None:
        """Say what a retake costs, before it is clicked.

        Args:
            words: Such as `retake $0.09`.
            tooltip: More of it, or why it is not possible.
            possible: Whether it can be clicked.
        """
        self.retake.description, self.retake.tooltip, self.retake.disabled = words, tooltip, not possible
