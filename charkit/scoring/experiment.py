"""What an experiment found: each arm's rate beside its claim, its ceiling, and the contrasts that were registered.

A rate is never shown alone: Wilson's interval, coverage, the bounds if all that could not be judged had failed or
passed, the ceiling from positive controls, and the rate freed of the scorer's own errors stand beside it. A contrast is
tested on pairs, corrected for being one of several, and told as a difference with its interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from charkit.cards import Html, badge, table
from charkit.documents import read_json, write_json
from charkit.errors import UnknownName
from charkit.scoring.arms import Arm, Contrast, Registration, Trial, rate_of
from charkit.scoring.base import Axis  # noqa: TC001  # pydantic reads annotations at run time
from charkit.scoring.controls import Control, Controls
from charkit.scoring.statistics import Corrected, Interval, Paired, Rate, adjusted, compare_verdicts, corrected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ArmResult", "ContrastResult", "Experiment"]


@dataclass(frozen=True, kw_only=True)
class ArmResult:
    """What one arm came to."""

    arm: Arm
    rate: Rate
    corrected: Corrected | None
    """Freed of what the controls show of the scorer's own errors; None without controls."""
    worst: Trial | None
    """The judged trial with the lowest score."""
    truth: float | None = None
    """The share that was declared to the simulator; None where nobody knows."""

    @property
    def covered(self) -> bool | None:
        """Whether the interval holds the declared truth; None without one, or without a rate."""
        if self.truth is None or self.rate.value is None:
            return None
        interval: Interval = self.rate.interval
        return interval.low <= self.truth <= interval.high


