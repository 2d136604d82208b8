"""One notebook, open in JupyterLab: runs it, clicks in it, and keeps account of everything that went wrong.

What is true is asked of JupyterLab's own models, not of pixels; what a click did is read from disk, where it counts. A
command is started and its outcome polled with a deadline, since the page's own promises have none.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict, TypeVar

from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Locator, Page, Request

    from tests.browser.lab import Lab

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds for one thing to become true; a busy machine is not a fault."""

_IDLE = """() => {
  const panel = window.jupyterapp?.shell.currentWidget, session = panel?.sessionContext;
  return !!(session && session.isReady && session.session?.kernel?.status === 'idle'
    && session.session.kernel.connectionStatus === 'connected' && panel.content?.widgets?.length);
}"""
_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell, place) => {
  const model = cell.model;
  if (model.type !== 'code') return null;
  const outputs = [...Array(model.outputs.length).keys()].map(i => model.outputs.get(i).toJSON());
  const bad = outputs.find(one => one.output_type === 'error');
  return {place, count: model.executionCount, state: model.executionState, source: model.sharedModel.getSource(),
    error: bad ? bad.ename + ': ' + bad.evalue : null};
}).filter(cell => cell)"""
_START = """([name, args]) => {
  window.charkitOutcome = null;
  window.jupyterapp.commands.execute(name, args).then(
    () => { window.charkitOutcome = 'done'; }, error => { window.charkitOutcome = String(error); });
}"""
_OUTCOME = "() => window.charkitOutcome"
_SET_SOURCE = """([place, text]) =>
  window.jupyterapp.shell.currentWidget.content.widgets[place].model.sharedModel.setSource(text)"""

_CHOOSE = "place => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = place; }"
_PICTURES_THERE = "area => [...area.querySelectorAll('img')].every(one => one.complete && one.naturalWidth > 0)"


class Cell(TypedDict):
    """A code cell as JupyterLab's model has it."""

    place: int
    count: int | None
    state: str
    source: str
    error: str | None


def until(what: str, ask: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
    """Ask again and again until there is an answer that counts as true, and return it.

    Raises:
        AssertionError: it did not become true; says what was waited for, and the last answer.
    """
    end = time.monotonic() + patience
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience:g} s: {what}; the last answer was {answer!r}")
        time.sleep(0.05)


@dataclass(kw_only=True)
class Notebook:
    """An open notebook with its page."""

    page: Page
    lab: Lab
    path: str
    faults: list[str] = field(default_factory=list)
    """Errors of the page and its console, and requests that left the machine."""

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {str(error)[:300]}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.goto(self.lab.address(self.path), wait_until="domcontentloaded")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE * 1000)
        self.page.wait_for_function(_IDLE, timeout=PATIENCE * 1000)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text[:300]}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.lab.base, "data:", "blob:")):
            self.faults.append(f"outside: {request.url[:120]}")

    # ------------------------------------------------------------------ cells

    def cells(self) -> list[Cell]:
        """Return its code cells."""
        found: list[Cell] = self.page.evaluate(_CELLS)
        return found

    @property
    def active_cell(self) -> int:
        """The place of the cell on which the notebook's own keys act."""
        return int(self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"))

    def set_parameters(self, **values: object) -> None:
        """Change values in the parameters cell, as a person would before running all."""
        cell = self.cells()[0]
        lines = cell["source"].splitlines()
        for name, value in values.items():
            place = next(i for i, line in enumerate(lines) if line.startswith(f"{name}:"))
            lines[place] = f"{lines[place].split('=')[0]}= {value!r}"
        self.page.evaluate(_SET_SOURCE, [cell["place"], "\n".join(lines)])

    def run_all(self, *, patience: float = 180.0) -> None:
        """Run all cells.

        Raises:
            AssertionError: a cell fails, or they do not end; says which.
        """
        self.start("notebook:run-all-cells")
        until(f"all cells of {self.path} ran", self._all_ran, patience=patience)
        assert self._outcome() == "done", self._outcome()

    def run(self, source: str, *, patience: float = 180.0) -> Locator:
        """Run the one cell that has these words in it, and return its output.

        Raises:
            AssertionError: it fails, or does not end.
        """
        place = self._place(source)
        self.page.evaluate(_CHOOSE, place)
        self.start("notebook:run-cell")
        until(f"the cell {source!r} of {self.path} ran", self._checked, patience=patience)
        return self.output(source)

    def _all_ran(self) -> bool:
        return self._checked() and all(cell["count"] for cell in self.cells())

    def _checked(self) -> bool:
        """Return whether the command that was started is over; a cell that failed ends the wait."""
        failed = [f"{cell['source'][:80]!r}: {cell['error']}" for cell in self.cells() if cell["error"]]
        assert not failed, f"{self.path}: {failed[0]}"
        return self._outcome() is not None

    def _place(self, source: str) -> int:
        return next(cell["place"] for cell in self.cells() if source in cell["source"])

    def start(self, command: str, **arguments: object) -> None:
        """Start one of JupyterLab's commands, and do not wait for it."""
        self.page.evaluate(_START, [command, arguments])

    def do(self, command: str, **arguments: object) -> None:
        """Start one of JupyterLab's commands and wait until it is done."""
        self.start(command, **arguments)
        assert until(f"{command} is over", self._outcome) == "done", self._outcome()

    def _outcome(self) -> str | None:
        said: str | None = self.page.evaluate(_OUTCOME)
        return said

    def output(self, source: str) -> Locator:
        """Return the output area of the cell whose code has these words in it."""
        found = self.page.locator(".jp-Notebook .jp-Cell").nth(self._place(source)).locator(".jp-Cell-outputArea")
        found.scroll_into_view_if_needed()
        return found

    # ------------------------------------------------------------------ looking

    def picture(self, place: Locator, file: Path) -> None:
        """Keep a screenshot of one output, all of it, once its pictures are there."""
        until("all pictures are loaded", lambda: place.evaluate(_PICTURES_THERE))
        file.parent.mkdir(parents=True, exist_ok=True)
        size, box = self.page.viewport_size, place.bounding_box()
        if size and box:  # the window grows with it, since it would be cut off where the notebook scrolls
            self.page.set_viewport_size(
                {"width": size["width"], "height": max(size["height"], int(box["height"]) + 260)}
            )
        place.scroll_into_view_if_needed()
        place.screenshot(path=file)
        if size:
            self.page.set_viewport_size(size)

    @contextmanager
    def seen(self, *, width: int, dark: bool = False) -> Iterator[None]:
        """Look at it in a window of another width, or in the dark."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": width, "height": 1000})
        if dark:
            self._dress("JupyterLab Dark")
        yield
        if dark:
            self._dress("JupyterLab Light")
        if size:
            self.page.set_viewport_size(size)

    def _dress(self, theme: str) -> None:
        self.do("apputils:change-theme", theme=theme)
        until("the curtain is up", lambda: self.page.locator("#jupyterlab-splash").count() == 0)

    def close(self) -> None:
        """End the notebook's kernel and close its window."""
        with suppress(PlaywrightError):  # of a page that is gone already; what the test itself says counts
            self.start("kernelmenu:shutdown")
        self.page.close()
