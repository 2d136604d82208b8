"""What is asked of a film's sound as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.media.sounding.bed import Bed

__all__ = ["SoundPlan"]


@dataclass(frozen=True, kw_only=True)
class SoundPlan:
    """How a film shall sound."""

    fade: float = 0.012
    """Seconds over which sound falls before and rises after a hard cut, 0 to 0.5."""
    loudness: float | None = None
    """Integrated loudness of the film, in LUFS; None leaves clips as loud as they came."""
    even: bool = False
    """Whether each clip is first brought to the same loudness, by 12 dB at most."""
    bed: Bed | None = None
    """Music under the whole film."""
    copied: bool = False
    """Whether the clips' own packets are copied: fast, and nothing else can be done to them."""

    def __post_init__(self) -> None:
        if not 0 <= self.fade <= 0.5:
            raise UsageError(f"a fade lasts from 0 to 0.5 seconds, not {self.fade}")
        for asked, what in (
            (self.loudness is not None, "levelled"),
            (self.even, "evened out"),
            (self.bed is not None, "put under music"),
        ):
            if self.copied and asked:
                raise UsageError(f"sound that is copied cannot be {what}; have it encoded instead")
