"""Puts takes before the scorers and writes down what they say."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from charkit.character import folded
from charkit.ledger import ScoreRow
from charkit.scoring import Axis, CastMember, Score, Scorecard, ScorerFacts, ShotEvidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charkit.character import Cast
    from charkit.ledger import Ledger
    from charkit.references import Reference, References
    from charkit.shots import InShot, Shot, Storyboard
    from charkit.takes import Take, Takes

__all__ = ["evidence_key", "evidence_of", "write_down"]


def evidence_of(
    takes: Takes, storyboard: Storyboard, references: References, cast: Cast | None = None
) -> list[ShotEvidence]:
    """Return what the scorers are told about each take that has media, in the storyboard's order.

    Args:
        takes: Of any number per shot.
        storyboard: What each shot should show.
        references: Of all characters.
        cast: Their sheets, for the domains that they declare and their locked words; without, nothing is declared.
    """
    return [
        entry
        for shot in storyboard.each()
        for take in sorted((t for t in takes.ok if t.subject == shot.id), key=lambda t: t.number)
        for entry in _of(take, shot, references, cast)
    ]


def _of(take: Take, shot: Shot, references: References, cast: Cast | None) -> list[ShotEvidence]:
    if take.path is None:
        return []
    if not shot.characters:
        return [ShotEvidence(shot=shot.id, clip=take.path, take=take.number, clip_digest=take.digest)]
    expected = tuple(who.name for who in shot.characters)
    members = tuple(_member(who, references, cast) for who in shot.characters)
    return [
        ShotEvidence(
            shot=shot.id,
            clip=take.path,
            take=take.number,
            clip_digest=take.digest,
            intended=_intended(who, references),
            character=who.name,
            expected=expected,
            framing=shot.framing,
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


def evidence_key(evidence: Iterable[ShotEvidence], scorers: Iterable[ScorerFacts]) -> str:
    """Return a digest of all that a scorecard follows from: who is asked what about which bytes."""
    asked = [
        [e.shot, e.take, e.clip_digest, e.character, e.framing, e.position, e.domain, *e.expected]
        # The store names files after their bytes.
        + [path.name for path in e.references]
        + [str(axis) for axis in e.intended]
        for e in evidence
    ]
    text = json.dumps([asked, [[s.name, s.version, str(s.axis)] for s in scorers]], ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


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
