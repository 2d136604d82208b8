"""The film as pictures: its cut list, ways to go from one cut into the next, and both sides of every join."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, card, grid
from charkit.errors import UsageError
from charkit.film.cuts import Cut, CutList, Transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from charkit.film.records import Film
    from charkit.media.probe import ClipFacts
    from charkit.store import Store

__all__ = ["Shown", "cut_card", "cut_ends", "cut_pictures", "ends_of", "join_pictures", "transitions_compared"]

_HEIGHT: Final = 96
"""Pixels of one frame, high."""
_KINDS: Final[tuple[Transition | None, ...]] = (
    None,
    Transition(kind="dissolve"),
    Transition(kind="wipe"),
    Transition(kind="dip"),
)
_AROUND: Final = 0.75
"""Seconds of each clip that a comparison of transitions shows."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Pictures on a page, with one line for those who see text only."""

    line: str
    """What it is."""
    page: str = field(repr=False)
    """HTML."""

    def __repr__(self) -> str:
        return f"<{self.line}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self.page}


def cut_pictures(cuts: CutList, store: Store | None = None) -> Shown:
    """Show each cut by its first and its last frame, and how it goes over into the next.

    Args:
        cuts: The cut list.
        store: Where clips with a digest lie.

    Raises:
        UnreadableMedia: A clip is missing or damaged.
        UsageError: A clip cannot be located, or points lie outside of it.
    """
    cards = [_cut_card(cuts, cut, number, store) for number, cut in enumerate(cuts.cuts, start=1)]
    return Shown(line=f"{len(cards)} cuts of {cuts.title!r} as pictures", page=grid(cards))


def _cut_card(cuts: CutList, cut: Cut, number: int, store: Store | None) -> Html:
    from charkit.media.probe import probe

    if cut.card is not None:
        return cut_card(cut, number)
    facts = probe(cuts.locate(cut, store))
    return cut_card(cut, number, ends_of(cut, facts), cut_ends(facts, *ends_of(cut, facts)), float(facts.fps))


def cut_card(
    cut: Cut, number: int, ends: tuple[int, int] = (0, 0), picture: bytes | None = None, rate: float = 24.0
) -> Html:
    """Return a cut as a card.

    Args:
        cut: The cut.
        number: Its place in the film, from 1.
        ends: The clip's frames that it shows first and last.
        picture: Those frames, as `cut_ends` makes them.
        rate: The clip's frames per second.
    """
    if cut.card is not None:
        return card(f"{number} · {cut.shot}", rows=[("card", cut.card.text), ("lasts", f"{cut.card.seconds:g} s")])
    then = f"{cut.transition.kind}, {cut.transition.seconds:g} s" if cut.transition else "cut"
    first, last = ends
    return card(
        f"{number} · {cut.shot}",
        rows=[("part", f"{first / rate:.2f} s to {(last + 1) / rate:.2f} s"), ("then", then)],
        picture=picture,
        picture_type="image/jpeg",
        width=240,
    )


def ends_of(cut: Cut, facts: ClipFacts) -> tuple[int, int]:
    """Return the clip's frames that a cut shows first and last, counted from 0.

    Raises:
        UsageError: Its points lie outside of the clip.
    """
    rate = float(facts.fps)
    first = round((cut.start or 0.0) * rate)
    last = min(facts.frames, round((facts.seconds if cut.end is None else cut.end) * rate)) - 1
    if not 0 <= first <= last:
        raise UsageError(f"{cut.shot} shows nothing from {cut.start or 0:g} s to {cut.end or facts.seconds:g} s")
    return first, last


def cut_ends(facts: ClipFacts, first: int, last: int) -> bytes:
    """Return two frames of a clip side by side, as a small JPEG.

    Raises:
        UnreadableMedia: The clip is missing or damaged.
    """
    from charkit.media.frames import exactly

    return _jpeg(_side_by_side([one.rgb for one in exactly(facts.path, sorted({first, last}), height=_HEIGHT)]))


