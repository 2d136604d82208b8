"""Where the line between consistent and drifted lies, set on the person's own cast, and what perfection reaches.

lines   one scorer's line, and the pairs that it was set on
pairs   takes against other characters' references, halves of takes, pasted figures: right and wrong by construction
cast    all scorers of a run, each with a line of its own
"""

from charkit.scoring.calibration.cast import Calibrations, calibrate_cast
from charkit.scoring.calibration.lines import FEWEST_CAST, Calibration, Genuine, GenuineKind, Impostor, calibrate
from charkit.scoring.calibration.pairs import cast_pairs, of_controls, split_halves

__all__ = [
    "FEWEST_CAST",
    "Calibration",
    "Calibrations",
    "Genuine",
    "GenuineKind",
    "Impostor",
    "calibrate",
    "calibrate_cast",
    "cast_pairs",
    "of_controls",
    "split_halves",
]
