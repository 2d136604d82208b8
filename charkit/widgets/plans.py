"""The plan as a table to decide on: a route for every shot, the sum against the cap, and a person's approval."""

from __future__ import annotations

import asyncio
import html
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, folded, table
from charkit.errors import CharkitError
from charkit.widgets.board import Board

if TYPE_CHECKING:
    import ipywidgets

    from charkit.plan import Plan, PlannedShot, Ways
    from charkit.studio import Studio

__all__ = ["PlanTable", "ahead"]

_COLUMNS: Final = (("pictures", "0 0 180px"), ("price", "0 0 92px"), ("mind", "1 1 260px"))
"""What stands beside the choice of route, and how wide, as CSS has it."""
_QUIET: Final = "opacity: 0.7; font-size: 12px"
_METER: Final = "width: 220px; height: 14px; vertical-align: middle"


class PlanTable(Board):
    """A row for every shot: route, pictures, price and warnings; below it the sum against the cap, and approval.

    Tab goes from shot to shot, the arrow keys go through a shot's routes. A choice is kept in `routes.yaml` of the run
    and an approval in `approval.json` at once; what is shown is read from there.
    """

    def __init__(self, studio: Studio) -> None:
        """Set up the table.

        Args:
            studio: Whose plan; opening the table costs nothing, unless the cast's pictures have yet to be designed.

        Raises:
            MissingDependency: ipywidgets is not installed.
        """
        super().__init__()
        self.studio = studio
        self.plan: Plan | None = None
        """The plan as it is; None where none can be made, which the line explains."""
        self.routes: dict[str, ipywidgets.Dropdown] = {}
        """The choice of route, by shot."""
        self._ways: dict[str, Ways] = {}
        self._choices: dict[str, str] = {}
        self._cells: dict[str, ipywidgets.HTML] = {}
        self._reading = False
        self.note: ipywidgets.Text = self.widgets.Text(
            placeholder="why (optional, for the record)",
            description="note",
            tooltip="Goes into the record with the next choice or approval",
            layout={"width": "420px"},
            style={"description_width": "40px"},
        )
        self.approval = self.button("approve", self._approve, tooltip="Write down that this plan may be shot")
        self.approval.button_style = "primary"
        self.withdrawal = self.button("take the approval back", self._withdraw)
        self.again = self.button("read again", self.refresh, tooltip="Plan again from what is on disk; costs nothing")
        self._sum = self.widgets.HTML()
        self._state = self.widgets.HTML()
        self.refresh()
        ahead(self, studio)

    # ------------------------------------------------------------------ what it does

    def refresh(self) -> str | None:
        """Plan again from what is on disk, and show it."""
        try:
            self._choices = self.studio.route_choices.routes
            self._ways = {ways.shot: ways for ways in self.studio.ways()}
            self.plan = self.studio.replan()
        except CharkitError as error:
            self.plan = None
            self.complain(error)
        self._lay_out()
        self._show()
        return None if self.plan is None else f"{len(self.plan)} shots planned"

    def choose(self, shot: str, route: str | None) -> None:
        """Choose a shot's route, as its list does; None leaves it to the storyboard and the planner.

        Raises:
            UnknownName: there is no such shot, or the route cannot make it.
        """
        self.plan = self.studio.choose_route(shot, route, reason=self.note.value)
        self.note.value = ""
        self._show()

    def _chosen(self, shot: str) -> str | None:
        wanted = str(self.routes[shot].value)
        if self._reading or wanted == self._choices.get(shot, ""):
            return None
        try:
            self.choose(shot, wanted or None)
        except CharkitError:
            self._show()  # the list says again what holds
            raise
        planned = self.plan[shot] if self.plan is not None else None
        said = f"{shot} goes over {planned.route}, ${planned.price_usd:.3f} a take" if planned else shot
        return said if wanted else f"{said}: left to the planner again"

    def _approve(self) -> str:
        if self.plan is None:
            self.plan = self.studio.replan()
        approval = self.studio.approve(self.plan, note=self.note.value)
        self.note.value = ""
        self.plan = self.studio.replan()
        self._show()
        return f"approved: one take of {len(approval.shots)} shots for ${approval.total_usd:.2f}"

    def _withdraw(self) -> str:
        self.studio.withdraw_approval()
        self.plan = self.studio.replan()
        self._show()
        return "the approval is taken back"

    # ------------------------------------------------------------------ how it looks

    def _lay_out(self) -> None:
        """Make the rows, where the shots are not the ones that stand there."""
        shots = [shot.id for shot in self.studio.storyboard.each()]
        if list(self.routes) != shots:
            wide = self.widgets.Layout(width="372px", flex="0 0 auto")
            rest = self.widgets.Layout(flex="1 1 auto", min_width="0")
            row = self.widgets.Layout(align_items="flex-start", width="100%")
            look = {"description_width": "44px"}
            self._reading = True
            self.routes = {shot: self._list(shot, wide, look) for shot in shots}
            self._reading = False
            self._cells = {shot: self.widgets.HTML(layout=rest) for shot in shots}
            rows = [self.widgets.HBox([self.routes[shot], self._cells[shot]], layout=row) for shot in shots]
            head = self.widgets.HTML(_head(), layout=self.widgets.Layout(width="100%"))
            keys = self.widgets.HBox([self.note, self.approval, self.withdrawal, self.again])
            keys.layout.flex_flow = "row wrap"
            self.fill(head, *rows, self._sum, self._state, keys)

    def _list(self, shot: str, wide: ipywidgets.Layout, look: object) -> ipywidgets.Dropdown:
        made = self.widgets.Dropdown(
            options=self._options(shot),
            description=shot,
            tooltip=f"The route of {shot}: those that can make it, with the price of one take",
            layout=wide,
            style=look,
        )
        made.observe(self.handler(lambda: self._chosen(shot)), names="value")
        return made

    def _options(self, shot: str) -> list[tuple[str, str]]:
        ways = self._ways.get(shot)
        able = ways.able if ways is not None else ()
        listed = [(_offer(way), way.route) for way in able]
        chosen = self._choices.get(shot, "")
        if chosen and chosen not in [route for _, route in listed]:
            listed.append((f"{chosen}: cannot any more", chosen))
        own = self.studio.storyboard[shot].route or self.studio.storyboard.route
        return [(f"storyboard: {own}" if own else "left to the planner", ""), *listed]

    def _show(self) -> None:
        self._choices = self.studio.route_choices.routes
        planned = {shot.shot: shot for shot in self.plan} if self.plan is not None else {}
        total, committed = 0.0, self._committed
        for shot, choice in self.routes.items():
            self._offer(shot, choice)
            total += planned[shot].price_usd if shot in planned else 0.0
            over = committed + total > self.studio.max_spend
            _put(self._cells[shot], _row(planned.get(shot), self._ways.get(shot), total, over=over))
        _put(self._sum, self._sums())
        _put(self._state, self._approved())
        price = f": one take of each, ${self.plan.total_usd:.2f}" if self.plan is not None else ""
        self.approval.description = f"approve{price}"
        self.approval.disabled = self.plan is None or self.plan.approved
        self.withdrawal.disabled = self.studio.approval is None

    def _offer(self, shot: str, choice: ipywidgets.Dropdown) -> None:
        """Bring a list up to date; its own news are no choice."""
        options = tuple(self._options(shot))
        self._reading = True
        try:
            if choice.options != options:
                choice.options = options
            choice.value = self._choices.get(shot, "")
        finally:
            self._reading = False

    @property
    def _committed(self) -> float:
        from charkit.ledger import usd

        return usd(self.studio.spend.committed)

    def _sums(self) -> Html:
        if self.plan is None:
            return Html("")
        cap, spent = self.studio.max_spend, self._committed
        then = spent + self.plan.total_usd
        worst = spent + self.plan.most_usd
        said = [f"one take of each shot <b>${self.plan.total_usd:.2f}</b>", f"committed so far ${spent:.2f}"]
        said.append(f"together ${then:.2f} of the cap of <b>${cap:.2f}</b>")
        if self.plan.most_usd > self.plan.total_usd:
            said.append(f"${worst:.2f} if the dearest fallback stood in everywhere")
        mark = badge("fits under the cap", "ok") if worst <= cap else badge("may pass the cap", "warn")
        mark = badge("does not fit under the cap", "bad") if then > cap else mark
        meter = (
            f'<meter min="0" max="{max(cap, then, 0.01):.4f}" value="{then:.4f}" high="{cap:.4f}" '
            f'style="{_METER}">${then:.2f} of ${cap:.2f}</meter>'
        )
        kind = "" if self.studio.live else " · simulated, nothing is paid"
        return Html(f'<div style="padding: 6px 0">{meter} {mark} {"; ".join(said)}{kind}</div>')

    def _approved(self) -> Html:
        approval = self.studio.approval
        if approval is None:
            return Html(f'<div style="{_QUIET}">Not approved. Once a plan is, the run shoots no other one.</div>')
        note = f" “{html.escape(approval.note)}”" if approval.note else ""
        words = f"{approval.on:%Y-%m-%d %H:%M} UTC, ${approval.total_usd:.2f}{note}"
        if self.plan is not None and self.plan.approved:
            return Html(f"<div>{badge('✓ approved', 'ok')} {words}</div>")
        changes = approval.changes(self.plan) if self.plan is not None else ("there is no plan",)
        why = html.escape("; ".join(changes))
        return Html(f"<div>{badge('✗ approval void', 'bad')} {words}; since then: {why}</div>")

    def still(self) -> Html:
        """Return the plan as a static table."""
        if self.plan is None:
            return Html(f"<p>There is no plan. {self.line.value}</p>")
        sums = accumulate(shot.price_usd for shot in self.plan)
        rows = [
            [
                shot.shot,
                Html(_route(shot, self._choices.get(shot.shot, ""))),
                _pictures(shot) or "–",
                f"${shot.price_usd:.3f}",
                f"${total:.3f}",
                Html(_mind(shot)),
            ]
            for shot, total in zip(self.plan, sums, strict=True)
        ]
        columns = ["shot", "route", "pictures", "price", "to here", "mind"]
        caption = f"{self.plan.title}: {len(self.plan)} shots, {self.plan.seconds} s at {self.plan.resolution}"
        cannot = folded("Routes that cannot, and why", self._cannot())
        return Html(table(columns, rows, caption=caption) + self._sums() + self._approved() + cannot)

    def _cannot(self) -> Html:
        shots: dict[tuple[str, str], list[str]] = {}
        for ways in self._ways.values():
            for other in ways.unable:
                shots.setdefault((other.route, other.why), []).append(ways.shot)
        rows = [[route, ", ".join(named), why] for (route, why), named in shots.items()]
        return table(["route", "shots", "cannot, because"], rows)

    def __repr__(self) -> str:
        if self.plan is None:
            return f"<PlanTable {self.studio.production!r}: no plan>"
        state = "approved" if self.plan.approved else "not approved"
        return f"<PlanTable {self.plan.title!r}: {len(self.plan)} shots, ${self.plan.total_usd:.2f}, {state}>"


