"""The film file itself, made of a cut list: what the studio, the shell and a notebook have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from charkit.errors import BadCut, MediaError, StorageError, UnreadableMedia, UsageError
from charkit.film.looks import card_picture, looks_of, subtitle_touches, title_touches
from charkit.film.sounding import sound_plan
from charkit.film.splicing import seconds_of, splices
from charkit.media.conform import Shape
from charkit.media.fit import fit_together
from charkit.media.probe import ClipFacts, probe
from charkit.media.stills import write_still
from charkit.media.stitch import splice
from charkit.media.workshop import workshop
from charkit.recipe import KEY, Recipe, find_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from charkit.film.cuts import Card, Cut, CutList
    from charkit.film.looks import Look
    from charkit.film.subtitles import Cue
    from charkit.media.spliced import Joined, Touch
    from charkit.store import Store

__all__ = ["LeftOut", "Made", "make_film"]

_SUFFIXES: Final = {".mp4", ".m4v"}

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
        keep_going: Leave cuts out whose clips are missing, damaged, or too short for what is asked of them, or cannot
            be decoded or encoded, and say so; else the first of them ends it.
        copy_sound: Copy the clips' own sound, where all have the same kind and are joined by plain cuts: fast, but
            cuts may click, and their loudness stays as it is.
        on_progress: Called with the share that is done, 0 to 1; what it raises ends the work, and nothing is left.

    Raises:
        UsageError: The file's name does not end in `.mp4`, a clip cannot be located, no cut is left, words cannot be
            drawn, there is nothing whose colours could be matched, or subtitles shall be drawn in but the dialogue is
            not known.
        BadCut: Points lie outside of a clip, or a transition is longer than its clip.
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
    out = Path(out)
    if out.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{out}: a film is an MP4; let its name end in .mp4")
    with workshop(out) as folder:
        draft = _chosen(cuts, store, folder, keep_going=keep_going)
        while True:
            try:
                looks = looks_of(cuts, draft.cuts, draft.clips)
                parts = splices(draft.cuts, draft.clips, _touches(cuts, draft, looks, cues or ()))
                words = {"title": cuts.title, **_recipes(cuts.title, draft.clips), **(metadata or {})}
                plan = sound_plan(cuts, copied=copy_sound)
                joined = splice(parts, out, sound=plan, metadata=words, on_progress=on_progress)
                break
            except (MediaError, BadCut) as error:
                if not keep_going:
                    raise
                draft = draft.without(error)
    return Made(
        joined=joined,
        cuts=draft.cuts,
        clips=tuple(one.path for one in draft.clips),
        looks=tuple(look for look in looks if look is not None),
        left_out=draft.left_out,
    )


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """What a film is to be made of."""

    cuts: tuple[Cut, ...]
    clips: tuple[ClipFacts, ...]
    left_out: tuple[LeftOut, ...]

    def without(self, error: MediaError | BadCut) -> _Draft:
        """Leave out what an error names; if that is none of the cuts, or all that there are, the error stands.

        A clip may be shown twice, and damaged where only one of both cuts shows it: where an error says which, that one
        alone is left out.
        """
        named = {error.index} if error.index is not None else self._shown_from(getattr(error, "path", None))
        kept = [number for number in range(len(self.cuts)) if number not in named]
        left_out = tuple(LeftOut(shot=self.cuts[number].shot, why=str(error)) for number in sorted(named))
        if not named:
            raise error
        if not kept:
            raise _nothing_left((*self.left_out, *left_out)) from error
        return _Draft(
            cuts=tuple(self.cuts[number] for number in kept),
            clips=tuple(self.clips[number] for number in kept),
            left_out=(*self.left_out, *left_out),
        )

    def _shown_from(self, path: Path | str | None) -> set[int]:
        return {number for number, clip in enumerate(self.clips) if path is not None and clip.path == Path(path)}


def _nothing_left(left_out: Sequence[LeftOut]) -> UsageError:
    return UsageError("no cut is left to make a film of: " + "; ".join(one.why for one in left_out))


def _chosen(cuts: CutList, store: Store | None, folder: Path, *, keep_going: bool) -> _Draft:
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
        raise _nothing_left(bad)
    filmed = [one for _, one in clips if isinstance(one, ClipFacts)]
    shape = fit_together(filmed)[0].shape if filmed else _CARDS_ALONE
    facts = [
        one if isinstance(one, ClipFacts) else _card(one, shape, folder / f"{number}.mp4", _font(cuts))
        for number, (_, one) in enumerate(clips)
    ]
    return _Draft(cuts=tuple(cut for cut, _ in clips), clips=tuple(facts), left_out=tuple(bad))


def _card(card: Card, shape: Shape, path: Path, font: Path | None) -> ClipFacts:
    write_still(card_picture(card, shape.width, shape.height, font), card.seconds, shape, path)
    return probe(path)


def _touches(
    cuts: CutList,
    draft: _Draft,
    looks: Sequence[Look | None],
    cues: Sequence[Cue],
) -> list[tuple[Touch, ...]]:
    """Return what is done to the frames of each cut: first its colours, then words over them."""
    lasts = [seconds_of(cut, one) for cut, one in zip(draft.cuts, draft.clips, strict=True)]
    said = subtitle_touches(draft.cuts, lasts, cues if cuts.subtitles == "burned" else (), _font(cuts))
    return [
        (*(look.touches if look else ()), *title_touches(cut.titles, seconds, _font(cuts)), *words)
        for cut, look, seconds, words in zip(draft.cuts, looks, lasts, said, strict=True)
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
