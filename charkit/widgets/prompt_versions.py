"""Wordings of a shot to compare: two lists, what changed between them, and every wording with its takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.cards import Html, folded
from charkit.widgets.prompt_view import difference
from charkit.widgets.showing import put

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    import ipywidgets

    from charkit.prompts import Prompt
    from charkit.prompts.history import ShotHistory

__all__ = ["TYPED", "Versions"]

TYPED: Final = "as typed"
"""Stands for the words that are in the fields."""


class Versions:
    """Two wordings side by side; from the winner, or the first, to what is typed, until a person chooses others."""

    def __init__(self, widgets: ModuleType) -> None:
        """Make the controls.

        Args:
            widgets: ipywidgets.
        """
        look = {"description_width": "70px"}
        self.old: ipywidgets.Dropdown = widgets.Dropdown(description="from", style=look, layout={"width": "300px"})
        self.new: ipywidgets.Dropdown = widgets.Dropdown(
            description="to", style={"description_width": "24px"}, layout={"width": "260px"}
        )
        self.changes: ipywidgets.HTML = widgets.HTML()
        self.table: ipywidgets.HTML = widgets.HTML()
        row = widgets.HBox([self.old, self.new], layout={"flex_flow": "row wrap"})
        self.rows: tuple[ipywidgets.Widget, ...] = (row, self.changes, self.table)
        """What goes onto the board."""
        self._typed: Prompt | None = None
        self._history: ShotHistory | None = None
        self._reading = False

    def tell(self, history: ShotHistory | None) -> None:
        """Bring lists and table up to date.

        Args:
            history: The shot's wordings; None where there is none yet.
        """
        self._history = history
        versions = [(one.title, str(one.number)) for one in history] if history is not None else []
        winner = history.winner if history is not None else None
        first = str(winner.number) if winner is not None else (versions[0][1] if versions else TYPED)
        self._reading = True
        try:
            _offer(self.old, versions or [(TYPED, TYPED)], first)
            _offer(self.new, [(TYPED, TYPED), *versions], TYPED)
        finally:
            self._reading = False
        if history is not None:
            told = Html(str(history._repr_mimebundle_()["text/html"]))
            put(self.table, folded("Every wording so far, its takes, and which won", told))
        self.compare()

    def typed(self, prompt: Prompt | None) -> None:
        """Take in what is typed, as the route would get it; None where it cannot be said."""
        self._typed = prompt
        if self.new.value == TYPED:
            self.compare()

    def compare(self) -> None:
        """Show what changed between the two that are chosen."""
        if not self._reading:
            put(self.changes, difference(self._named(str(self.old.value)), self._named(str(self.new.value))))

    def _named(self, name: str) -> tuple[str, Prompt] | None:
        if name == TYPED:
            return (TYPED, self._typed) if self._typed is not None else None
        found = next((one for one in self._history or () if str(one.number) == name), None)
        return (found.title, found.prompt) if found is not None else None


def _offer(chooser: ipywidgets.Dropdown, options: Sequence[tuple[str, str]], usual: str) -> None:
    before = chooser.value
    if chooser.options != tuple(options):
        chooser.options = options
    chooser.value = before if before in [value for _, value in options] else usual
