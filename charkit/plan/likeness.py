"""Whose pictures a route may be given: real people, photoreal faces and minors, by the route's own dated policy.

What a policy refuses never goes out: services answer such uploads with a refusal, or worse, with an empty result that
is billed (google-wire.md, 1.2). What it does not say is warned of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.character import CharacterSheet
    from charkit.routes import Region, Route

__all__ = ["forbidden", "is_minor", "unsaid"]


def is_minor(sheet: CharacterSheet) -> bool:
    """Whether a sheet describes a child or teenager."""
    return sheet.description is not None and sheet.description.age_band in ("child", "teen")


def forbidden(route: Route, sheet: CharacterSheet, region: Region | None) -> str:
    """Return why a route may not be shown a character; empty where it may, or where nobody says."""
    policy = route.capabilities.likeness
    if policy is None:
        return ""
    rule = policy.value
    if rule.real_people is False and sheet.likeness.real_person:
        return f"{route.name} refuses pictures of real people ({policy.as_of})"
    if rule.photoreal_faces is False and sheet.kind == "photoreal":
        return f"{route.name} refuses photoreal human faces ({policy.as_of})"
    if is_minor(sheet) and rule.minors is False:
        return f"{route.name} takes pictures of adults only ({policy.as_of})"
    if is_minor(sheet) and region in rule.minors_not_in:
        return f"{route.name} takes no pictures of minors in {region} ({policy.as_of})"
    return ""


def unsaid(route: Route, sheet: CharacterSheet, region: Region | None) -> Iterator[str]:
    """Yield what a person should know before pictures of a character go to a route."""
    policy = route.capabilities.likeness
    if is_minor(sheet) and region is None and policy is not None and policy.value.minors_not_in:
        places = ", ".join(policy.value.minors_not_in)
        yield f"uploading pictures with minors is not supported in {places} ({route.name}, {policy.as_of})"
    if sheet.likeness.real_person and (policy is None or policy.value.real_people is None):
        yield f"whether {route.name} takes pictures of real people is not established"
