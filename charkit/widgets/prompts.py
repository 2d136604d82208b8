"""A shot's words at the workbench: write, read what would be sent, its price and faults, make some takes, compare."""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, card, folded, grid
from charkit.character import counted
from charkit.errors import CharkitError, UsageError
from charkit.prompts.comparison import compare
from charkit.prompts.showing import marked
from charkit.studio.wordings import WORDS, Draft, template_name
from charkit.widgets.board import Board
from charkit.widgets.thumbs import Thumbs

if TYPE_CHECKING:
    import ipywidgets

    from charkit.prompts import Prompt
    from charkit.prompts.history import ShotHistory
    from charkit.shots import Shot
    from charkit.studio import Studio
    from charkit.studio.wording_verbs import Tried
    from charkit.takes import Takes

__all__ = ["PromptLab"]

_TYPED: Final = "as typed"
_FRAMINGS: Final = ("wide", "full", "medium", "close-up")
_LOCKED: Final = (
    "opacity: 0.62; background-color: rgba(128, 128, 128, 0.16); text-decoration: underline dotted; "
    "text-underline-offset: 3px"
)
_TEXT: Final = (
    "white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12.5px; line-height: 1.55; padding: 8px 10px; "
    "border: 1px solid rgba(128, 128, 128, 0.3); border-radius: 8px"
)
_QUIET: Final = "opacity: 0.7; font-size: 12px"
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
        shots = [one.id for one in studio.storyboard.each()]
        first = studio.storyboard[shot].id if shot is not None else shots[0]
        w = self.widgets
        look = {"description_width": "70px"}
        self.shot: ipywidgets.Dropdown = w.Dropdown(
            options=[(f"{one.id}: {one.place}"[:60], one.id) for one in studio.storyboard.each()],
            value=first, description="shot", style=look, layout={"width": "420px"},
        )  # fmt: skip
        self.route: ipywidgets.Dropdown = w.Dropdown(
            description="route", style=look, layout={"width": "420px"}, tooltip="Each with the price of one take"
        )
        self.template: ipywidgets.Dropdown = w.Dropdown(
            description="template", style=look, layout={"width": "420px"},
            tooltip="The usual one, and your own from the production's folder `prompts` that take the same slots",
        )  # fmt: skip
        self.fields: dict[str, ipywidgets.Widget] = {name: self._field(name) for name in WORDS}
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
        self.old: ipywidgets.Dropdown = w.Dropdown(description="from", style=look, layout={"width": "300px"})
        self.new: ipywidgets.Dropdown = w.Dropdown(
            description="to", style={"description_width": "24px"}, layout={"width": "260px"}
        )
        names = ("prompt", "faults", "price", "given", "takes", "diff", "history")
        self._parts: dict[str, ipywidgets.HTML] = {name: w.HTML() for name in names}
        self._arrange()
        self._open_shot()

    def _field(self, name: str) -> ipywidgets.Widget:
        w = self.widgets
        look = {"description_width": "70px"}
        wide = {"width": "420px"}
        if name == "framing":
            return w.Dropdown(options=_FRAMINGS, description=name, style=look, layout=wide)
        kind = w.Textarea if name in ("place", "action", "sound") else w.Text
        rows = {"rows": 2} if kind is w.Textarea else {}
        return kind(description=name, style=look, layout=wide, continuous_update=True, **rows)

    def _arrange(self) -> None:
        w = self.widgets
        self.shot.observe(self.handler(self._open_shot), names="value")
        for one in (self.route, self.template, *self.fields.values()):
            one.observe(self.handler(self._typed), names="value")
        self.count.observe(self.handler(self._price), names="value")
        for one in (self.old, self.new):
            one.observe(self.handler(self._compare), names="value")
        flex = {"flex": "0 0 auto"}
        left = w.VBox([self.shot, self.route, self.template, *self.fields.values(), self._parts["given"]], layout=flex)
        left.layout.width = "432px"
        right = w.VBox([self._parts["prompt"], self._parts["faults"]], layout={"flex": "1 1 420px", "min_width": "0"})
        acts = w.HBox([self.count, self.making, self.using, self.reset], layout={"flex_flow": "row wrap"})
        versions = w.HBox([self.old, self.new], layout={"flex_flow": "row wrap"})
        top = w.HBox([left, right], layout={"flex_flow": "row wrap", "width": "100%", "align_items": "flex-start"})
        below = (self._parts[name] for name in ("diff", "history"))
        self.fill(top, self._parts["price"], acts, self._parts["takes"], versions, *below)

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
        self.say(f"making {counted(missing, 'take')} of {tried.shot} on {tried.route}, ${price:.2f}", "busy")
        self.making.disabled = True
        words, template = tried.wording.words, tried.wording.template
        try:
            takes = await self.in_thread(
                lambda: self.studio.variants(tried.shot, words, count=count, route=tried.route, template=template)
            )
        finally:
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
        self._show_all()
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
            self._label()
        finally:
            self._reading = False
        template = draft.template if draft.template in fitting else ""
        try:
            self._try(draft.words, draft.route, template)
        except CharkitError as error:
            self.complain(error)
        self._show_all()

    def _label(self) -> None:
        """Say at each field what the template's slot takes."""
        slots = {slot.name: slot for slot in self.studio.prompts.templates[str(self.template.value)].slots}
        for name, field in self.fields.items():
            slot = slots.get("shot" if name in ("framing", "angle") else name)
            optional = name not in ("framing", "place")
            field.tooltip = f"{slot.about if slot else 'The template has no such slot.'}"
            if name != "framing":
                field.placeholder = "may stay empty" if optional else "has to be filled"
            field.disabled = slot is None

    def _show_all(self) -> None:
        self._show_words()
        self._show_takes()
        self._list_versions()
        self._compare()

    def _show_words(self) -> None:
        tried = self.tried
        self._offer_routes()
        self._price()
        if tried is None:
            return
        _put(self._parts["prompt"], _prompt(tried))
        _put(self._parts["faults"], _faults(tried))
        _put(self._parts["given"], self._given(tried))
        if self.new.value == _TYPED:
            self._compare()

    def _offer_routes(self) -> None:
        tried = self.tried
        if tried is None:
            return
        options = [(f"{way.route}: ${way.price_usd:.3f} for {way.seconds} s", way.route) for way in tried.ways.able]
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
        self.making.disabled = not able or self.busy
        self.using.disabled = not able
        self.making.description = f"make {count} more: ${count * price:.2f}" if price is not None else "make"
        if tried is None or price is None:
            why = tried.refused if tried is not None else "the words cannot be said as they stand"
            _put(self._parts["price"], f"<div>{badge('✗ cannot be made', 'bad')} {html.escape(why)}</div>")
            return
        from charkit.ledger import usd

        spent, cap = usd(self.studio.spend.committed), self.studio.max_spend
        fits = spent + count * price <= cap
        mark = badge("fits under the cap", "ok") if fits else badge("✗ over the cap", "bad")
        self.making.disabled = not fits or self.busy
        kind = "" if self.studio.live else " · simulated, nothing is paid"
        seconds = tried.planned.seconds if tried.planned is not None else 0
        words = (
            f"one take of {seconds} s on {html.escape(tried.route)} <b>${price:.3f}</b>; {count} cost "
            f"<b>${count * price:.2f}</b>; committed so far ${spent:.2f} of ${cap:.2f}{kind}"
        )
        _put(self._parts["price"], f'<div style="padding: 4px 0">{mark} {words}</div>')

    def _given(self, tried: Tried) -> Html:
        """Return what charkit puts into the other slots, greyed."""
        if tried.planned is None:
            return Html("")
        slots = self.studio.prompts.templates[str(self.template.value)].slots
        filled = {one.name: one.text for one in tried.planned.prompt.slots}
        lines = "".join(
            f"<div><b>{html.escape(slot.name)}</b>: {html.escape(' '.join(filled[slot.name].split())[:160])}</div>"
            for slot in slots
            if slot.name not in WORDS and slot.name in filled
        )
        used = self.studio.used_words(tried.shot)
        same = used is not None and used.words == tried.wording.words
        state = "The run uses these words." if same else "The run uses other words." if used else ""
        state = state or ("Tried words; the run uses the storyboard's." if tried.wording.words else "")
        head = f'<div style="padding-bottom: 4px">{html.escape(state)}</div>' if state else ""
        return Html(f'{head}<div style="{_QUIET}">Filled in by charkit, not to be typed:{lines}</div>')

    def _takes(self) -> Takes | None:
        planned = self.tried.planned if self.tried is not None else None
        return self.studio.variants_of(planned) if planned is not None else None

    def _show_takes(self) -> None:
        _put(self._parts["takes"], self._gallery())

    def _gallery(self) -> Html:
        """Return the takes of every wording of the shot side by side, the newest wording first."""
        history = self._history
        takes = {take.number: take for take in self.studio.takes() if take.subject == self.shot.value}
        cards = []
        for version in reversed(history.versions if history is not None else ()):
            for mark in version.takes:
                take = takes.get(mark.number)
                if take is None:
                    continue
                rows = [("words", version.title), ("route", mark.route), ("outcome", str(mark).partition(": ")[2])]
                rows += [("note", take.message)] if take.message else []
                won = version.chosen == mark.number
                cards.append(
                    card(
                        take.id,
                        rows=rows,
                        picture=self._thumbs.of(take),
                        picture_type="image/jpeg",
                        link=take.link,
                        badge="in the film" if won else "simulated" if take.simulated else None,
                        badge_kind="ok" if won else "simulated",
                        width=212,
                    )
                )
        return grid(cards) if cards else Html(f'<div style="{_QUIET}">No takes of this shot yet.</div>')

    @property
    def _history(self) -> ShotHistory | None:
        shot = str(self.shot.value)
        return next((one for one in self.studio.prompts.history if one.shot == shot), None)

    def _list_versions(self) -> None:
        history = self._history
        versions = [(one.title, str(one.number)) for one in history] if history is not None else []
        winner = history.winner if history is not None else None
        first = str(winner.number) if winner is not None else (versions[0][1] if versions else _TYPED)
        self._reading = True
        try:
            for chooser, options, usual in (
                (self.old, versions or [(_TYPED, _TYPED)], first),
                (self.new, [(_TYPED, _TYPED), *versions], _TYPED),
            ):
                before = chooser.value
                if chooser.options != tuple(options):
                    chooser.options = options
                values = [value for _, value in options]
                chooser.value = before if before in values else usual
        finally:
            self._reading = False
        shown = str(history._repr_mimebundle_()["text/html"]) if history is not None else ""
        _put(
            self._parts["history"],
            folded("Every wording so far, its takes, and which won", Html(shown)) if shown else "",
        )

    def _compare(self) -> None:
        if not self._reading:
            _put(self._parts["diff"], self._difference())

    def _difference(self) -> Html:
        old, new = self._version(str(self.old.value)), self._version(str(self.new.value))
        if old is None or new is None or self.old.value == self.new.value:
            return Html("")
        found = compare(old[1], new[1], titles=(old[0], new[0]))
        if found.same:
            return Html(f'<div style="{_QUIET}">{html.escape(old[0])} and {html.escape(new[0])} say the same.</div>')
        return Html(str(found._repr_mimebundle_()["text/html"]))

    def _version(self, name: str) -> tuple[str, Prompt] | None:
        if name == _TYPED:
            planned = self.tried.planned if self.tried is not None else None
            return (_TYPED, planned.prompt) if planned is not None else None
        found = next((one for one in self._history or () if str(one.number) == name), None)
        return (found.title, found.prompt) if found is not None else None

    def still(self) -> Html:
        """Return words, faults, price, takes and history as static HTML."""
        if self.tried is None:
            return Html(f"<p>{html.escape(str(self.shot.value))}: {self._parts['price'].value}</p>")
        title = f"<h4>{html.escape(self.tried.shot)} on {html.escape(self.tried.route)}</h4>"
        parts = (_prompt(self.tried), _faults(self.tried), self._parts["price"].value, self._gallery())
        rest = "".join(self._parts[name].value for name in ("diff", "history"))
        return Html(title + "".join(map(str, parts)) + rest)

    def __repr__(self) -> str:
        if self.tried is None:
            return f"<PromptLab {self.shot.value}: cannot be said>"
        return f"<PromptLab {repr(self.tried)[len('<Tried ') : -1]}>"


