"""Whose likeness a character is, and who allowed what."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations when a sheet is loaded
from typing import Self

from pydantic import model_validator

from charkit.character.words import Line, Phrases, Written


class Likeness(Written):
    """Whether the character looks like somebody who lives or lived, and who allowed it.

    A consent is for certain uses and may end: it is kept and shown with the sheet, goes into its version, and is asked
    for before any picture of the person is made or sent.
    """

    real_person: bool = False
    person: Line | None = None
    """Whose likeness it is."""
    consent: Line | None = None
    """Who agreed to what, when; required for a real person."""
    given: dt.date | None = None
    """The day of the consent."""
    until: dt.date | None = None
    """Its last day; without it, it does not end by itself."""
    uses: Phrases = ()
    """What it covers: `this film`, `trailers`."""
    proof: Line | None = None
    """Where the signed statement is kept; a place, not the document."""
    statement: Line | None = None
    """What is to be said of the likeness, such as `invented; looks like nobody we know` or `played by an actor`."""

    @model_validator(mode="after")
    def _consented(self) -> Self:
        if self.real_person and not self.consent:
            raise ValueError("a real person's likeness needs `consent`: who agreed to what use, and when")
        if self.given and self.until and self.until < self.given:
            raise ValueError(f"the consent ends on {self.until}, before it was given on {self.given}")
        return self

    def lapsed(self, on: dt.date) -> bool:
        """Whether a real person's consent does not hold on a day: it has ended, or was not given yet."""
        early = self.given is not None and on < self.given
        late = self.until is not None and on > self.until
        return self.real_person and (early or late)

    @property
    def said(self) -> str:
        """Consent and statement in one line, to show; empty where nothing is said."""
        dates = [f"given {self.given}" if self.given else "", f"until {self.until}" if self.until else ""]
        uses = f"for {', '.join(self.uses)}" if self.uses else ""
        parts = (f"likeness of {self.person}" if self.person else "", self.consent, uses, *dates, self.statement)
        return "; ".join(part for part in parts if part)
