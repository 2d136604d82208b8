"""What all boards share: a live view, a still picture for whoever has no kernel, one line for what happened.

How to write a board:

    class TakeBoard(Board):
        def __init__(self, studio):
            super().__init__()
            self._studio = studio
            self._star = self.button("star", lambda: self._decide("star"), tooltip="The film takes this one")
            self.fill(self._star)                        # stock ipywidgets, in the order in which Tab goes

        def _decide(self, word):                         # a handler: does one thing, returns what to say
            self._studio.star("S02", take=1)             # below the doors; writes to disk before it returns
            return "S02, take 1 is starred"

        def __repr__(self): ...                          # one stable line
        def still(self): return grid([...])              # `Html` made with charkit.cards; no script, no class names

* **A view only.** A handler calls a function below the doors that decides and writes at once, then reads again what
  to show. Nothing that matters lives in a widget, so that batch, tests and a reopened notebook agree.
* **Handlers never fail silently.** ipywidgets sends a handler's exception to a log that nobody reads. Handlers go
  through `button` or `handler`: a `CharkitError` becomes one line in the board, any other exception too, and stays in
  `failure` so that `raise board.failure` shows its traceback.
* **Long or paid work** is a coroutine. A cell awaits it (`await board.shoot()`), so that papermill keeps what it
  showed; a button hands it to `start`. Blocking verbs of the studio run in `in_thread`. Show the price before the
  click.
* **No `Output` widgets, no display handles of your own**: see the reference that the README names.

Why a board is two outputs. JupyterLab prefers a widget's view to HTML in the same output, and shows "model not found"
in its place where the kernel that had the model is gone; so one output with both is lost in a reopened notebook (tried
in JupyterLab 4.6). Hence the still picture is an output of its own, followed by the live one, and a style that comes
with the still hides the one that is not wanted: the still where live controls are there, the dead controls where not.
Where styles are dropped (an untrusted notebook, GitHub) widgets are dropped too, and the still stands there alone with
a line of text. nbconvert's pages show the still, also of a papermill notebook that holds widget state: its controls
would have nobody to talk to. After a decision the still is sent again, once things are quiet, so that what is saved is
what was decided.
"""

from __future__ import annotations

import asyncio
import html
import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final, TypeVar

from charkit.cards import Html, no_formulas
from charkit.errors import CharkitError, MissingDependency, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from types import ModuleType

    import ipywidgets

__all__ = ["Board", "stock"]

T = TypeVar("T")

_QUIET: Final = 0.8
"""Seconds after the last decision before the still picture is sent again."""

_STYLE: Final = """<style>
body:not(.jp-Notebook) .jp-OutputArea-child:has(.charkit-still):has(+ .jp-OutputArea-child .charkit-live)
{display: none}
.jp-OutputArea-child:has(.charkit-still)
+ .jp-OutputArea-child:not(body:not(.jp-Notebook) .jp-OutputArea-child:has(.charkit-live)) {display: none}
</style>"""

_LOOK: Final = """<style>
.charkit-live {gap: 6px; padding: 2px 4px 8px 0; overflow: visible}
.charkit-live .widget-html-content {line-height: 1.45}
.charkit-live button:focus-visible, .charkit-live select:focus-visible, .charkit-live input:focus-visible,
.charkit-live textarea:focus-visible {outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px}
.charkit-live .charkit-frame {border: 1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.4));
border-radius: 8px; padding: 6px; margin: 0 8px 8px 0}
.charkit-live .charkit-frame .jupyter-button {padding: 0 7px; margin: 1px; font-size: 12px; height: 26px;
line-height: 26px}
</style>"""

_MARKS: Final = {"ok": "✓", "busy": "…", "warn": "!", "bad": "✗"}
"""Said with a sign as well as with a colour."""
_INKS: Final = {
    "ok": "var(--jp-success-color0, #17784a)",
    "busy": "inherit",
    "warn": "var(--jp-warn-color0, #9a5b0a)",
    "bad": "var(--jp-error-color0, #c02b45)",
}


def stock() -> ModuleType:
    """Return ipywidgets.

    Raises:
        MissingDependency: it is not installed.
    """
    try:
        import ipywidgets
    except ImportError as error:
        raise MissingDependency("ipywidgets", "notebooks") from error
    return ipywidgets  # type: ignore[no-any-return]


