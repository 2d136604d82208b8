"""A fault of a ledger: which promise is broken, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Fault"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One broken promise."""

    promise: str
    """A word of `verifying.PROMISES`."""
    what: str
    """What is wrong."""
    then: str
    """What to do about it."""
    job: str = ""
    """The job's id; empty where it is about no job alone."""

    def __str__(self) -> str:
        return f"{self.promise}: {f'{self.job}: ' if self.job else ''}{self.what}. {self.then}."
