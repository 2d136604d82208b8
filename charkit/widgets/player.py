"""Takes in step: one scrubber, side by side; two also wiped or as their difference; frame by frame, boxes, keys.

    player = Player(Clip.of("S02-t1.mp4"), Clip.of("S02-t2.mp4", marks=[Mark(time=1.25, label="worst frame")]))
    player                      # look; press 1 or 2
    player.winner, player.time  # in the next cell

Clips are not put into the notebook. The browser gets a link beside it, which Jupyter serves under `/files`; where it
cannot be had that way (the server's root lies elsewhere, Colab), the kernel sends the bytes once, up to `MAX_SENT`.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from charkit.cards import Html, card, grid, picture_uri
from charkit.errors import MediaError, MissingDependency, StorageError, UsageError
from charkit.media.probe import probe
from charkit.widgets.board import Board
from charkit.widgets.thumbs import thumb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.widgets.player_view import PlayerView

__all__ = ["MAX_SENT", "MOST", "Clip", "FrameBox", "Mark", "Player"]

MOST: Final = 4
"""Clips side by side; with more there is nothing to be seen of any."""
MAX_SENT: Final = 64_000_000
"""The most bytes of one clip that the kernel sends, where the browser cannot have it by its link."""
_POSTER: Final = 480
"""Pixels across of the picture that stands until a clip has loaded."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A moment to look at, marked on the scrubber."""

    time: float
    """Seconds from the beginning."""
    label: str
    """Why, such as `worst frame, 0.412`."""


@dataclass(frozen=True, kw_only=True)
class FrameBox:
    """A box on the frames near a moment, in shares of width and height from the upper left corner."""

    time: float
    """Seconds from the beginning."""
    left: float
    top: float
    right: float
    bottom: float
    label: str
    """What it is around, such as `face 0.93`."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One clip, as the player needs it."""

    label: str
    path: Path
    fps: float
    seconds: float
    width: int
    height: int
    marks: tuple[Mark, ...] = ()
    boxes: tuple[FrameBox, ...] = ()
    poster: bytes | None = field(default=None, repr=False)
    """A JPEG."""

    @classmethod
    def of(
        cls,
        path: Path | str,
        *,
        label: str = "",
        marks: Sequence[Mark] = (),
        boxes: Sequence[FrameBox] = (),
        poster: bytes | None = None,
    ) -> Clip:
        """Return a clip with what its file says.

        Args:
            path: The file.
            label: What people call it; the file's name by default.
            marks: Moments to look at.
            boxes: What to draw on its frames.
            poster: A JPEG to show until it has loaded; one of its frames by default.

        Raises:
            UnreadableMedia: it cannot be read.
        """
        facts = probe(Path(path))
        return cls(
            label=label or Path(path).stem,
            path=Path(path),
            fps=float(facts.fps),
            seconds=facts.seconds,
            width=facts.width,
            height=facts.height,
            marks=tuple(sorted(marks, key=lambda mark: mark.time)),
            boxes=tuple(boxes),
            poster=poster or thumb(Path(path), _POSTER),
        )

    @property
    def state(self) -> dict[str, Any]:
        """The clip as plain values for the browser; small, since media come by link."""
        return {
            "label": self.label,
            "link": _link(self.path),
            "fps": self.fps,
            "seconds": self.seconds,
            "width": self.width,
            "height": self.height,
            "poster": picture_uri(self.poster, "image/jpeg") if self.poster else "",
            "marks": [asdict(mark) for mark in self.marks],
            "boxes": [asdict(box) for box in self.boxes],
        }


