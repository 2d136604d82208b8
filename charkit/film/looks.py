"""What a cut list lays over its pictures: colour tables, matched colours, titles, burned-in subtitles, and cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PIL import Image

from charkit.cards import card as html_card
from charkit.cards import grid
from charkit.errors import MediaError, UsageError
from charkit.film.records import FilmShot
from charkit.film.subtitles import timed
from charkit.media.lettering import Lettering, shown
from charkit.media.lut import read_cube
from charkit.media.matching import clip_pictures, match_colours
from charkit.media.previews import contact_sheet, poster_jpeg
from charkit.media.spliced import Touch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from charkit.film.cuts import Card, Cut, CutList, Title
    from charkit.film.subtitles import Cue
    from charkit.media.lut import Lut
    from charkit.media.matching import ColourMatch
    from charkit.media.probe import ClipFacts

__all__ = ["Look", "card_picture", "looks_of", "subtitle_touches", "title_touches"]

_TITLE_SIZE: Final = {"bottom": 0.07, "middle": 0.1, "top": 0.07}
_FADE: Final = 0.3
"""Seconds over which a title comes and goes; a third of its time at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """What is done to the colours of one cut."""

    shot: str
    lut: Lut | None
    """The colour table that the cut names."""
    match: ColourMatch | None
    """What brings it to the colours of the cut before it; after the table."""
    before: NDArray[np.uint8]
    """A frame as it came."""
    after: NDArray[np.uint8]
    """The same frame as the film shows it."""

    @property
    def touches(self) -> tuple[Touch, ...]:
        """The changes of all its frames."""
        tables = (self.lut, self.match.lut if self.match else None)
        return tuple(Touch(make=table) for table in tables if table is not None)

    @property
    def what(self) -> str:
        """What was done, in words."""
        done = [f"through {self.lut.name}"] if self.lut else []
        if self.match is not None:
            away = self.match.before.distance(self.match.wanted)
            left = self.match.after.distance(self.match.wanted)
            done.append(f"matched: {away:.3f} → {left:.3f} away (OKLab)")
        return ", ".join(done)

    def sheet(self) -> Image.Image:
        """Return both frames side by side."""
        pair = [
            (f"{self.shot} before", Image.fromarray(self.before)),
            (f"after\n{self.what}", Image.fromarray(self.after)),
        ]
        return contact_sheet(pair, columns=2)

    def __repr__(self) -> str:
        return f"Look({self.shot}: {self.what or 'as it came'})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        pairs = ((f"{self.shot} before", self.before), (f"after: {self.what}", self.after))
        cards = [
            html_card(name, picture=poster_jpeg(Image.fromarray(rgb), width=320), picture_type="image/jpeg", width=320)
            for name, rgb in pairs
        ]
        return {"text/plain": repr(self), "text/html": grid(cards)}


