"""What was measured of routes, as plain data: for a route how many shots held their character, of how many.

    measurements:
      omni-1.2: {rate: 0.86, n: 36, axis: palette, as_of: 2026-11-20, source: notebooks/90, simulated: false}

A measurement beats a claim. What was measured on the simulator says nothing about a service, and is shown but never
weighed.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations at run time
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from charkit.documents import read_yaml, write_yaml
from charkit.documents.tree import line_of, load
from charkit.errors import BadDocument, did_you_mean
from charkit.routes.facts import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["Measured", "read_measurements", "record_measurements"]


class Measured(Entry):
    """How often a route held its characters."""

    rate: float = Field(ge=0, le=1)
    """Shots that passed over shots that could be verified."""
    n: int = Field(ge=1)
    """How many shots could be verified."""
    axis: str = Field(min_length=3)
    """What was compared: palette, identity ..."""
    as_of: dt.date
    source: str = Field(min_length=3)
    """Where the run can be read, such as its report."""
    simulated: bool = False
    """Whether the simulator made the clips."""
    means: Literal["", "text", "first frame", "references", "characters"] = ""
    """How the service was told who the character is; empty where that was not written down."""
    low: float | None = Field(default=None, ge=0, le=1)
    """Lower end of the 95 % interval of the rate (Wilson)."""
    high: float | None = Field(default=None, ge=0, le=1)
    coverage: float | None = Field(default=None, ge=0, le=1)
    """Shots that could be verified over shots in which the character was expected."""
    ceiling: float | None = Field(default=None, ge=0, le=1)
    """The share of positive controls that passed: what a perfect character would have reached."""

    people: float | None = Field(default=None, ge=0, le=1)
    """How well the axis agrees with people: the AUC of its scores against blinded raters (notebooks/91); None where
    nobody was asked. What people decided about takes of a film while they looked at scores is never in it."""

    @property
    def worth(self) -> float:
        """How many shots of it count: all, unless people were asked; then as far as the axis saw what they saw.

        2·AUC - 1 is 1 for an axis that always ranks as people do and 0 for one that guesses (Somers' D): a convention,
        so that an axis that people contradict moves no plan, however many shots it counted.
        """
        return self.n * (1.0 if self.people is None else max(0.0, 2 * self.people - 1))

    def expected(self, prior: float, weight: int) -> float:
        """Return the share of shots to expect, an assumption counting as so many shots of its own.

        The mean of a beta distribution with `weight` pseudo-observations at `prior`: three lucky shots change little,
        thirty decide.
        """
        return (self.rate * self.worth + prior * weight) / (self.worth + weight)

    def __str__(self) -> str:
        simulated = ", simulated" if self.simulated else ""
        ends = ""
        if self.low is not None and self.high is not None:
            ends = f", 95 % CI {100 * self.low:.0f}–{100 * self.high:.0f}"
        means = f" with {self.means}" if self.means else ""
        people = "" if self.people is None else f", AUC {self.people:.2f} against people"
        return f"{self.rate:.0%} of {self.n}{means} ({self.axis}{ends}{people}{simulated})"


class _MeasurementsFile(Entry):
    measurements: dict[str, Measured] = Field(default_factory=dict)


def read_measurements(path: Path, routes: Collection[str]) -> Mapping[str, Measured]:
    """Read what was measured.

    Raises:
        BadDocument: with file and line; also where it names a route that does not exist.
    """
    found = read_yaml(path, _MeasurementsFile).measurements
    for name in found:
        if name not in routes:
            tree = load(path.read_text(encoding="utf-8-sig"), path)
            near = did_you_mean(name, routes)
            raise BadDocument(
                f"there is no route {name!r}. {near}", file=path, line=line_of(tree, ("measurements", name))
            )
    return found


def record_measurements(path: Path, found: Mapping[str, Measured]) -> None:
    """Write measurements beside those that are there; a newer one of a route replaces the older.

    A simulated one never replaces one of a service.

    Raises:
        BadDocument: the file that is there says something it may not say.
        StorageError: it cannot be written.
    """
    before = read_yaml(path, _MeasurementsFile).measurements if path.is_file() else {}
    kept = {
        name: measured
        for name, measured in found.items()
        if not (measured.simulated and name in before and not before[name].simulated)
    }
    header = "What was measured of routes; see charkit.routes.measured. The planner weighs what is not simulated."
    path.parent.mkdir(parents=True, exist_ok=True)
    write_yaml(path, _MeasurementsFile(measurements={**before, **kept}), header=header)
