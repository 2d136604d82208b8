"""Pictures that show who a character is: prepared for sending, and chosen for each shot.

Invariants: what is sent is an upright sRGB picture without private metadata, named by the digest of its bytes; a
picture that a shot does not take is named with the reason, never dropped in silence.
"""

from charkit.references.choice import Choice, Pruned, choose
from charkit.references.picture import MAX_SIDE, MIN_SIDE, Reference, References, beside, prepare

__all__ = ["MAX_SIDE", "MIN_SIDE", "Choice", "Pruned", "Reference", "References", "beside", "choose", "prepare"]
