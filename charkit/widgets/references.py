"""What will be sent as pictures: per shot and route, with the crop and the faces drawn on, and what preflight says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.cards import Html, card, folded, grid, table
from charkit.errors import CharkitError, UsageError
from charkit.references import Framing, key_of
from charkit.references.outlined import as_handed_in
from charkit.widgets.board import Board
from charkit.widgets.reference_view import (
    cut_card,
    findings_of,
    left_out,
    no_pictures,
    nobody_looked,
    of_shot,
    sent_card,
    views_of,
    worn,
)
from charkit.widgets.showing import ahead, put

if TYPE_CHECKING:
    import ipywidgets

    from charkit.media.scaling import Box
    from charkit.plan import Plan
    from charkit.references import Reference, References
    from charkit.references.preflight import Finding, Preflight
    from charkit.studio import Studio

__all__ = ["ReferenceTable"]

_ALL: Final = ""
"""Stands for all pictures of the cast in the list of shots."""
_STILL: Final = 24
"""Pictures that a saved page shows; the others are named in its table."""
_MODES: Final = (
    ("auto: crop where the subject stays whole", "auto"),
    ("crop: fill the shape", "crop"),
    ("pad: keep all of it", "pad"),
)
_STEP: Final = 0.01
"""Of a slider: a share of the picture."""
_EDGES: Final = ("left", "top", "right", "bottom")


class ReferenceTable(Board):
    """Pictures of a shot as they go out, a crop by numbers, and decisions about preflight's findings.

    Tab goes through the controls; the arrow keys move a slider by one per cent, and its number can be typed. A crop is
    kept in `framing.yaml` of the run and an override in `overrides.yaml` at once. Nothing is uploaded here.
    """

    def __init__(self, studio: Studio) -> None:
        """Set up the table.

        Args:
            studio: Whose pictures; opening costs nothing, unless the cast's pictures have yet to be designed.

        Raises:
            MissingDependency: ipywidgets is not installed.
        """
        super().__init__()
        self.studio = studio
        self.plan: Plan | None = None
        """The plan as it is; None where none can be made, which the line explains."""
        self.preflight: Preflight | None = None
        """What stands against its pictures."""
        self._references: References | None = None
        self._reading = False
        w = self.widgets
        wide = {"width": "420px"}
        look = {"description_width": "70px"}
        self.shot: ipywidgets.Dropdown = w.Dropdown(description="shot", layout=wide, style=look)
        self.picture: ipywidgets.Dropdown = w.Dropdown(description="picture", layout=wide, style=look)
        self.mode: ipywidgets.Dropdown = w.Dropdown(
            description="shape", options=_MODES, layout=wide, style=look, tooltip="Where a route asks for another shape"
        )
        self.edges: dict[str, ipywidgets.FloatSlider] = {edge: self._edge(edge) for edge in _EDGES}
        self.crop = self.button("send this part", self._crop, tooltip="Prepare it again from its source and keep that")
        self.subject = self.button(
            "keep this whole", self._keep, tooltip="This is the subject: whatever shape a route asks for, it stays"
        )
        self.whole = self.button("as charkit would", self._uncrop, tooltip="Take the crop back")
        self.finding: ipywidgets.Dropdown = w.Dropdown(
            description="finding", layout={"width": "100%", "max_width": "760px"}, style=look
        )
        self.reason: ipywidgets.Text = w.Text(
            description="reason", placeholder="why it may go all the same; stands in plan and report",
            layout={"width": "560px"}, style=look,
        )  # fmt: skip
        self.override = self.button("send all the same", self._override, tooltip="Keep the reason, and let it through")
        self._sent = w.HTML()
        self._drawn = w.HTML()
        self._found = w.HTML()
        self._bind()
        self.refresh()
        self._begin()
        ahead(studio)

    def _edge(self, name: str) -> ipywidgets.FloatSlider:
        return self.widgets.FloatSlider(
            value=0.0 if name in ("left", "top") else 1.0,
            min=0.0,
            max=1.0,
            step=_STEP,
            readout_format=".2f",
            description=name,
            tooltip=f"The {name} edge of what is sent, as a share of the picture",
            continuous_update=False,
            layout={"width": "420px"},
            style={"description_width": "70px"},
        )

    def _bind(self) -> None:
        self.shot.observe(self.handler(self._show_shot), names="value")
        self.picture.observe(self.handler(self._show_picture), names="value")
        self.finding.observe(self.handler(self._show_finding), names="value")
        for edge in self.edges.values():
            edge.observe(self.handler(self._draw), names="value")
        w = self.widgets
        editor = w.VBox([self.picture, *self.edges.values(), self.mode, w.HBox([self.crop, self.subject, self.whole])])
        editor.layout.flex = "0 0 auto"
        side = w.HBox([editor, self._drawn])
        side.layout.flex_flow = "row wrap"
        decide = w.HBox([self.reason, self.override])
        decide.layout.flex_flow = "row wrap"
        self.fill(self.shot, self._sent, side, self._found, self.finding, decide)

    # ------------------------------------------------------------------ what it does

    def refresh(self) -> None:
        """Read again what is on disk: pictures, plan and findings."""
        try:
            self.plan = self.studio.replan()
            self._references = self.studio.references_at_hand()
            self.preflight = self.studio.preflight(self.plan)
        except CharkitError as error:
            self.complain(error)
        self._list()
        self._show_shot()

    def _begin(self) -> None:
        """Open on the first shot that sends pictures."""
        first = next((shot.shot for shot in self.plan or () if shot.references), _ALL)
        if first in [value for _, value in self.shot.options]:
            self.shot.value = first

    def _crop(self) -> str:
        before = self._chosen
        keep = before.framing.keep if before is not None and before.framing is not None else None
        after = self._sent_as(Framing(part=self._drawn_box(), mode=str(self.mode.value), keep=keep))  # type: ignore[arg-type]
        return f"{after.name}, {after.view}: {after.width}×{after.height} is sent from now on"

    def _keep(self) -> str:
        before = self._chosen
        part = before.framing.part if before is not None and before.framing is not None else None
        after = self._sent_as(Framing(part=part, mode=str(self.mode.value), keep=self._drawn_box()))  # type: ignore[arg-type]
        return f"{after.name}, {after.view}: what was drawn stays whole in every shape"

    def _drawn_box(self) -> Box:
        left, top, right, bottom = (float(self.edges[edge].value) for edge in _EDGES)
        return left, top, right, bottom

    def _sent_as(self, framing: Framing) -> Reference:
        self.say("prepared again from its source", "busy")
        after = self.studio.frame(str(self.picture.value), framing)
        self.refresh()
        return after

    def _uncrop(self) -> str:
        self.say("prepared again from its source", "busy")
        after = self.studio.frame(str(self.picture.value), None)
        self.refresh()
        return f"{after.name}, {after.view}: prepared as charkit would, {after.width}×{after.height}"

    def _override(self) -> str:
        if not self.finding.value:
            raise UsageError("there is no finding to override")
        chosen = str(self.finding.value)
        self.studio.override(chosen, reason=str(self.reason.value))
        self.reason.value = ""
        self.refresh()
        return f"{chosen} is overridden; the reason stands in plan and report"

    # ------------------------------------------------------------------ how it looks

    def _list(self) -> None:
        shots = [(of_shot(shot), shot.shot) for shot in self.plan] if self.plan is not None else []
        pictures = [(f"{one.name}, {one.view}{worn(one)}", key_of(one)) for one in self._references or ()]
        found = [(f"{one.level}: {one.line}"[:160], one.id) for one in self._open()]
        for chooser, options in (
            (self.shot, [("all pictures of the cast", _ALL), *shots]),
            (self.picture, pictures),
            (self.finding, found),
        ):
            self._offer(chooser, options)
        self._show_picture()
        self._show_finding()

    def _offer(self, chooser: ipywidgets.Dropdown, options: list[tuple[str, str]]) -> None:
        """Bring a list up to date, on what was chosen before where that is still there."""
        before = chooser.value
        self._reading = True
        try:
            if chooser.options != tuple(options):
                chooser.options = options
            values = [value for _, value in options]
            chooser.value = before if before in values else values[0] if values else None
        finally:
            self._reading = False

    def _open(self) -> list[Finding]:
        """Return the findings that a person may decide on."""
        findings = self.preflight.findings if self.preflight is not None else ()
        return [one for one in findings if not one.hard and one.level != "note" and not one.overridden]

    def _show_shot(self) -> None:
        if self._reading:
            return
        chosen = str(self.shot.value or "")
        planned = self.plan[chosen] if self.plan is not None and chosen else None
        pictures = planned.references if planned is not None else tuple(self._references or ())
        cards = [self._card(one, place if planned is not None else None) for place, one in enumerate(pictures, start=1)]
        unseen = nobody_looked([self.studio.seen_in(one) for one in pictures])
        none = no_pictures(planned) if not pictures else ""
        put(self._sent, grid(cards) + unseen + left_out(planned) + none)
        if planned is not None and pictures and self.picture.value not in [key_of(one) for one in pictures]:
            self._choose_picture(pictures[0])
        put(self._found, findings_of(self.preflight, planned))

    def _choose_picture(self, reference: Reference) -> None:
        keys = [value for _, value in self.picture.options]
        if key_of(reference) in keys:
            self.picture.value = key_of(reference)

    def _show_picture(self) -> None:
        reference = self._chosen
        if self._reading or reference is None:
            return
        self._reading = True
        part = (reference.framing.part if reference.framing else None) or reference.crop or (0.0, 0.0, 1.0, 1.0)
        for edge, value in zip(_EDGES, part, strict=True):
            self.edges[edge].value = round(value, 4)
        self.mode.value = reference.framing.mode if reference.framing else "auto"
        self._reading = False
        self.whole.disabled = reference.framing is None
        self._draw()

    def _draw(self) -> None:
        """Draw the part that the sliders say, before anything is decided."""
        reference = self._chosen
        if self._reading or reference is None:
            return
        part: Box = tuple(float(self.edges[edge].value) for edge in _EDGES)  # type: ignore[assignment]
        wrong = part[2] - part[0] <= 0 or part[3] - part[1] <= 0
        sent = reference.crop or (0.0, 0.0, 1.0, 1.0)
        kept = all(abs(one - other) < _STEP / 2 for one, other in zip(sent, part, strict=True))  # cut at whole pixels
        note = "as it is sent" if kept else "as it would be cut; nothing is kept yet"
        note = "left has to lie before right, and top above bottom" if wrong else note
        try:
            drawn: bytes | None = as_handed_in(reference, None if wrong else part, side=300)
        except CharkitError as error:
            drawn, note = None, str(error)
        rows = [("source", reference.origin), ("cut", note)]
        put(self._drawn, card(f"{reference.name}, {reference.view}", rows=rows, picture=drawn,
                               picture_type="image/jpeg", width=260))  # fmt: skip

    @property
    def _chosen(self) -> Reference | None:
        return next((one for one in self._references or () if key_of(one) == self.picture.value), None)

    def _show_finding(self) -> None:
        may = bool(self.finding.options)
        for control in (self.finding, self.reason, self.override):
            control.disabled = not may

    def _card(self, reference: Reference, place: int | None = None) -> Html:
        about = self.preflight.findings if self.preflight is not None else ()
        return sent_card(reference, self.studio.seen_in(reference), about, place=place)

    def still(self) -> Html:
        """Return what will be sent as static cards and tables."""
        if self.plan is None:
            return Html(f"<p>There is no plan. {self.line.value}</p>")
        rows = [
            [shot.shot, shot.route, views_of(shot) or "words alone", "; ".join(shot.left_out)] for shot in self.plan
        ]
        sent = {one.digest: one for shot in self.plan for one in shot.references}
        shown = list(sent.values())[:_STILL]
        cut = [cut_card(one) for one in shown if one.crop is not None]
        cards = grid([*(self._card(one) for one in shown), *cut])
        cards = Html(cards + nobody_looked([self.studio.seen_in(one) for one in sent.values()]))
        caption = f"{self.plan.title}: pictures of {len(self.plan)} shots"
        told = table(["shot", "route", "pictures, in order", "left out"], rows, caption=caption)
        return Html(told + cards + folded("What preflight says", findings_of(self.preflight)))

    def __repr__(self) -> str:
        if self.plan is None or self.preflight is None:
            return f"<ReferenceTable {self.studio.production!r}: no plan>"
        sent = {one.digest for shot in self.plan for one in shot.references}
        return f"<ReferenceTable {self.plan.title!r}: {len(sent)} pictures, preflight {self.preflight.verdict}>"
