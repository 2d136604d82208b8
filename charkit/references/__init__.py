"""Pictures that show who a character is: prepared for sending, and chosen for each shot.

Invariants: what is sent is an upright sRGB picture without private metadata, named by the digest of its bytes; a
picture that a shot does not take is named with the reason, never dropped in silence.
"""

from charkit.references.batch import Handed, PreparedAll, prepare_all
from charkit.references.choice import Choice, Pruned, choose
from charkit.references.clip import ClipReference, check_together, prepare_clip
from charkit.references.picture import Reference, References, beside, moved
from charkit.references.preparing import MAX_SIDE, MIN_SIDE, Recipe, fitted, prepare
from charkit.references.sending import SentPicture, Sheet, sending

__all__ = [
    "MAX_SIDE",
    "MIN_SIDE",
    "Choice",
    "ClipReference",
    "Handed",
    "PreparedAll",
    "Pruned",
    "Recipe",
    "Reference",
    "References",
    "SentPicture",
    "Sheet",
    "beside",
    "check_together",
    "choose",
    "fitted",
    "moved",
    "prepare",
    "prepare_all",
    "prepare_clip",
    "sending",
]