class Board(ABC):
    """A view with controls; subclasses say what is on it. The module's text says how to write one."""

    def __init__(self) -> None:
        """Set up an empty board.

        Raises:
            MissingDependency: ipywidgets is not installed.
        """
        self.widgets = stock()
        """ipywidgets, for subclasses."""
        self.line: ipywidgets.HTML = self.widgets.HTML()
        """What happened last, or what is wrong, in one line."""
        self.failure: BaseException | None = None
        """What stopped the last handler, where it was a fault in the program; `raise` it to see where."""
        self.box: ipywidgets.VBox = self.widgets.VBox([])
        """All that is live."""
        self.box.add_class("charkit-live")
        self._style = self.widgets.HTML(_LOOK, layout={"display": "none"})
        self._guard = _guarded()
        self._tasks: set[asyncio.Task[None]] = set()
        self._aside: set[asyncio.Task[None]] = set()
        self._display = ""
        self._later: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------------ for subclasses

    @abstractmethod
    def still(self) -> Html:
        """Return what is on the board as static HTML: what a saved notebook, GitHub and exported pages show."""

    @abstractmethod
    def __repr__(self) -> str: ...

    def fill(self, *rows: ipywidgets.Widget) -> None:
        """Put rows on the board, in the order in which Tab goes; the line stands below them, or where it is named."""
        shown = rows if self.line in rows else (*rows, self.line)
        self.box.children = (self._style, *shown, *self._guard)

    def button(
        self,
        words: str,
        do: Callable[[], str | None],
        *,
        tooltip: str = "",
        width: str = "auto",
        disabled: bool = False,
        style: str = "",
    ) -> ipywidgets.Button:
        """Return a button.

        Args:
            words: What stands on it; say it in words, whatever its colour.
            do: What a click does; see `handler`.
            tooltip: A sentence, for whoever hovers or listens.
            width: As CSS has it.
            disabled: Whether it is greyed.
            style: One of ipywidgets' button styles, such as `primary` for the one that costs money.
        """
        made = self.widgets.Button(
            description=words,
            tooltip=tooltip or words,
            disabled=disabled,
            button_style=style,
            layout={"width": width, "min_width": "34px"},
        )
        made.on_click(self.handler(do))
        return made

    def handler(self, do: Callable[[], str | None]) -> Callable[[object], None]:
        """Return a callback for `on_click` or `observe` that says what came of it in the board's line.

        Args:
            do: Does one thing; returns what to say, or None to say nothing.
        """

        def handle(_: object = None) -> None:
            try:
                said = do()
            except Exception as error:  # noqa: BLE001  (ipywidgets would send it to a log that nobody reads)
                self.complain(error)
                return
            self.failure = None
            if said is not None:
                self.say(said)
            self.changed()

        return handle

    def say(self, words: str, tone: str = "ok") -> None:
        """Show one line.

        Args:
            words: The line.
            tone: `ok`, `busy`, `warn` or `bad`; said with a sign as well as with a colour.
        """
        self.line.value = (
            f'<span role="status"><b style="color: {_INKS[tone]}">{_MARKS[tone]}</b> {html.escape(words)}</span>'
            if words
            else ""
        )

    def complain(self, error: BaseException) -> None:
        """Show what went wrong in one line: what a person can mend as it is, a fault in the program by its name."""
        if isinstance(error, CharkitError):
            self.failure = None
            self.say(" ".join(str(error).split()), "bad")
            return
        self.failure = error
        self.say(f"{type(error).__name__}: {error} (`raise board.failure` shows where)", "bad")

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Start something that nobody waits for, such as pictures; what stops it is only kept in `failure`.

        Raises:
            UsageError: no loop runs here, as in a plain script.
        """

        async def watched() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001  (nobody awaits it)
                self.failure = error

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            work.close()
            raise UsageError("no loop runs here; work beside it is for notebooks") from None
        task = loop.create_task(watched())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def start(self, work: Coroutine[Any, Any, str | None]) -> None:
        """Start long work from a button, and say in the line what came of it.

        Args:
            work: A coroutine that returns what to say in the end.
        """

        async def watched() -> None:
            try:
                said = await work
            except asyncio.CancelledError:
                self.say("stopped", "warn")
                raise
            except Exception as error:  # noqa: BLE001  (nobody awaits what a button started)
                self.complain(error)
            else:
                self.failure = None
                if said is not None:
                    self.say(said)
            self.changed()

        def over(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self.rested()

        task = asyncio.get_running_loop().create_task(watched())
        self._tasks.add(task)  # a loop holds tasks weakly
        task.add_done_callback(over)

    def rested(self) -> None:  # noqa: B027  (most boards have nothing to do then)
        """Do what is to be done when what a button started has ended, such as ungrey buttons: `busy` is false again."""

    @property
    def busy(self) -> bool:
        """Whether something that a button started is still going on."""
        return bool(self._tasks)

    @staticmethod
    async def in_thread(verb: Callable[[], T]) -> T:
        """Run a blocking verb beside the kernel's loop, so that buttons and bars go on; its exception comes back."""
        return await asyncio.to_thread(verb)

    def soon(self, show: Callable[[], None]) -> Callable[[], None]:
        """Return a callback for other threads that shows something in this one, where widgets belong.

        Call it in the thread of the loop. Without a running loop (a plain script, a test) it shows at once.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return show
        return lambda: _posted(loop, show)

    # ------------------------------------------------------------------ how it is shown

    def changed(self, *, at_once: bool = False) -> None:
        """Send the still picture again once things are quiet, so that a saved notebook shows what was decided.

        Args:
            at_once: Do not wait: at the end of long work, which may be the end of a notebook that papermill runs.
        """
        if not self._display:
            return
        if at_once:
            self._publish_still(again=True)
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody's loop runs: whoever runs the cell again sees it
            return
        if self._later is not None:
            self._later.cancel()
        self._later = loop.call_later(_QUIET, self._publish_still, True)

    def _publish_still(self, again: bool = False) -> None:
        bundle = {"text/plain": repr(self), "text/html": self._framed()}
        _publish(bundle, transient={"display_id": self._display}, **({"update": True} if again else {}))

    def _framed(self) -> Html:
        return no_formulas(f'{_STYLE}<div class="charkit-still">{self.still()}</div>')

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._framed()}

    def _ipython_display_(self) -> None:
        """Show the still picture and the live board, as two outputs."""
        self._display = self._display or f"charkit-{uuid.uuid4().hex[:12]}"
        self._publish_still()
        view = dict(self.box._repr_mimebundle_())
        _publish({**view, "text/plain": "(its controls are live while a kernel runs this cell)"})


def _guarded() -> tuple[ipywidgets.Widget, ...]:
    """Return what keeps the notebook from taking a board's keys; nothing where anywidget is not installed."""
    try:
        from charkit.widgets.key_guard import KeyGuard
    except ImportError:
        return ()
    return (KeyGuard(layout={"display": "none"}),)


def _posted(loop: asyncio.AbstractEventLoop, show: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(show)


def _publish(bundle: Mapping[str, object], **more: object) -> None:
    from IPython import display

    send: Callable[..., None] = display.publish_display_data
    send(dict(bundle), **more)
