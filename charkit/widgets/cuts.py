"""The cutting room: order, points, transitions, words and sound of a film's cuts, each decision on disk at once.

What is edited is the run's `cutlist.yaml`, through `charkit.film.editing`: a person may have the file open beside it.
Points move by single frames with the arrow keys of their fields.
"""

from __future__ import annotations

import html
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, grid, picture_uri
from charkit.errors import CharkitError
from charkit.film.editing import CutDesk, changed, left_out, moved, retaken, titled
from charkit.film.showing import cut_card, cut_ends, ends_of
from charkit.widgets.cut_fields import CutFields
from charkit.widgets.cut_trials import CutTrials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import ipywidgets

    from charkit.film.cuts import Cut, CutList
    from charkit.film.editing import Change
    from charkit.media.probe import ClipFacts
    from charkit.studio.room import Studio

__all__ = ["CutEditor"]

_PICTURED: Final = 24
"""Cuts that a saved notebook shows as pictures; a longer film's others stand in its table."""
_KEPT: Final = 400
"""Pictures that are kept, each of about 8 kB."""


class CutEditor(CutTrials):
    """Cuts a film by hand.

    A list of the cuts, the first and last frame of the one that is chosen, and what can be said of it. Up and Down
    choose a cut in the list; Tab goes on to its fields. Each change is checked against the clips and written at once;
    Undo takes it back. A preview is made of small copies, by the film's own engine.
    """

    def __init__(self, source: Studio | CutDesk) -> None:
        """Open a cut list.

        Args:
            source: The studio, in whose run the best takes by score are the cut list where nobody made one; or a
                cut list's own desk, for one that belongs to no run.

        Raises:
            MissingDependency: ipywidgets is not installed.
            UsageError: no shot has a finished take yet.
            BadDocument: the file says something that it may not say; names the line.
        """
        super().__init__(source if isinstance(source, CutDesk) else source.cut_desk())
        self._pictures: dict[tuple[str, int, int], bytes] = {}
        self._filling = False
        self._make_list()
        self._make_fields()
        self._arrange()
        self._fill(self.desk.cuts, 0)

    # ------------------------------------------------------------------ the controls

    def _make_list(self) -> None:
        widgets = self.widgets
        self.head: ipywidgets.HTML = widgets.HTML()
        """Title, number of cuts and running length."""
        self.list: ipywidgets.Select = widgets.Select(
            options=[],
            tooltip="The cuts in order: Up and Down choose one",
            layout={"width": "340px", "height": "258px"},
        )
        """Chooses a cut; its value is the place, counted from 0."""
        self.frames: ipywidgets.HTML = widgets.HTML(layout={"min_height": "128px"})
        """The first and the last frame of the chosen cut."""
        self.earlier = self.button("▲ earlier", lambda: self._move(-1), tooltip="Show this cut before the one above it")
        self.later = self.button("▼ later", lambda: self._move(1), tooltip="Show this cut after the one below it")
        self.leave_out = self.button(
            "✗ leave out", self._leave_out, tooltip="The film goes on without this cut; its take stays"
        )
        self.undo = self.button("↶ undo", self._undo, tooltip="Take the last change back")
        self.whole = self.button("whole clip", self._whole, tooltip="From the clip's first frame to its last")

    def _make_fields(self) -> None:
        fields = self.fields = CutFields()
        self.list.observe(self._chosen, names="value")
        self._on(fields.place, lambda: self._move_to(fields.place.value - 1))
        self._on(fields.begins, lambda: self._point("in", fields.begins.value))
        self._on(fields.ends, lambda: self._point("out", fields.ends.value))
        self._on(fields.take, self._other_take)
        self._on(fields.way, self._lead_on)
        self._on(fields.seconds, self._lead_on)
        self._on(fields.gain, lambda: self._edit(changed(self._at, gain=fields.gain.value or None), "gain"))
        self._on(fields.words, lambda: self._edit(titled(self._at, fields.words.value), "title"))

    def _arrange(self) -> None:
        row, column, fields = self.widgets.HBox, self.widgets.VBox, self.fields
        wrap = {"flex_flow": "row wrap", "align_items": "center"}
        described = column(
            [
                self.frames,
                row([self.earlier, self.later, fields.place, self.leave_out, self.undo], layout=wrap),
                row([fields.begins, fields.ends, self.whole], layout=wrap),
                row([fields.way, fields.seconds], layout=wrap),
                row([fields.take, fields.gain], layout=wrap),
                fields.words,
            ],
            layout={"min_width": "420px", "flex": "1 1 420px"},
        )
        self.fill(
            self.head,
            row([self.list, described], layout={"flex_flow": "row wrap", "grid_gap": "12px"}),
            row([self.try_join, self.try_film, self.bar], layout=wrap),
            self.screen,
        )

    # ------------------------------------------------------------------ what they do

    def edit(self, change: Change, what: str = "changed") -> None:
        """Change the cut list, as its controls do.

        Args:
            change: One of `charkit.film.editing`'s.
            what: What to call it.

        Raises:
            UsageError: it would not make a film; nothing was written.
        """
        self.say(self._edit(change, what))

    @property
    def _at(self) -> int:
        """The place of the chosen cut, counted from 0."""
        return int(self.list.value or 0)

    def _edit(self, change: Change, what: str, at: int | None = None) -> str:
        former = self.desk.cuts
        cuts = self.desk.edit(change)
        at = min(self._at if at is None else at, len(cuts.cuts) - 1)
        self._fill(cuts, at)
        if cuts == former:
            return f"{cuts.cuts[at].shot}: as it was"
        return f"{cuts.cuts[at].shot}: {what}, saved in {self.desk.path.name}"

    def _move(self, by: int) -> str | None:
        to = self._at + by
        if not 0 <= to < len(self.desk.cuts.cuts):
            return f"{self.desk.cuts.cuts[self._at].shot} is the {'first' if by < 0 else 'last'} already"
        return self._edit(moved(self._at, to), f"now at place {to + 1}", to)

    def _move_to(self, to: int) -> str | None:
        return self._edit(moved(self._at, to), f"now at place {to + 1}", to)

    def _leave_out(self) -> str:
        shot = self.desk.cuts.cuts[self._at].shot
        cuts = self.desk.edit(left_out(self._at))
        self._fill(cuts, min(self._at, len(cuts.cuts) - 1))
        return f"{shot} is left out; undo brings it back"

    def _undo(self) -> str:
        cuts = self.desk.undo()
        self._fill(cuts, min(self._at, len(cuts.cuts) - 1))
        return "the last change is taken back"

    def _point(self, name: str, value: float) -> str:
        """Set a point; one at the clip's own end is none, so that a longer take would be seen to its end too."""
        cut = self.desk.cuts.cuts[self._at]
        facts = self.desk.clip(cut)
        whole = value == 0 if name == "in" else abs(value - facts.seconds) < 0.5 / float(facts.fps)
        return self._edit(changed(self._at, **{name: None if whole else round(value, 3)}), name)

    def _whole(self) -> str:
        return self._edit(changed(self._at, **{"in": None, "out": None}), "the whole clip")

    def _other_take(self) -> str | None:
        cut = self.desk.cuts.cuts[self._at]
        number = self.fields.take.value
        if number is None or number == cut.take:
            return None
        return self._edit(retaken(self._at, number, self.desk.takes[cut.shot][number]), f"take {number}")

    def _lead_on(self) -> str:
        return self._edit(changed(self._at, transition=self.fields.transition), "transition")

    # ------------------------------------------------------------------ what they show

    def complain(self, error: BaseException) -> None:
        """Say what is wrong, and show again what stands on disk."""
        super().complain(error)
        with suppress(CharkitError):  # of a file that cannot be read, which the line says
            self._fill(self.desk.cuts, min(self._at, len(self.desk.cuts.cuts) - 1))

    def _on(self, control: ipywidgets.Widget, do: Callable[[], str | None]) -> None:
        """Let a person's change of a field do something; changes by the board itself do nothing."""
        handle = self.handler(do)
        control.observe(lambda change: None if self._filling else handle(change), names="value")

    def _chosen(self, _: object) -> None:
        """Show the cut that a person chose; that decides nothing, so what is saved stays as it is."""
        if self._filling or self.list.value is None:
            return
        try:
            cuts = self.desk.cuts
            self._fill(cuts, min(self._at, len(cuts.cuts) - 1))
        except CharkitError as error:
            self.complain(error)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        before, self._filling = self._filling, True
        try:
            yield
        finally:
            self._filling = before

    def _fill(self, cuts: CutList, at: int) -> None:
        """Show a cut list, and one of its cuts in the fields."""
        running = self.desk.running(cuts)
        count = len(cuts.cuts)
        self.head.value = (
            f"<b>{html.escape(cuts.title)}</b> · {count} cut{'' if count == 1 else 's'} · "
            f"{running.seconds:.2f} s · changes are kept in <code>{html.escape(self.desk.path.name)}</code>"
        )
        with self._quiet():
            lines = [
                (_listed(number, cut, begin, lasts), number)
                for number, (cut, begin, lasts) in enumerate(zip(cuts.cuts, running.starts, running.lasts, strict=True))
            ]
            if tuple(self.list.options) != tuple(lines):
                self.list.options = lines
            self.list.value = at
            self.fields.fill(self.desk, cuts, at)
        self.whole.disabled = cuts.cuts[at].card is not None
        self.earlier.disabled, self.later.disabled = at == 0, at == count - 1
        self.undo.disabled = not self.desk.undoable
        self.frames.value = self._framed_ends(cuts.cuts[at])

    def _framed_ends(self, cut: Cut) -> str:
        if cut.card is not None:
            return f"<p>A card: {html.escape(cut.card.text)}, for {cut.card.seconds:g} s</p>"
        facts = self.desk.clip(cut)
        first, last = ends_of(cut, facts)
        rate = float(facts.fps)
        said = f"first frame, {first / rate:.2f} s | last frame, {last / rate:.2f} s, of {facts.seconds:.2f} s"
        picture = picture_uri(self._ends(facts, first, last), "image/jpeg")
        return f'<img src="{picture}" alt="{said}" height="96"><div style="font-size: 12px">{said}</div>'

    def _ends(self, facts: ClipFacts, first: int, last: int) -> bytes:
        key = (f"{facts.path} {facts.size}", first, last)
        if key not in self._pictures:
            while len(self._pictures) >= _KEPT:
                self._pictures.pop(next(iter(self._pictures)))
            self._pictures[key] = cut_ends(facts, first, last)
        return self._pictures[key]

    def still(self) -> Html:
        """Return the cuts as pictures, and a long film's others as a table."""
        cuts = self.desk.cuts
        cards = []
        for number, cut in enumerate(cuts.cuts[:_PICTURED], start=1):
            if cut.card is not None:
                cards.append(cut_card(cut, number))
                continue
            facts = self.desk.clip(cut)
            ends = ends_of(cut, facts)
            cards.append(cut_card(cut, number, ends, self._ends(facts, *ends), float(facts.fps)))
        rest = cuts._repr_mimebundle_()["text/html"] if len(cuts.cuts) > _PICTURED else ""
        return Html(f"<p>{self.head.value}</p>{grid(cards)}{rest}")

    def __repr__(self) -> str:
        cuts = self.desk.cuts
        return f"CutEditor({cuts.title!r}: {len(cuts.cuts)} cuts, {self.desk.running(cuts).seconds:.2f} s)"


def _listed(number: int, cut: Cut, begin: float, lasts: float) -> str:
    what = f"{cut.shot}, card" if cut.card else f"{cut.shot}/{cut.take}"
    then = f" · {cut.transition.kind} {cut.transition.seconds:g} s" if cut.transition else ""
    words = " · title" if cut.titles else ""
    return f"{number + 1:>2} · {what} · {begin:.2f}–{begin + lasts:.2f} s{then}{words}"
