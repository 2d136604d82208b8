"""Looks at every join of a finished film: does the picture go on, does the sound, do the timestamps?

What is looked for: a black frame at the seam; a frame that stands twice, as when a clip was chained to the last frame
of the one before; a single frame that is like neither of its neighbours, as when a clip has a cut of its own beside its
out point; a click or a leap in loudness; a hole in the timestamps. A strip of last and first frames lets a person see
the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from charkit.cards import Html, card, grid
from charkit.errors import UsageError
from charkit.film.glimpses import AROUND, around_joins
from charkit.media.joins import check_joins
from charkit.media.opening import open_stored
from charkit.media.previews import contact_sheet, poster_jpeg
from charkit.media.tails import first_frame, last_frame, sharpest_tail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from numpy.typing import NDArray

    from charkit.media.frames import Frame
    from charkit.media.joins import JoinCheck
    from charkit.media.spliced import Joined

__all__ = ["Continuity", "JoinLook", "check_continuity", "export_frame"]

_BLACK: Final = 6.0
"""Mean code value (of 255) below which a frame is black; the darkest real night shots stay above."""
_SAME: Final = 0.6
"""Root mean square difference of code values, over blocks that even an encoder's noise out, below which two frames are
the same picture if it is also less than half of what moves beside them. Measured on five real clips of Veo and Sora
whose last frame was repeated by the next part: 0.3 to 0.51 for the repeated frame, 1.0 and more beside it."""
_BLOCK: Final = 6
_ALONE: Final = 25.0
"""Mean difference of code values from which a frame is another picture; fast motion of real clips reaches 15."""
_LOUDER: Final = 12.0
"""Leap of loudness, in LU, that is worth a word."""


@dataclass(frozen=True, kw_only=True, eq=False)
class JoinLook:
    """One join of a film, as it is seen and heard."""

    time: float
    """When the next clip begins, in seconds of the film."""
    frame: int
    """The first frame of the next clip."""
    transition: int
    """How many frames show both clips; 0 at a cut."""
    before: NDArray[np.uint8]
    """The last frame that shows only the clip before."""
    after: NDArray[np.uint8]
    """The first frame that shows only the clip after."""
    notes: tuple[str, ...]
    """What is wrong or strange; empty if nothing is."""
    sound: JoinCheck | None
    """What the sound does there; None if the film has none."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong or strange."""
        return not self.notes

    @property
    def label(self) -> str:
        """Where it is, and what was found."""
        kind = f"{self.transition} frames over" if self.transition else "cut"
        return f"{self.time:.2f} s, {kind}: " + ("; ".join(self.notes) or "goes on")


