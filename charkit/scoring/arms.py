"""An experiment in arms: the same script made in several ways, with what was meant to be asked written down first.

An arm is a route with one means of telling it who the character is. All arms make the same shots, as many takes of each
and from the same seeds, nothing is picked; so any two of them are compared pair by pair. What is asked, on which axis,
at which line and with which tests is registered before the first take (`Registration`): a question that is found in the
answers is none (protocol of scoring.md, 9).

The unit is one made shot: a character in one take of one shot. Rates are those of made shots; see `statistics`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from charkit.cards import table
from charkit.errors import UnknownName, UsageError
from charkit.money import dollars
from charkit.scoring.base import Axis, Verdict
from charkit.scoring.statistics import Rate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charkit.scoring.base import Score

__all__ = [
    "PRESETS",
    "Arm",
    "Contrast",
    "Means",
    "RegisteredLine",
    "Registration",
    "Trial",
    "arms_named",
    "rate_of",
    "trials_of",
]


class Means(StrEnum):
    """How a service is told who the character is."""

    TEXT = "text"
    """The locked words alone."""
    REFERENCES = "references"
    """The words, and pictures."""
    FIRST_FRAME = "first frame"
    """The words, and a picture that the clip begins with."""
    CHARACTERS = "characters"
    """The words, and an id under which the service knows the character."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way of making the script."""

    name: str
    """In words: `three references`."""
    means: Means
    pictures: int = 0
    """Of each character, for `references`."""
    route: str = ""
    """Its name; empty as long as none is chosen."""
    claim: str = ""
    """What circulates about this means, as data: `80 to 85 %`."""
    source: str = ""
    """Where the claim comes from."""

    @property
    def slug(self) -> str:
        """The name as it goes into ids and file names."""
        return self.name.replace(" ", "-")


PRESETS: tuple[Arm, ...] = (
    Arm(name="text only", means=Means.TEXT),
    Arm(name="one reference", means=Means.REFERENCES, pictures=1),
    Arm(name="three references", means=Means.REFERENCES, pictures=3),
    Arm(name="first frame", means=Means.FIRST_FRAME),
    Arm(name="character id", means=Means.CHARACTERS),
)
"""The arms of the brief, weakest first."""


def arms_named(names: Iterable[str]) -> tuple[Arm, ...]:
    """Return preset arms by name, in the order asked for.

    Raises:
        UnknownName: there is no such arm.
        UsageError: fewer than two, or one twice.
    """
    known = {arm.name: arm for arm in PRESETS}
    wanted = list(names)
    for name in wanted:
        if name not in known:
            raise UnknownName("arm", name, known)
    if len(wanted) < 2 or len(set(wanted)) < len(wanted):
        raise UsageError(f"arms are {wanted}; an experiment compares two or more, each named once")
    return tuple(known[name] for name in wanted)


class Contrast(BaseModel):
    """Two arms that are to be compared: does the second keep the character more often than the first?"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.second} against {self.first}"


class RegisteredLine(BaseModel):
    """Where consistent begins for one scorer, as it stood before the first take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    axis: Axis
    scorer: str
    """Its name and version."""
    threshold: str
    """Name of the line."""
    line: float
    calibrated: bool

    def __str__(self) -> str:
        how = "calibrated" if self.calibrated else "uncalibrated"
        return f"{self.scorer.split(' ')[0]} {self.line:g} or above ({self.threshold}, {how})"


