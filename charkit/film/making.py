"""The film file itself, made of a cut list: what the studio, the shell and a notebook have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import MediaError, StorageError, UnreadableMedia, UsageError
from charkit.film.sounding import sound_plan
from charkit.film.splicing import splices
from charkit.media.probe import probe
from charkit.media.stitch import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from charkit.film.cuts import Cut, CutList
    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Joined
    from charkit.store import Store

__all__ = ["LeftOut", "Made", "make_film"]


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
    """Their clips."""
    left_out: tuple[LeftOut, ...] = ()


def make_film(
    cuts: CutList,
    out: Path,
    *,
    store: Store | None = None,
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
        metadata: Words for the film's container.
        keep_going: Leave cuts out whose clips are missing or damaged, and say so; else the first of them ends it.
        copy_sound: Copy the clips' own sound, where all have the same kind and are joined by plain cuts: fast, but
            cuts may click, and their loudness stays as it is.
        on_progress: Called with the share that is done, 0 to 1; what it raises ends the work, and nothing is left.

    Raises:
        UsageError: A clip cannot be located, points lie outside of it, or no cut is left.
        UnreadableMedia: A clip is missing or damaged.
        StorageError: The store does not have it, or the film cannot be written; `StorageFull` without room.
        EncodingFailed: The film cannot be encoded.
    """
    good: list[tuple[Cut, ClipFacts]] = []
    bad: list[LeftOut] = []
    for cut in cuts.cuts:
        try:
            good.append((cut, _facts(cuts, cut, store)))
        except (MediaError, StorageError) as error:
            if not keep_going:
                raise
            bad.append(LeftOut(shot=cut.shot, why=str(error)))
    if not good:
        raise UsageError("no cut is left to make a film of: " + "; ".join(one.why for one in bad))
    parts = splices([cut for cut, _ in good], [facts for _, facts in good])
    plan = sound_plan(cuts, copied=copy_sound)
    words = {"title": cuts.title, **(metadata or {})}
    joined = splice(parts, out, sound=plan, metadata=words, on_progress=on_progress)
    return Made(
        joined=joined,
        cuts=tuple(cut for cut, _ in good),
        clips=tuple(facts.path for _, facts in good),
        left_out=tuple(bad),
    )


def _facts(cuts: CutList, cut: Cut, store: Store | None) -> ClipFacts:
    """Look into a cut's clip; what is wrong with it is said with the cut's name."""
    path = cuts.locate(cut, store)
    try:
        return probe(path)
    except UnreadableMedia as error:
        named = UnreadableMedia(f"the cut of {cut.shot}: {error}")
        named.path = path
        raise named from None
