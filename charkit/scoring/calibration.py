"""Where the line between consistent and drifted lies, set on the person's own cast, and what perfection reaches.

The line is set where 1 % of wrong pairs would pass: takes of one character judged against the references of another.
Wrong pairs of the same two characters resemble each other, so that few characters give a line that may in truth pass
15 % (three characters) instead of 1 %; from ten on it stays below about 2.3 % (simulated in the project's notes on
scoring, 6.2). Below ten the scorer's stock line stands, and says that it is uncalibrated. Look-alikes on the same
background are the hardest wrong pairs; how many of them there were is counted, and shown.

The ceiling is the share of positive controls that pass: pairs that show the same character by construction. A rate
cannot be read without it, since a perfect character cannot beat it.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from charkit.cards import table
from charkit.documents import read_json, replace_file, write_json
from charkit.errors import CharkitError
from charkit.media import frames as sampling
from charkit.scoring.base import Axis, Threshold
from charkit.scoring.statistics import Rate, discrimination, line_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from charkit.media.frames import Frame
    from charkit.scoring.base import Scorer, ShotEvidence
    from charkit.scoring.controls import Control
    from charkit.scoring.subject import Masker

__all__ = [
    "FEWEST_CAST",
    "Calibration",
    "Genuine",
    "GenuineKind",
    "Impostor",
    "calibrate",
    "cast_pairs",
    "of_controls",
    "split_halves",
]

FEWEST_CAST = 10
"""Characters below which no line is set; see the module's text."""

GenuineKind: TypeAlias = Literal["split halves", "turnaround", "re-lit", "footage"]
"""How a pair is known to show the same character."""

_HEIGHT = 240
"""Pixels of height, as takes are sampled for a scorer that asks for none of its own."""


@dataclass(frozen=True, kw_only=True)
class Impostor:
    """A score of a pair that is wrong by construction."""

    claimed: str
    """Whose references were asked."""
    actual: str
    """Who was seen."""
    score: float
    same_background: bool = False
    """Whether the claimed character stands before the same background: the hardest kind."""