def ahead(board: Board, studio: Studio) -> None:
    """Let a studio look at its pictures beside the kernel's loop, so that choices find them looked at."""

    async def look() -> None:
        await board.in_thread(studio.look_ahead)

    with suppress(RuntimeError):  # no loop runs: a script or a test, where the first choice looks at them
        asyncio.get_running_loop()
        board.start(look())


def _put(cell: ipywidgets.HTML, value: str) -> None:
    """Show something, and send nothing where it stands there already."""
    if cell.value != value:
        cell.value = value


def _offer(way: PlannedShot) -> str:
    pictures = f", {len(way.references)} pictures" if way.references else ""
    other = next((", other size" for warning in way.warnings if "re-encoded" in warning), "")
    return f"{way.route}: ${way.price_usd:.3f}{pictures}{other}"


def _head() -> Html:
    style = "font-weight: 600; opacity: 0.75; padding-left: 8px; box-sizing: border-box"
    cells = "".join(f'<span style="{style}; flex: {flex}">{name}</span>' for name, flex in _COLUMNS)
    first = '<span style="flex: 0 0 372px; font-weight: 600; opacity: 0.75">shot and route</span>'
    return Html(f'<div style="display: flex; width: 100%">{first}{cells}</div>')


def _row(shot: PlannedShot | None, ways: Ways | None, total: float, *, over: bool) -> Html:
    if shot is None:
        return Html(f"<div>no plan{_cannot(ways)}</div>")
    price = f"${shot.price_usd:.3f}<div style='{_QUIET}'>to here ${total:.2f}</div>"
    price += badge("✗ over the cap", "bad") if over else ""
    goes = f'<div style="{_QUIET}">{html.escape(shot.route)}, {shot.seconds} s, {shot.width}×{shot.height}</div>'
    contents = (html.escape(_pictures(shot)) or "words alone", price, _mind(shot) + _cannot(ways))
    cells = "".join(
        f'<div style="flex: {flex}; min-width: 0; padding: 0 0 8px 8px; box-sizing: border-box; '
        f'overflow-wrap: anywhere">{content}{goes if name == "pictures" else ""}</div>'
        for (name, flex), content in zip(_COLUMNS, contents, strict=True)
    )
    return Html(f'<div style="display: flex; width: 100%; line-height: 1.4">{cells}</div>')


