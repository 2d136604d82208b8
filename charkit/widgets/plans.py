"""The plan as a table to decide on: a route for every shot, the sum against the cap, and a person's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.cards import Html
from charkit.errors import CharkitError
from charkit.money import dollars
from charkit.widgets.board import Board
from charkit.widgets.plan_view import ROUTE_WIDTH, approval_line, heading, offer, plan_still, row, sums
from charkit.widgets.showing import ahead, put

if TYPE_CHECKING:
    import ipywidgets

    from charkit.plan import Plan, Ways
    from charkit.studio import Studio

__all__ = ["PlanTable"]


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
        ahead(studio)

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
        said = f"{shot} goes over {planned.route}, {dollars(planned.price_usd)} a take" if planned else shot
        return said if wanted else f"{said}: left to the planner again"

    def _approve(self) -> str:
        if self.plan is None:
            self.plan = self.studio.replan()
        approval = self.studio.approve(self.plan, note=self.note.value)
        self.note.value = ""
        self.plan = self.studio.replan()
        self._show()
        return f"approved: one take of {len(approval.shots)} shots for {dollars(approval.total_usd)}"

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
            wide = self.widgets.Layout(width=ROUTE_WIDTH, flex="0 0 auto")
            rest = self.widgets.Layout(flex="1 1 auto", min_width="0")
            line = "1px solid rgba(128, 128, 128, 0.3)"
            across = self.widgets.Layout(align_items="flex-start", width="100%", border_top=line, padding="4px 0 0 0")
            look = {"description_width": "44px"}
            self._reading = True
            self.routes = {shot: self._list(shot, wide, look) for shot in shots}
            self._reading = False
            self._cells = {shot: self.widgets.HTML(layout=rest) for shot in shots}
            rows = [self.widgets.HBox([self.routes[shot], self._cells[shot]], layout=across) for shot in shots]
            head = self.widgets.HTML(heading(), layout=self.widgets.Layout(width="100%"))
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
        listed = [(offer(way), way.route) for way in (ways.able if ways is not None else ())]
        chosen = self._choices.get(shot, "")
        if chosen and chosen not in [route for _, route in listed]:
            listed.append((f"{chosen}: cannot any more", chosen))
        own = self.studio.storyboard[shot].route or self.studio.storyboard.route
        who = "the storyboard" if own else "the planner"
        if chosen or self.plan is None:
            return [(f"leave it to {who}", ""), *listed]
        planned = self.plan[shot]
        return [(f"{planned.route}: {dollars(planned.price_usd)}, by {who}", ""), *listed]

    def _show(self) -> None:
        self._choices = self.studio.route_choices.routes
        planned = {shot.shot: shot for shot in self.plan} if self.plan is not None else {}
        total, committed = 0.0, self._committed
        for shot, choice in self.routes.items():
            self._offer(shot, choice)
            total += planned[shot].price_usd if shot in planned else 0.0
            over = committed + total > self.studio.max_spend
            put(self._cells[shot], row(planned.get(shot), self._ways.get(shot), total, over=over))
        studio, plan = self.studio, self.plan
        put(self._sum, sums(plan, spent=committed, cap=studio.max_spend, live=studio.live) if plan is not None else "")
        put(self._state, approval_line(plan, studio.approval))
        price = f": one take of each, {dollars(self.plan.total_usd)}" if self.plan is not None else ""
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

    def still(self) -> Html:
        """Return the plan as a static table."""
        if self.plan is None:
            return Html(f"<p>There is no plan. {self.line.value}</p>")
        shown = plan_still(self.plan, self._choices, self._ways.values())
        return Html(shown + self._sum.value + self._state.value)

    def __repr__(self) -> str:
        if self.plan is None:
            return f"<PlanTable {self.studio.production!r}: no plan>"
        state = "approved" if self.plan.approved else "not approved"
        return f"<PlanTable {self.plan.title!r}: {len(self.plan)} shots, {dollars(self.plan.total_usd)}, {state}>"