def looks_of(cuts: CutList, chosen: Sequence[Cut], clips: Sequence[ClipFacts]) -> tuple[Look | None, ...]:
    """Return what is done to the colours of each cut; None where nothing is.

    Args:
        cuts: The cut list, beside which the tables lie.
        chosen: Its cuts that are in the film.
        clips: The facts of each one's clip.

    Raises:
        BadDocument: A colour table cannot be read.
        UsageError: A cut shall match the one before it, and there is none, or too little is seen to compare.
        UnreadableMedia: A clip cannot be decoded.
    """
    looks: list[Look | None] = []
    for index, (cut, facts) in enumerate(zip(chosen, clips, strict=True)):
        if cut.lut is None and not cut.match:
            looks.append(None)
            continue
        own = _own_pictures(facts, cut, index)
        lut = read_cube(cuts.beside(cut.lut)) if cut.lut else None
        match = _match(cut, _neighbour(cut, index, chosen, clips, looks), own, lut) if cut.match else None
        after = before = own[len(own) // 2]
        for table in (lut, match.lut if match else None):
            after = table(after) if table else after
        looks.append(Look(shot=cut.shot, lut=lut, match=match, before=before, after=after))
    return tuple(looks)


def _own_pictures(facts: ClipFacts, cut: Cut, index: int) -> list[NDArray[np.uint8]]:
    try:
        return clip_pictures(facts.path, cut.start or 0.0, cut.end)
    except MediaError as error:
        error.index = index
        raise


def _match(cut: Cut, wanted: list[NDArray[np.uint8]], own: list[NDArray[np.uint8]], lut: Lut | None) -> ColourMatch:
    found = match_colours(wanted, own, look=lut)
    if found is None:
        raise UsageError(f"the cut of {cut.shot} shows too little to match its colours; take `match` out")
    return found


def _neighbour(
    cut: Cut, index: int, chosen: Sequence[Cut], clips: Sequence[ClipFacts], looks: Sequence[Look | None]
) -> list[NDArray[np.uint8]]:
    """Return frames of the cut before, as the film shows them; cards are passed over."""
    before = next((i for i in range(index - 1, -1, -1) if chosen[i].card is None), None)
    if before is None:
        raise UsageError(f"the cut of {cut.shot} has `match`, but no clip comes before it whose colours it could match")
    pictures = _own_pictures(clips[before], chosen[before], before)
    look = looks[before]
    for touch in look.touches if look else ():
        pictures = [touch.make(picture, 0.0) for picture in pictures]
    return pictures


def title_touches(titles: Sequence[Title], seconds: float, font: Path | None = None) -> tuple[Touch, ...]:
    """Return what draws the titles of a cut.

    Args:
        titles: What stands over it.
        seconds: How long the cut lasts.
        font: A font file; one that has all letters is looked for otherwise.

    Raises:
        UsageError: A title begins after the cut's end.
    """
    touches = []
    for title in titles:
        if title.start >= seconds:
            raise UsageError(f"the title {title.text!r} begins at {title.start:g} s, but its cut lasts {seconds:.2f} s")
        end = min(seconds, title.start + title.seconds)
        words = Lettering(text=title.text, place=title.place, size=_TITLE_SIZE[title.place], font=font)
        fade = min(_FADE, (end - title.start) / 3)
        touches.append(Touch(make=shown(words, title.start, end, fade=fade), start=title.start, end=end))
    return tuple(touches)


def subtitle_touches(
    chosen: Sequence[Cut], seconds: Sequence[float], cues: Sequence[Cue], font: Path | None = None
) -> list[tuple[Touch, ...]]:
    """Return what draws the dialogue into each cut, at the times of the subtitles beside a film.

    Args:
        chosen: The cuts.
        seconds: How long each lasts, transitions included.
        cues: The dialogue.
        font: A font file; one that has all letters is looked for otherwise.
    """
    shots, at = [], 0.0
    for cut, lasts in zip(chosen, seconds, strict=True):
        shots.append(FilmShot(shot=cut.shot, take=cut.take, start=at, seconds=lasts, frames=0, action=""))
        at += lasts - (cut.transition.seconds if cut.transition and cut.transition.overlaps else 0.0)
    found: list[list[Touch]] = [[] for _ in chosen]
    first = {shot.shot: index for index, shot in reversed(list(enumerate(shots)))}
    for line in timed(shots, cues):
        index = first[line.shot]
        start, end = line.start - shots[index].start, line.end - shots[index].start
        words = Lettering(text=line.text, place="bottom", font=font)
        found[index].append(Touch(make=shown(words, start, end), start=start, end=end))
    return [tuple(touches) for touches in found]


def card_picture(card: Card, width: int, height: int, font: Path | None = None) -> Image.Image:
    """Return a card as a picture of a size.

    Raises:
        UsageError: No font has its letters, or its words do not fit.
    """
    ground = Image.new("RGB", (width, height), card.ground)
    words = Lettering(text=card.text, place="middle", size=0.09, ink=card.ink, outline=None, font=font)
    drawn = words.drawn(width, height)
    ground.paste(drawn, (0, 0), drawn)
    return ground
