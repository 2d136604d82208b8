"""Tier 2: a vision model as judge of attributes. It costs money, so it is off until somebody hands one over.

A model ranks better than it scores and misses small differences (scoring.md, 5.1), so it is asked for facts, and it is
tested while it is asked:

    1. it describes the references, once; the list is frozen and named in every later question
    2. it answers per attribute and shot: match, differs, not visible, with a few words of evidence
    3. three controls hide among the shots under blind labels: the reference itself, the reference in other light, and
       somebody else of the cast; where the vote on one of them is wrong the run is void, and every shot unverifiable
    4. each question is asked three times in another order; a verdict needs more than half of the answers

    score = match / (match + differs) over the attributes that are visible in any of a shot's pictures
    consistent at or above the line, unless most answers call it another character; drifted below it

Measured by `python tests/benchmarks/bench_judge.py` on the demo film with the simulator's judge, which sees colours and
errs in 3 % of its answers: of 18 appearances that keep the character 17 are consistent, of 18 off model all drifted,
every control was answered rightly. That tests the method; what a real model sees, its controls say in each run.

No answer, prose, half an answer, an invented shot, a refusal: unverifiable, with the reason. What a picture says in
words is never an instruction here: an answer that leaves its form is none.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charkit.scoring.base import Axis, CastMember, Finding, FrameEvidence, Score, ScorerFacts, Threshold, Verdict
from charkit.scoring.judge_answers import Cell, Heard
from charkit.scoring.judge_crops import Cut, cut_out
from charkit.scoring.judge_questions import ATTRIBUTES, WARDROBE
from charkit.scoring.judge_run import Lines, Run, hear
from charkit.scoring.subject import GrabCut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame
    from charkit.prompts import Templates
    from charkit.providers.judging import Judge
    from charkit.routes import Route
    from charkit.scoring.base import ShotEvidence
    from charkit.scoring.judge_report import JudgeReport
    from charkit.scoring.subject import Masker

__all__ = ["STOCK", "JudgeScorer"]

STOCK = Threshold(
    name="attributes-stock-1",
    value=0.85,
    calibrated=False,
    note="one difference among six visible attributes or fewer is drift, one among seven or more is not",
)
"""The line that is used when the person's own cast has not set one."""

