"""The fields in which one cut is described; `charkit.widgets.cuts` says what a change of theirs does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.widgets.board import stock

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ipywidgets

    from charkit.film.cuts import CutList
    from charkit.film.editing import CutDesk

__all__ = ["CutFields"]

_WAYS: Final[Mapping[str, str | None]] = {"cut": None, "dissolve": "dissolve", "dip to a colour": "dip", "wipe": "wipe"}
_LABEL: Final = {"description_width": "76px"}
_WIDTH: Final = {"width": "190px"}


class CutFields:
    """Stock controls for one cut, filled from the cut list."""

    def __init__(self) -> None:
        """Make the fields, empty.

        Raises:
            MissingDependency: ipywidgets is not installed.
        """
        widgets = stock()
        self.place: ipywidgets.BoundedIntText = widgets.BoundedIntText(
            description="place", min=1, tooltip="Its place in the film, from 1", layout={"width": "150px"}, style=_LABEL
        )
        """Counted from 1."""
        self.begins = _number("in (s)", "The second of the clip at which it begins; arrow keys move by one frame")
        self.ends = _number("out (s)", "The second of the clip at which it ends; arrow keys move by one frame")
        self.way: ipywidgets.Dropdown = widgets.Dropdown(
            options=list(_WAYS),
            description="then",
            tooltip="How it goes over into the next",
            layout=_WIDTH,
            style=_LABEL,
        )
        """How it goes over into the next."""
        self.seconds = _number("for (s)", "How long the transition lasts", step=0.1)
        self.seconds.value = 0.5
        self.take: ipywidgets.Dropdown = widgets.Dropdown(
            description="take", tooltip="Another take of the same shot", layout=_WIDTH, style=_LABEL
        )
        """The number of the take."""
        self.gain = _number("gain (dB)", "How much louder its sound is, from -60 to 24", step=0.5)
        self.words: ipywidgets.Text = widgets.Text(
            description="title",
            placeholder="words over its picture",
            continuous_update=False,
            tooltip="Words over its picture; empty for none",
            layout={"width": "388px"},
            style=_LABEL,
        )
        """Words over its picture."""

    @property
    def transition(self) -> Mapping[str, object] | None:
        """What is said of the transition, in the words of the file."""
        kind = _WAYS[self.way.value]
        return None if kind is None else {"kind": kind, "seconds": round(self.seconds.value, 3)}

    def fill(self, desk: CutDesk, cuts: CutList, at: int) -> None:
        """Show one cut of a list.

        Raises:
            UnreadableMedia: its clip is missing or damaged.
        """
        cut, last = cuts.cuts[at], len(cuts.cuts) - 1
        for control in (self.begins, self.ends, self.gain, self.take):
            control.disabled = cut.card is not None
        if cut.card is None:
            clip = desk.clip(cut)
            self.begins.step = self.ends.step = round(1 / float(clip.fps), 6)
            self.begins.value = cut.start or 0.0
            self.ends.value = round(clip.seconds, 3) if cut.end is None else cut.end
        self.place.max, self.place.value = last + 1, at + 1
        self.way.disabled = self.seconds.disabled = at == last
        kind = cut.transition.kind if cut.transition else None
        self.way.value = next(name for name, value in _WAYS.items() if value == kind)
        if cut.transition is not None:  # else what a person wrote stays, for the transition to come
            self.seconds.value = cut.transition.seconds
        self.gain.value = cut.gain
        self.words.value = cut.titles[0].text if cut.titles else ""
        numbers = sorted({cut.take, *desk.takes.get(cut.shot, ())})
        self.take.options, self.take.value = [(f"take {number}", number) for number in numbers], cut.take


def _number(name: str, tooltip: str, *, step: float = 0.04) -> ipywidgets.FloatText:
    return stock().FloatText(
        description=name, step=step, continuous_update=False, tooltip=tooltip, layout=_WIDTH, style=_LABEL
    )