@dataclass(frozen=True, kw_only=True)
class ContrastResult:
    """What became of one registered question."""

    contrast: Contrast
    paired: Paired | None
    """None without a pair that could be judged on both sides."""
    p: float | None
    """Corrected for the number of contrasts (Holm)."""
    dropped: int
    """Pairs of which one side or both could not be judged."""
    alpha: float

    @property
    def says(self) -> str:
        """The answer, in words that claim no more than was seen."""
        if self.paired is None or self.p is None:
            return "no pair could be judged"
        if self.p >= self.alpha:
            return "no difference shown; that is not the same as none"
        ahead = self.contrast.second if self.paired.difference.value > 0 else self.contrast.first
        return f"{ahead} keeps the character more often"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit experiment 1"] = "charkit experiment 1"
    registration: Registration
    trials: tuple[Trial, ...]
    controls: tuple[Control, ...]
    truths: dict[str, float] = {}
    beside: dict[Axis, tuple[Control, ...]] = {}


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """All trials of an experiment, and what follows from them by its registration."""

    registration: Registration
    trials: tuple[Trial, ...]
    controls: Controls
    truths: Mapping[str, float]
    """By arm: the share of takes that keep the character, as it was declared to the simulator."""
    beside: Mapping[Axis, Controls] = field(default_factory=dict)
    """Controls on the axes that do not decide."""

    @property
    def decisive(self) -> tuple[Trial, ...]:
        """The trials on the registered axis."""
        return tuple(trial for trial in self.trials if trial.axis is self.registration.axis)

    def of(self, arm: str) -> tuple[Trial, ...]:
        """Return an arm's trials on the registered axis.

        Raises:
            UnknownName: there is no such arm.
        """
        names = [each.name for each in self.registration.arms]
        if arm not in names:
            raise UnknownName("arm", arm, names)
        return tuple(trial for trial in self.decisive if trial.arm == arm)

    @property
    def other_axes(self) -> tuple[Axis, ...]:
        """The axes that were judged beside the registered one."""
        return tuple(dict.fromkeys(t.axis for t in self.trials if t.axis is not self.registration.axis))

    def rate(self, arm: str, axis: Axis | str) -> Rate:
        """Return an arm's rate on any axis; the registered one decides, the others are told beside it.

        Raises:
            UnknownName: there is no such arm, or nothing was judged on the axis.
        """
        known = (self.registration.axis, *self.other_axes)
        if str(axis) not in [str(each) for each in known]:
            raise UnknownName("judged axis", str(axis), [str(each) for each in known])
        self.of(arm)
        return rate_of(trial for trial in self.trials if trial.arm == arm and trial.axis == axis)

    @property
    def arms(self) -> tuple[ArmResult, ...]:
        """What each arm came to, in the order registered."""
        return tuple(self._result(arm) for arm in self.registration.arms)

    def _result(self, arm: Arm) -> ArmResult:
        trials = self.of(arm.name)
        rate = rate_of(trials)
        judged = [trial for trial in trials if trial.passed is not None and trial.score is not None]
        floor = self.controls.floor
        return ArmResult(
            arm=arm,
            rate=rate,
            corrected=corrected(
                rate, positives=self.controls.ceiling, false_accepts=floor.passes, impostors=floor.verifiable
            ),
            worst=min(judged, key=lambda trial: trial.score or 0.0, default=None),
            truth=self.truths.get(arm.name),
        )

    @property
    def contrasts(self) -> tuple[ContrastResult, ...]:
        """The answers to what was registered, in that order."""
        found = [(contrast, *self._paired(contrast)) for contrast in self.registration.contrasts]
        tested = [paired.p for _, paired, _ in found if paired is not None]
        holm = iter(adjusted(tested, method="holm"))
        return tuple(
            ContrastResult(
                contrast=contrast,
                paired=paired,
                p=None if paired is None else next(holm),
                dropped=dropped,
                alpha=self.registration.alpha,
            )
            for contrast, paired, dropped in found
        )

    def _paired(self, contrast: Contrast) -> tuple[Paired | None, int]:
        first = {trial.pair: trial.passed for trial in self.of(contrast.first)}
        second = {trial.pair: trial.passed for trial in self.of(contrast.second)}
        shared = sorted(first.keys() & second.keys())
        judged = [(pair, a, b) for pair in shared if (a := first[pair]) is not None and (b := second[pair]) is not None]
        found = compare_verdicts(
            [a for _, a, _ in judged], [b for _, _, b in judged], clusters=[pair[0] for pair, _, _ in judged]
        )
        return found, len(first.keys() | second.keys()) - len(judged)

    @property
    def ranking(self) -> tuple[str, ...]:
        """The arms' names by measured rate, highest first; those without a rate are left out."""
        rated = [(result.rate.value, result.arm.name) for result in self.arms if result.rate.value is not None]
        return tuple(name for _, name in sorted(rated, key=lambda pair: -pair[0]))

    def save(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            StorageError: it cannot be written.
        """
        write_json(
            path,
            _File(
                registration=self.registration,
                trials=self.trials,
                controls=tuple(self.controls),
                truths=dict(self.truths),
                beside={axis: tuple(controls) for axis, controls in self.beside.items()},
            ),
        )

    @classmethod
    def load(cls, path: Path) -> Experiment:
        """Read what `save` wrote.

        Raises:
            BadDocument: the file is missing or is no experiment.
        """
        file = read_json(path, _File)
        return cls(
            registration=file.registration,
            trials=file.trials,
            controls=Controls(file.controls),
            truths=file.truths,
            beside={axis: Controls(controls) for axis, controls in file.beside.items()},
        )

    def __repr__(self) -> str:
        said = "; ".join(f"{result.arm.name} {_short(result.rate)}" for result in self.arms)
        kind = "simulated" if self.registration.simulated else "live"
        return f"Experiment({kind}, {self.registration.axis}: {said})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> Html:
        told = any(result.truth is not None for result in self.arms)
        columns = ["arm", "route", "claimed", "measured", "95 % CI", "coverage", "bounds", "corrected", "worst"]
        rows = [_arm_row(result, told=told) for result in self.arms]
        columns += ["declared truth"] if told else []
        caption = f"{self.registration.axis}, {self.registration.threshold}. {self.controls.line}"
        answers = [_contrast_row(result) for result in self.contrasts]
        asked = ["contrast, as registered", "pairs", "difference", "p (Holm)", "answer"]
        shown_beside = _beside(self) if self.other_axes else ""
        left_out = [[name, why] for name, why in self.registration.left_out.items()]
        shown = table(columns, rows, caption=caption) + (table(asked, answers) if answers else "") + shown_beside
        return Html(shown + (table(["not run", "because"], left_out) if left_out else ""))


def _beside(found: Experiment) -> Html:
    """Return every arm's rate on the axes that do not decide, with the ceiling of each where controls were judged."""
    axes = found.other_axes
    rows = [[arm.name, *(_rated(found.rate(arm.name, axis)) for axis in axes)] for arm in found.registration.arms]
    if any(found.beside.values()):
        rows.append(["ceiling", *(_rated(found.beside.get(axis, Controls()).ceiling) for axis in axes)])
    unknown = "".join(f" {axis}: unknown, {why}." for axis, why in found.registration.unknown.items())
    caption = (
        f"Other axes, told beside {found.registration.axis}: they decide nothing, and are never added up.{unknown}"
    )
    return table(["arm", *(str(axis) for axis in axes)], rows, caption=caption)


def _rated(rate: Rate) -> str:
    return f"{_short(rate)} ({rate.interval}), {rate.verifiable}/{rate.expected} judged" if rate.verifiable else "–"


def _short(rate: Rate) -> str:
    return f"{rate.passes}/{rate.verifiable}" if rate.verifiable else "not verifiable"


def _arm_row(result: ArmResult, *, told: bool) -> list[str]:
    rate, worst = result.rate, result.worst
    measured = "not verifiable" if rate.value is None else f"{rate.passes}/{rate.verifiable} ({rate.value:.0%})"
    row = [
        result.arm.name,
        result.arm.route,
        result.arm.claim or "–",
        measured,
        str(rate.interval) if rate.verifiable else "–",
        f"{rate.verifiable}/{rate.expected}",
        str(rate.bounds),
        f"{result.corrected.value:.0%} ({result.corrected.interval})" if result.corrected else "–",
        f"{worst.shot} take {worst.take}, {worst.score:.3f}" if worst else "–",
    ]
    if told:
        row.append(_truth(result))
    return row


def _truth(result: ArmResult) -> str:
    if result.truth is None:
        return "–"
    if result.covered is None:
        return f"{result.truth:.0%}"
    return Html(
        f"{result.truth:.0%} " + badge("inside" if result.covered else "outside", "ok" if result.covered else "warn")
    )


def _contrast_row(result: ContrastResult) -> list[str]:
    if result.paired is None:
        return [str(result.contrast), f"0, {result.dropped} unjudged", "–", "–", result.says]
    return [
        str(result.contrast),
        f"{result.paired.pairs}" + (f", {result.dropped} unjudged" if result.dropped else ""),
        str(result.paired.difference),
        "–" if result.p is None else f"{result.p:.3g}",
        result.says,
    ]
