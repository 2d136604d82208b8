"""A picture as preflight gets it: the file, and what a person said about whom it shows."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

if TYPE_CHECKING:
    import datetime as dt

    from charkit.character import CharacterSheet
    from charkit.references.clip import ClipReference
    from charkit.references.picture import Reference
    from charkit.routes import Route

__all__ = ["Domain", "Pictured", "Sending"]

Domain: TypeAlias = Literal["photoreal", "anime", "drawn", "other"]
"""How a character is shown, as its sheet declares it; a detector of faces cannot tell."""


@dataclass(frozen=True, kw_only=True)
class Pictured:
    """One picture, and what is said of it. None is what nobody said."""

    name: str
    """Such as `Mira, face`."""
    path: Path
    character: str = ""
    """Whom it shows; empty where that is not said."""
    view: str = ""
    domain: Domain | None = None
    real_person: bool | None = None
    minor: bool | None = None
    lapsed: bool = False
    """Whether the person's consent has ended."""
    origins: tuple[str, ...] = ()
    """Digests of the file and of what it was prepared from: one picture prepared for two routes is no copy."""

    @classmethod
    def of(cls, reference: Reference, sheet: CharacterSheet, on: dt.date) -> Self:
        """Return a reference with what its character's sheet declares on a day."""
        return replace(
            cls.drawn(reference.path, str(reference.view), sheet, on),
            name=f"{reference.name}, {reference.view}" + _worn(reference.wardrobe),
            character=reference.name,
            origins=tuple(filter(None, (reference.digest, reference.source_digest))),
        )

    @classmethod
    def drawn(cls, path: Path, view: str, sheet: CharacterSheet, on: dt.date) -> Self:
        """Return a picture of a character with what its sheet declares on a day.

        Args:
            path: The picture.
            view: What it shows.
            sheet: Whom it shows.
            on: The day.
        """
        age = sheet.description.age_band if sheet.description else None
        return cls(
            name=f"{sheet.name}, {view}",
            path=Path(os.path.normpath(path)),  # one file is one file, however the way to it is written
            character=sheet.name,
            view=view,
            domain=sheet.kind,
            real_person=sheet.likeness.real_person,
            minor=None if age is None else age in ("child", "teen"),
            lapsed=sheet.likeness.lapsed(on),
        )

    @classmethod
    def stills_of(cls, clip: ClipReference, sheet: CharacterSheet, on: dt.date) -> tuple[Self, ...]:
        """Return the stills of a clip with what its character's sheet declares on a day."""
        return tuple(
            replace(
                cls.drawn(still, "clip", sheet, on),
                name=f"{clip.name}, clip {clip.origin} ({place} of {len(clip.stills)} stills)",
                origins=(clip.digest,),
            )
            for place, still in enumerate(clip.stills, start=1)
        )

    def prepared_like(self, other: Pictured) -> bool:
        """Whether it is the same picture of the same character, prepared another way."""
        return self.name == other.name and not set(self.origins).isdisjoint(other.origins)


def _worn(wardrobe: str) -> str:
    return "" if wardrobe == "default" else f" ({wardrobe})"


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Pictures that would go out together in one request."""

    route: Route
    pictures: tuple[Pictured, ...]
    clips: tuple[Pictured, ...] = ()
    """Stills out of clips that go along: held against the route's policy, and no pictures that it gets."""
    shots: tuple[str, ...] = ()
    """The shots whose requests are alike."""