class Player(Board):
    """Plays one clip, or up to `MOST` in step. Click it once, then: arrows, space, 1 to 4, S W D, B, M."""

    def __init__(self, *clips: Clip, on_choice: Callable[[str], str | None] | None = None) -> None:
        """Set up a player.

        Args:
            clips: Up to `MOST`; `show` may bring them later. Two can be wiped and subtracted as well.
            on_choice: Called with `1`, `2`, … or, where a choice is taken back, an empty text; returns what to say.

        Raises:
            MissingDependency: anywidget is not installed.
            UsageError: more than `MOST` clips.
        """
        super().__init__()
        self._view = _view()
        self._clips: tuple[Clip, ...] = ()
        self._on_choice = on_choice
        self._view.on_msg(self._asked)
        self._view.observe(self.handler(self._chosen), "winner")
        self.fill(self._view)
        self.show(*clips)

    def show(self, *clips: Clip, winner: str = "", at: float = 0.0) -> None:
        """Play other clips.

        Args:
            clips: Up to `MOST`.
            winner: Which is chosen already.
            at: The moment to begin with, in seconds.

        Raises:
            UsageError: more than `MOST` clips, or a winner that is not among them.
        """
        if len(clips) > MOST or winner not in ("", *(str(n) for n in range(1, len(clips) + 1))):
            raise UsageError(
                f"a player plays up to {MOST} clips, not {len(clips)}, and one of them wins, not {winner!r}"
            )
        self._clips = ()  # whoever listens to the winner knows that nobody chose just now
        with self._view.hold_sync():
            self._view.winner = winner
            self._view.time = at
            self._view.clips = [clip.state for clip in clips]
        self._clips = clips

    @property
    def clips(self) -> tuple[Clip, ...]:
        """What is played."""
        return self._clips

    @property
    def winner(self) -> str:
        """`1`, `2`, … for the clip that was chosen; empty while none is."""
        return str(self._view.winner)

    @property
    def time(self) -> float:
        """Seconds from the beginning, of the frame that is shown."""
        return float(self._view.time)

    @property
    def mode(self) -> str:
        """`side`, `wipe` or `difference`."""
        return str(self._view.mode)

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in ("side", "wipe", "difference"):
            raise UsageError(f"a player shows its clips as side, wipe or difference, not as {mode!r}")
        self._view.mode = mode

    def _chosen(self) -> str | None:
        if not self._clips:
            return None
        if self._on_choice is not None:
            return self._on_choice(self.winner)
        return f"{self._clips[int(self.winner) - 1].label} is chosen" if self.winner else "the choice is taken back"

    def _asked(self, _: object, content: dict[str, Any], __: object) -> None:
        """Answer a browser that cannot have a clip by its link. Only clips that are played are sent."""
        index = content.get("index")
        if content.get("kind") != "clip" or not isinstance(index, int) or index not in range(len(self._clips)):
            return
        answer: dict[str, Any] = {"kind": "clip", "index": index, "link": content.get("link")}
        try:
            data = _bytes(self._clips[index].path)
        except (StorageError, MediaError) as error:
            self._view.send({**answer, "problem": str(error)})
            return
        suffix = self._clips[index].path.suffix.lstrip(".").lower()
        kind = {"webm": "video/webm", "mov": "video/quicktime"}.get(suffix, "video/mp4")
        self._view.send({**answer, "type": kind}, buffers=[data])

    def still(self) -> Html:
        """Return the posters with their marks, and which was chosen."""
        cards = [self._card(index, clip) for index, clip in enumerate(self._clips, start=1)]
        return grid(cards)

    def _card(self, index: int, clip: Clip) -> Html:
        rows = [("clip", f"{clip.width}×{clip.height}, {clip.fps:g} fps, {clip.seconds:.2f} s")]
        rows += [(f"{mark.time:.2f} s", mark.label) for mark in clip.marks]
        return card(
            clip.label,
            rows=rows,
            picture=clip.poster,
            picture_type="image/jpeg",
            link=_link(clip.path) or None,
            badge="chosen" if self.winner == str(index) else None,
            width=360,
        )

    def __repr__(self) -> str:
        names = " and ".join(clip.label for clip in self._clips) or "nothing yet"
        chosen = f", {self._clips[int(self.winner) - 1].label} chosen" if self.winner and self._clips else ""
        return f"Player({names}{chosen})"


def _view() -> PlayerView:
    try:
        from charkit.widgets.player_view import PlayerView
    except ImportError as error:
        raise MissingDependency("anywidget", "notebooks") from error
    return PlayerView()


def _link(path: Path) -> str:
    """Return where a clip lies beside the notebook, as a link; empty on another drive."""
    try:
        return quote(Path(os.path.relpath(path)).as_posix())
    except ValueError:
        return ""


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_SENT:
            raise StorageError(
                f"has {size / 1e6:.0f} MB; over {MAX_SENT / 1e6:.0f} MB it is played only by its link. "
                "Start Jupyter in a folder that holds it",
                path=path,
            )
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot be read: {error.strerror or error}", path=path) from error
