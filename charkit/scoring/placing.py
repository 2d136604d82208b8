"""Where the storyboard says that a character is: a box by its framing and side, unless a person gave one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.scoring.base import Box

if TYPE_CHECKING:
    from charkit.scoring.base import ShotEvidence

__all__ = ["framing_name", "prior_box"]

_BOXES = {
    "extreme close-up": Box(left=0.12, top=0.0, right=0.88, bottom=1.0),
    "close-up": Box(left=0.20, top=0.02, right=0.80, bottom=1.0),
    "medium": Box(left=0.24, top=0.06, right=0.76, bottom=1.0),
    "full": Box(left=0.28, top=0.08, right=0.72, bottom=0.99),
    "wide": Box(left=0.32, top=0.36, right=0.68, bottom=0.97),
}
_SHIFT, _WIDE_SHIFT = 0.22, 0.17
"""How far, as a share of the width, the box moves to a side when two characters share the frame; small in a wide shot,
they stand closer together."""
_NARROW = 0.80
"""How much narrower the box gets then."""


def prior_box(evidence: ShotEvidence) -> Box:
    """Return where the storyboard says that the character is."""
    if evidence.box is not None:
        return evidence.box
    framing = framing_name(evidence.framing)
    base, shift = _BOXES[framing], _WIDE_SHIFT if framing == "wide" else _SHIFT
    place = evidence.place
    if place not in ("left", "right"):
        return base
    middle = 0.5 + (shift if place == "right" else -shift)
    half = (base.right - base.left) / 2 * _NARROW
    return Box(left=max(0.0, middle - half), top=base.top, right=min(1.0, middle + half), bottom=base.bottom)


def framing_name(words: str) -> str:
    """Return the box's name for a storyboard's free wording."""
    text = words.lower().replace("_", "-").replace("closeup", "close-up").replace("close up", "close-up")
    if "close-up" in text:
        return "extreme close-up" if "extreme" in text else "close-up"
    for name in ("medium", "full", "wide"):
        if name in text:
            return name
    return "wide" if any(word in text for word in ("long", "establishing")) else "medium"
