"""Is the picture any good as a reference: can it be read, is it large and sharp enough, how large is the face?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.character import View
from charkit.references.preflight.evidence import framed
from charkit.references.preflight.looking import BLURRED
from charkit.references.preflight.records import Finding
from charkit.references.preparing import MIN_FACE, MIN_SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.references.preflight.looking import Looked
    from charkit.references.preflight.pictured import Pictured
    from charkit.references.preflight.records import Level
    from charkit.routes import Route

__all__ = ["MIN_FACE", "limit_findings", "quality_findings"]

_CROWD: Final = 1 / 3
"""Size of a second face, as a share of the largest, from which the picture shows two people."""

_FACE_VIEWS: Final = {View.FACE, View.EXPRESSION}


def quality_findings(pictured: Pictured, looked: Looked) -> Iterator[Finding]:
    """Yield what speaks against a picture on every route."""
    if looked.problem:
        said = looked.problem.removeprefix(f"{pictured.path}: ")
        yield Finding(rule="picture.unreadable", level="error", says=said, hard=True, pictures=(pictured.name,))
        return
    if min(looked.width, looked.height) < MIN_SIDE:
        said = f"is {looked.width}x{looked.height} pixels; a reference needs {MIN_SIDE} on each side"
        yield _about(pictured, looked, "picture.small", "error", said, "make or scan it larger; enlarging adds nothing")
    for odd in looked.warnings:
        yield _about(pictured, looked, "picture.form", "warning", odd, "save it again as a still PNG or JPEG")
    if looked.sharpness < BLURRED:
        said = f"is blurred (sharpness {looked.sharpness:.0f}; sharp pictures have {BLURRED:.0f} and far more)"
        yield _about(
            pictured, looked, "picture.blurred", "warning", said, "use a sharper picture: models copy the blur"
        )
    yield from _faces(pictured, looked)


def _faces(pictured: Pictured, looked: Looked) -> Iterator[Finding]:
    sure = looked.faces.sure
    if not sure:
        if pictured.view in _FACE_VIEWS and pictured.domain in ("photoreal", "anime") and not looked.faces.unknown:
            said = f"is a view of the face, and no face was seen in it for sure ({looked.faces.verdict})"
            yield _about(
                pictured, looked, "faces.none", "note", said, "check that the face is large, upright and uncovered"
            )
        return
    largest = max(face.size for face in sure)
    crowd = [face for face in sure if face.size >= _CROWD * largest]
    if len(crowd) > 1:
        said = f"shows {len(crowd)} faces; a reference shows one character"
        yield _about(pictured, looked, "faces.several", "warning", said, "crop it to one of them", faces=True)
    if largest < MIN_FACE:
        level: Level = "warning" if pictured.view in _FACE_VIEWS else "note"
        said = f"its face has {largest:.0f} pixels; {MIN_FACE} carry one"
        yield _about(pictured, looked, "faces.small", level, said, "add a large view of the face", faces=True)


def limit_findings(pictured: Pictured, looked: Looked, route: Route) -> Iterator[Finding]:
    """Yield what keeps a route from taking the file: its format, bytes, pixels, proportions."""
    if looked.problem:
        return
    limits = route.capabilities.pictures
    if limits is None:
        return
    for fault in limits.value.faults(
        width=looked.width, height=looked.height, size=looked.size, media_type=looked.media_type
    ):
        yield Finding(
            rule="picture.limits",
            level="error",
            says=fault,
            hard=True,
            way_round=(f"prepare it for {route.name}: notebooks/02_references",),
            pictures=(pictured.name,),
            digests=(looked.digest,),
            route=route.name,
            source=f"{limits.source}, {limits.as_of}",
            evidence=framed(looked),
        )


def _about(
    pictured: Pictured, looked: Looked, rule: str, level: Level, says: str, way: str, *, faces: bool = False
) -> Finding:
    return Finding(
        rule=rule,
        level=level,
        says=says,
        way_round=(way,),
        pictures=(pictured.name,),
        digests=(looked.digest,),
        evidence=framed(looked, looked.faces.sure if faces else ()),
    )
