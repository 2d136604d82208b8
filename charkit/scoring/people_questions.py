"""What people are asked and what they answered, as it lies on disk."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from charkit.scoring.base import Axis, Threshold, Verdict  # noqa: TC001  # pydantic reads annotations at run time

__all__ = ["ANSWERS", "Answer", "AxisScore", "Question", "Rating"]

Answer: TypeAlias = Literal["same", "different", "cannot tell"]
ANSWERS: tuple[Answer, ...] = ("same", "different", "cannot tell")


class AxisScore(BaseModel):
    """What one axis says of a question's pair; never shown to raters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    axis: Axis
    score: float | None
    verdict: Verdict
    threshold: Threshold


class Question(BaseModel):
    """Two pictures: is it the same character?"""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    left: bytes
    """JPEG."""
    right: bytes
    kind: Literal["own", "stranger"]
    """Whether the reference is the character's own. Hidden, as is all that follows."""
    shot: str
    take: int
    character: str
    clip_digest: str
    scores: tuple[AxisScore, ...]


class Rating(BaseModel):
    """One rater's answers so far."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit rating 1"] = "charkit rating 1"
    rater: str
    simulated: bool = False
    """Whether a program answered, to rehearse the check."""
    answers: dict[str, Answer]
