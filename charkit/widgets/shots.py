"""The shot board: jobs as they go on, takes side by side, and what a person says of them.

    board = ShotBoard(studio)
    board                        # look, star, reject, write notes, retake; every click is on disk at once
    await board.shooting()       # in a cell of its own: shoots what is missing, with progress on the board
    board.shoot()                # the same in a notebook that papermill runs: ends with the last job

A view only: decisions lie in the run's `decisions.json`, takes and money in store and ledger, and paid work goes
through the studio alone, under its cap. Another notebook, or the shell, may work in the same run; `refresh` looks
again.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from charkit.errors import UsageError
from charkit.ledger import usd
from charkit.money import dollars
from charkit.plan import Plan
from charkit.takes import Takes
from charkit.widgets.player import MOST
from charkit.widgets.shot_playing import ShotPlaying
from charkit.widgets.shot_still import PICTURED, still
from charkit.widgets.shot_tiles import LaneView, Tile
from charkit.widgets.shot_view import FILTERS, ORDERS, lanes, pages, views

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.cards import Html
    from charkit.scoring import Scorecard
    from charkit.studio.room import Studio
    from charkit.widgets.shot_view import Lane, TakeView

__all__ = ["ShotBoard"]

P = TypeVar("P")

_PATIENCE: Final = 0.6
"""Seconds that opening a board may spend on pictures; the others come when it is there."""


class ShotBoard(ShotPlaying):
    """All takes of a run, shot by shot."""

    def __init__(self, studio: Studio, *, takes_per_page: int = 12, show: str = "all", order: str = "") -> None:
        """Open the board. Nothing is made or measured: what is not there yet is said.

        Args:
            studio: Whose takes.
            takes_per_page: How many are shown at once; the others are a page away.
            show: `all`, `undecided`, `starred`, `drifted`, `failed` or `rejected`.
            order: `as in the film`, or `worst frame first`, which it is by default where takes were scored.

        Raises:
            MissingDependency: ipywidgets or anywidget is not installed.
            UsageError: there is no such filter or order, or a page would hold nothing.
        """
        super().__init__(studio)
        if show not in FILTERS or order not in ("", *ORDERS) or takes_per_page < 1:
            raise UsageError(
                f"a board shows {', '.join(FILTERS)}, ordered {' or '.join(ORDERS)}, with at least one take on a page; "
                f"not {show!r}, {order!r}, {takes_per_page}"
            )
        self._most = takes_per_page
        self._page = 0
        self._takes = Takes()
        self._card: Scorecard | None = None
        self._tiles: list[Tile] = []
        self._lanes: list[LaneView] = []
        self._read()
        scored = any(view.worst for view in self._views)
        self._build(show, order or ("worst frame first" if scored else "as in the film"))
        self._first_pictures()
        self._show()

    def _build(self, show: str, order: str) -> None:
        widgets = self.widgets
        near = {"description_width": "initial"}
        self.filter = widgets.Dropdown(
            options=list(FILTERS), value=show, description="show", style=near, layout={"width": "140px"}
        )
        self.order = widgets.Dropdown(
            options=list(ORDERS), value=order, description="order", style=near, layout={"width": "210px"}
        )
        for field in (self.filter, self.order):
            field.observe(self.handler(self._turned_to_first), "value")
        self.back = self.button("◀", lambda: self._turn(-1), tooltip="The page before")
        self.on = self.button("▶", lambda: self._turn(1), tooltip="The next page")
        self.where = widgets.HTML()
        self.again = self.button("refresh", self._refreshed, tooltip="Look again at what is on disk")
        self.money = widgets.HTML()
        self.shoot_button = self.button("shoot", self._start_shooting, style="warning", disabled=True)
        self.score_button = self.button(
            "score",
            self._start_scoring,
            tooltip="Measure them against the references; costs time, no money",
            disabled=True,
        )
        self._rows = widgets.VBox([], layout={"width": "100%"})
        line = {"align_items": "center", "flex_flow": "row wrap"}
        self.fill(
            widgets.HBox(
                [self.filter, self.order, self.back, self.where, self.on, self.again],
                layout=line,
            ),
            widgets.HBox([self.shoot_button, self.money, self.score_button, self.boxes_button], layout=line),
            self.jobs,
            self.line,
            self._rows,
        )

    # ------------------------------------------------------------------ reading and showing

    def read(self) -> None:
        """Read what is on disk, and show it: takes, decisions, scores, plan, money."""
        self._read()
        self._show()

    def _read(self) -> None:
        studio = self._studio
        plan = studio.place.folder / "plan.json"
        self._plan = Plan.load(plan) if plan.is_file() else None
        self._takes = studio.takes()
        self._card = studio.scored()
        self._decided()

    def decided(self) -> None:
        """Read decisions alone, which is what a click changes, and show them."""
        self._decided()
        self._show()

    def _decided(self) -> None:
        said = self._studio.decisions.all()
        starred = [key for key, one in said.items() if one.starred]
        rejected = [key for key, one in said.items() if one.verdict == "rejected"]
        card = self._card.decided(starred=starred, rejected=rejected) if self._card is not None else None
        self._views = views(self._takes, said, card)

    def _shown(self) -> list[list[Lane]]:
        return pages(lanes(self._views, show=self.filter.value, order=self.order.value), self._most)

    def _show(self) -> None:
        found = self._shown()
        self._page = max(0, min(self._page, len(found) - 1))
        self._show_lanes(found[self._page])
        shown = sum(len(lane.takes) for page in found for lane in page)
        self.where.value = f"page {self._page + 1} of {len(found)}, {shown} of {len(self._views)} takes"
        self.back.disabled, self.on.disabled = self._page == 0, self._page == len(found) - 1
        self.show_money()

    def _show_lanes(self, page: list[Lane]) -> None:
        tiles = iter(self._pool(self._tiles, sum(len(lane.takes) for lane in page), lambda: Tile(self, self._act)))
        rows, late = [], []
        for view, lane in zip(self._pool(self._lanes, len(page), self._new_lane), page, strict=True):
            mine = [next(tiles) for _ in lane.takes]
            for tile, take in zip(mine, lane.takes, strict=True):
                made = self.thumbs.had(take.take)
                tile.show(take, made or (take.worst.jpeg if take.worst is not None else None))
                if made is None and take.take.ok:
                    late.append((tile, take))
            playing = bool(self.playing) and self.playing[0][0] == lane.shot
            view.show(lane, self._about(lane.shot), mine, self.player.box if playing else None)
            rows.append(view.box)
        if self._rows.children != tuple(rows):
            self._rows.children = tuple(rows)
        if late:
            self._picture(late)

    def _picture(self, late: list[tuple[Tile, TakeView]]) -> None:
        """Make the pictures that are not there yet, beside everything else where that is possible."""

        async def later() -> None:
            for tile, view in late:
                made = await self.in_thread(partial(self.thumbs.of, view.take))
                if tile.holds(view):
                    tile.show(view, made)

        try:
            self.beside(later())
        except UsageError:  # no loop runs: a script
            for tile, view in late:
                tile.show(view, self.thumbs.of(view.take))

    def _first_pictures(self) -> None:
        """Make the pictures that a saved notebook shows, as far as nobody has to wait for them."""
        until = time.monotonic() + _PATIENCE
        shown = [view for page in self._shown() for lane in page for view in lane.takes]
        for view in shown[:PICTURED]:
            if time.monotonic() > until:
                break
            self.thumbs.of(view.take)

    def _new_lane(self) -> LaneView:
        return LaneView(self, self._for_shot)

    @staticmethod
    def _pool(have: list[P], count: int, make: Callable[[], P]) -> list[P]:
        while len(have) < count:
            have.append(make())
        return have[:count]

    def _about(self, shot: str) -> str:
        found = next((one for one in self._studio.storyboard.each() if one.id == shot), None)
        if found is None:
            return ""
        people = ", ".join(who.name for who in found.characters)
        seen = f"{found.framing}, {people}" if people else found.framing
        return f"{seen}: {found.action}" if found.action else seen

    def show_money(self) -> None:
        """Show what is committed and left, and the price on every button that costs money."""
        left = self.left
        committed, cap = usd(self._studio.spend.committed), self._studio.max_spend
        self.money.value = (
            f"<span>{dollars(committed)} of {dollars(cap)} committed, {dollars(left)} left"
            f"{'' if self._studio.live else ' (simulated: nothing is paid)'}</span>"
        )
        count, price = self.missing
        button = self.shoot_button
        button.description = f"shoot {count} missing, {dollars(price)}" if count else "all shots are shot"
        button.button_style = "warning" if count else ""
        button.disabled = self.busy or not count or price > left
        button.tooltip = f"Only {dollars(left)} are left" if count and price > left else "Make the first take of each"
        known = {(one.shot, one.take) for one in self._card.takes} if self._card is not None else set()
        fresh = sum(view.take.ok and view.key not in known for view in self._views)
        self.score_button.description = f"score {fresh} new, free" if fresh else "all are scored"
        self.score_button.disabled = self.busy or not fresh
        for lane in self._lanes:
            words, tooltip, possible = self.price(lane.shot, left)
            lane.priced(words, tooltip, possible=possible and not self.busy)

    # ------------------------------------------------------------------ what buttons do

    def _turned_to_first(self) -> None:
        self._page = 0
        self._show()

    def _turn(self, by: int) -> None:
        self._page += by
        self._show()

    def _refreshed(self) -> str:
        self.read()
        return f"{len(self._views)} takes"

    def _act(self, act: str, view: TakeView) -> str | None:
        """Do what a tile's button says, on disk, and show the lane again."""
        shot, number = view.key
        said, now = self._studio.decisions, view.decision
        if act == "look":
            return self.play_beside(view)
        if act == "star":
            said.star(shot, number, on=not now.starred)
        elif act == "keep":
            (said.undecide if now.verdict == "kept" else said.keep)(shot, number)
        elif act == "reject":
            (said.undecide if now.verdict == "rejected" else said.reject)(shot, number)
        elif act == "note":
            tile = next(tile for tile in self._tiles if tile.holds(view))
            said.note(shot, number, tile.note.value)
        self.decided()
        return f"{shot}, take {number}: {'noted' if act == 'note' else said.of(shot, number).word}"

    def _for_shot(self, act: str, shot: str) -> str | None:
        if act == "retake":
            self._start(lambda: self._retaken(shot), f"retaking {shot}")
            return None
        mine = [view for view in self._on_lane(shot) if view.take.ok]
        return self.play(mine[:MOST])

    def _on_lane(self, shot: str) -> tuple[TakeView, ...]:
        lane = next((one for one in lanes(self._views, show=self.filter.value) if one.shot == shot), None)
        return lane.takes if lane is not None else ()

    # ------------------------------------------------------------------ without a kernel

    def still(self) -> Html:
        """Return takes as cards, with what was decided and scored; the later ones as a table."""
        show, order = self.filter.value, self.order.value
        found = [view for lane in lanes(self._views, show=show, order=order) for view in lane.takes]
        hidden = sum(view.decision.verdict == "rejected" for view in self._views)
        note = f"{len(found)} of {len(self._views)} takes shown ({show}, {order})"
        # What is saved has a page's pictures, also where the live ones have not come yet; more are not worth decoding.
        first = {view.take.digest for view in found[: self._most]}
        return still(
            found,
            note + (f"; {hidden} rejected, which deletes nothing." if hidden else "."),
            lambda take: self.thumbs.of(take) if take.digest in first else self.thumbs.had(take),
        )

    def __repr__(self) -> str:
        words = [view.decision.word for view in self._views]
        counts = [
            f"{words.count(word)} {word}" for word in ("starred", "kept", "rejected", "undecided") if word in words
        ]
        return f"ShotBoard({self._studio.place.run}: {len(words)} takes{''.join(f', {one}' for one in counts)})"
