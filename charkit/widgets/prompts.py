"""A shot's words at the workbench: write, read what would be sent, its price and faults, make some takes, compare."""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING, Final

from charkit.cards import Html
from charkit.character import counted
from charkit.errors import CharkitError, UsageError
from charkit.money import dollars
from charkit.studio.wordings import Draft, template_name
from charkit.widgets.board import Board
from charkit.widgets.prompt_fields import WIDE, label_fields, word_fields
from charkit.widgets.prompt_versions import Versions
from charkit.widgets.prompt_view import faults, gallery, given, price_line, prompt_shown
from charkit.widgets.showing import ahead, put
from charkit.widgets.thumbs import Thumbs

if TYPE_CHECKING:
    import ipywidgets

    from charkit.prompts.history import ShotHistory
    from charkit.shots import Shot
    from charkit.studio import Studio
    from charkit.studio.wording_verbs import Tried
    from charkit.takes import Takes

__all__ = ["PromptLab"]

_MOST: Final = 4
"""Takes that one click makes at most."""


class PromptLab(Board):
    """The words of one shot: slots to fill, the prompt as it would go out, lint, length and price while one types.

    Tab goes from field to field; in the lists the arrow keys choose, and a letter jumps. Nothing is sent but by the
    button that names the price, or by `await lab.make(2)` in a cell. What is typed is kept in `drafts.json` of the run
    with every key; `wording.yaml` holds what the run uses, and the storyboard's file stays as it is.
    """

    def __init__(self, studio: Studio, shot: str | None = None) -> None:
        """Set up the lab.

        Args:
            studio: Whose words; opening costs nothing, unless the cast's pictures have yet to be designed.
            shot: The shot to begin with; the first by default.

        Raises:
            UnknownName: there is no such shot.
            MissingDependency: ipywidgets is not installed.
        """
        super().__init__()
        self.studio = studio
        self.tried: Tried | None = None
        """What stands in the fields, as the route would get it; None where it may not be said."""
        self._thumbs = Thumbs(studio.place.folder / ".thumbs")
        self._reading = False
        self._at_work = False
        shots = [one.id for one in studio.storyboard.each()]
        first = studio.storyboard[shot].id if shot is not None else shots[0]
        w = self.widgets
        look = {"description_width": "70px"}
        self.shot: ipywidgets.Dropdown = w.Dropdown(
            options=[(f"{one.id}: {one.place}"[:60], one.id) for one in studio.storyboard.each()],
            value=first, description="shot", style=look, layout={"width": WIDE},
        )  # fmt: skip
        self.route: ipywidgets.Dropdown = w.Dropdown(
            description="route", style=look, layout={"width": WIDE}, tooltip="Each with the price of one take"
        )
        self.template: ipywidgets.Dropdown = w.Dropdown(
            description="template", style=look, layout={"width": WIDE},
            tooltip="The usual one, and your own from the production's folder `prompts` that take the same slots",
        )  # fmt: skip
        self.fields: dict[str, ipywidgets.Widget] = word_fields(w)
        """The slots that a shot's own words fill, by name."""
        self.count: ipywidgets.BoundedIntText = w.BoundedIntText(
            value=2, min=1, max=_MOST, description="takes", style={"description_width": "40px"},
            layout={"width": "110px"}, tooltip=f"How many more takes of these words, 1 to {_MOST}",
        )  # fmt: skip
        self.making = self.button("make", self._start, tooltip="Make takes of these words, under the run's cap")
        self.making.button_style = "primary"
        self.using = self.button("use in this run", self._use, tooltip="The plan takes these words and this route")
        self.reset = self.button(
            "the storyboard's words", self._reset, tooltip="Forget what is typed, and what is used"
        )
        self.versions = Versions(w)
        names = ("prompt", "faults", "price", "given", "takes")
        self._parts: dict[str, ipywidgets.HTML] = {name: w.HTML() for name in names}
        self._arrange()
        self._open_shot()
        ahead(studio)

    def _arrange(self) -> None:
        w = self.widgets
        self.shot.observe(self.handler(self._open_shot), names="value")
        for one in (self.route, self.template, *self.fields.values()):
            one.observe(self.handler(self._typed), names="value")
        self.count.observe(self.handler(self._price), names="value")
        for one in (self.versions.old, self.versions.new):
            one.observe(self.handler(self.versions.compare), names="value")
        flex = {"flex": "0 0 auto"}
        left = w.VBox([self.shot, self.route, self.template, *self.fields.values(), self._parts["given"]], layout=flex)
        left.layout.width = "432px"
        right = w.VBox([self._parts["prompt"], self._parts["faults"]], layout={"flex": "1 1 420px", "min_width": "0"})
        acts = w.HBox([self.count, self.making, self.using, self.reset], layout={"flex_flow": "row wrap"})
        top = w.HBox([left, right], layout={"flex_flow": "row wrap", "width": "100%", "align_items": "flex-start"})
        self.fill(top, self._parts["price"], acts, self._parts["takes"], *self.versions.rows)

    # ------------------------------------------------------------------ what it does

    async def make(self, count: int) -> Takes:
        """Have some takes of the words that stand in the fields, under the cap; those that are there cost nothing.

        Args:
            count: How many there shall be. Running the cell again makes only what is missing.

        Raises:
            UsageError: the words may not be said, or the route cannot make the shot.
            SpendLimit: the cap does not allow it all.
        """
        tried = self.tried
        if tried is None or tried.planned is None:
            raise UsageError(f"there is nothing to make: {tried.refused if tried else 'mend the words first'}")
        missing = max(0, count - len(self.studio.variants_of(tried.planned)))
        price = missing * tried.planned.price_usd
        self.say(f"making {counted(missing, 'take')} of {tried.shot} on {tried.route}, {dollars(price)}", "busy")
        self._at_work = True
        self.making.disabled = True
        words, template = tried.wording.words, tried.wording.template
        try:
            takes = await self.in_thread(
                lambda: self.studio.variants(tried.shot, words, count=count, route=tried.route, template=template)
            )
        finally:
            self._at_work = False
            self._show_all()
        self.say(f"{counted(len(takes), 'take')} of these words: {', '.join(take.id for take in takes)}")
        self.changed()
        return takes

    def _start(self) -> None:
        tried = self.tried
        if tried is None or tried.planned is None:
            raise UsageError("there is nothing to make: mend the words first")
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise UsageError("no loop runs here, as it does in a notebook: await lab.make(2) instead") from None
        have = len(self.studio.variants_of(tried.planned))
        self.start(self._made(have + int(self.count.value)))

    async def _made(self, count: int) -> None:
        await self.make(count)

    def _use(self) -> str:
        if self.tried is None or self.tried.planned is None:
            raise UsageError("these words cannot be used: mend them first")
        shot, route = self.tried.shot, self.tried.route
        plan = self.studio.use_words(shot, self.tried.wording.words, template=self.tried.wording.template)
        if plan[shot].route != route:
            plan = self.studio.choose_route(shot, route, reason="with these words")
        self._show_words()  # of what was made before, nothing changes
        self.versions.tell(self._history)
        void = "; the approval of the plan is void now" if plan.approval is not None and not plan.approved else ""
        return f"the run makes {shot} in these words on {route}{void}"

    def _reset(self) -> str:
        shot = str(self.shot.value)
        self.studio.use_words(shot, None)
        self.studio.keep_draft(shot, Draft(route=str(self.route.value or "")))
        self._open_shot()
        return f"{shot} has the storyboard's words again"

    def _typed(self) -> None:
        """Take in what was typed: keep it, and show what would become of it."""
        if self._reading:
            return
        label_fields(self.fields, self.studio.prompts.templates[str(self.template.value)])
        words = {name: str(field.value) for name, field in self.fields.items()}
        own = self._own
        changed = {name: text for name, text in words.items() if text.strip() != (getattr(own, name) or "")}
        template = self._template
        draft = Draft(words=changed, template=template, route=str(self.route.value or ""))
        self.studio.keep_draft(own.id, draft)
        self._try(changed, draft.route, template)

    def _try(self, words: dict[str, str], route: str, template: str) -> None:
        try:
            self.tried = self.studio.try_words(self._own.id, words, route=route, template=template)
        except CharkitError:
            self.tried = None
            self._price()
            raise
        if self.line.value:
            self.say("")
        self._show_words()

    @property
    def _own(self) -> Shot:
        return self.studio.storyboard[str(self.shot.value)]

    @property
    def _template(self) -> str:
        chosen = str(self.template.value or "")
        return "" if chosen == template_name(self._own) else chosen

    # ------------------------------------------------------------------ how it looks

    def _open_shot(self) -> None:
        """Show another shot, with what was left in its fields."""
        own = self._own
        draft = self.studio.draft(own.id)
        usual = template_name(own)
        fitting = self.studio.prompts.templates.fitting(usual)
        self._reading = True
        try:
            self.template.options = fitting
            self.template.value = draft.template if draft.template in fitting else usual
            for name, field in self.fields.items():
                field.value = draft.words.get(name, getattr(own, name) or "")
            label_fields(self.fields, self.studio.prompts.templates[str(self.template.value)])
        finally:
            self._reading = False
        template = draft.template if draft.template in fitting else ""
        try:
            self._try(draft.words, draft.route, template)
        except CharkitError as error:
            self.complain(error)
        self._show_all()

    def _show_all(self) -> None:
        self._show_words()
        history = self._history
        takes = {take.number: take for take in self.studio.takes() if take.subject == self.shot.value}
        put(self._parts["takes"], gallery(history, takes, self._thumbs.of))
        self.versions.tell(history)

    def _show_words(self) -> None:
        tried = self.tried
        self._offer_routes()
        self._price()
        self.versions.typed(tried.planned.prompt if tried is not None and tried.planned is not None else None)
        if tried is None:
            return
        put(self._parts["prompt"], prompt_shown(tried))
        put(self._parts["faults"], faults(tried))
        put(self._parts["given"], self._given(tried))

    def _offer_routes(self) -> None:
        tried = self.tried
        if tried is None:
            return
        options = [(f"{way.route}: {dollars(way.price_usd)} for {way.seconds} s", way.route) for way in tried.ways.able]
        if tried.planned is None:
            options.append((f"{tried.route}: cannot", tried.route))
        self._reading = True
        try:
            if self.route.options != tuple(options):
                self.route.options = options
            self.route.value = tried.route
        finally:
            self._reading = False

    def _price(self) -> None:
        tried = self.tried
        price = tried.price_usd if tried is not None else None
        count = int(self.count.value)
        able = price is not None
        self.making.disabled = not able or self._at_work
        self.using.disabled = not able
        self.making.description = f"make {count} more: {dollars(count * price)}" if price is not None else "make"
        from charkit.ledger import usd

        spent, cap = usd(self.studio.spend.committed), self.studio.max_spend
        put(self._parts["price"], price_line(tried, count=count, spent=spent, cap=cap, live=self.studio.live))
        if price is not None and spent + count * price > cap:
            self.making.disabled = True

    def _given(self, tried: Tried) -> Html:
        used = self.studio.used_words(tried.shot)
        slots = self.studio.prompts.templates[str(self.template.value)].slots
        return given(tried, slots, used.words if used is not None else None)

    @property
    def _history(self) -> ShotHistory | None:
        shot = str(self.shot.value)
        return next((one for one in self.studio.prompts.history if one.shot == shot), None)

    def still(self) -> Html:
        """Return words, faults, price, takes and history as static HTML."""
        if self.tried is None:
            return Html(f"<p>{html.escape(str(self.shot.value))}: {self._parts['price'].value}</p>")
        title = f"<h4>{html.escape(self.tried.shot)} on {html.escape(self.tried.route)}</h4>"
        parts = [self._parts[name].value for name in ("prompt", "faults", "price", "takes")]
        return Html(title + "".join(parts) + self.versions.changes.value + self.versions.table.value)

    def __repr__(self) -> str:
        if self.tried is None:
            return f"<PromptLab {self.shot.value}: cannot be said>"
        return f"<PromptLab {repr(self.tried)[len('<Tried ') : -1]}>"
