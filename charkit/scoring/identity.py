"""One row of identity per character and shot: by faces or by drawn figures, as the character's sheet declares.

Faces are never averaged with what a general encoder says of the whole picture: they answer different questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.scoring.anime import AnimeScorer
from charkit.scoring.base import Axis, ScorerFacts
from charkit.scoring.faces import FaceScorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.media.frames import Frame
    from charkit.scoring.base import Score, ShotEvidence
    from charkit.scoring.embedding import EmbeddingScorer
    from charkit.weights import Weights

__all__ = ["IdentityScorer"]


_NOBODYS = "no recogniser is made for characters that are neither photographed nor anime ({})"


class IdentityScorer:
    """Judges identity with the recogniser that is made for the character's domain.

    No recogniser knows characters that are neither photographed nor anime: those are unverifiable here, and the axes of
    appearance, palette and attributes are what can be said of them.
    """

    frames = 8

    def __init__(
        self, *, weights: Weights | None = None, faces: FaceScorer | None = None, anime: AnimeScorer | None = None
    ) -> None:
        """Take the scorers for each domain; by default the stock ones with the person's own weights."""
        self._faces = faces or FaceScorer(weights=weights)
        self._anime = anime or AnimeScorer(weights=weights)
        both = (self._faces.facts, self._anime.facts)
        self.facts = ScorerFacts(
            name="identity",
            version=f"1+{'+'.join(f'{one.name} {one.version}' for one in both)}",
            axis=Axis.IDENTITY,
            measures="photographed: likeness of the face; anime: likeness of the drawn character",
            blind_to=tuple(f"{one.name}: {', '.join(one.blind_to)}" for one in both),
            needs=tuple(dict.fromkeys(need for one in both for need in one.needs)),
            licence="; ".join(dict.fromkeys(one.licence for one in both)),
            sensitivity=self._faces.facts.sensitivity,
            tier=1,
            domains=("photoreal", "anime"),
            encoder="; ".join(one.encoder for one in both),
            validity=self._faces.facts.validity,
        )
        self._asked: list[EmbeddingScorer] = []

    @property
    def parts(self) -> tuple[FaceScorer, AnimeScorer]:
        """The scorers for each domain; each has a line of its own."""
        return self._faces, self._anime

    @property
    def problem(self) -> str:
        """Why neither of the two can judge anybody; empty where one can look."""
        return self._faces.problem and self._anime.problem

    @property
    def height(self) -> int:
        """Pixels of height that frames should have, for whichever of the two can look."""
        return max(self._faces.height, self._anime.height)

    def update(self, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        """Take in one character in one take; see `Scorer.update`."""
        chosen = self._anime if evidence.domain == "anime" else self._faces
        if evidence.domain not in self.facts.domains:
            problem = problem or _NOBODYS.format(evidence.domain)
        self._asked.append(chosen)
        chosen.update(evidence, frames, problem=problem)

    def compute(self) -> tuple[Score, ...]:
        """Return one score per update, in the order of the updates."""
        made = {id(scorer): iter(scorer.compute()) for scorer in (self._faces, self._anime)}
        return tuple(next(made[id(scorer)]) for scorer in self._asked)
