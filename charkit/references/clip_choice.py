"""Which clips of a character go along with a shot, cut to what its route takes, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from charkit.character import counted
from charkit.errors import BadReference, MediaError
from charkit.references.clip import ClipReference, prepare_clip
from charkit.routes import clip_tag_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from charkit.character import CharacterSheet
    from charkit.routes import ClipLimits, Route
    from charkit.store import Store

__all__ = ["ClipChoice", "ClipCutter", "WantedClip", "choose_clips"]


class WantedClip(Protocol):
    """A clip that somebody wants to go along. `charkit.shots.ShotClip` is one."""

    @property
    def file(self) -> str:
        """Its name, as it was written."""

    @property
    def character(self) -> str:
        """Whom it shows."""

    @property
    def start(self) -> float:
        """Where the piece begins, in seconds."""

    @property
    def seconds(self) -> float | None:
        """How long it is to be at most."""


@dataclass(frozen=True, kw_only=True)
class ClipChoice:
    """The clips for one shot on one route, in the order in which they are sent, and those that do not go."""

    kept: tuple[ClipReference, ...] = ()
    left_out: tuple[str, ...] = ()
    """Each by character and file, with the reason."""
    reasons: tuple[str, ...] = ()


class ClipCutter:
    """Cuts clips to what routes take, each once as long as its file stays what it is."""

    def __init__(self, store: Store, home: Path) -> None:
        """Say where pieces are kept, and out of which folder no clip may lie.

        Args:
            store: For the pieces.
            home: The production's folder.
        """
        self._store = store
        self._home = home
        self._known: dict[tuple[object, ...], ClipReference] = {}

    def __call__(
        self, path: Path, *, character: CharacterSheet, limits: ClipLimits, start: float, seconds: float | None
    ) -> ClipReference:
        """Return the piece of a clip that a route takes.

        Raises:
            BadReference: it is missing, lies outside, or the route does not take it.
            UnreadableMedia: it cannot be read at all.
        """
        try:
            real, state = path.resolve(strict=True), path.stat()
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
            raise BadReference("cannot be found beside the storyboard", file=path) from error
        if not real.is_relative_to(self._home.resolve()):
            raise BadReference("leads out of the production's folder; copy it in", file=path)
        key = (real, state.st_size, state.st_mtime_ns, character.slug, limits.model_dump_json(), start, seconds)
        if key not in self._known or not self._known[key].path.is_file():
            self._known[key] = prepare_clip(
                path, character=character, store=self._store, limits=limits, start=start, seconds=seconds
            )
        return self._known[key]


def choose_clips(
    wanted: Sequence[tuple[WantedClip, Path, CharacterSheet]],
    route: Route,
    *,
    barred: Mapping[str, str],
    cutter: ClipCutter | None,
) -> ClipChoice:
    """Choose the clips that a route takes, in the order in which they are written, and cut them for it.

    Args:
        wanted: What somebody asked for, with where it lies and whom it shows.
        route: Where they are to go.
        barred: By the character's slug, why nothing that shows it may go there.
        cutter: Cuts them; without it they are counted and not made, for looking at ways and words.
    """
    fact = route.capabilities.clips
    limits = fact.value if fact else None
    kept: list[ClipReference] = []
    left_out, reasons = [], []
    for clip, path, sheet in wanted:
        name = f"{sheet.name}, clip {clip.file}"
        why = barred.get(sheet.slug) or _no_room(route, limits, kept)
        if why or limits is None:
            left_out.append(f"{name}: {why}")
            continue
        cut = cutter or _uncut
        try:
            ready = cut(
                path, character=sheet, limits=limits, start=clip.start, seconds=_at_most(clip.seconds, limits, kept)
            )
        except (BadReference, MediaError) as problem:
            left_out.append(f"{name}: {problem}")
            continue
        kept.append(ready)
        piece = f"{ready.seconds:.2f} s from {ready.start:.2f} s" if cutter is not None else f"from {clip.start:g} s"
        reasons.append("; ".join((f"{name}: {piece}", *ready.warnings)))
    return ClipChoice(kept=tuple(kept), left_out=tuple(left_out), reasons=tuple(reasons))


def _no_room(route: Route, limits: ClipLimits | None, kept: Sequence[ClipReference]) -> str:
    """Return why a route takes no clip beside those that it gets; empty where it takes one."""
    if limits is None:
        return "the route takes no clips"
    if not clip_tag_of(route.tags, 0):  # uncited, a service takes it for anything
        return "prompts of the route cannot cite a clip"
    if limits.most is not None and len(kept) >= limits.most:
        return f"the route takes {counted(limits.most, 'clip')}"
    left = _left(limits, kept)
    if left is not None and left < max(limits.min_seconds, 0.1):
        return f"the route takes clips of {limits.total_seconds:g} s in all"
    return ""


def _left(limits: ClipLimits, kept: Sequence[ClipReference]) -> float | None:
    return None if limits.total_seconds is None else limits.total_seconds - sum(clip.seconds for clip in kept)


def _at_most(asked: float | None, limits: ClipLimits, kept: Sequence[ClipReference]) -> float | None:
    bounds = [seconds for seconds in (asked, _left(limits, kept)) if seconds is not None]
    return min(bounds, default=None)


def _uncut(
    path: Path, *, character: CharacterSheet, limits: ClipLimits, start: float, seconds: float | None
) -> ClipReference:
    """Return what stands for a clip where only its place among the others counts."""
    return ClipReference(
        character=character.slug,
        name=character.name,
        path=path,
        digest="",
        size=0,
        width=0,
        height=0,
        seconds=min(seconds or limits.max_seconds or 0.0, limits.max_seconds or seconds or 0.0),
        fps=0.0,
        codec="",
        start=start,
        how="not cut yet",
        origin=path.name,
    )
