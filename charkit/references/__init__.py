"""Pictures that show who a character is: prepared for sending, and chosen for each shot.

Invariants: what is sent is an upright sRGB picture without private metadata, named by the digest of its bytes; a
picture that a shot does not take is named with the reason, never dropped in silence.
"""

from charkit.references.batch import Handed, PreparedAll, prepare_all
from charkit.references.canvas import Canvas, canvas
from charkit.references.choice import Choice, Pruned, choose
from charkit.references.clip import ClipReference, check_together, prepare_clip
from charkit.references.clip_choice import ClipChoice, ClipCutter, choose_clips
from charkit.references.compared import Compared, compared
from charkit.references.framings import Framings, find_picture, framed, key_of
from charkit.references.picture import Framing, Reference, References, beside, moved
from charkit.references.preparing import MAX_SIDE, MIN_SIDE, Recipe, again, fitted, prepare
from charkit.references.sending import ContactSheet, SentPicture, sending

__all__ = [
    "MAX_SIDE",
    "MIN_SIDE",
    "Canvas",
    "Choice",
    "ClipChoice",
    "ClipCutter",
    "ClipReference",
    "Compared",
    "ContactSheet",
    "Framing",
    "Framings",
    "Handed",
    "PreparedAll",
    "Pruned",
    "Recipe",
    "Reference",
    "References",
    "SentPicture",
    "again",
    "beside",
    "canvas",
    "check_together",
    "choose",
    "choose_clips",
    "compared",
    "find_picture",
    "fitted",
    "framed",
    "key_of",
    "moved",
    "prepare",
    "prepare_all",
    "prepare_clip",
    "sending",
]
