"""One run of a judge: descriptions, lineups with controls, votes; void where the controls fail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from charkit.scoring.judge_answers import Heard, flip_rate, read_description, read_shots, vote
from charkit.scoring.judge_crops import Cut, cut_reference, recoloured, relit
from charkit.scoring.judge_questions import ATTRIBUTES, CONTROLS, DUPLICATE, RELIT, STRANGER, Asking, batches
from charkit.scoring.judge_report import Control, Described, JudgeReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from charkit.prompts import Templates
    from charkit.providers.judging import Judge, Said
    from charkit.routes import Route
    from charkit.scoring.base import CastMember, ShotEvidence
    from charkit.scoring.judge_questions import Lineup
    from charkit.scoring.subject import Masker

__all__ = ["Lines", "Run", "hear"]

_MOST_REFERENCES = 3


@dataclass(kw_only=True)
class Lines:
    """What is to be asked about one character in one outfit."""

    evidence: ShotEvidence
    """One of its shots: who it is, its references and words."""
    exhibits: dict[str, Cut] = field(default_factory=dict)
    """Pictures of shots by key."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Who is asked, and how."""

    judge: Judge
    route: Route
    repeats: int
    seed: int
    templates: Templates | None
    masker: Masker
    line: float
    """The score from which a picture is consistent; the controls are held to the same line."""


@dataclass(kw_only=True)
class _Group:
    """One character in one outfit on its way through the run."""

    name: str
    exhibits: Mapping[str, Cut]
    asking: Asking | None = None
    stranger: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    controls: Mapping[str, Cut] = field(default_factory=dict)
    believed: dict[str, Heard | str] = field(default_factory=dict)
    """By picture's key: the vote, or why there is none."""


@dataclass(kw_only=True)
class _Tally:
    """What the run has heard so far."""

    told: list[Said] = field(default_factory=list)
    answered: int = 0
    problems: list[str] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    given: list[Sequence[Heard]] = field(default_factory=list)


def hear(
    run: Run, lines: Sequence[Lines], strangers: Iterable[CastMember]
) -> tuple[JudgeReport, list[dict[str, Heard | str] | str]]:
    """Ask everything and return what the run is worth and what is believed.

    Args:
        run: Who is asked, and how.
        lines: What is to be asked.
        strangers: Who can be somebody else to a character.

    Returns:
        For each of `lines`, votes or reasons by picture's key; or why nothing was asked.

    Raises:
        SpendLimit: the caps do not allow it.
    """
    cast, tally = list(strangers), _Tally()
    groups = [_prepared(run, one, cast) for one in lines]
    _describe(run, [group for group in groups if not group.problem], tally)
    _judge(run, [group for group in groups if not group.problem], tally)
    problems = [f"{group.name}: {group.problem}" for group in groups if group.problem]
    report = JudgeReport(
        judge=run.judge.name,
        descriptions=tuple(
            Described(character=g.name, attributes=tuple(g.attributes.items()), problem=g.problem) for g in groups
        ),
        controls=tuple(tally.controls),
        flips=flip_rate(tally.given),
        models=_models(tally.told),
        questions=len(tally.told),
        answered=tally.answered,
        usd=round(sum(said.usd for said in tally.told), 6),
        problems=tuple(dict.fromkeys([*problems, *tally.problems])),
    )
    return report, [group.problem or group.believed for group in groups]


def _prepared(run: Run, lines: Lines, cast: Sequence[CastMember]) -> _Group:
    """Return a character with its references cut out and its controls made, or with the reason why not."""
    evidence = lines.evidence
    cuts = [cut_reference(path, run.masker) for path in evidence.references[:_MOST_REFERENCES]]
    usable = tuple(cut for cut in cuts if isinstance(cut, Cut))
    if not usable:
        why = "; ".join(cut for cut in cuts if isinstance(cut, str))
        return _Group(name=evidence.character, exhibits={}, problem=f"no usable reference: {why}")
    who, stranger = _somebody_else(run, evidence, cast, usable[0])
    return _Group(
        name=evidence.character,
        exhibits=lines.exhibits,
        asking=Asking(
            name=evidence.character,
            words=evidence.description,
            references=usable,
            route=run.route,
            templates=run.templates,
            seed=run.seed,
        ),
        stranger=who,
        controls={DUPLICATE: usable[0], RELIT: relit(usable[0]), STRANGER: stranger},
    )