@dataclass(frozen=True, kw_only=True, eq=False)
class Continuity:
    """What a film looks and sounds like where its clips meet."""

    joins: tuple[JoinLook, ...]
    even: bool
    """Whether the timestamps of all frames rise by the same step, without a hole."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found at any join."""
        return self.even and all(join.ok for join in self.joins)

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything that was found."""
        whole = () if self.even else ("the timestamps of frames are uneven",)
        return (*whole, *(f"{join.time:.2f} s: {note}" for join in self.joins for note in join.notes))

    def strip(self) -> Image.Image:
        """Return the frames on both sides of every join, each pair side by side.

        Raises:
            UsageError: the film has no joins.
        """
        if not self.joins:
            raise UsageError("a film of one clip has no joins to show")
        items = [(join.label.replace(": ", "\n", 1), _pair(join)) for join in self.joins]
        return contact_sheet(items, columns=3, cell_width=420)

    def __repr__(self) -> str:
        found = f"{len(self.notes)} to look at" if self.notes else "nothing to remark"
        return f"Continuity({len(self.joins)} joins: {found})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        cards = [
            card(
                f"{join.time:.2f} s",
                rows=[("join", f"{join.transition} frames over" if join.transition else "cut")],
                picture=poster_jpeg(_pair(join), width=400),
                picture_type="image/jpeg",
                width=400,
                badge=None if join.ok else "look",
                badge_kind="warn",
                note="; ".join(join.notes),
            )
            for join in self.joins
        ]
        return {"text/plain": repr(self), "text/html": grid(cards) if cards else Html(f"<p>{self!r}</p>")}


def _pair(join: JoinLook) -> Image.Image:
    gap = np.full((join.before.shape[0], 4, 3), 24, np.uint8)
    return Image.fromarray(np.concatenate([join.before, gap, join.after], axis=1))


def check_continuity(joined: Joined, frames: Mapping[int, Frame] | None = None) -> Continuity:
    """Look at a finished film around its joins, and say what is found there.

    Args:
        joined: The film.
        frames: Those beside its joins, where they are decoded already (`Glimpses.joins`); else they are decoded.

    Raises:
        UnreadableMedia: the film cannot be read or decoded.
    """
    beside = around_joins(joined) if frames is None else frames
    times = [float(cut / joined.fps) for cut, _ in joined.meetings]
    sounds: Sequence[JoinCheck | None] = (
        check_joins(joined.path, times) if joined.has_sound and times else [None] * len(times)
    )
    leaps = {boundary.frame: boundary.level_jump for boundary in joined.boundaries}
    joins = []
    for (cut, end), time, sound in zip(joined.meetings, times, sounds, strict=True):
        near = {index: beside[index] for index in range(cut - AROUND, end + AROUND) if index in beside}
        joins.append(
            JoinLook(
                time=time,
                frame=cut,
                transition=end - cut,
                before=beside[max(0, cut - 1)].rgb,
                after=beside[min(end, joined.frames - 1)].rgb,
                notes=(*_seen(near, cut, end), *_heard(sound, leaps.get(cut), end > cut)),
                sound=sound,
            )
        )
    return Continuity(joins=tuple(joins), even=_even(joined.path))


def _seen(frames: dict[int, Frame], cut: int, end: int) -> list[str]:
    """Say what is strange about the picture."""
    order = sorted(frames)
    means = {index: float(frames[index].rgb.mean()) for index in order}
    steps = {b: _apart(frames[a], frames[b]) for a, b in pairwise(order)}
    notes = []
    black = [index for index in order if means[index] < _BLACK]
    if black and len(black) < len(order):
        notes.append(f"{len(black)} black frame{'s' if len(black) > 1 else ''}")
    if cut == end and _repeats(frames, cut):
        notes.append("repeats the last frame; begin the next clip one later")
    alone = [a for a, b in pairwise(order[1:]) if a not in black and min(steps[a], steps[b]) > _ALONE]
    if alone and not black:
        side = "before" if alone[0] < cut else "after"
        notes.append(f"a stray frame {side} it; move the point by one")
    return notes


def _repeats(frames: dict[int, Frame], cut: int) -> bool:
    """Whether a cut leads to the frame that stands before it, while the frames beside it move."""
    if not all(index in frames for index in range(cut - 2, cut + 2)):
        return False
    before, here, after = (_moved(frames[index - 1], frames[index]) for index in (cut - 1, cut, cut + 1))
    moves = min(before, after)
    return here < moves / 2 and here < max(_SAME, moves / 8)  # an encoder's errors grow with what moves


def _moved(one: Frame, other: Frame) -> float:
    first, second = _even_out(one.rgb), _even_out(other.rgb)
    return float(np.sqrt(((first - second) ** 2).mean()))


def _even_out(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    rows, columns = (max(1, size // _BLOCK) for size in rgb.shape[:2])
    part = rgb[: rows * _BLOCK, : columns * _BLOCK].astype(np.float32)
    return np.asarray(part.reshape(rows, _BLOCK, columns, _BLOCK, 3).mean((1, 3)), np.float32)


def _apart(one: Frame, other: Frame) -> float:
    return float(np.abs(one.rgb.astype(np.int16) - other.rgb).mean())


def _heard(sound: JoinCheck | None, leap: float | None, over: bool) -> list[str]:
    notes = []
    if sound is not None and sound.clicks:
        notes.append(f"clicks (a step of {sound.jump:.2f} of full scale)")
    if sound is not None and abs(sound.frame_gap - 1) >= 0.02:
        notes.append(f"a hole of {sound.frame_gap:.2f} frames in the timestamps")
    if leap is not None and abs(leap) > _LOUDER and not over:
        notes.append(f"{abs(leap):.0f} LU {'louder' if leap > 0 else 'quieter'} after it")
    return notes


def _even(film: Path) -> bool:
    """Whether decoding times rise and the frames stand one step apart."""
    with open_stored(film) as container:
        packets = [p for p in container.demux(container.streams.video[0]) if p.size]
    shown = sorted(p.pts for p in packets if p.pts is not None)
    steps = {b - a for a, b in pairwise(shown)}
    stored = [p.dts for p in packets if p.dts is not None]
    return (
        len(shown) == len(packets)
        and max(steps, default=1) - min(steps, default=1) <= 1
        and all(a < b for a, b in pairwise(stored))
    )


def export_frame(clip: Path, out: Path, which: Literal["first", "last", "sharpest"] = "sharpest") -> Frame:
    """Write a frame of a clip as a PNG, to chain the next shot to it; the clip's recipe goes along inside.

    Args:
        clip: The clip.
        out: The PNG; replaced if it is there.
        which: The first, the last, or the sharpest of the last half second.

    Returns:
        The frame that was written.

    Raises:
        UnreadableMedia: the clip cannot be read or decoded.
        StorageError: the PNG cannot be written.
    """
    from io import BytesIO

    from PIL.PngImagePlugin import PngInfo

    from charkit.documents import replace_file
    from charkit.recipe import PNG_KEY, find_recipe

    frame = {"first": first_frame, "last": last_frame, "sharpest": sharpest_tail}[which](clip)
    words = PngInfo()
    words.add_itxt("Source", f"frame {frame.index} ({frame.time:.3f} s) of {clip.name}")
    if (recipe := find_recipe(clip)) is not None:
        words.add_itxt(PNG_KEY, recipe.text())
    data = BytesIO()
    Image.fromarray(frame.rgb).save(data, "PNG", pnginfo=words)
    replace_file(out, data.getvalue())
    return frame
