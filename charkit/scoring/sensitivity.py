"""Does a scorer notice? Each is put before takes to which something known was done, and has to move the right way.

The takes are a run's own, so that the answer holds for its characters, framings and light. Nothing is bought:

    somebody else    judged against another character's references         the score falls
    recoloured       the figure's hues turned by a third                   the score falls
    other light      the whole picture a little darker and warmer          the verdict stays
    pasted           a reference in place of the figure                    the score falls
    black, frozen, noise, bars                                             flagged by the clip gate

What becomes unverifiable has not passed, so that counts as noticed. A take that could not be judged as it was says
nothing. A scorer that lacks its weights is not checked, and the check says what to get.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from charkit.cards import badge, table
from charkit.media import frames as sampling
from charkit.scoring.base import Axis, Box, ShotEvidence, Verdict
from charkit.scoring.pasting import in_other_light, pasted, standing, wiped
from charkit.scoring.run import SAMPLE_HEIGHT
from charkit.scoring.subject import GrabCut, opencv, prior_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from charkit.cards import BadgeKind
    from charkit.media.frames import Frame
    from charkit.scoring import oklab
    from charkit.scoring.base import Score, Scorer, ScorerFacts

__all__ = ["Reaction", "Sensitivity", "check_sensitivity"]

Due: TypeAlias = Literal["falls", "stays", "flagged"]

_LEAST_FALL = 0.02
"""Of the score, which is 0 to 1: less is noise of masks and coding."""
_SHOTS = 1
"""Takes of each character that are tried; one is enough to see whether a scorer reacts at all."""
_FRAMES = 4
_DUE: Mapping[Axis, Mapping[str, Due]] = {
    Axis.IDENTITY: {"somebody else": "falls", "other light": "stays"},
    Axis.APPEARANCE: {"somebody else": "falls", "recoloured": "falls", "other light": "stays"},
    Axis.PALETTE: {"somebody else": "falls", "recoloured": "falls", "other light": "stays"},
    Axis.VARIATION: {"pasted": "falls", "other light": "stays"},
    Axis.GATE: {"black": "flagged", "frozen": "flagged", "noise": "flagged", "bars": "flagged", "other light": "stays"},
}
_TONES: Mapping[str, BadgeKind] = {"notices": "ok", "partly": "warn", "blind": "bad", "not checked": "warn"}


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """What one scorer made of one change."""

    scorer: str
    axis: Axis
    change: str
    due: Due
    right: int = 0
    """Takes on which it moved as it has to."""
    tried: int = 0
    """Takes that it could judge as they were."""
    before: float | None = None
    """Mean score of those takes as they were."""
    after: float | None = None
    """Mean score after the change, of those that could still be judged."""
    reason: str = ""
    """Why it was not checked."""

    @property
    def word(self) -> str:
        """Notices, partly, blind, or not checked."""
        if not self.tried:
            return "not checked"
        return "notices" if self.right == self.tried else "partly" if self.right else "blind"

    def __str__(self) -> str:
        moved = "" if self.before is None else f", {self.before:.3f} to {_said(self.after)}"
        tail = f"{self.right} of {self.tried}{moved}" if self.tried else self.reason
        return f"{self.scorer} ({self.axis}), {self.change}: {self.word} ({tail})"


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """What all scorers made of all changes."""

    reactions: tuple[Reaction, ...]
    commands: tuple[tuple[str, str], ...] = ()
    """By scorer: the benchmark in charkit's source that measures it on drawn figures."""

    @property
    def blind(self) -> tuple[Reaction, ...]:
        """Changes that a scorer has to notice, and never did."""
        return tuple(one for one in self.reactions if one.word == "blind")

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for each scorer and change."""
        return tuple(str(one) for one in self.reactions)

    def __repr__(self) -> str:
        words = [one.word for one in self.reactions]
        counts = ", ".join(f"{words.count(word)} {word}" for word in _TONES if word in words)
        return f"Sensitivity({counts or 'nothing to check'})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            (
                one.scorer,
                str(one.axis),
                one.change,
                one.due,
                badge(one.word, _TONES[one.word]),
                f"{one.right}/{one.tried}" if one.tried else "–",
                _said(one.before),
                _said(one.after),
                one.reason,
            )
            for one in self.reactions
        ]
        columns = ("scorer", "axis", "what was done", "has to be", "", "takes", "before", "after", "")
        caption = "Takes of this run, changed in a known way; no more than a check that scorers react"
        return {"text/plain": repr(self), "text/html": table(columns, rows, caption=caption)}


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One take, as it is or changed."""

    change: str
    """Empty as it is."""
    evidence: ShotEvidence
    frames: Sequence[Frame]


def check_sensitivity(evidence: Iterable[ShotEvidence], panel: Callable[[], Sequence[Scorer]]) -> Sensitivity:
    """Put changed takes before every scorer.

    Args:
        evidence: Takes of a run; one of each character is tried.
        panel: Returns fresh scorers.

    Raises:
        MissingDependency: a scorer's package is not installed.
    """
    scorers = panel()
    chosen = _chosen([entry for entry in evidence if entry.character])
    cases = [list(_cases(entry, [other for other in chosen if other.character != entry.character])) for entry in chosen]
    for scorer in scorers:
        for case in (case for group in cases for case in group if _asked(scorer.facts, case.change)):
            subject = replace(case.evidence, character="") if scorer.facts.about == "take" else case.evidence
            scorer.update(subject, case.frames)
    return Sensitivity(
        reactions=tuple(one for scorer in scorers for one in _reactions(scorer, cases)),
        commands=tuple((scorer.facts.name, scorer.facts.sensitivity) for scorer in scorers),
    )