def _somebody_else(run: Run, evidence: ShotEvidence, cast: Sequence[CastMember], own: Cut) -> tuple[str, Cut]:
    """Return another member of the cast, of the same domain if there is one; else the character in other colours."""
    others = [one for one in cast if one.name != evidence.character]
    for one in sorted(others, key=lambda one: (one.domain != evidence.domain, one.name)):
        for path in one.references:
            if isinstance(cut := cut_reference(path, run.masker), Cut):
                return one.name, cut
    return f"{evidence.character} in other colours", recoloured(own)


def _describe(run: Run, groups: Sequence[_Group], tally: _Tally) -> None:
    """Ask what the references show, and freeze it."""
    asked = [group.asking.describe() for group in groups if group.asking]
    told = run.judge.ask(asked) if asked else ()
    tally.told += told
    for group, said in zip(groups, told, strict=True):
        found = said.problem or read_description(said.text, ATTRIBUTES)
        if isinstance(found, str):
            group.problem = found
        else:
            group.attributes = found
            tally.answered += 1


def _judge(run: Run, groups: Sequence[_Group], tally: _Tally) -> None:
    """Ask about all pictures in one go, and believe what can be believed."""
    asked = [(group, lineups) for group in groups for lineups in _lineups(run, group)]
    questions = [lineup.question for _, lineups in asked for lineup in lineups]
    told = run.judge.ask(questions) if questions else ()
    tally.told += told
    answers = iter(told)
    for group, lineups in asked:
        valid, problems = _read(group, lineups, list(islice(answers, len(lineups))))
        tally.answered += len(valid)
        tally.problems += problems
        keys = list(lineups[0].keys.values())
        tally.given += [[one[key] for one in valid if key in one] for key in keys]
        _believe(run, group, keys, valid, problems, tally)


def _lineups(run: Run, group: _Group) -> list[list[Lineup]]:
    """Return the questions about a character: by batch of pictures, then by repeat."""
    if group.asking is None:
        return []
    return [
        [
            group.asking.lineup(
                {key: group.exhibits[key] for key in keys} | dict(group.controls),
                group.attributes,
                repeat=repeat,
                batch=batch,
            )
            for repeat in range(run.repeats)
        ]
        for batch, keys in enumerate(batches(sorted(group.exhibits), len(group.controls)))
    ]


def _read(group: _Group, lineups: Sequence[Lineup], told: Sequence[Said]) -> tuple[list[dict[str, Heard]], list[str]]:
    """Return the valid answers by what each picture really is, and why the others are none."""
    valid, problems = [], []
    for lineup, said in zip(lineups, told, strict=True):
        read = said.problem or read_shots(said.text, lineup.keys, group.attributes)
        if isinstance(read, str):
            problems.append(read)
        else:
            valid.append({lineup.keys[label]: heard for label, heard in read.items()})
    return valid, problems


def _believe(
    run: Run,
    group: _Group,
    keys: Sequence[str],
    valid: Sequence[dict[str, Heard]],
    problems: Sequence[str],
    tally: _Tally,
) -> None:
    """Vote on every picture, look at the controls, and keep the votes or the reason why they are void."""
    given = {key: [one[key] for one in valid if key in one] for key in keys}
    enough = {key: vote(said, group.attributes) for key, said in given.items() if 2 * len(said) > run.repeats}
    controls = [
        Control(
            character=group.name,
            kind=kind,
            who=group.stranger if kind == STRANGER else group.name,
            right=sum(_right(kind, heard, run.line) for heard in given[kind]),
            answers=len(given[kind]),
            passed=kind in enough and _right(kind, enough[kind], run.line),
        )
        for kind in CONTROLS
    ]
    tally.controls += controls
    failed = [control.kind for control in controls if not control.passed]
    for key in keys:
        if key in CONTROLS:
            continue
        if key not in enough:
            group.believed[key] = problems[0] if problems else "the judge did not answer for it often enough"
        elif failed:
            group.believed[key] = f"the judge's run is void: it was wrong about the control ({', '.join(failed)})"
        else:
            group.believed[key] = enough[key]


def _right(kind: str, heard: Heard, line: float) -> bool:
    """Return whether an answer about a control is what a good judge says."""
    score = heard.score()
    if kind == STRANGER:
        return heard.outlier or (score is not None and score < line)
    return score is not None and score >= line and not heard.outlier


def _models(told: Sequence[Said]) -> str:
    found = {(said.model, dt.datetime.fromtimestamp(said.when, dt.UTC).date()) for said in told if said.model}
    return ", ".join(f"{model} on {day}" for model, day in sorted(found))