def _route(shot: PlannedShot, chosen: str) -> str:
    why = "chosen for this run" if chosen else (shot.reasons[0] if shot.reasons else "")
    return f'{html.escape(shot.route)}<div style="{_QUIET}">{html.escape(why)}</div>'


def _mind(shot: PlannedShot) -> str:
    left = [f"left out: {what}" for what in shot.left_out]
    return "".join(f"<div>⚠ {html.escape(one)}</div>" for one in (*shot.warnings, *left))


def _cannot(ways: Ways | None) -> str:
    if ways is None or not ways.unable:
        return ""
    routes: dict[str, list[str]] = {}
    for other in ways.unable:
        routes.setdefault(other.why, []).append(other.route)
    lines = "".join(f"<div>{html.escape(', '.join(names))}: {html.escape(why)}</div>" for why, names in routes.items())
    summary = f'<summary style="cursor: pointer">{len(ways.unable)} routes cannot</summary>'
    return f'<details style="{_QUIET}">{summary}{lines}</details>'


def _pictures(shot: PlannedShot) -> str:
    views: dict[str, list[str]] = {}
    for reference in shot.references:
        views.setdefault(reference.name, []).append(str(reference.view))
    known = [f"{who.name} by id" for who in shot.characters]
    return "; ".join([*known, *(f"{name}: {', '.join(seen)}" for name, seen in views.items())])
