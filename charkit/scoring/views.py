"""Does a designed view show the character of its anchor? Palette drift between two pictures, before any film.

The anchor is a full figure before a plain ground. A view may show all of it or its upper part, so the view's colours
are compared with those of several upper parts of the anchor, and the best stands: a little lenient, in favour of views
that are framed in their own way. The same colour histograms as in `palette`, with the same blindness: a changed face,
hairstyle or small accessory is not seen.

Measured by `python tests/benchmarks/bench_views.py` on the simulator's drawings: all views that were made from the
anchor passed, at 0.89 or more (0.79 from behind); all of the other character were caught, at 0.58 or less; so were 94 %
of views with a recoloured coat and 67 % of those with recoloured hair. Flat drawings in one light: an optimistic bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from charkit.errors import CharkitError
from charkit.media import images
from charkit.scoring.base import Axis, Score, Threshold, Verdict
from charkit.scoring.palette import Colours, colours_of, upper_part
from charkit.scoring.subject import GrabCut, ground_of

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.scoring import oklab
    from charkit.scoring.subject import Mask

__all__ = ["STOCK_BACK", "STOCK_VIEW", "ViewEvidence", "ViewScorer"]

STOCK_VIEW = Threshold(
    name="view-stock-1",
    value=0.85,
    calibrated=False,
    note="between views of the same drawing (0.89 and more) and most of those with a recoloured coat (0.83)",
)
"""The line between a view of the anchor's character and one that wandered off."""
STOCK_BACK = Threshold(
    name="back-stock-1",
    value=0.77,
    calibrated=False,
    note="from behind there is no face: between the same drawing (0.79 and more) and recoloured hair (0.75 and less)",
)
"""The same from behind."""

_PARTS = (1.0, 0.62, 0.40, 0.30, 0.22)
"""Upper shares of a standing figure: all, to the waist, to the chest, a large face of a child, of an adult."""
_SIDE = 640
"""Longest side at which pictures are compared, in pixels."""


@dataclass(frozen=True, kw_only=True)
class ViewEvidence:
    """One view and the picture that it was made from."""

    subject: str
    """The view's id, such as `mira.face`."""
    character: str
    picture: Path
    anchor: Path
    take: int = 1
    digest: str = ""
    """Of the picture, where it is known."""
    same_outfit: bool = True
    """Whether both wear the same; other clothes have other colours, and that is no drift."""
    from_behind: bool = False
    """Whether the view shows no face."""


class ViewScorer:
    """Judges designed views on the palette axis. Fails closed: what it cannot judge is unverifiable, and says why."""

    def __init__(
        self, *, threshold: Threshold = STOCK_VIEW, behind: Threshold = STOCK_BACK, masker: GrabCut | None = None
    ) -> None:
        """Set the lines, and how figures are cut out."""
        self.threshold = threshold
        self.behind = behind
        self.masker = masker or GrabCut()
        self.name = f"view-palette 1+{self.masker.name}+{threshold.name}+{behind.name}"
        self._anchors: dict[Path, _Anchor | str] = {}

    def score(self, evidence: ViewEvidence) -> Score:
        """Return what can be said of a view."""
        if not evidence.same_outfit:
            return self._said(evidence, Verdict.INTENDED, None, "another outfit: its colours are meant to differ")
        value, problem = self._value(evidence)
        if value is None:
            return self._said(evidence, Verdict.UNVERIFIABLE, None, problem)
        line = self.behind if evidence.from_behind else self.threshold
        verdict = Verdict.CONSISTENT if value >= line.value else Verdict.DRIFTED
        return self._said(evidence, verdict, round(value, 4), "")

    def _value(self, evidence: ViewEvidence) -> tuple[float | None, str]:
        if evidence.anchor not in self._anchors:
            self._anchors[evidence.anchor] = self._read_anchor(evidence.anchor)
        anchor = self._anchors[evidence.anchor]
        if isinstance(anchor, str):
            return None, f"the anchor: {anchor}"
        try:
            rgb, alpha = _opened(evidence.picture)
        except (CharkitError, OSError) as error:
            return None, f"the picture cannot be read ({type(error).__name__})"
        subject = self.masker.in_reference(rgb, alpha)
        if anchor.ground is not None and alpha is None and ground_of(rgb) is None:
            subject = self.masker.on_ground(rgb, anchor.ground)
        if not subject.found:
            return None, subject.problem
        colours = colours_of(rgb, subject.mask)
        return max(sum(part.likeness(colours)) / 2 for part in anchor.parts), ""

    def _read_anchor(self, path: Path) -> _Anchor | str:
        try:
            rgb, alpha = _opened(path)
        except (CharkitError, OSError) as error:
            return f"cannot be read ({type(error).__name__})"
        subject = self.masker.in_reference(rgb, alpha)
        if not subject.found:
            return subject.problem
        masks: list[Mask] = [upper_part(subject.mask, share) for share in _PARTS]
        return _Anchor(parts=tuple(colours_of(rgb, mask) for mask in masks), ground=ground_of(rgb))

    def _said(self, evidence: ViewEvidence, verdict: Verdict, value: float | None, reason: str) -> Score:
        return Score(
            shot=evidence.subject,
            take=evidence.take,
            character=evidence.character,
            axis=Axis.PALETTE,
            verdict=verdict,
            score=value,
            threshold=self.behind if evidence.from_behind else self.threshold,
            reason=reason,
            valid_frames=int(value is not None),
            sampled_frames=1,
            clip_digest=evidence.digest,
            scorer=self.name,
        )


@dataclass(frozen=True, kw_only=True)
class _Anchor:
    parts: tuple[Colours, ...]
    ground: oklab.Floats | None


def _opened(path: Path) -> tuple[oklab.Bytes, oklab.Bytes | None]:
    picture = images.open_upright(path)
    picture.thumbnail((_SIDE, _SIDE))
    alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
    return np.asarray(picture.convert("RGB"), dtype=np.uint8), alpha
