"""Does a designed view show the same somebody as its anchor? Faces or drawn characters, where the weights are there.

Beside `views`, which compares colours and is blind to faces. Photographed characters are compared by SFace and drawn
ones (anime) by CCIP, each at its stock line; for other kinds no scorer of identity has a published line, so there the
answer is `unknown`, as it is without weights, from behind, or where not exactly one face or figure is seen. Never a
pass by colour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from charkit.errors import CharkitError
from charkit.scoring.anime import STOCK_CCIP
from charkit.scoring.embedding import opened
from charkit.scoring.faces import STOCK_FACE, FaceEye
from charkit.scoring.figures import FigureEye
from charkit.scoring.subject import GrabCut
from charkit.vision import CCIP, Encoder, FaceFinder, FaceRecogniser

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.scoring.embedding import Eye, Spot

__all__ = ["ViewIdentity", "ViewIdentityScorer", "anime_eye", "face_eye"]

_SIDE = 1280
"""Pixels of the longer side: what the finder of faces looks at most."""


def face_eye() -> FaceEye:
    """Return what compares photographed faces, with the person's own weights."""
    return FaceEye(finder=FaceFinder(), recogniser=FaceRecogniser())


def anime_eye() -> FigureEye:
    """Return what compares drawn characters, with the person's own weights."""
    return FigureEye(encoder=Encoder(CCIP), masker=GrabCut(), masked=False)


@dataclass(frozen=True, kw_only=True)
class ViewIdentity:
    """What can be said of who is in a view."""

    verdict: Literal["same", "other", "unknown"]
    said: str
    """The likeness with its line and what compared, or why nothing can be said."""


@dataclass(frozen=True, kw_only=True)
class ViewIdentityScorer:
    """Compares a view with its anchor. Fails closed: what it cannot judge is `unknown`, with the reason."""

    faces: Eye = field(default_factory=face_eye)
    """For photographed characters."""
    drawn: Eye = field(default_factory=anime_eye)
    """For anime."""

    def label(self, domain: str) -> str:
        """Return what would compare, with the digest of its weights where they are there."""
        eye = self._eye(domain)
        return eye.label if eye is not None else "nothing"

    def compare(self, anchor: Path, picture: Path, *, domain: str, from_behind: bool = False) -> ViewIdentity:
        """Say whether two pictures show the same somebody.

        Args:
            anchor: The picture that the view was made from.
            picture: The view.
            domain: `photoreal`, `anime`, or another kind, for which nobody can say.
            from_behind: Whether the view shows no face.
        """
        eye = self._eye(domain)
        if eye is None:
            return _unknown("no scorer of identity is made for this kind of character; its colours say nothing of it")
        if from_behind:
            return _unknown("from behind there is nothing to tell somebody by")
        if eye.problem:
            return _unknown(eye.problem)
        one = _only(eye, anchor)
        if isinstance(one, str):
            return _unknown(f"the anchor: {one}")
        other = _only(eye, picture)
        if isinstance(other, str):
            return _unknown(f"the view: {other}")
        cosine = float(one.vector @ other.vector)
        line = STOCK_FACE if domain == "photoreal" else STOCK_CCIP
        value = max(0.0, cosine) if domain == "photoreal" else min(1.0, max(0.0, (1 + cosine) / 2))
        said = f"{value:.3f}, line {line.value:.3f} ({line.name}, by {eye.label})"
        return ViewIdentity(verdict="same" if value >= line.value else "other", said=said)

    def _eye(self, domain: str) -> Eye | None:
        return {"photoreal": self.faces, "anime": self.drawn}.get(domain)


def _only(eye: Eye, path: Path) -> Spot | str:
    try:
        spots = eye.in_reference(*opened(path, _SIDE))
    except (CharkitError, OSError) as error:
        return f"cannot be looked at ({type(error).__name__})"
    if len(spots.found) != 1:
        return spots.problem or f"{len(spots.found)} faces or figures were found"
    return spots.found[0]


def _unknown(why: str) -> ViewIdentity:
    return ViewIdentity(verdict="unknown", said=why)
