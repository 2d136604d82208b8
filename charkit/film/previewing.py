"""A quick look at a cut, made by the film's own engine of small copies of the clips.

The copies are kept in a hidden folder beside the cut list, by the clip's digest, so that only the first look at a clip
costs its decoding. In and out points, transitions, titles, colours and sound are the film's; the pixels are fewer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.errors import UsageError
from charkit.media.proxies import HEIGHT, write_proxy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from charkit.film.cuts import Cut, CutList
    from charkit.film.editing import CutDesk

__all__ = ["Preview", "preview"]

_FOLDER: Final = ".proxies"
_SMALL_COPIES: Final = 0.7
"""The share of the work that making small copies is counted for."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A small film."""

    path: Path
    """An MP4; the next preview replaces it."""
    seconds: float
    first: int
    """The first cut that it shows, counted from 0."""
    count: int
    """How many cuts it shows."""


def preview(
    desk: CutDesk, *, first: int = 0, count: int | None = None, on_progress: Callable[[float], None] | None = None
) -> Preview:
    """Make a small film of a cut list, or of a few of its cuts.

    Args:
        desk: The cut list.
        first: The first cut to show, counted from 0.
        count: How many; all that follow by default.
        on_progress: Called with the share that is done, 0 to 1.

    Raises:
        UsageError: there is no such cut, or what the list says cannot be shown.
        UnreadableMedia: a clip is missing or damaged.
        EncodingFailed: it cannot be encoded.
        StorageError: it cannot be written; `StorageFull` without room.
    """
    from charkit.film.making import make_film

    report = on_progress or (lambda _: None)
    cuts = desk.cuts
    wanted = cuts.cuts[first : None if count is None else first + count]
    if not wanted:
        raise UsageError(f"there is no cut {first + 1}; the film has {len(cuts.cuts)}")
    small = []
    for number, cut in enumerate(wanted, start=1):
        small.append(_small(desk, cut))
        report(_SMALL_COPIES * number / len(wanted))
    trial = _trial(cuts, small)
    out = desk.path.parent / _FOLDER / "preview.mp4"
    rest = 1 - _SMALL_COPIES
    made = make_film(trial, out, cues=desk.cues, on_progress=lambda share: report(_SMALL_COPIES + rest * share))
    return Preview(path=out, seconds=made.joined.seconds, first=first, count=len(wanted))


def _trial(cuts: CutList, small: list[Cut]) -> CutList:
    """Return the list of the small cuts; where it begins later, nothing comes before the first, nothing after the last.

    Files beside the list are named whole, since a copy of the list lies nowhere.
    """
    changes: dict[str, object] = {"lut": None}
    shown = [
        cut.model_copy(update={"lut": str(cuts.beside(cut.lut).resolve())} if cut.lut else changes) for cut in small
    ]
    shown[0] = shown[0].model_copy(update={"match": False} if len(small) < len(cuts.cuts) else {})
    shown[-1] = shown[-1].model_copy(update={"transition": None})
    music = cuts.music.model_copy(update={"file": str(cuts.beside(cuts.music.file).resolve())}) if cuts.music else None
    font = str(cuts.beside(cuts.font).resolve()) if cuts.font else None
    return cuts.model_copy(update={"cuts": tuple(shown), "music": music, "font": font, "outputs": ()})


def _small(desk: CutDesk, cut: Cut) -> Cut:
    """Return a cut of a small copy of its clip, which is made if it is not there yet."""
    if cut.card is not None:
        return cut
    facts = desk.clip(cut)
    # What a digest names never changes; a file beside the list is another one when its size or time is.
    state = facts.path.stat()
    name = cut.clip or f"{facts.path.resolve()} {state.st_size} {state.st_mtime_ns}"
    copy = desk.path.parent / _FOLDER / f"{hashlib.sha256(f'{HEIGHT} {name}'.encode()).hexdigest()[:24]}.mp4"
    if not copy.is_file():
        write_proxy(facts, copy)
    # One is as long as the other but for the fraction of a frame by which a rate was rounded.
    return cut.model_copy(update={"clip": None, "file": str(copy.resolve())})
