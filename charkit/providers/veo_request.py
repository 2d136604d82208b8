"""What goes out in the POST that starts a Veo clip, and what is refused before it goes.

Facts and sources: google-wire.md, 2.1 to 2.5. The rules are those of the last official table; Lite is told from its
larger sisters by its name. An extension always runs with `durationSeconds` 8 and adds 7 seconds, so 7 is what a
request for one says.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnknownName, UnsupportedRequest
from charkit.providers.base import Change, Role, SentField, VideoRequest
from charkit.providers.limits import (
    aspect_word,
    check_earlier,
    check_model,
    check_no_characters,
    check_pictures,
    check_prompt,
    resolution_word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from charkit.providers.base import Blob, BoundReference, Request

SOURCE = "google-wire.md 2.1, after Google's Veo table of 2026-09-28"
"""Where the limits below come from."""

SECONDS = (4, 6, 8)
"""Lengths of a clip."""
LONG = 8
"""The only length with reference pictures, at 1080p and 4k; also what an extension is sent with."""
ADDED = 7
"""Seconds that an extension adds."""
RESOLUTIONS: Mapping[int, str] = MappingProxyType({720: "720p", 1080: "1080p", 2160: "4k"})
"""Shortest side in pixels -> resolution word."""
MAX_REFERENCES = 3
"""Reference pictures, all of one person, character or product."""
MAX_PICTURE = 20_000_000
"""Bytes of one picture."""
PICTURES = frozenset({"image/jpeg", "image/png"})
"""Media types of pictures; others are not established."""

SOURCE_CLIP = "instances[0].video"
"""The field in which the source of an extension travels."""

_FRAMES = (Role.FIRST_FRAME, Role.LAST_FRAME)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One surface that speaks Veo."""

    developer: bool = False
    """Whether it is the Developer API's shape, retired by Google on 2026-10-22 and still emulated by gateways."""
    words_alone: str
    """`personGeneration` for text and extensions."""
    pictured: str
    """`personGeneration` where frames or references come along."""
    seed: bool
    """Whether a seed can be sent."""
    sound: bool
    """Whether `generateAudio` exists; elsewhere sound is always on."""
    source: str


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        # On Vertex `allow_all` needs a place on Google's allow-list (2.3), and `allow_adult` is right in every region.
        "vertex": Dialect(
            words_alone="allow_adult", pictured="allow_adult", seed=True, sound=True, source="google-wire.md 2.3, 2.4"
        ),
        "vertex-allow-all": Dialect(
            words_alone="allow_all", pictured="allow_all", seed=True, sound=True, source="google-wire.md 2.3, 2.4"
        ),
        "gemini-api": Dialect(
            developer=True,
            words_alone="allow_all",
            pictured="allow_adult",
            seed=False,
            sound=False,
            source="google-wire.md 2.1, 2.5",
        ),
        # The same from the EU, the UK, Switzerland, the Middle East and North Africa.
        "gemini-api-adults": Dialect(
            developer=True,
            words_alone="allow_adult",
            pictured="allow_adult",
            seed=False,
            sound=False,
            source="google-wire.md 2.1, 2.5",
        ),
    }
)
"""Dialect name, as an endpoint's configuration says it -> what it differs in. The empty name is `vertex`."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One POST, not yet in the words of its surface."""

    model: str
    prompt: str
    seconds: int
    """`durationSeconds`."""
    aspect: str
    resolution: str
    person: str
    """`personGeneration`."""
    sound: bool
    """Whether to ask for sound by name."""
    seed: int | None = None
    first: Blob | None = None
    last: Blob | None = None
    references: tuple[Blob, ...] = ()
    clip: Blob | None = None
    """The clip that is to go on."""
    clip_uri: str = ""
    """Its address, where the service has one; then no bytes are sent."""
    sent: tuple[SentField, ...] = ()


def dialect(name: str) -> Dialect:
    """Return a dialect by name.

    Raises:
        UnknownName: no such row.
    """
    try:
        return DIALECTS[name or "vertex"]
    except KeyError:
        raise UnknownName("dialect of Veo", name, DIALECTS) from None


