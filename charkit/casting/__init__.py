"""Casting: what a character looks like, decided with image routes.

One picture per call. A few candidates are made from words alone; the one that is kept becomes the *anchor*. Every
further view is made from the anchor and at most two approved neighbours, never from the last picture alone, since
errors would add up (image-models.md, 2.5 and 4.4). A view that drifts from the anchor is made again, within a bound in
number and in money; the best stays, and what became of the others is said. Own pictures named in a sheet take the place
of all of this.
"""

from charkit.casting.decisions import Kept
from charkit.casting.designing import POSES, Casting
from charkit.casting.designs import Candidates, DesignedView, Designs, Look, ViewCheck, ending
from charkit.casting.wishes import EVERY_VIEW, VIEWS, Wish, wished

__all__ = [
    "EVERY_VIEW",
    "POSES",
    "VIEWS",
    "Candidates",
    "Casting",
    "DesignedView",
    "Designs",
    "Kept",
    "Look",
    "ViewCheck",
    "Wish",
    "ending",
    "wished",
]
