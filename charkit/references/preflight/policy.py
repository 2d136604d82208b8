"""Whose picture a route may be given, by the route's own dated policy, what the sheet declares and what is seen.

A detector finds faces; it cannot tell a photograph from a drawing, nor whose face it is, nor how old somebody is. So a
policy about *any* human face is held against what is seen, and one about real people, minors or photoreal faces against
what the sheet declares. What nobody declared stays unknown, or is warned of; it is never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.references.preflight.evidence import framed
from charkit.references.preflight.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.references.preflight.looking import Looked
    from charkit.references.preflight.pictured import Pictured
    from charkit.references.preflight.records import Level
    from charkit.routes import Region, Route
    from charkit.routes.facts import LikenessPolicy
    from charkit.vision import Faces

__all__ = ["Ruling", "policy_findings", "rulings"]


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a policy says to one picture."""

    rule: str
    level: Level
    says: str
    hard: bool = False
    shows: bool = False
    """Whether the faces prove it."""


def policy_findings(pictured: Pictured, looked: Looked, route: Route, region: Region | None) -> Iterator[Finding]:
    """Yield what a route's policy about faces and likeness says to a picture; ways round are added by the caller."""
    fact = route.capabilities.likeness
    for ruling in rulings(pictured, looked.faces, route, region):
        yield Finding(
            rule=ruling.rule,
            level=ruling.level,
            says=ruling.says,
            hard=ruling.hard,
            pictures=(pictured.name,),
            digests=(looked.digest,),
            route="" if ruling.rule == "likeness.consent" else route.name,
            source=f"{fact.source}, {fact.as_of}" if fact and ruling.rule != "likeness.consent" else "",
            evidence=framed(looked, looked.faces.found if ruling.shows else ()),
        )


def rulings(pictured: Pictured, faces: Faces, route: Route, region: Region | None) -> Iterator[Ruling]:
    """Yield what a route's policy says to a picture.

    Args:
        pictured: What is declared.
        faces: What is seen.
        route: The route.
        region: Where the person works, for policies that differ by place.
    """
    if pictured.lapsed:
        yield Ruling(
            rule="likeness.consent",
            level="error",
            hard=True,
            says="the person's consent does not hold today; the sheet says until when it did",
        )
    fact = route.capabilities.likeness
    if fact is None:
        yield from _nothing_said(pictured, faces, route)
        return
    yield from _declared(pictured, fact.value, route, region)
    yield from _seen(pictured, faces, fact.value, route)


def _nothing_said(pictured: Pictured, faces: Faces, route: Route) -> Iterator[Ruling]:
    if pictured.real_person:
        said = f"whether {route.name} takes pictures of real people is not established"
        yield Ruling(rule="likeness.not-established", level="warning", says=said)
    elif faces.found:
        said = f"a face; what {route.name} allows is not established"
        yield Ruling(rule="likeness.not-established", level="note", says=said, shows=True)


def _declared(pictured: Pictured, policy: LikenessPolicy, route: Route, region: Region | None) -> Iterator[Ruling]:
    if pictured.real_person and policy.real_people is False:
        yield _refusal("likeness.real-person", f"{route.name} refuses pictures of real people")
    if pictured.domain == "photoreal" and policy.photoreal_faces is False:
        yield _refusal("likeness.photoreal", f"{route.name} refuses photoreal human faces, also those a machine made")
    if pictured.minor and policy.minors is False:
        yield _refusal("likeness.minor", f"{route.name} takes pictures of adults only")
    elif pictured.minor and region in policy.minors_not_in:
        yield _refusal("likeness.minor", f"{route.name} takes no pictures of minors in {region}")
    elif pictured.minor and region is None and policy.minors_not_in:
        places = ", ".join(policy.minors_not_in)
        said = f"{route.name} takes no pictures of minors in {places}; say where you work with CHARKIT_REGION"
        yield Ruling(rule="likeness.minor-by-region", level="warning", says=said)


def _seen(pictured: Pictured, faces: Faces, policy: LikenessPolicy, route: Route) -> Iterator[Ruling]:
    refuses = policy.photoreal_faces is False
    if refuses and policy.drawn_faces is False:
        yield from _any_face(faces, route)
    elif refuses and pictured.domain in (None, "other"):
        yield from _undeclared(faces, route)
    elif faces.sure and pictured.real_person is None and pictured.domain in (None, "photoreal"):
        yield from _strangers(pictured, policy, route)


def _any_face(faces: Faces, route: Route) -> Iterator[Ruling]:
    refused = f"{route.name} refuses any human face, drawn and AI-made ones included"
    if faces.unknown:
        said = f"nobody looked for faces, and {refused}: {faces.unknown}"
        yield Ruling(rule="faces.not-looked-for", level="unknown", says=said)
    elif faces.sure:
        yield Ruling(
            rule="faces.any",
            level="error",
            hard=True,
            shows=True,
            says=f"a face; {refused}",
        )
    elif faces.found:
        said = f"perhaps a face (score {faces.found[0].score:.2f}): look at it; {refused}"
        yield Ruling(rule="faces.perhaps", level="error", says=said, shows=True)


def _undeclared(faces: Faces, route: Route) -> Iterator[Ruling]:
    if faces.unknown:
        said = f"nobody looked for faces, and {route.name} refuses photoreal ones: {faces.unknown}"
        yield Ruling(rule="faces.not-looked-for", level="unknown", says=said)
    elif faces.found:
        said = (
            f"a face, and {route.name} refuses photoreal ones; whether it is one is "
            "not for a detector to say: declare it (`kind` on the sheet, --domain)"
        )
        yield Ruling(rule="faces.undeclared", level="unknown", says=said, shows=True)


def _strangers(pictured: Pictured, policy: LikenessPolicy, route: Route) -> Iterator[Ruling]:
    """Nobody said whose face it is."""
    if policy.real_people is False:
        said = f"a face, and nobody said whose; {route.name} refuses pictures of (recognisable) real people"
        yield Ruling(rule="faces.whose", level="warning", says=said, shows=True)
    if pictured.minor is None and (policy.minors is False or policy.minors_not_in):
        said = f"a face, and nobody said how old; {route.name} has rules about minors"
        yield Ruling(rule="faces.how-old", level="warning", says=said, shows=True)


def _refusal(rule: str, says: str) -> Ruling:
    return Ruling(rule=rule, level="error", says=says, hard=True)
