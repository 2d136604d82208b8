"""Identity of drawn characters: CCIP (deepghs) on the crop of one figure. Tier 1: needs weights.

    difference = (1 - cosine) / 2        likeness = 1 - difference = (1 + cosine) / 2
    frame score = likeness to the k-th nearest reference: at the line exactly when k references agree

The relation of difference and cosine is a third party's statement about the exported metric. The stock line is that of
caformer-24 (difference 0.1785): it maximises F1 on its authors' pairs, is no point of few false accepts, and differs
from model to model. A small independent check with crops and two agreeing references found 29 of 32 sightings and
accepted 4 of 194 others (reference/scoring.md, 3.4, with another of the models). It is said to ignore clothes, pose and
scene, so what passes may wear anything; it fails on extreme poses, chibi, line art and look-alikes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.scoring.base import Axis, ScorerFacts, Threshold
from charkit.scoring.embedding import EmbeddingScorer
from charkit.scoring.figures import FigureEye
from charkit.scoring.subject import GrabCut
from charkit.vision.encoding import CCIP, Encoder
from charkit.weights import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.scoring.subject import Masker
    from charkit.weights import Weights

__all__ = ["STOCK_CCIP", "AnimeScorer"]

STOCK_CCIP: Final = Threshold(
    name="ccip-caformer-24",
    value=1 - 0.1785,
    calibrated=False,
    note="difference 0.1785: best F1 on the authors' pairs of caformer-24; not a point of few false accepts",
)
"""The line that is used when the person's own cast has not set one."""


class AnimeScorer(EmbeddingScorer):
    """Judges whether a drawn character is that of the references. For anime and its kin."""

    def __init__(
        self,
        *,
        weights: Weights | None = None,
        encoder: Encoder | None = None,
        masker: Masker | None = None,
        threshold: Threshold = STOCK_CCIP,
        agreeing: int = 2,
        min_valid_frames: int = 3,
    ) -> None:
        """Set where the weights are, how figures are cut out, and what makes a frame and a shot pass.

        Args:
            weights: The folder of weights; by default the person's own.
            encoder: Compares the crops.
            masker: Finds the figures; the crop around one is what is compared.
            threshold: Where consistent begins.
            agreeing: How many references have to agree; all of them where there are fewer.
            min_valid_frames: How many frames a verdict needs; half of the sampled ones in any case.

        Raises:
            ValueError: `agreeing` is less than one.
        """
        if agreeing < 1:
            raise ValueError(f"at least one reference has to agree, not {agreeing}")
        self.agreeing = agreeing
        chosen = masker or GrabCut()
        eye = FigureEye(encoder=encoder or Encoder(CCIP, weights), masker=chosen, masked=False)
        known = registry()["ccip"]
        facts = ScorerFacts(
            name="anime",
            version=f"1+{eye.label}+{chosen.name}+{agreeing} agree",
            axis=Axis.IDENTITY,
            measures="likeness of the drawn character to those of the references, clothes aside",
            blind_to=("changed clothes (see palette and appearance)", "look-alikes, chibi, line art, extreme poses"),
            needs=("onnxruntime", "opencv-python-headless", "scipy", "weights ccip (by path)"),
            licence=f"{known.licence} ({known.source})",
            sensitivity="python tests/benchmarks/bench_identity.py --drawn FOLDER",
            tier=1,
            domains=("anime",),
            encoder=eye.label,
            validity="validity with these weights was not measured here",
        )
        super().__init__(eye, facts, threshold=threshold, min_valid_frames=min_valid_frames)

    def likeness(self, cosine: float) -> float:
        """Return 1 - CCIP's difference."""
        return min(1.0, max(0.0, (1 + cosine) / 2))

    def frame_score(self, likenesses: Sequence[float]) -> float:
        """Return the likeness that at least so many references reach as have to agree."""
        return sorted(likenesses, reverse=True)[min(self.agreeing, len(likenesses)) - 1]
