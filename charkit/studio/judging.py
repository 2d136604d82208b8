"""Puts takes before the scorers and writes down what they say."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING

from charkit.character import folded
from charkit.documents import replace_file
from charkit.ledger import ScoreRow
from charkit.scoring import Axis, CastMember, Score, Scorecard, ScorerFacts, ShotEvidence, Verdict, score_takes
from charkit.scoring.retakes import to_retake
from charkit.studio.panel import ordered_of, panel_for
from charkit.takes import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from charkit.character import Cast
    from charkit.ledger import Ledger
    from charkit.references import Reference, References
    from charkit.routes import RouteMatrix
    from charkit.scoring import Ordered, Threshold
    from charkit.scoring.calibration import Calibrations
    from charkit.shots import InShot, Shot, Storyboard
    from charkit.studio.shift import Shift
    from charkit.takes import Take, Takes

__all__ = ["Judging", "evidence_key", "evidence_of", "wishes_of", "write_down"]


@dataclass(frozen=True, kw_only=True)
class Judging:
    """The judges of one run, and what they said last."""

    folder: Path
    """The run's folder."""
    storyboard: Storyboard
    ledger: Ledger
    shift: Shift
    cast: Cast
    matrix: RouteMatrix
    lines: Callable[[], Calibrations]
    """Returns the run's own lines, as far as they were set."""

    def evidence(self, takes: Takes, references: References) -> list[ShotEvidence]:
        """Return what all judges of this run are told of takes, what was ordered of each included."""

        def ordered(take: Take, shot: Shot) -> Ordered | None:
            return ordered_of(take, shot, self.ledger, self.matrix)

        return evidence_of(takes, self.storyboard, references, self.cast, ordered=ordered)

    def score(self, takes: Takes, evidence: Sequence[ShotEvidence]) -> Scorecard:
        """Return the scorecard of takes by all scorers that cost nothing.

        It is the one on disk where that was asked about the same bytes.
        """
        own = self.lines()
        panel = panel_for(self.cast.values(), lines=own.lines)
        key = evidence_key(evidence, [scorer.facts for scorer in panel], own.lines)
        before = self._on_disk(key)
        if before is not None:
            return own.over(before)
        with self.shift.working("score", len(takes.ok)) as stage:
            found = own.over(score_takes(evidence, scorers=panel, on_progress=stage.step))
            write_down(found, takes, self.ledger)
            found.save(self._file)
            replace_file(self._asked, key.encode())
        return found

    @property
    def _file(self) -> Path:
        return self.folder / "scorecard.json"

    @property
    def _asked(self) -> Path:
        """Remembers what the scorecard on disk was asked about."""
        return self.folder / ".scorecard.digest"

    def _on_disk(self, key: str) -> Scorecard | None:
        if not (self._file.is_file() and self._asked.is_file() and self._asked.read_text("utf-8") == key):
            return None
        return Scorecard.load(self._file)


def evidence_of(
    takes: Takes,
    storyboard: Storyboard,
    references: References,
    cast: Cast | None = None,
    *,
    ordered: Callable[[Take, Shot], Ordered | None] = lambda _take, _shot: None,
) -> list[ShotEvidence]:
    """Return what the scorers are told about each take that has media, in the storyboard's order.

    Args:
        takes: Of any number per shot.
        storyboard: What each shot should show.
        references: Of all characters.
        cast: Their sheets, for the domains that they declare and their locked words; without, nothing is declared.
        ordered: Says what was asked of a take's clip; by default nobody knows.
    """
    return [
        entry
        for shot in storyboard.each()
        for take in sorted((t for t in takes.ok if t.subject == shot.id), key=lambda t: t.number)
        for entry in _of(take, shot, references, cast, ordered(take, shot))
    ]


def _of(
    take: Take, shot: Shot, references: References, cast: Cast | None, ordered: Ordered | None
) -> list[ShotEvidence]:
    if take.path is None:
        return []
    bare = ShotEvidence(
        shot=shot.id, clip=take.path, take=take.number, clip_digest=take.digest, framing=shot.framing, ordered=ordered
    )
    if not shot.characters:
        return [bare]
    expected = tuple(who.name for who in shot.characters)
    members = tuple(_member(who, references, cast) for who in shot.characters)
    return [
        replace(
            bare,
            intended=_intended(who, references),
            character=who.name,
            expected=expected,
            position=who.position or "",
            references=member.references,
            domain=member.domain,
            description=cast[who.name].locked_text(who.wardrobe) if cast is not None else "",
            cast=members,
        )
        for who, member in zip(shot.characters, members, strict=True)
    ]


