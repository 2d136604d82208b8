"""Statistics of scores: the shot is the unit, and what could not be judged is shown.

rates            shots that passed, with Wilson's interval, coverage and bounds; frames for as much as they are worth
discrimination   AUC, equal error rate, share found at a rate of false accepts
comparing        the same shots made in two ways: exact McNemar, Wilcoxon, bootstrap on characters, corrections
pooling          several characters at once; rates freed of the scorer's own errors
planning         how many shots a claim needs
"""

from charkit.scoring.statistics.comparing import (
    Difference,
    Paired,
    adjusted,
    compare_scores,
    compare_verdicts,
    mcnemar,
)
from charkit.scoring.statistics.discrimination import (
    Discrimination,
    auc,
    auc_interval,
    discrimination,
    eer,
    line_at,
    tpr_at,
)
from charkit.scoring.statistics.planning import (
    Advice,
    advise,
    design_effect,
    detectable,
    paired_shots,
    power,
    shots_per_arm,
)
from charkit.scoring.statistics.pooling import Corrected, Pooled, corrected, pooled
from charkit.scoring.statistics.rates import Z95, FrameRate, Interval, Rate, frame_rate, wilson

__all__ = [
    "Z95",
    "Advice",
    "Corrected",
    "Difference",
    "Discrimination",
    "FrameRate",
    "Interval",
    "Paired",
    "Pooled",
    "Rate",
    "adjusted",
    "advise",
    "auc",
    "auc_interval",
    "compare_scores",
    "compare_verdicts",
    "corrected",
    "design_effect",
    "detectable",
    "discrimination",
    "eer",
    "frame_rate",
    "line_at",
    "mcnemar",
    "paired_shots",
    "pooled",
    "power",
    "shots_per_arm",
    "tpr_at",
    "wilson",
]
