"""Is it the same character? Scores that say what they measure, how far they reach, and what they could not judge.

Tier 0 needs no weights: `PaletteScorer` measures palette drift of the masked subject, which is not identity. Other
scorers join behind the same protocol (`Scorer`), one file and one axis each.

    base           what scorers are told, and what they say: evidence, line, verdict, findings
    run            puts takes before scorers
    assignment     who is who in shots with several characters
    identity       tier 1, with weights: by `faces` (photographed) or `anime`, as the sheet declares
    appearance     tier 1, with weights: whole figures, cut out; not identity
    judge          tier 2, paid: attributes as a vision model answers, with blind controls in every question
    scorecard      all scores of a run: rates, sentences, heat map, curve, two runs compared, exports
    statistics     intervals, paired tests, corrections, pooling, discrimination, advice on sample sizes
    calibration    the line set on the own cast, and the ceiling
    agreement      of people with each other, and of an axis with people
"""

from charkit.scoring.anime import AnimeScorer
from charkit.scoring.appearance import AppearanceScorer
from charkit.scoring.assignment import Assignment, ColourAssigned, assign
from charkit.scoring.base import (
    Axis,
    Box,
    CastMember,
    Domain,
    Finding,
    FrameEvidence,
    Ordered,
    Pair,
    Score,
    Scorer,
    ScorerFacts,
    ShotEvidence,
    Threshold,
    Verdict,
)
from charkit.scoring.clip_gate import GateScorer
from charkit.scoring.copying import CopyingScorer
from charkit.scoring.faces import FaceScorer
from charkit.scoring.identity import IdentityScorer
from charkit.scoring.judge import JudgeScorer
from charkit.scoring.judge_report import JudgeReport
from charkit.scoring.palette import STOCK, PaletteScorer
from charkit.scoring.run import score_takes
from charkit.scoring.scorecard import Scorecard, ScoredTake
from charkit.scoring.statistics import Interval, Rate, wilson
from charkit.scoring.subject import GrabCut, Masker, Subject

__all__ = [
    "STOCK",
    "AnimeScorer",
    "AppearanceScorer",
    "Assignment",
    "Axis",
    "Box",
    "CastMember",
    "ColourAssigned",
    "CopyingScorer",
    "Domain",
    "FaceScorer",
    "Finding",
    "FrameEvidence",
    "GateScorer",
    "GrabCut",
    "IdentityScorer",
    "Interval",
    "JudgeReport",
    "JudgeScorer",
    "Masker",
    "Ordered",
    "Pair",
    "PaletteScorer",
    "Rate",
    "Score",
    "Scorecard",
    "ScoredTake",
    "Scorer",
    "ScorerFacts",
    "ShotEvidence",
    "Subject",
    "Threshold",
    "Verdict",
    "assign",
    "score_takes",
    "wilson",
]