class Registration(BaseModel):
    """What an experiment asks, written down before its first take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit registration 1"] = "charkit registration 1"
    title: str
    script: str
    """Digest of the storyboard's shots."""
    shots: tuple[str, ...]
    characters: tuple[str, ...]
    takes: int = Field(ge=1)
    """Of each shot in each arm; take k of a shot has the same seed in every arm."""
    seed: int
    """The root of all seeds, where a route takes one."""
    arms: tuple[Arm, ...]
    left_out: dict[str, str] = Field(default_factory=dict)
    """Arms that were wanted and cannot be run, with the reason."""
    contrasts: tuple[Contrast, ...]
    axis: Axis
    """The one that decides; others are told beside it."""
    threshold: str
    """Name of the line on it."""
    line: float
    calibrated: bool
    lines: tuple[RegisteredLine, ...] = ()
    """Of every scorer that judges, the deciding ones first; empty as long as one axis was all that was judged."""
    unknown: dict[str, str] = Field(default_factory=dict)
    """Axes that nobody can judge here, with what is missing."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    tests: str = "exact McNemar on pairs (character, shot, seed), Holm over the contrasts; Wilson intervals for rates"
    unverifiable: str = "leaves the rate and its pair, and counts against coverage; bounds are told"
    price_usd: float = Field(ge=0)
    """What it costs at most."""
    simulated: bool

    def asks_as(self, other: Registration) -> bool:
        """Whether it asks what another one asks; one of before lines of other axes were written down says less."""
        mine, theirs = self, other
        if not (mine.lines and theirs.lines):
            mine, theirs = (one.model_copy(update={"lines": (), "unknown": {}}) for one in (mine, theirs))
        return mine.digest == theirs.digest

    @property
    def digest(self) -> str:
        """Of all that it says."""
        return f"sha256:{hashlib.sha256(self.model_dump_json().encode()).hexdigest()}"

    def __repr__(self) -> str:
        return (
            f"Registration({len(self.arms)} arms, {len(self.shots)} shots, {self.takes} takes each, "
            f"{len(self.contrasts)} contrasts on {self.axis}, {dollars(self.price_usd)})"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        calibrated = "calibrated" if self.calibrated else "uncalibrated"
        rows = [
            ("contrasts", "; ".join(map(str, self.contrasts))),
            ("decides", f"{self.axis}, consistent at {self.line:g} or above ({self.threshold}, {calibrated})"),
            *((f"line on {line.axis}", str(line)) for line in self.lines if line.axis is not self.axis),
            *((f"unknown: {axis}", why) for axis, why in self.unknown.items()),
            ("tests", f"{self.tests}; two-sided, {self.alpha:g}"),
            ("unverifiable", self.unverifiable),
            ("shots", ", ".join(self.shots)),
            ("takes", f"{self.takes} of each shot in each arm, all kept, seeds from {self.seed}"),
            ("costs at most", dollars(self.price_usd)),
            *((f"not run: {arm}", why) for arm, why in self.left_out.items()),
        ]
        return {"text/plain": repr(self), "text/html": table(["registered before the first take", ""], rows)}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One made shot: a character in one take of a shot, made in one arm, judged on one axis."""

    arm: str
    shot: str
    take: int
    character: str
    axis: Axis
    verdict: Verdict
    score: float | None = None
    reason: str = ""
    clip_digest: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether it kept the character; None where that could not be judged or was not to be."""
        return {Verdict.CONSISTENT: True, Verdict.DRIFTED: False}.get(self.verdict)

    @property
    def pair(self) -> tuple[str, str, int]:
        """What it has in common with its counterpart in another arm."""
        return self.character, self.shot, self.take


def trials_of(arm: Arm, scores: Iterable[Score]) -> list[Trial]:
    """Return the scores of an arm's takes as trials."""
    return [
        Trial(
            arm=arm.name,
            shot=score.shot,
            take=score.take,
            character=score.character,
            axis=score.axis,
            verdict=score.verdict,
            score=score.score,
            reason=score.reason,
            clip_digest=score.clip_digest,
        )
        for score in scores
    ]


def rate_of(trials: Iterable[Trial]) -> Rate:
    """Return how many trials passed, of those that could be judged, of those that should be."""
    counted = [trial for trial in trials if trial.verdict is not Verdict.INTENDED]
    judged = [trial.passed for trial in counted if trial.passed is not None]
    return Rate(passes=sum(judged), verifiable=len(judged), expected=len(counted))
