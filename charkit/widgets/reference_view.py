"""How the table of references looks: cards of what is sent, what was left out, and what preflight says."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, card
from charkit.errors import CharkitError
from charkit.references.outlined import as_handed_in, as_sent
from charkit.references.preflight.show import preflight_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charkit.cards import BadgeKind
    from charkit.media.scaling import Box
    from charkit.plan import PlannedShot
    from charkit.references import Reference
    from charkit.references.preflight import Finding, Looked, Preflight

__all__ = [
    "cut_card",
    "findings_of",
    "left_out",
    "no_pictures",
    "nobody_looked",
    "of_shot",
    "sent_card",
    "views_of",
    "worn",
]

_QUIET: Final = "opacity: 0.7; font-size: 12px"


def findings_of(preflight: Preflight | None, shot: PlannedShot | None = None) -> Html:
    """Return what preflight says of a shot, or of all, and which of it no reason overrides."""
    if preflight is None:
        return Html("")
    own, pictures = preflight.findings, preflight.pictures
    if shot is not None:
        sent = {reference.digest for reference in shot.references}
        own, pictures = preflight.of_shot(shot.shot), tuple(one for one in pictures if one.digest in sent)
    hard = [one.id for one in own if one.hard and one.level == "error"]
    terms = html.escape(", ".join(hard))
    said = f"<p>The service's own terms, no reason overrides them: {terms}</p>" if hard else ""
    return Html(preflight_table(replace(preflight, findings=own, pictures=pictures)) + said)


def sent_card(reference: Reference, looked: Looked, findings: Iterable[Finding], *, place: int | None = None) -> Html:
    """Return a picture as it is sent, with the faces in it and the gravest thing that preflight says of it.

    Args:
        reference: The picture.
        looked: What is seen in it.
        findings: What preflight says of this picture and others.
        place: Its place among the request's pictures, from 1; None where no request is at stake.
    """
    faces = looked.faces
    cut = "all of it" if reference.crop is None else _percent(reference.crop)
    by = " (by hand)" if reference.framing is not None and reference.framing.part is not None else ""
    rows = [
        *([("place", f"{place}")] if place is not None else []),
        ("sent", f"{reference.width}×{reference.height} {reference.media_type.removeprefix('image/').upper()}"),
        ("part", f"{cut}{by}"),
        ("faces", "unknown: nobody could look" if faces.unknown else _faces(looked)),
        *([("prepared", "; ".join(reference.steps))] if reference.steps else []),
        *(("mind", warning) for warning in reference.warnings),
    ]
    try:
        picture: bytes | None = as_sent(reference, faces.found, side=240)
    except CharkitError as error:
        picture, rows = None, [*rows, ("mind", str(error))]
    levels = {one.level for one in findings if reference.digest in one.digests and not one.overridden}
    mark = next((level for level in ("error", "unknown", "warning") if level in levels), "")
    kind: BadgeKind = "bad" if mark == "error" else "warn" if mark else "ok"
    title = f"{reference.name}, {reference.view}{worn(reference)}"
    sign = {"error": "✗ ", "unknown": "? ", "warning": "! ", "": "✓ "}[mark]
    return card(
        title,
        rows=rows,
        picture=picture,
        picture_type="image/jpeg",
        badge=f"{sign}{mark or 'clear'}",
        badge_kind=kind,
        width=204,
    )


def cut_card(reference: Reference) -> Html:
    """Return the source of a picture with the part drawn on it that is sent."""
    rows = [("source", reference.origin), ("sent", _percent(reference.crop) if reference.crop else "all of it")]
    try:
        picture: bytes | None = as_handed_in(reference, reference.crop, side=240)
    except CharkitError as error:
        picture, rows = None, [*rows, ("mind", str(error))]
    title = f"{reference.name}, {reference.view}: the cut"
    return card(title, rows=rows, picture=picture, picture_type="image/jpeg", width=204)


def _faces(looked: Looked) -> str:
    found = looked.faces.found
    return ", ".join(f"{one.score:.2f}{'' if one.sure else ', perhaps'}" for one in found) or "none seen"


def nobody_looked(looked: Iterable[Looked]) -> Html:
    """Return why nobody could look for faces, once for all pictures."""
    why = dict.fromkeys(one.faces.unknown for one in looked if one.faces.unknown)
    return Html("".join(f'<div style="{_QUIET}">Faces are unknown: {html.escape(said)}</div>' for said in why))


def of_shot(shot: PlannedShot) -> str:
    """Return a shot as the list of shots names it."""
    count = len(shot.references)
    sent = [f"{count} pictures"] if count else []
    sent += [f"{len(shot.clips)} clips"] if shot.clips else []
    return f"{shot.shot} on {shot.route}: {', '.join(sent) or 'words alone'}"


def views_of(shot: PlannedShot) -> str:
    """Return what the pictures of a shot show, in order."""
    clips = [f"{one.name} clip of {one.seconds:.1f} s" for one in shot.clips]
    return ", ".join([*(f"{one.name} {one.view}" for one in shot.references), *clips])


def worn(reference: Reference) -> str:
    """Return the outfit of a picture, where it is not the usual one."""
    return "" if reference.wardrobe == "default" else f" ({reference.wardrobe})"


def _percent(box: Box) -> str:
    left, top, right, bottom = (round(100 * edge) for edge in box)
    return f"{left} to {right} % across, {top} to {bottom} % down"


def left_out(shot: PlannedShot | None) -> Html:
    """Return what does not go along with a shot, each with the reason."""
    if shot is None or not shot.left_out:
        return Html("")
    lines = "".join(f"<div>✗ {html.escape(what)}</div>" for what in shot.left_out)
    return Html(f"<div style='padding: 2px 0 8px 0'><b>Left out</b>{lines}</div>")


def no_pictures(shot: PlannedShot | None) -> Html:
    """Return that no pictures go out."""
    why = f"{html.escape(shot.shot)} goes out in words alone" if shot is not None else "there are no pictures yet"
    return Html(f'<div style="{_QUIET}">{badge("no pictures", "simulated")} {why}</div>')
