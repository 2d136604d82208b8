"""All scores of a set of takes, with their uncertainty.

card       the scores, the best takes, rates, the file
lines      rates as sentences, with all that a rate needs beside it
showing    tables, heat map, strips of evidence
gaps       likeness against the distance in shots
against    two runs compared shot by shot
exports    one row per verdict, as CSV and Parquet
"""

from charkit.scoring.scorecard.against import AxisComparison, Comparison
from charkit.scoring.scorecard.card import Ceiling, Choice, Scorecard, ScoredTake
from charkit.scoring.scorecard.exports import VerdictRow, csv_text, rows, write_csv, write_parquet
from charkit.scoring.scorecard.gaps import Gap, GapCurve
from charkit.scoring.scorecard.lines import meaning, unknown_lines

__all__ = [
    "AxisComparison",
    "Ceiling",
    "Choice",
    "Comparison",
    "Gap",
    "GapCurve",
    "Scorecard",
    "ScoredTake",
    "VerdictRow",
    "csv_text",
    "meaning",
    "rows",
    "unknown_lines",
    "write_csv",
    "write_parquet",
]