def _put(cell: ipywidgets.HTML, value: str) -> None:
    if cell.value != value:
        cell.value = value


def _prompt(tried: Tried) -> Html:
    """Return the prompt as it would go out, its locked text greyed, with its length against the route's limit."""
    if tried.planned is None:
        return Html(f'<div style="{_TEXT}">{badge("✗ cannot", "bad")} {html.escape(tried.refused)}</div>')
    prompt = tried.planned.prompt
    spans = []
    for name, words in prompt.locked:
        at = prompt.text.find(words)
        if at >= 0:
            spans.append((at, at + len(words), _LOCKED, f"locked text of {name}: the same in every shot"))
    legend = "greyed and dotted: locked, the same in every shot" if spans else "no locked text: nobody is in this shot"
    return Html(f'{_length(tried)}<div style="{_TEXT}">{marked(prompt.text, spans)}</div>'
                f'<div style="{_QUIET}">{legend}</div>')  # fmt: skip


def _length(tried: Tried) -> str:
    said = f"{tried.length:,} {tried.unit}"
    if tried.limit is None:
        return f'<div style="{_QUIET}">{said}; no limit of {html.escape(tried.route)} is established</div>'
    mark = "fits" if tried.length <= tried.limit else "✗ too long"
    meter = f'<meter min="0" max="{tried.limit}" value="{min(tried.length, tried.limit)}">{said}</meter>'
    return f'<div style="{_QUIET}">{meter} {said} of {tried.limit:,}: {mark}</div>'


def _faults(tried: Tried) -> Html:
    if not len(tried.lint) and not tried.lint.allowed and not tried.lint.silent:
        return Html(f'<div style="padding-top: 6px">{badge("✓ linter", "ok")} nothing found</div>')
    return Html(str(tried.lint._repr_mimebundle_()["text/html"]))
