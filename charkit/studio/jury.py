"""Who judges an experiment: every axis that can be asked, one of which decides; named before the first take.

Axes are never added up. The one that decides has to have a line, and to be able to judge everybody in the script; by
default it is the first such axis in the order of `Axis`. All others are told beside it, and what nobody can judge for
want of weights or of a line is named with what to get.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import UnknownName, UsageError
from charkit.scoring import IdentityScorer
from charkit.scoring.arms import RegisteredLine
from charkit.scoring.base import Axis, Lined

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from charkit.scoring.base import Domain, Scorer

__all__ = ["Jury", "jury"]


@dataclass(frozen=True, kw_only=True)
class Jury:
    """The scorers of an experiment."""

    panel: Callable[[], Sequence[Scorer]]
    """Returns fresh scorers, those that lack something too."""
    axis: Axis
    """The one that decides."""
    lines: tuple[RegisteredLine, ...]
    """Of every axis that can be judged, the deciding one's first."""
    unknown: Mapping[str, str]
    """By axis: what is missing."""

    def scorers(self) -> list[Scorer]:
        """Return fresh scorers of all axes that can be judged."""
        return [one for one in self.panel() if str(one.facts.axis) not in self.unknown]

    def scorer(self, axis: Axis) -> Scorer:
        """Return a fresh scorer of an axis that can be judged."""
        return next(one for one in self.scorers() if one.facts.axis is axis)

    @property
    def beside(self) -> tuple[Axis, ...]:
        """The axes that compare with the character and do not decide."""
        axes = (one.facts.axis for one in self.scorers())
        return tuple(axis for axis in axes if axis is not self.axis and not axis.flags)


def jury(panel: Callable[[], Sequence[Scorer]], domains: Collection[Domain], axis: Axis | str = "") -> Jury:
    """Say who judges, before anything is made.

    Args:
        panel: Returns fresh scorers.
        domains: As the sheets of everybody in the script declare them.
        axis: The one that is to decide; by default the first that can.

    Raises:
        UnknownName: there is no such axis.
        UsageError: it cannot decide, or none can.
    """
    found = {one.facts.axis: (one, _unable(one, domains)) for one in panel()}
    can = [known for known in found if not known.flags and not found[known][1]]
    unknown = {str(known): why for known, (_, why) in found.items() if why and not known.flags}
    if axis and str(axis) not in [str(known) for known in found]:
        raise UnknownName("axis of this experiment", str(axis), [str(known) for known in found])
    if axis and Axis(axis) not in can:
        why = unknown.get(str(axis), "it looks for faults of a take, and does not compare it with the character")
        raise UsageError(f"{axis} cannot decide this experiment: {why}")
    if not can:
        raise UsageError(f"no axis can decide this experiment: {'; '.join(unknown.values())}")
    chosen = Axis(axis) if axis else min(can, key=list(Axis).index)
    # An axis that can judge some of the cast is told beside the others all the same.
    unknown = {name: why for name, why in unknown.items() if not _some(found[Axis(name)][0], domains)}
    judged = dict.fromkeys((chosen, *(known for known in found if str(known) not in unknown)))
    lines = [line for known in judged for line in _lines(found[known][0], domains)]
    return Jury(panel=panel, axis=chosen, lines=tuple(lines), unknown=unknown)


def _parts(scorer: Scorer, domains: Collection[Domain]) -> list[Scorer]:
    """Return the scorers that judge characters of these domains, which for identity are two."""
    parts: Sequence[Scorer] = scorer.parts if isinstance(scorer, IdentityScorer) else (scorer,)
    return [part for part in parts if set(part.facts.domains) & set(domains)]


def _unable(scorer: Scorer, domains: Collection[Domain]) -> str:
    """Return why a scorer cannot judge everybody in a script; empty where it can."""
    parts = _parts(scorer, domains)
    covered = {domain for part in parts for domain in part.facts.domains}
    if missing := sorted(set(domains) - covered):
        return f"{scorer.facts.name} is not made for characters that are declared {' or '.join(missing)}"
    return next((why for part in parts if (why := _lacks(part))), "")


def _some(scorer: Scorer, domains: Collection[Domain]) -> bool:
    return any(not _lacks(part) for part in _parts(scorer, domains))


def _lacks(scorer: Scorer) -> str:
    if problem := str(getattr(scorer, "problem", "")):
        return problem
    if isinstance(scorer, Lined) and scorer.threshold is None:
        return f"{scorer.facts.name} has no line: calibrate it on your own cast"
    return ""


def _lines(scorer: Scorer, domains: Collection[Domain]) -> list[RegisteredLine]:
    found = []
    for part in _parts(scorer, domains):
        line = getattr(part, "threshold", None)
        if line is not None and not _lacks(part):
            said = RegisteredLine(
                axis=part.facts.axis,
                scorer=part.facts.label,
                threshold=line.name,
                line=line.value,
                calibrated=line.calibrated,
            )
            found.append(said)
    return found
