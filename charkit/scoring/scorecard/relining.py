"""A scorecard under another line: what follows from scores that are there, without measuring anything again."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from charkit.scoring.base import Score, Threshold, Verdict
from charkit.scoring.scorecard.records import Ceiling

if TYPE_CHECKING:
    from charkit.scoring.calibration import Calibration
    from charkit.scoring.scorecard.card import Scorecard

__all__ = ["under"]


def under(card: Scorecard, calibration: Calibration) -> Scorecard:
    """Return a card under one scorer's line, with its ceiling; see `Scorecard.under`."""
    line = calibration.threshold
    if line is None or not any(_same_scorer(score, calibration) for score in card.scores):
        return card
    scores = tuple(_under(score, line) if _same_scorer(score, calibration) else score for score in card.scores)
    controls = Ceiling(
        axis=calibration.axis,
        passes=calibration.ceiling.passes,
        trials=calibration.ceiling.verifiable,
        how=", ".join(dict.fromkeys(pair.kind for pair in calibration.genuine)),
        false_accepts=calibration.accepted,
        impostors=len(calibration.impostors),
        same_background=calibration.same_background,
        scorer=calibration.scorer,
    )
    others = tuple(
        one for one in card.ceilings if one.axis is not calibration.axis or one.scorer not in ("", calibration.scorer)
    )
    return replace(card, scores=scores, ceilings=(*others, controls))


def _same_scorer(score: Score, calibration: Calibration) -> bool:
    return score.axis is calibration.axis and score.scorer == calibration.scorer


def _under(score: Score, line: Threshold) -> Score:
    value = score.score
    if value is None and score.lacking and score.frame_scores:  # it was seen, and only a line was missing
        value = round(median(found for _, found in score.frame_scores), 4)
        score = replace(score, score=value, lacking=False, reason="", verdict=Verdict.DRIFTED)
    if value is None or score.verdict in (Verdict.UNVERIFIABLE, Verdict.INTENDED):
        return replace(score, threshold=line)
    verdict = Verdict.CONSISTENT if value >= line.value else Verdict.DRIFTED
    return replace(score, threshold=line, verdict=verdict)
