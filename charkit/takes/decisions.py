"""What a person decided about takes: kept on disk at once, so that boards, batch and a reopened notebook agree.

`decisions.json` stands in the run's folder. Every decision reads the file again under a lock and writes it whole, so
two notebooks that are open at once lose nothing of each other. Rejecting hides a take and deletes nothing; a star says
which take of a shot the film shows. What is said of a take stays with its shot and number, which are never used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from charkit.documents import held, read_json, write_json
from charkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["MAX_NOTE", "UNDECIDED", "TakeDecision", "TakeDecisions"]

MAX_NOTE: Final = 2_000
"""Characters of a note."""


class TakeDecision(BaseModel):
    """What was decided about one take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    starred: bool = False
    """The film shows this take of its shot; of several, the best by score."""
    verdict: Literal["", "kept", "rejected"] = ""
    """A rejected take is hidden and never chosen; empty while nobody decided."""
    note: str = Field(default="", max_length=MAX_NOTE)

    @property
    def decided(self) -> bool:
        """Whether a person said yes or no; a note alone is neither."""
        return self.starred or bool(self.verdict)

    @property
    def word(self) -> str:
        """The decision in a word."""
        return "starred" if self.starred else self.verdict or "undecided"


UNDECIDED: Final = TakeDecision()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit decisions 1"] = "charkit decisions 1"
    shots: dict[str, dict[int, TakeDecision]] = {}
    """By shot and take number; takes about which nothing was said are left out."""


class TakeDecisions:
    """The decisions about one run's takes."""

    def __init__(self, file: Path) -> None:
        """Set up; nothing is read or written yet.

        Args:
            file: `decisions.json` of the run.
        """
        self._file = file

    def all(self) -> Mapping[tuple[str, int], TakeDecision]:
        """Return what was decided, by shot and take number.

        Raises:
            BadDocument: the file is not one that was written here.
        """
        found = self._read()
        return {(shot, number): said for shot, takes in found.shots.items() for number, said in takes.items()}

    def of(self, shot: str, take: int) -> TakeDecision:
        """Return what was decided about one take."""
        return self._read().shots.get(shot, {}).get(take, UNDECIDED)

    @property
    def starred(self) -> frozenset[tuple[str, int]]:
        """Shot and number of the takes that the film is to show."""
        return frozenset(key for key, said in self.all().items() if said.starred)

    @property
    def rejected(self) -> frozenset[tuple[str, int]]:
        """Shot and number of the takes that are never chosen."""
        return frozenset(key for key, said in self.all().items() if said.verdict == "rejected")

    def star(self, shot: str, take: int, *, on: bool = True) -> TakeDecision:
        """Say that the film shows this take, or take that back. A rejected take comes back by its star."""
        if not on:
            return self._say(shot, take, starred=False)
        return self._say(shot, take, starred=True, verdict="kept")

    def keep(self, shot: str, take: int) -> TakeDecision:
        """Say that a take is good; one that was rejected comes back."""
        return self._say(shot, take, verdict="kept")

    def reject(self, shot: str, take: int) -> TakeDecision:
        """Hide a take; it is never chosen, loses its star, and nothing is deleted."""
        return self._say(shot, take, starred=False, verdict="rejected")

    def undecide(self, shot: str, take: int) -> TakeDecision:
        """Take back what was decided; the note stays."""
        return self._say(shot, take, starred=False, verdict="")

    def note(self, shot: str, take: int, words: str) -> TakeDecision:
        """Write a note on a take; an empty one takes it away.

        Raises:
            UsageError: it is longer than `MAX_NOTE` characters.
        """
        said = words.strip()
        if len(said) > MAX_NOTE:
            raise UsageError(f"a note on {shot}, take {take} of {len(said)} characters; at most {MAX_NOTE} are kept")
        return self._say(shot, take, note=said)

    def _say(self, shot: str, take: int, **change: str | bool) -> TakeDecision:
        with held(self._file):
            before = self._read()
            takes = dict(before.shots.get(shot, {}))
            said = takes.pop(take, UNDECIDED).model_copy(update=change)
            if said != UNDECIDED:
                takes[take] = said
            shots = {**before.shots, shot: dict(sorted(takes.items()))}
            write_json(self._file, _File(shots={name: each for name, each in shots.items() if each}))
        return said

    def _read(self) -> _File:
        return read_json(self._file, _File) if self._file.is_file() else _File()

    def __repr__(self) -> str:
        said = list(self.all().values())
        words = {"starred": sum(one.starred for one in said)}
        words |= {verdict: sum(one.verdict == verdict for one in said) for verdict in ("kept", "rejected")}
        words["with a note"] = sum(bool(one.note) for one in said)
        return f"TakeDecisions({', '.join(f'{count} {word}' for word, count in words.items() if count) or 'none yet'})"
