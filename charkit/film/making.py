"""The film file itself, made of a cut list: what the studio, the shell and a notebook have in common."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from charkit.errors import MediaError, StorageError, UnreadableMedia, UsageError
from charkit.film.looks import card_picture, looks_of, subtitle_touches, title_touches
from charkit.film.sounding import sound_plan
from charkit.film.splicing import seconds_of, splices
from charkit.media.conform import Shape
from charkit.media.fit import fit_together
from charkit.media.probe import ClipFacts, probe
from charkit.media.stills import write_still
from charkit.media.stitch import splice
from charkit.recipe import KEY, Recipe, find_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from charkit.film.cuts import Card, Cut, CutList
    from charkit.film.looks import Look
    from charkit.film.subtitles import Cue
    from charkit.media.spliced import Joined, Touch
    from charkit.store import Store

__all__ = ["LeftOut", "Made", "make_film"]

_CARDS_ALONE: Final = Shape(
    codec="h264",
    profile="High",
    pixel_format="yuv420p",
    width=1920,
    height=1080,
    fps=Fraction(24),
    matrix="bt709",
    full_range=False,
)
"""The shape of a film of nothing but cards."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A cut that is not in the film, and why."""

    shot: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """A film that was made."""

    joined: Joined
    cuts: tuple[Cut, ...]
    """The cuts that are in it, in order."""
    clips: tuple[Path, ...]
    """Their clips; a card has none, and stands here with the name that its picture had while the film was made."""
    looks: tuple[Look, ...] = ()
    """What was done to colours, each with a frame before and after."""
    left_out: tuple[LeftOut, ...] = ()


def make_film(
    cuts: CutList,
    out: Path,
    *,
    store: Store | None = None,
    cues: Sequence[Cue] | None = None,
    metadata: Mapping[str, str] | None = None,
    keep_going: bool = False,
    copy_sound: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> Made:
    """Make one film file of a cut list.

    Args:
        cuts: The cuts.
        out: The file, an MP4.
        store: Where clips with a digest lie.
        cues: The dialogue, for a cut list that wants it drawn into the picture; None: it is not known here.
        metadata: Words for the film's container.
        keep_going: Leave cuts out whose clips are missing or damaged, and say so; else the first of them ends it.
        copy_sound: Copy the clips' own sound, where all have the same kind and are joined by plain cuts: fast, but
            cuts may click, and their loudness stays as it is.
        on_progress: Called with the share that is done, 0 to 1; what it raises ends the work, and nothing is left.

    Raises:
        UsageError: A clip cannot be located, points lie outside of it, no cut is left, words cannot be drawn, there is
            nothing whose colours could be matched, or subtitles shall be drawn in but the dialogue is not known.
        BadDocument: A colour table cannot be read.
        UnreadableMedia: A clip is missing or damaged.
        StorageError: The store does not have it, or the film cannot be written; `StorageFull` without room.
        EncodingFailed: The film cannot be encoded.
    """
    if cuts.subtitles == "burned" and cues is None:
        raise UsageError(
            "the cut list wants subtitles drawn into the picture, but its file has no dialogue; assemble it in the "
            "studio, whose storyboard has, or say `subtitles: none`"
        )
    with tempfile.TemporaryDirectory(prefix="charkit-cards-") as workshop:
        chosen, facts, left_out = _chosen(cuts, store, Path(workshop), keep_going=keep_going)
        looks = looks_of(cuts, chosen, facts)
        parts = splices(chosen, facts, _touches(cuts, chosen, facts, looks, cues or ()))
        words = {"title": cuts.title, **_recipes(cuts.title, facts), **(metadata or {})}
        plan = sound_plan(cuts, copied=copy_sound)
        joined = splice(parts, out, sound=plan, metadata=words, on_progress=on_progress)
    return Made(
        joined=joined,
        cuts=tuple(chosen),
        clips=tuple(one.path for one in facts),
        looks=tuple(look for look in looks if look is not None),
        left_out=left_out,
    )


def _chosen(
    cuts: CutList, store: Store | None, workshop: Path, *, keep_going: bool
) -> tuple[list[Cut], list[ClipFacts], tuple[LeftOut, ...]]:
    """Return the cuts that can be shown, their clips, and the cuts that cannot be; cards become clips."""
    clips: list[tuple[Cut, ClipFacts | Card]] = []
    bad: list[LeftOut] = []
    for cut in cuts.cuts:
        try:
            clips.append((cut, cut.card or _facts(cuts, cut, store)))
        except (MediaError, StorageError) as error:
            if not keep_going:
                raise
            bad.append(LeftOut(shot=cut.shot, why=str(error)))
    if not clips:
        raise UsageError("no cut is left to make a film of: " + "; ".join(one.why for one in bad))
    filmed = [one for _, one in clips if isinstance(one, ClipFacts)]
    shape = fit_together(filmed)[0].shape if filmed else _CARDS_ALONE
    facts = [
        one if isinstance(one, ClipFacts) else _card(one, shape, workshop / f"{number}.mp4", _font(cuts))
        for number, (_, one) in enumerate(clips)
    ]
    return [cut for cut, _ in clips], facts, tuple(bad)


def _card(card: Card, shape: Shape, path: Path, font: Path | None) -> ClipFacts:
    write_still(card_picture(card, shape.width, shape.height, font), card.seconds, shape, path)
    return probe(path)


def _touches(
    cuts: CutList,
    chosen: Sequence[Cut],
    facts: Sequence[ClipFacts],
    looks: Sequence[Look | None],
    cues: Sequence[Cue],
) -> list[tuple[Touch, ...]]:
    """Return what is done to the frames of each cut: first its colours, then words over them."""
    lasts = [seconds_of(cut, one) for cut, one in zip(chosen, facts, strict=True)]
    said = subtitle_touches(chosen, lasts, cues if cuts.subtitles == "burned" else (), _font(cuts))
    return [
        (*(look.touches if look else ()), *title_touches(cut.titles, seconds, _font(cuts)), *words)
        for cut, look, seconds, words in zip(chosen, looks, lasts, said, strict=True)
    ]


def _font(cuts: CutList) -> Path | None:
    return cuts.beside(cuts.font) if cuts.font else None


def _recipes(title: str, clips: Sequence[ClipFacts]) -> dict[str, str]:
    """Return the recipes of clips that have one, as one word for the film's container."""
    found = [recipe for clip in clips if (recipe := find_recipe(clip.path, clip.metadata)) is not None]
    takes = [take for recipe in found for take in recipe.takes]
    return {KEY: Recipe.made(takes, title=title).text()} if takes else {}


def _facts(cuts: CutList, cut: Cut, store: Store | None) -> ClipFacts:
    """Look into a cut's clip; what is wrong with it is said with the cut's name."""
    path = cuts.locate(cut, store)
    try:
        return probe(path)
    except UnreadableMedia as error:
        named = UnreadableMedia(f"the cut of {cut.shot}: {error}")
        named.path = path
        raise named from None
