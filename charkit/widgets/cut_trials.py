"""The part of the cutting room that tries a cut out: small films with sound, by the film's own engine."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from charkit.film.previewing import preview
from charkit.widgets.board import Board

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import ipywidgets

    from charkit.film.editing import CutDesk

__all__ = ["CutTrials"]


class CutTrials(Board):
    """A board that can show a cut list as a small film."""

    def __init__(self, desk: CutDesk) -> None:
        super().__init__()
        self.desk = desk
        """The cut list; also for changes by code."""
        self._share = 0.0
        self.try_join = self.button(
            "▶ this cut into the next",
            lambda: self._begin(self.preview(self._at, 2)),
            tooltip="A small preview of this cut and the next; writes nothing but the preview",
        )
        self.try_film = self.button(
            "▶ the whole film",
            lambda: self._begin(self.preview()),
            tooltip="A small preview of all cuts; the first one takes longest",
        )
        self.bar: ipywidgets.FloatProgress = self.widgets.FloatProgress(
            max=1.0, layout={"width": "200px", "visibility": "hidden"}
        )
        self.screen: ipywidgets.VBox = self.widgets.VBox([])
        """Where a preview is shown; empty until there is one, since browsers complain about an empty film."""

    @property
    @abstractmethod
    def _at(self) -> int:
        """The place of the chosen cut, counted from 0."""

    async def preview(self, first: int = 0, count: int | None = None) -> str:
        """Make a small film of some cuts, or of all, and show it; await it in a cell, or press its button.

        Args:
            first: The first cut, counted from 0.
            count: How many; all that follow by default.

        Raises:
            UsageError: the list cannot be shown as it is.
            UnreadableMedia: a clip is missing or damaged.
        """
        self.bar.value, self.bar.layout.visibility = 0.0, "visible"
        show = self.soon(self._show_share)
        try:
            made = await self.in_thread(
                lambda: preview(self.desk, first=first, count=count, on_progress=lambda share: self._told(share, show))
            )
        finally:
            self.bar.layout.visibility = "hidden"
        film = made.path.read_bytes()
        look = {"width": "480px", "max_width": "100%"}
        self.screen.children = (self.widgets.Video(value=film, autoplay=True, loop=False, layout=look),)
        return f"preview of {made.count} cut{'' if made.count == 1 else 's'}, {made.seconds:.2f} s"

    def _told(self, share: float, show: Callable[[], None]) -> None:
        if share >= self._share + 0.02 or share < self._share:
            self._share = share
            show()

    def _show_share(self) -> None:
        self.bar.value = self._share

    def _begin(self, work: Coroutine[Any, Any, str]) -> None:
        if self.busy:
            work.close()
            return
        self.say("making a preview", "busy")
        self.start(work)