def compose(spoken: Dialect, request: Request) -> Form:
    """Check a request against Veo's rules and write it down; the source clip of an extension is added by its sender.

    Raises:
        UnsupportedRequest: Veo cannot make it; says the rule and the nearest that it can.
    """
    if not isinstance(request, VideoRequest):
        raise UnsupportedRequest("Veo makes clips, not pictures", nearest="an image route")
    resolution = _resolution(request)
    _check(spoken, request)
    frames = {reference.role: reference.blob for reference in request.references if reference.role in _FRAMES}
    extends = request.source is not None
    _check_pictures(request, lite="lite" in request.model)
    _check_seconds(request, resolution)
    return Form(
        model=request.model,
        prompt=request.prompt,
        seconds=LONG if extends else request.seconds,
        aspect=aspect_word(request, source=SOURCE),
        resolution=resolution,
        person=spoken.pictured if request.references else spoken.words_alone,
        sound=spoken.sound,
        seed=request.seed,
        first=frames.get(Role.FIRST_FRAME),
        last=frames.get(Role.LAST_FRAME),
        references=tuple(reference.blob for reference in _shown(request)),
        sent=tuple(_sent(request)),
    )


def _resolution(request: VideoRequest) -> str:
    lite = "lite" in request.model
    offered = {pixels: word for pixels, word in RESOLUTIONS.items() if not (lite and word == "4k")}
    if request.source is not None:
        offered = {720: "720p"}
    what = "extensions have" if request.source else "Veo Lite has" if lite else "Veo has"
    return resolution_word(request, offered, rule=f"{what} {', '.join(offered.values())}", source=SOURCE)


def _check(spoken: Dialect, request: VideoRequest) -> None:
    check_model(request.model, source=SOURCE)
    check_prompt(request.prompt, source=SOURCE)
    check_earlier(request, source=SOURCE, changes=(Change.EXTEND,))
    check_pictures(request.references, PICTURES, source=SOURCE)
    check_no_characters(request, "Veo", source=SOURCE)
    if request.seed is not None and not spoken.seed:
        raise UnsupportedRequest(
            "this surface takes no seed", rule="no seed field", nearest="the same without a seed", source=spoken.source
        )


def _check_seconds(request: VideoRequest, resolution: str) -> None:
    why = "with reference pictures" if _shown(request) else f"at {resolution}" if resolution != "720p" else ""
    allowed = (LONG,) if why else SECONDS
    if request.source is not None:
        why, allowed = "as an extension", (ADDED,)
    if request.seconds not in allowed:
        raise UnsupportedRequest(
            f"no clip of {request.seconds} s {why}".rstrip(),
            rule=f"{' or '.join(map(str, allowed))} s {why}".rstrip(),
            nearest=f"{min(allowed, key=lambda known: abs(known - request.seconds))} s",
            source=SOURCE,
        )


def _check_pictures(request: VideoRequest, *, lite: bool) -> None:
    roles = [reference.role for reference in request.references]
    shown = _shown(request)
    for broken, problem, rule in (
        (any(roles.count(role) > 1 for role in _FRAMES), "a frame comes twice", "one first and one last frame"),
        (
            Role.LAST_FRAME in roles and Role.FIRST_FRAME not in roles,
            "there is a last frame without a first",
            "a last frame needs a first frame",
        ),
        (len(shown) > MAX_REFERENCES, f"there are {len(shown)} references", f"at most {MAX_REFERENCES}"),
        (
            len({(one.role is Role.PLACE, one.character) for one in shown}) > 1,
            "the references show more than one subject",
            "all of one person, character or product",
        ),
        (
            bool(shown) and len(shown) < len(roles),
            "there are references and frames",
            "references cannot be combined with a first or last frame",
        ),
        (lite and bool(shown), "there are references", "Veo Lite takes none"),
        (lite and request.source is not None, "a clip is to be extended", "Veo Lite extends none"),
        (
            request.source is not None and bool(roles),
            "an extension comes with pictures",
            "an extension goes on from its clip alone",
        ),
    ):
        if broken:
            raise UnsupportedRequest(problem, rule=rule, source=SOURCE)
    for blob in (reference.blob for reference in request.references):
        if len(blob.data) > MAX_PICTURE:
            raise UnsupportedRequest(f"{blob.name} has {len(blob.data)} bytes", rule="at most 20 MB", source=SOURCE)


def _shown(request: VideoRequest) -> list[BoundReference]:
    return [reference for reference in request.references if reference.role not in _FRAMES]


def _sent(request: VideoRequest) -> Iterator[SentField]:
    """List the pictures by the wire's own field names."""
    number = 0
    for reference in request.references:
        if reference.role in _FRAMES:
            field = "instances[0].image" if reference.role is Role.FIRST_FRAME else "instances[0].lastFrame"
        else:
            field, number = f"instances[0].referenceImages[{number}].image", number + 1
        yield SentField(
            field=field,
            name=reference.blob.name,
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