@dataclass(frozen=True, kw_only=True)
class Genuine:
    """A score of a pair that is right by construction."""

    character: str
    score: float
    kind: GenuineKind


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit calibration 1"] = "charkit calibration 1"
    axis: Axis
    scorer: str
    threshold: Threshold
    impostors: tuple[Impostor, ...]
    genuine: tuple[Genuine, ...]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A line for one scorer, the pairs that it was set on, and the ceiling."""

    axis: Axis
    scorer: str
    """Name of the scorer and its version, without its line; scores of another one are not judged by it."""
    threshold: Threshold
    """The calibrated line, or the stock one where the cast is too small."""
    impostors: tuple[Impostor, ...]
    genuine: tuple[Genuine, ...] = ()

    @property
    def cast(self) -> int:
        """How many characters the wrong pairs are of."""
        return len(_names(self.impostors))

    @property
    def same_background(self) -> int:
        """How many wrong pairs stand before the same background."""
        return sum(pair.same_background for pair in self.impostors)

    @property
    def accepted(self) -> int:
        """How many wrong pairs pass the line."""
        return sum(pair.score >= self.threshold.value for pair in self.impostors)

    @property
    def ceiling(self) -> Rate:
        """How many positive controls pass the line."""
        passes = sum(pair.score >= self.threshold.value for pair in self.genuine)
        return Rate(passes=passes, verifiable=len(self.genuine), expected=len(self.genuine))

    def held_out(self) -> float | None:
        """Return the false accepts of characters that the line was not set on, each left out in turn.

        None unless the line was set on the cast: a stock line was not set on any of it.
        """
        if not self.threshold.calibrated or self.threshold.far is None:
            return None
        shares = []
        for name in _names(self.impostors):
            theirs = [pair.score for pair in self.impostors if name in (pair.claimed, pair.actual)]
            others = [pair for pair in self.impostors if name not in (pair.claimed, pair.actual)]
            if theirs and others:
                line = _line(others, self.threshold.far)
                shares.append(sum(score >= line for score in theirs) / len(theirs))
        return sum(shares) / len(shares) if shares else None

    def save(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            StorageError: It cannot be written.
        """
        said = {name: getattr(self, name) for name in ("axis", "scorer", "threshold", "impostors", "genuine")}
        write_json(path, _File(**said))

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read what `save` wrote.

        Raises:
            BadDocument: The file is missing or is no calibration.
        """
        file = read_json(path, _File)
        return cls(
            axis=file.axis,
            scorer=file.scorer,
            threshold=file.threshold,
            impostors=file.impostors,
            genuine=file.genuine,
        )

    def __repr__(self) -> str:
        return f"Calibration({self.axis}: line at {self.threshold}, {self._pairs})"

    @property
    def _pairs(self) -> str:
        return f"{len(self.impostors)} wrong pairs of {self.cast} characters, {self.same_background} on one background"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [("line", f"{self.threshold.value:.3f}", self.threshold.note or self.threshold.how)]
        rows.append(("wrong pairs that pass", f"{self.accepted}/{len(self.impostors)}", self._pairs))
        held = self.held_out()
        if held is not None:
            rows.append(("false accepts, held out", f"{100 * held:.1f} %", "each character left out in turn"))
        kinds = Counter(pair.kind for pair in self.genuine)
        of = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no positive controls"
        ceiling = "not measured" if self.ceiling.value is None else f"{100 * self.ceiling.value:.0f} %"
        rows.append(("ceiling", ceiling, of))
        if self.genuine and self.impostors:
            found = discrimination([p.score for p in self.genuine], [p.score for p in self.impostors])
            ends = f"95 % CI {found.auc_interval.low:.3f}–{found.auc_interval.high:.3f}"
            rows.append(("AUC", f"{found.auc:.3f}", ends))
        return {"text/plain": repr(self), "text/html": table(("", "value", ""), rows, caption=repr(self))}


def calibrate(
    impostors: Iterable[Impostor],
    *,
    axis: Axis,
    scorer: str,
    stock: Threshold,
    genuine: Iterable[Genuine] = (),
    far: float = 0.01,
    least_cast: int = FEWEST_CAST,
) -> Calibration:
    """Set the line at a rate of false accepts, or keep the stock line where the cast is too small to tell.

    Every pair of characters counts the same, however many takes there are of it.

    Args:
        impostors: Scores of wrong pairs.
        axis: What is measured.
        scorer: Name and version of the scorer.
        stock: The scorer's own line.
        genuine: Scores of right pairs, for the ceiling.
        far: The rate of false accepts.
        least_cast: Characters below which the stock line stands.
    """
    wrong = tuple(impostors)
    cast = len(_names(wrong))
    if cast < least_cast:
        note = f"stock line: {cast} cast members, {least_cast} needed to set one. {stock.note}".strip()
        line = replace(stock, calibrated=False, note=note, far=None, cast=cast, impostors=len(wrong))
    else:
        line = Threshold(
            name=f"{axis}-cast-{100 * far:g}",
            value=_line(wrong, far),
            calibrated=True,
            note=f"{100 * far:g} % false accepts among {len(wrong)} wrong pairs of {cast} cast members",
            far=far,
            cast=cast,
            impostors=len(wrong),
        )
    return Calibration(axis=axis, scorer=scorer, threshold=line, impostors=wrong, genuine=tuple(genuine))


def _line(impostors: Sequence[Impostor], far: float) -> float:
    """Return the line at which a further wrong pair, not seen yet, passes with a chance of `far`.

    The pair to come counts as one that passes, as in conformal prediction; the plain quantile lets a little more
    through.
    """
    sizes = Counter((pair.claimed, pair.actual) for pair in impostors)
    weights = [1 / sizes[pair.claimed, pair.actual] for pair in impostors]
    careful = max(0.0, far - (1 - far) / len(impostors))
    return line_at([pair.score for pair in impostors], careful, weights=weights)


def _names(impostors: Iterable[Impostor]) -> list[str]:
    return sorted({name for pair in impostors for name in (pair.claimed, pair.actual) if name})


def cast_pairs(
    evidence: Iterable[ShotEvidence], scorer: Callable[[], Scorer], *, per_pair: int = 2
) -> tuple[Impostor, ...]:
    """Judge takes of every character against the references of every other one.

    Takes that show the claimed character too are left out: what is found there may be right. Wrong pairs on the same
    background come from controls, see `of_controls`.

    Args:
        evidence: Takes of the cast, with their characters' references.
        scorer: Returns a fresh scorer of the axis.
        per_pair: How many takes of each ordered pair of characters are judged.
    """
    entries = [entry for entry in evidence if entry.character and entry.references]
    sheets = {entry.character: entry for entry in reversed(entries)}
    judge, asked = scorer(), list[tuple[str, str]]()
    for entry in entries:
        claims = [
            (name, sheet)
            for name, sheet in sheets.items()
            if name not in (entry.character, *entry.expected) and asked.count((name, entry.character)) < per_pair
        ]
        frames = _frames(entry, judge) if claims else []
        for name, sheet in claims if frames else []:
            judge.update(replace(entry, references=sheet.references, domain=sheet.domain, cast=()), frames)
            asked.append((name, entry.character))
    return tuple(
        Impostor(claimed=claimed, actual=actual, score=score.score)
        for (claimed, actual), score in zip(asked, judge.compute(), strict=True)
        if score.score is not None
    )


def of_controls(controls: Iterable[Control]) -> tuple[tuple[Impostor, ...], tuple[Genuine, ...]]:
    """Return controls as pairs for `calibrate`: strangers on the same background, turnarounds, other light.

    Exact duplicates are left out: passing them is no achievement.
    """
    judged = [control for control in controls if control.score is not None]
    wrong = tuple(
        Impostor(claimed=control.character, actual="", score=control.score or 0.0, same_background=True)
        for control in judged
        if control.kind == "stranger"
    )
    right = tuple(
        Genuine(character=control.character, score=control.score or 0.0, kind=control.kind)
        for control in judged
        if control.kind in ("turnaround", "re-lit")
    )
    return wrong, right


def split_halves(
    evidence: Iterable[ShotEvidence], scorer: Callable[[], Scorer], masker: Masker, folder: Path
) -> tuple[Genuine, ...]:
    """Judge the second half of every take against the character as cut out of its first half.

    It says what the scorer reaches where nothing changed but pose and moment; a take whose character changes half way
    lowers it.

    Args:
        evidence: Takes.
        scorer: Returns a fresh scorer of the axis.
        masker: Cuts the character out.
        folder: Where the cuts are written, as PNG with transparency.

    Raises:
        StorageError: A cut cannot be written.
    """
    judge, asked = scorer(), list[str]()
    for number, entry in enumerate(entry for entry in evidence if entry.character):
        frames = _frames(entry, judge)
        middle = len(frames) // 2
        cuts = _cut_out(entry, frames[:middle], masker, folder / f"half-{number}")
        if cuts:
            judge.update(replace(entry, references=cuts, cast=()), frames[middle:])
            asked.append(entry.character)
    return tuple(
        Genuine(character=character, score=score.score, kind="split halves")
        for character, score in zip(asked, judge.compute(), strict=True)
        if score.score is not None
    )


def _cut_out(entry: ShotEvidence, frames: Sequence[Frame], masker: Masker, name: Path) -> tuple[Path, ...]:
    """Write the character of the first two frames in which it is found."""
    import numpy as np
    from PIL import Image

    paths: list[Path] = []
    for frame in frames:
        subject = masker.in_frame(frame.rgb, entry)
        if not subject.found or len(paths) == 2:
            continue
        alpha = np.where(subject.mask, 255, 0).astype(np.uint8)[:, :, None]
        data = io.BytesIO()
        Image.fromarray(np.concatenate([frame.rgb, alpha], axis=2)).save(data, "PNG")
        paths.append(name.with_name(f"{name.name}-{frame.index}.png"))
        replace_file(paths[-1], data.getvalue())
    return tuple(paths)


def _frames(entry: ShotEvidence, judge: Scorer) -> list[Frame]:
    try:
        return sampling.sample(entry.clip, judge.frames, height=int(getattr(judge, "height", _HEIGHT)))
    except (CharkitError, OSError):
        return []
