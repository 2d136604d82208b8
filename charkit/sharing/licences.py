"""Which of a character's pictures may be given to others, by what its sheet says.

A picture goes along only where somebody wrote down that it may: silence is a no, and so is a consent that has ended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.sharing.bundles import LeftOut

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from charkit.character import CharacterSheet
    from charkit.character.sheet import SheetPicture

__all__ = ["Withheld", "withheld"]

_KEPT_HERE = re.compile(
    r"all rights reserved|not stated|unknown|unclear|proprietary|confidential|private|internal"
    r"|no (re)?(use|sharing|distribution)|do not (share|distribute)",
    re.IGNORECASE,
)
"""Words of licences that allow nobody else anything."""


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A picture that stays here."""

    sheet: CharacterSheet
    picture: SheetPicture
    why: str

    def said(self, folder: str) -> LeftOut:
        """Return it for a bundle's record.

        Args:
            folder: The folder of sheets, relative to the production.
        """
        return LeftOut(
            what=f"{self.sheet.name}'s picture {self.picture.file} ({self.picture.view})",
            why=self.why,
            digest=self.sheet.digest_of(self.picture),
            place=f"{folder}/{self.picture.file}",
        )


def withheld(sheets: Iterable[CharacterSheet], on: dt.date) -> tuple[Withheld, ...]:
    """Return the sheets' pictures that may not be given away, each with the reason.

    Args:
        sheets: Of a production.
        on: The day, for consents that end.
    """
    return tuple(
        Withheld(sheet=sheet, picture=picture, why=why)
        for sheet in sheets
        for picture in sheet.references
        if (why := _against(sheet, picture, on))
    )


def _against(sheet: CharacterSheet, picture: SheetPicture, on: dt.date) -> str:
    likeness = sheet.likeness
    if likeness.lapsed(on):
        return f"the consent to {sheet.name}'s likeness does not hold on {on}"
    if picture.simulated:
        return ""
    if not picture.licence:
        return "the sheet names no licence for it: say `licence: ...` beside its file, if others may have it"
    if _KEPT_HERE.search(picture.licence):
        return f"its licence keeps it here: {picture.licence}"
    if (picture.origin == "photo" or likeness.real_person) and not (picture.consent or likeness.consent):
        return "it is a photo, and the sheet names no consent: who agreed to what use, and when"
    return ""