def _member(who: InShot, references: References, cast: Cast | None) -> CastMember:
    return CastMember(
        name=who.name,
        references=tuple(reference.path for reference in _dressed(who, references)),
        domain=cast[who.name].domain if cast is not None else "other",
    )


def _dressed(who: InShot, references: Iterable[Reference]) -> list[Reference]:
    """Return a character's pictures in the outfit of the shot; where there are none, those in other outfits.

    Who it is can be judged in any clothes.
    """
    own = _own(who, references)
    return [r for r in own if r.wardrobe == who.wardrobe] or own


def _intended(who: InShot, references: Iterable[Reference]) -> tuple[Axis, ...]:
    """Return what the script changes: the look and its colours, in an outfit of which there is no picture."""
    own = _own(who, references)
    changed = own and all(r.wardrobe != who.wardrobe for r in own)
    return (Axis.APPEARANCE, Axis.PALETTE) if changed else ()


def _own(who: InShot, references: Iterable[Reference]) -> list[Reference]:
    return [r for r in references if folded(who.name) in (folded(r.name), folded(r.character))]


def evidence_key(
    evidence: Iterable[ShotEvidence], scorers: Iterable[ScorerFacts], lines: Mapping[str, Threshold] | None = None
) -> str:
    """Return a digest of all that a scorecard follows from: who is asked what about which bytes, under which lines.

    A line decides who is found in shots with several characters, so another one is another question.
    """
    asked = [
        [e.shot, e.take, e.clip_digest, e.character, e.framing, e.position, e.domain, *e.expected]
        # The store names files after their bytes.
        + [path.name for path in e.references]
        + [str(axis) for axis in e.intended]
        + ([astuple(e.ordered)] if e.ordered is not None else [])
        for e in evidence
    ]
    told: list[object] = [asked, [[s.name, s.version, str(s.axis)] for s in scorers]]
    told += [sorted((name, line.value) for name, line in lines.items())] if lines else []
    text = json.dumps(told, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def wishes_of(card: Scorecard, *, unverifiable: bool = False) -> list[Wish]:
    """Return the shots whose best take failed, each with the reason and how good its takes are, worst first.

    Args:
        card: All takes so far.
        unverifiable: Also those that could not be judged, blindly; they come last.
    """
    asked = to_retake(card, unverifiable=unverifiable)
    wishes = [Wish(shot=shot, reason=why, quality=_quality(card, shot)) for shot, why in asked]
    return sorted(wishes, key=lambda wish: max(wish.quality.values(), default=math.inf))


def _quality(card: Scorecard, shot: str) -> dict[int, float]:
    """Return the lowest score of each take of a shot, of those that could be judged.

    Only on the axes on which a take of it failed, or on all where none did: how far a sound take is from being pasted
    says nothing of how good it is.
    """
    mine = [score for score in card.scores if score.shot == shot]
    failed = {score.axis for score in mine if score.verdict is Verdict.DRIFTED} or {score.axis for score in mine}
    found: dict[int, float] = {}
    for score in mine:
        if score.axis in failed and score.score is not None:
            found[score.take] = min(score.score, found.get(score.take, score.score))
    return found


def write_down(card: Scorecard, takes: Takes, ledger: Ledger) -> None:
    """Record the scores beside the jobs that made the takes."""
    jobs = {(take.subject, take.number): take.job_id for take in takes.ok}
    for score in card.scores:
        if job := jobs.get((score.shot, score.take)):
            ledger.record_score(_row(job, score))


def _row(job: str, score: Score) -> ScoreRow:
    detail = {
        "reason": score.reason,
        "threshold": score.threshold.name,
        "calibrated": score.threshold.calibrated,
        "frames": [score.valid_frames, score.sampled_frames],
        "worst": score.worst.digest if score.worst else None,
    }
    return ScoreRow(
        job_id=job,
        scorer=score.scorer,
        axis=str(score.axis),
        verdict=str(score.verdict),
        character=score.character,
        value=score.score,
        detail=json.dumps(detail, sort_keys=True),
    )
