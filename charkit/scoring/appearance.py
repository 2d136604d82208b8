"""Appearance of the masked figure, clothes included: DINOv2-S on the cut-out figure. Tier 1: needs weights.

    likeness = cosine of two figures' vectors, 0 below 0; the background is painted over before either is seen

General encoders look at backgrounds: asked for the same object with a look-alike before the same background, DINOv2 is
right in one case of five (NearID, arXiv 2604.01973, second-hand). So the figure is cut out on both sides, with the mask
of tier 0 and its limits. **Appearance is not identity**, and of faces it says little.

No line between the same figure and another is published for this use, so there is no stock one. Until it is calibrated
on the person's own cast, the likeness is shown and the verdict is `unverifiable`. To calibrate, judge with the line
`base.ANY`, which rejects nobody; its verdicts mean nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.scoring.base import Axis, ScorerFacts
from charkit.scoring.embedding import EmbeddingScorer
from charkit.scoring.figures import FigureEye
from charkit.scoring.subject import GrabCut
from charkit.vision.encoding import DINOV2_S, Encoder
from charkit.weights import registry

if TYPE_CHECKING:
    from charkit.scoring.base import Threshold
    from charkit.scoring.subject import Masker
    from charkit.weights import Weights

__all__ = ["AppearanceScorer"]


class AppearanceScorer(EmbeddingScorer):
    """Judges whether the whole figure looks like its references. For characters of any kind."""

    def __init__(
        self,
        *,
        weights: Weights | None = None,
        encoder: Encoder | None = None,
        masker: Masker | None = None,
        threshold: Threshold | None = None,
        min_valid_frames: int = 3,
    ) -> None:
        """Set where the weights are, how figures are cut out, and the line.

        Args:
            weights: The folder of weights; by default the person's own.
            encoder: Compares the cut-out figures.
            masker: Cuts them out.
            threshold: Where consistent begins; without it nothing is judged, and the likeness is shown.
            min_valid_frames: How many frames a verdict needs; half of the sampled ones in any case.
        """
        chosen = masker or GrabCut()
        eye = FigureEye(encoder=encoder or Encoder(DINOV2_S, weights), masker=chosen, masked=True)
        known = registry()["dinov2-s"]
        facts = ScorerFacts(
            name="appearance",
            version=f"1+{eye.label}+{chosen.name}",
            axis=Axis.APPEARANCE,
            measures="likeness of the cut-out figure as a general encoder sees it, clothes included; not identity",
            blind_to=("faces, mostly", "look-alikes in the same clothes", "whatever the mask cut off"),
            needs=("onnxruntime", "opencv-python-headless", "scipy", "weights dinov2-s (by path)"),
            licence=f"{known.licence} ({known.source})",
            sensitivity="python tests/benchmarks/bench_identity.py",
            tier=1,
            encoder=eye.label,
            validity="validity with these weights was not measured here",
        )
        super().__init__(eye, facts, threshold=threshold, min_valid_frames=min_valid_frames)
