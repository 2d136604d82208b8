"""Whether and how one route can carry one shot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from charkit.errors import BadReference, UnsupportedRequest
from charkit.plan.likeness import forbidden
from charkit.prompts import Appearing, Prompt, video_prompt
from charkit.providers.base import BoundCharacter
from charkit.references import Choice, ClipChoice, Pruned, choose, choose_clips
from charkit.routes import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.character import Cast, CharacterSheet
    from charkit.prompts import Templates
    from charkit.references import ClipCutter, Reference
    from charkit.routes import Region, Route
    from charkit.shots import Shot, Storyboard

__all__ = ["Carried", "Need", "Refused", "carry", "film_size", "in_words"]

_SHORT_SIDES = {"360p": 360, "720p": 720, "1080p": 1080}


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one shot asks of a route."""

    shot: Shot
    storyboard: Storyboard
    cast: Cast
    references: Sequence[Reference]
    resolution: str
    size: Size
    """The film's pixels; clips of another size could not be joined without re-encoding."""
    region: Region | None = None
    """Where the person works, for policies that differ by place; None where that is not said."""
    fitted: Callable[[Reference, Route], Reference] | None = None
    """Prepares a picture again where a route does not take it as it is; None where that is left to others."""
    templates: Templates | None = None
    """Where the words around the shot's own come from; None for the built-in ones."""
    cutter: ClipCutter | None = None
    """Cuts the shot's clips to what a route takes; None where only their number counts."""
    digests: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Of the sheets, by slug, once they were asked for; one for all shots that are planned together."""

    def digest(self, name: str) -> str:
        """Return the digest of a character's sheet, whose pictures are read for it once."""
        sheet = self.cast[name]
        if sheet.slug not in self.digests:
            self.digests[sheet.slug] = sheet.digest
        return self.digests[sheet.slug]


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A shot as one route would make it."""

    route: Route
    resolution: str
    size: Size
    choice: Choice
    ids: tuple[BoundCharacter, ...]
    prompt: Prompt
    usd: float
    clips: ClipChoice = field(default_factory=ClipChoice)

    @property
    def pictured(self) -> set[str]:
        """The names of those whom a picture or a clip shows."""
        return {one.name for one in self.choice.kept} | {clip.name for clip in self.clips.kept}

    @property
    def means(self) -> int:
        """How identity is carried: 3 by character ids, 2 by pictures of all, 1 of some, 0 by words alone."""
        names = {name for name, _ in self.prompt.locked}
        if not names:
            return 0
        if len(self.ids) == len(names):
            return 3
        return 2 if self.pictured >= names else int(bool(self.pictured))


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a route cannot carry a shot, and what it could."""

    route: Route
    why: str
    nearest: str = ""
    source: str = ""


def film_size(resolution: str, aspect: str) -> Size:
    """Return the film's pixels: the resolution is the shorter side, the longer one follows, rounded to even."""
    short = _SHORT_SIDES[resolution]
    across, _, down = aspect.partition(":")
    wide, high = int(across), int(down)
    long = round(short * max(wide, high) / min(wide, high) / 2) * 2
    return Size(long, short) if wide >= high else Size(short, long)


def carry(route: Route, need: Need, *, forced: bool = False) -> Carried | Refused:
    """Return a shot as a route would make it, or why it cannot.

    Args:
        route: The route.
        need: What the shot asks for.
        forced: Whether a person chose the route: then its nearest size will do.
    """
    if route.kind != "video":
        return Refused(route=route, why="makes pictures, no clips")
    resolution = _resolution(route, need, forced=forced)
    if resolution is None:
        return _wrong_size(route, need)
    size = route.size(resolution, need.storyboard.aspect) or need.size
    ids = _ids(route, need)
    choice = _fitted(route, need, _choice(route, need, ids))
    clips = _clips(route, need, ids)
    lengths = route.lengths(resolution, references=bool(choice.kept or clips.kept))
    if need.shot.seconds not in lengths:
        return _wrong_length(route, need, resolution, lengths)
    sound = route.capabilities.sound
    if need.shot.has_sound and sound is not None and not sound.value:
        return Refused(route=route, why="its clips have no sound", source=sound.source)
    try:
        usd = route.cost(seconds=need.shot.seconds, resolution=resolution)
        prompt = _worded(route, need, choice, ids, clips)
    except UnsupportedRequest as error:
        return Refused(route=route, why=str(error), nearest=error.nearest, source=error.source)
    return Carried(
        route=route, resolution=resolution, size=size, choice=choice, ids=ids, prompt=prompt, usd=usd, clips=clips
    )


def in_words(route: Route, need: Need) -> Prompt:
    """Return the prompt that a route would get, with its choice of pictures, whatever it costs.

    Raises:
        UnsupportedRequest: the route does not take a prompt this long.
    """
    ids = _ids(route, need)
    return _worded(route, need, _choice(route, need, ids), ids, _clips(route, need, ids))


def _worded(route: Route, need: Need, choice: Choice, ids: tuple[BoundCharacter, ...], clips: ClipChoice) -> Prompt:
    return video_prompt(
        need.shot,
        _appearing(need, choice, ids, clips),
        style=need.storyboard.style,
        route=route,
        templates=need.templates,
    )