def _chosen(entries: Sequence[ShotEvidence]) -> list[ShotEvidence]:
    """Return the first takes of each character, one of a shot, those that show nobody else first."""
    found: dict[str, dict[str, ShotEvidence]] = {}
    for entry in sorted(entries, key=lambda one: len(one.expected)):
        found.setdefault(entry.character, {}).setdefault(entry.shot, entry)
    return [entry for shots in found.values() for entry in list(shots.values())[:_SHOTS]]


def _asked(facts: ScorerFacts, change: str) -> bool:
    return not change or change in _DUE.get(facts.axis, {})


def _cases(entry: ShotEvidence, others: Sequence[ShotEvidence]) -> Iterator[_Case]:
    """Give a take as it is, then each change of it; nothing where its clip cannot be read."""
    (clip,) = sampling.sample_many([entry.clip], _FRAMES, height=SAMPLE_HEIGHT)
    frames = clip.frames
    if not frames:
        return
    yield _Case(change="", evidence=entry, frames=frames)
    if others:
        yield _Case(change="somebody else", evidence=_claimed(entry, others[0]), frames=frames)
    masks = [GrabCut().in_frame(frame.rgb, entry).mask for frame in frames]
    yield _Case(change="recoloured", evidence=entry, frames=_each(frames, masks, _recoloured))
    yield _Case(change="other light", evidence=entry, frames=_each(frames, masks, lambda rgb, _: in_other_light(rgb)))
    if (copy := _copied(entry)) is not None:
        yield _Case(change="pasted", evidence=entry, frames=copy)
    noise = np.random.default_rng(0)
    changes: Mapping[str, Callable[[oklab.Bytes, object], oklab.Bytes]] = {
        "black": lambda rgb, _: np.zeros_like(rgb),
        "frozen": lambda rgb, _: frames[0].rgb if rgb.shape == frames[0].rgb.shape else rgb,
        "noise": lambda rgb, _: noise.integers(0, 256, rgb.shape, dtype=np.uint8),
        "bars": lambda rgb, _: _barred(rgb),
    }
    for name, change in changes.items():
        yield _Case(change=name, evidence=entry, frames=_each(frames, masks, change))


def _claimed(entry: ShotEvidence, other: ShotEvidence) -> ShotEvidence:
    """Return a take as if it were to show somebody else: alone, so that nobody is looked for beside the figure."""
    return replace(entry, references=other.references, cast=(), box=prior_box(entry))


def _copied(entry: ShotEvidence) -> list[Frame] | None:
    figure = next((found for path in entry.references if (found := standing(path)) is not None), None)
    ground = wiped(entry) if figure is not None else None
    if figure is None or ground is None:
        return None
    box = prior_box(entry)  # as tall as the framing says, however wide that is
    return pasted(ground, figure, replace(entry, box=Box(left=0, top=box.top, right=1, bottom=box.bottom)))


def _each(
    frames: Sequence[Frame], masks: Sequence[object], change: Callable[[oklab.Bytes, object], oklab.Bytes]
) -> list[Frame]:
    return [replace(frame, rgb=change(frame.rgb, mask)) for frame, mask in zip(frames, masks, strict=True)]


def _recoloured(rgb: oklab.Bytes, mask: object) -> oklab.Bytes:
    """Return a picture with the hues under a mask turned by a third."""
    cv2 = opencv()
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + 60) % 180
    turned = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.where(np.asarray(mask, dtype=np.bool_)[..., None], turned, rgb).astype(np.uint8)


def _barred(rgb: oklab.Bytes) -> oklab.Bytes:
    """Return a picture with black bars above and below, an eighth of it each."""
    bar, barred = max(3, rgb.shape[0] // 8), rgb.copy()
    barred[:bar], barred[-bar:] = 0, 0
    return barred


def _reactions(scorer: Scorer, cases: Sequence[Sequence[_Case]]) -> Iterator[Reaction]:
    """Give what a scorer made of each change that it has to notice."""
    said = iter(scorer.compute())
    told = [{case.change: next(said) for case in group if _asked(scorer.facts, case.change)} for group in cases]
    for change, due in _DUE.get(scorer.facts.axis, {}).items():
        pairs = [(group[""], group[change]) for group in told if change in group]
        judged = [(before, after) for before, after in pairs if before.score is not None]
        scores = [after.score for _, after in judged if after.score is not None]
        blank = Reaction(scorer=scorer.facts.name, axis=scorer.facts.axis, change=change, due=due)
        yield replace(
            blank,
            right=sum(_noticed(due, before, after) for before, after in judged),
            tried=len(judged),
            before=_mean([before.score for before, _ in judged if before.score is not None]),
            after=_mean(scores),
            reason="" if judged else _why([before for before, _ in pairs], change),
        )


def _noticed(due: Due, before: Score, after: Score) -> bool:
    if due == "stays":
        return after.verdict is before.verdict
    if due == "flagged":
        return after.verdict is Verdict.DRIFTED
    if after.verdict in (Verdict.DRIFTED, Verdict.UNVERIFIABLE) and after.verdict is not before.verdict:
        return True
    return after.score is None or (before.score is not None and after.score <= before.score - _LEAST_FALL)


def _why(before: Sequence[Score], change: str) -> str:
    if before:
        return before[0].reason
    if change == "somebody else":
        return "nobody else is in the film"
    return "no reference stands whole in its picture" if change == "pasted" else "no take shows a character"


def _mean(scores: Sequence[float]) -> float | None:
    return round(sum(scores) / len(scores), 4) if scores else None


def _said(score: float | None) -> str:
    return "–" if score is None else f"{score:.3f}"