def join_pictures(film: Film) -> Shown:
    """Show the last frame before each join and the first after it, as the finished film has them.

    Raises:
        UnreadableMedia: The film is missing or damaged.
    """
    from charkit.media.frames import exactly

    starts = [round(shot.start * film.fps) for shot in film.shots[1:]]
    wanted = sorted({frame for start in starts for frame in (start - 1, start) if 0 <= frame < film.frames})
    found = {frame.index: frame.rgb for frame in exactly(film.path, wanted, height=_HEIGHT)}
    heard = {round(join.time, 3): join for join in film.joins}
    cards = []
    for before, after, start in zip(film.shots[:-1], film.shots[1:], starts, strict=True):
        rows = [("at", f"{after.start:.2f} s")]
        join = heard.get(round(after.start, 3))
        if join is not None:
            jump = "" if join.level_jump is None else f", {join.level_jump:+.1f} LU"
            rows.append(("sound", f"step {join.step:.3f}{jump}"))
            rows.append(("look", "; ".join(join.notes) or "goes on"))
        both = [found[frame] for frame in (start - 1, start) if frame in found]
        cards.append(
            card(
                f"{before.shot} | {after.shot}",
                rows=rows,
                picture=_jpeg(_side_by_side(both)),
                picture_type="image/jpeg",
                width=240,
            )
        )
    return Shown(line=f"{len(cards)} joins of {film.title!r}: last and first frames", page=grid(cards))


def transitions_compared(cuts: CutList, after: str, store: Store | None = None) -> Shown:
    """Show how one cut would go over into the next as a cut, a dissolve, a wipe and a dip.

    Args:
        cuts: The cut list.
        after: The shot after which it is.
        store: Where clips with a digest lie.

    Raises:
        UsageError: There is no such shot, nothing follows it, or one of the two is a card or too short.
        MediaError: A clip cannot be read, or the trial cannot be made.
    """
    pair = _pair(cuts, after)
    with tempfile.TemporaryDirectory(prefix="charkit-trial-") as folder:
        cards = [_trial(cuts, pair, way, Path(folder), store) for way in _KINDS]
    names = ", ".join(way.kind if way else "cut" for way in _KINDS)
    return Shown(line=f"{pair[0].shot} into {pair[1].shot}: {names}", page=grid(cards))


def _pair(cuts: CutList, after: str) -> tuple[Cut, Cut]:
    for one, following in zip(cuts.cuts[:-1], cuts.cuts[1:], strict=True):
        if one.shot == after:
            if one.card is not None or following.card is not None:
                raise UsageError(f"{after} or what follows it is a card; transitions are compared between clips")
            return one, following
    raise UsageError(f"no cut follows {after!r}; shots: {', '.join(cut.shot for cut in cuts.cuts)}")


def _trial(cuts: CutList, pair: tuple[Cut, Cut], way: Transition | None, folder: Path, store: Store | None) -> Html:
    from charkit.film.making import make_film
    from charkit.media.previews import animated_webp
    from charkit.media.probe import probe

    first, second = (str(cuts.locate(cut, store).resolve()) for cut in pair)
    end = probe(Path(first)).seconds if pair[0].end is None else pair[0].end
    start = pair[1].start or 0.0
    shared = way.seconds / 2 if way and way.overlaps else 0.0
    trial = CutList(
        cuts=(
            Cut(shot="a", file=first, start=max(pair[0].start or 0.0, end - _AROUND - shared), end=end, transition=way),
            Cut(shot="b", file=second, start=start, end=start + _AROUND + shared),
        ),
        loudness=None,
        subtitles="none",
    )
    name = way.kind if way else "cut"
    made = make_film(trial, folder / f"{name}.mp4")
    return card(name, picture=animated_webp(made.joined.path, width=208, fps=8, max_bytes=26_000), width=208)


def _side_by_side(frames: Sequence[NDArray]) -> Image.Image:  # type: ignore[type-arg]
    import numpy as np
    from PIL import Image

    gap = np.full((frames[0].shape[0], 4, 3), 128, np.uint8)
    parts: list[NDArray[np.uint8]] = []
    for frame in frames:
        parts += [frame, gap]
    return Image.fromarray(np.concatenate(parts[:-1], axis=1))


def _jpeg(picture: Image.Image) -> bytes:
    from charkit.media.images import encode_jpeg

    return encode_jpeg(picture, quality=70)