def _resolution(route: Route, need: Need, *, forced: bool) -> str | None:
    aspect = need.storyboard.aspect
    offered = {name: size for name in _offered(route) if (size := route.size(name, aspect)) is not None}
    exact = next((name for name, size in offered.items() if size == need.size), None)
    if exact is not None or not forced or not offered:
        return exact
    return min(offered, key=lambda name: abs(min(offered[name]) - min(need.size)))


def _offered(route: Route) -> tuple[str, ...]:
    return tuple(route.capabilities.sizes.value) if route.capabilities.sizes else ()


def _wrong_size(route: Route, need: Need) -> Refused:
    aspect = need.storyboard.aspect
    sizes = [f"{name} ({size})" for name in _offered(route) if (size := route.size(name, aspect)) is not None]
    what = f"makes {', '.join(sizes)} at {aspect}" if sizes else f"makes no {aspect}"
    source = route.capabilities.sizes.source if route.capabilities.sizes else ""
    nearest = f"{sizes[0]} on {route.name}" if sizes else ""
    return Refused(route=route, why=f"{what}; the film is {need.size}", nearest=nearest, source=source)


def _wrong_length(route: Route, need: Need, resolution: str, lengths: tuple[int, ...]) -> Refused:
    seconds = route.capabilities.seconds
    if seconds is None or not lengths:
        return Refused(route=route, why=f"no clip length is established at {resolution}")
    nearest = min(lengths, key=lambda n: abs(n - need.shot.seconds))
    return Refused(
        route=route,
        why=f"makes {seconds.value} at {resolution}, not {need.shot.seconds} s",
        nearest=f"{nearest} s on {route.name}",
        source=seconds.source,
    )


def _ids(route: Route, need: Need) -> tuple[BoundCharacter, ...]:
    """Return the character ids, if the endpoint knows all of the shot's characters and the route takes as many."""
    sheets = [need.cast[who.name] for who in need.shot.characters]
    known = [sheet for sheet in sheets if route.endpoint in sheet.provider_ids and not _forbidden(route, sheet, need)]
    if len(known) < len(sheets) or not 0 < len(sheets) <= route.max_characters:
        return ()
    return tuple(BoundCharacter(id=sheet.provider_ids[route.endpoint], name=sheet.name) for sheet in sheets)


def _choice(route: Route, need: Need, ids: tuple[BoundCharacter, ...]) -> Choice:
    if not ids:
        return _allowed(route, need)
    whole = choose(need.shot, need.references, len(need.references))
    known = tuple(Pruned(reference=r, why="the endpoint knows the character by id") for r in whole.kept)
    return Choice(pruned=(*known, *whole.pruned))


def _clips(route: Route, need: Need, ids: tuple[BoundCharacter, ...]) -> ClipChoice:
    """Choose the shot's clips that the route takes; the others are named with the reason."""
    if not need.shot.clips:
        return ClipChoice()
    sheets = [need.cast[clip.character] for clip in need.shot.clips]
    known = "the endpoint knows the character by id" if ids else ""
    barred = {sheet.slug: known or _forbidden(route, sheet, need) for sheet in sheets}
    wanted = [(c, need.storyboard.path_of(c), s) for c, s in zip(need.shot.clips, sheets, strict=True)]
    return choose_clips(wanted, route, barred=barred, cutter=need.cutter)


def _fitted(route: Route, need: Need, choice: Choice) -> Choice:
    """Bring the chosen pictures to what the route takes; one that cannot be is left out by name."""
    if need.fitted is None:
        return choice
    kept, pruned, reasons = [], list(choice.pruned), list(choice.reasons)
    for reference in choice.kept:
        try:
            ready = need.fitted(reference, route)
        except BadReference as problem:
            pruned.append(Pruned(reference=reference, why=str(problem)))
            continue
        if ready is not reference:
            reasons.append(f"{ready.name}, {ready.view}: {'; '.join(ready.steps)}")
        kept.append(ready)
    return replace(choice, kept=tuple(kept), pruned=tuple(pruned), reasons=tuple(reasons))


def _allowed(route: Route, need: Need) -> Choice:
    """Choose among the pictures that the route's policy lets out; the others are named with what forbids them."""
    barred = {sheet.slug: why for sheet in need.cast.values() if (why := _forbidden(route, sheet, need))}
    present = {need.cast[who.name].slug for who in need.shot.characters}
    chosen = choose(
        need.shot,
        [r for r in need.references if r.character not in barred],
        route.max_references("character"),
        per_character=route.max_per_character,
        subjects=route.max_subjects,
    )
    kept_back = tuple(
        Pruned(reference=r, why=barred[r.character])
        for r in need.references
        if r.character in barred and r.character in present and route.max_references("character")
    )
    return replace(chosen, pruned=(*chosen.pruned, *kept_back))


def _forbidden(route: Route, sheet: CharacterSheet, need: Need) -> str:
    return forbidden(route, sheet, need.region)


def _appearing(need: Need, choice: Choice, ids: tuple[BoundCharacter, ...], clips: ClipChoice) -> list[Appearing]:
    handles = {known.name: known.id for known in ids}
    appearing = []
    for who in need.shot.characters:
        sheet = need.cast[who.name]
        appearing.append(
            Appearing(
                name=sheet.name,
                locked=sheet.locked_text(who.wardrobe),
                views=tuple(str(r.view) for r in choice.kept if r.character == sheet.slug),
                clips=tuple(n for n, clip in enumerate(clips.kept) if clip.character == sheet.slug),
                position=who.position or "",
                voice=sheet.voice or "",
                handle=handles.get(sheet.name, ""),
            )
        )
    return appearing
