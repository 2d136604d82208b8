"""Pictures that show who a character is: prepared for sending, and chosen for each shot.

Invariants: what is sent is an upright sRGB picture without private metadata, named by the digest of its bytes; a
picture that a shot does not take is named with the reason, never dropped in silence.
"""

from charkit.references.choice import Choice, Pruned, choose
from charkit.references.picture import Reference, References, beside, moved
from charkit.references.preparing import MAX_SIDE, MIN_SIDE, Recipe, fitted, prepare

__all__ = [
    "MAX_SIDE",
    "MIN_SIDE",
    "Choice",
    "Pruned",
    "Recipe",
    "Reference",
    "References",
    "beside",
    "choose",
    "fitted",
    "moved",
    "prepare",
]