_EVIDENCE_HEIGHT = 160
"""Pixels of the evidence picture."""


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """One picture of a shot that the judge is shown."""

    key: str
    time: float
    cut: Cut


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One update, as far as it was understood."""

    evidence: ShotEvidence
    shown: tuple[_Shown, ...] = ()
    sampled: int = 0
    problem: str = ""
    group: tuple[str, tuple[Path, ...]] = field(default=("", ()))
    """Which questions it belongs to: a character in one outfit."""


class JudgeScorer:
    """Asks a vision model whether each shot shows the attributes that the references show."""

    frames = 4
    height = 480
    """Pixels of the frames that it wants: figures are cut out of them and shown."""

    def __init__(
        self,
        judge: Judge,
        *,
        route: Route,
        repeats: int = 3,
        looks: int = 1,
        threshold: Threshold = STOCK,
        least_visible: int = 2,
        masker: Masker | None = None,
        templates: Templates | None = None,
        seed: int = 0,
        strangers: Sequence[CastMember] = (),
    ) -> None:
        """Set up; nothing is asked before `compute`.

        Args:
            judge: Who is asked.
            route: The judge's route; prompts fit into it.
            repeats: How often each question is asked, each time in another order. With less than three there is no
                majority against one slip.
            looks: How many pictures of each shot are shown.
            threshold: Where consistent ends.
            least_visible: Fewer visible attributes make no verdict. No number here has evidence behind it.
            masker: How figures are cut out.
            templates: The production's own prompts; the built-in ones by default.
            seed: Begins the draws of order; another one asks, and pays, anew.
            strangers: Who can be somebody else to a character, beside those of the other updates.

        Raises:
            ValueError: nothing would be asked.
        """
        if repeats < 1 or looks < 1:
            raise ValueError(f"a judge is asked at least once about at least one picture, not {repeats} and {looks}")
        self.threshold = threshold
        self.masker: Masker = GrabCut() if masker is None else masker
        self.least_visible = least_visible
        self.looks = looks
        self.report: JudgeReport | None = None
        """What the judge said besides verdicts: descriptions, controls, flips, models; after `compute`."""
        self._run = Run(
            judge=judge,
            route=route,
            repeats=repeats,
            seed=seed,
            templates=templates,
            masker=self.masker,
            line=threshold.value,
        )
        self._strangers = tuple(strangers)
        self.facts = ScorerFacts(
            name="judge",
            version=f"1+{route.model}+{repeats}x{looks}+{self.masker.name}+{threshold.name}+{seed}",
            axis=Axis.ATTRIBUTES,
            measures="share of visible attributes that match the references, as a vision model answers",
            blind_to=("small differences", "whatever the model overlooks; see its controls"),
            needs=("a key or the simulator", "money"),
            licence="the service's terms",
            sensitivity="python tests/benchmarks/bench_judge.py",
            tier=2,
            encoder=route.model,
            validity="not measured with any real model; in each run by its own blind controls",
        )
        self._cases: list[_Case] = []

    def update(self, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        """Take in one character in one take, and keep small pictures of it; see `Scorer.update`.

        Raises:
            MissingDependency: OpenCV is not installed.
        """
        self._cases.append(self._case(evidence, frames, problem))

    def compute(self) -> tuple[Score, ...]:
        """Ask, and return one score per update, in the order of the updates.

        Raises:
            SpendLimit: the caps do not allow the questions; those that were answered are not paid for again.
        """
        groups: dict[tuple[str, tuple[Path, ...]], Lines] = {}
        for case in self._cases:
            if case.shown:
                lines = groups.setdefault(case.group, Lines(evidence=case.evidence))
                lines.exhibits.update({shown.key: shown.cut for shown in case.shown})
        self.report, heard = hear(self._run, list(groups.values()), [*self._strangers, *self._cast()])
        said = dict(zip(groups, heard, strict=True))
        return tuple(self._score(case, said.get(case.group)) for case in self._cases)

    def _cast(self) -> list[CastMember]:
        """Return everybody who was seen: each is a stranger to the others."""
        seen = {case.evidence.character: case.evidence for case in self._cases if case.evidence.references}
        return [CastMember(name=name, references=e.references, domain=e.domain) for name, e in seen.items()]

    def _case(self, evidence: ShotEvidence, frames: Sequence[Frame], problem: str) -> _Case:
        group = evidence.character, evidence.references
        problem = problem or ("" if evidence.references else "no reference")
        problem = problem or ("" if frames else "no frame could be read")
        if problem or Axis.ATTRIBUTES in evidence.intended:
            return _Case(evidence=evidence, problem=problem, group=group)
        subjects = [(frame, self.masker.in_frame(frame.rgb, evidence)) for frame in frames]
        found = [(frame, subject) for frame, subject in subjects if subject.found]
        if not found:
            return _Case(evidence=evidence, problem=subjects[0][1].problem, group=group, sampled=len(frames))
        chosen = [found[int((index + 0.5) * len(found) / self.looks)] for index in range(min(self.looks, len(found)))]
        stem = f"{evidence.shot}/{evidence.take}/{len(self._cases)}"
        shown = tuple(
            _Shown(key=f"{stem}/{index}", time=float(frame.time), cut=cut_out(frame.rgb, subject.mask))
            for index, (frame, subject) in enumerate(chosen)
        )
        return _Case(evidence=evidence, shown=shown, sampled=len(frames), group=group)

    def _score(self, case: _Case, said: dict[str, Heard | str] | str | None) -> Score:
        evidence = case.evidence
        left_out = WARDROBE if Axis.PALETTE in evidence.intended else frozenset[str]()
        told = [(shown, said.get(shown.key, "")) for shown in case.shown] if isinstance(said, dict) else []
        answers = [(shown, one) for shown, one in told if isinstance(one, Heard)]
        whole = _together([one for _, one in answers])
        value = whole.score(left_out)
        whys = [one for _, one in told if isinstance(one, str)]
        reason = case.problem or (said if isinstance(said, str) else "") or ("" if answers else "; ".join(whys))
        if Axis.ATTRIBUTES in evidence.intended:
            reason = "the script changes it"
        elif not reason:
            seen = whole.count("match", left_out) + whole.count("differs", left_out)
            enough = seen >= self.least_visible
            reason = "" if enough else f"{seen} attributes visible, {self.least_visible} needed"
        known = not reason and value is not None
        return Score(
            shot=evidence.shot,
            take=evidence.take,
            character=evidence.character,
            axis=Axis.ATTRIBUTES,
            verdict=self._verdict(evidence, value if known else None, outlier=whole.outlier),
            score=round(value, 4) if known and value is not None else None,
            threshold=self.threshold,
            reason=reason or ("the judge takes it for another character" if whole.outlier else ""),
            valid_frames=len(answers),
            sampled_frames=case.sampled,
            worst=_worst(answers, left_out) if known else None,
            clip_digest=evidence.clip_digest,
            scorer=f"{self.facts.name} {self.facts.version}",
            findings=_findings(answers, left_out),
            encoder=self.report.models if self.report else "",
        )

    def _verdict(self, evidence: ShotEvidence, value: float | None, *, outlier: bool) -> Verdict:
        if Axis.ATTRIBUTES in evidence.intended:
            return Verdict.INTENDED
        if value is None:
            return Verdict.UNVERIFIABLE
        return Verdict.CONSISTENT if value >= self.threshold.value and not outlier else Verdict.DRIFTED


def _together(heard: Sequence[Heard]) -> Heard:
    """Return what several pictures of a shot say together: a difference in one of them is one of the shot."""
    cells: dict[str, Cell] = {}
    for name in ATTRIBUTES:
        said = [one.cells[name] for one in heard if name in one.cells]
        for word in ("differs", "match", "not_visible"):
            if found := [cell for cell in said if cell.word == word]:
                cells[name] = found[0]
                break
    return Heard(cells=cells, outlier=any(one.outlier for one in heard))


def _findings(answers: Sequence[tuple[_Shown, Heard]], left_out: frozenset[str]) -> tuple[Finding, ...]:
    """Return every attribute that was seen, differences first, each once."""
    found: dict[str, Finding] = {}
    for word in ("differs", "match"):
        for shown, heard in answers:
            for name, cell in heard.cells.items():
                if cell.word == word and name not in left_out:
                    flagged = word == "differs"
                    says = cell.evidence or word
                    found.setdefault(name, Finding(name=name, says=says, time=shown.time, flagged=flagged))
    return tuple(found.values())


def _worst(answers: Sequence[tuple[_Shown, Heard]], left_out: frozenset[str]) -> FrameEvidence:
    from PIL import Image

    def value(one: Heard) -> float:
        score = one.score(left_out)
        return 1.0 if score is None else score

    shown, heard = min(answers, key=lambda pair: value(pair[1]))
    picture = Image.fromarray(shown.cut.rgb)
    picture.thumbnail((4 * _EVIDENCE_HEIGHT, _EVIDENCE_HEIGHT))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    data = buffer.getvalue()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return FrameEvidence(time=round(shown.time, 3), score=round(value(heard), 4), jpeg=data, digest=digest)
