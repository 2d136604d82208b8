"""Controls: what a scorer says where the answer is known, made from the references and the takes' own frames.

The character's take is wiped out of its frame, and a figure is pasted in its place, on the same background:

    duplicate    its own reference; has to pass
    re-lit       the same under another light; has to pass
    turnaround   another of its references, judged without itself; has to pass, and is what a perfect character reaches
    stranger     somebody else's reference; has to fail

The ceiling of a rate is the share of re-lit and turnaround figures that pass, its floor the share of strangers that do:
no arm can be measured above the one or believed below the other. They cost nothing, and they flatter: pasted figures
stand clear of their ground, and a cast of two has no look-alikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

from charkit.cards import table
from charkit.scoring.base import Verdict
from charkit.scoring.pasting import pasted, standing, wiped
from charkit.scoring.statistics import Rate
from charkit.scoring.subject import prior_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from charkit.scoring.base import Scorer, ShotEvidence
    from charkit.scoring.pasting import CutOut

__all__ = ["Control", "ControlKind", "Controls", "make_controls"]

ControlKind: TypeAlias = Literal["duplicate", "re-lit", "turnaround", "stranger"]


@dataclass(frozen=True, kw_only=True)
class Control:
    """One known answer, and what the scorer said."""

    kind: ControlKind
    shot: str
    character: str
    verdict: Verdict
    score: float | None
    reason: str = ""
    stranger: str = ""
    """Who was pasted, where it was somebody else."""

    @property
    def passed(self) -> bool | None:
        """Whether it was taken for the character; None where the scorer could not say."""
        return {Verdict.CONSISTENT: True, Verdict.DRIFTED: False}.get(self.verdict)


class Controls(Sequence[Control]):
    """All controls of an experiment."""

    def __init__(self, items: Iterable[Control] = ()) -> None:
        self._items = tuple(items)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Control: ...
    @overload
    def __getitem__(self, index: slice) -> Controls: ...
    def __getitem__(self, index: int | slice) -> Control | Controls:
        return Controls(self._items[index]) if isinstance(index, slice) else self._items[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Controls) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def rate(self, *kinds: ControlKind) -> Rate:
        """Return how many controls of some kinds passed for the character."""
        asked = [control.passed for control in self if control.kind in kinds]
        judged = [passed for passed in asked if passed is not None]
        return Rate(passes=sum(judged), verifiable=len(judged), expected=len(asked))

    @property
    def ceiling(self) -> Rate:
        """The most that a perfect character can reach."""
        return self.rate("re-lit", "turnaround")

    @property
    def floor(self) -> Rate:
        """What strangers on the same background reach."""
        return self.rate("stranger")

    @property
    def line(self) -> str:
        """One sentence for beside a rate."""
        if not self:
            return "Ceiling not measured: no controls."
        return (
            f"Ceiling {_share(self.ceiling)}; duplicates {_share(self.rate('duplicate'))}; "
            f"strangers that pass {_share(self.floor)}."
        )

    def __repr__(self) -> str:
        return f"Controls({len(self)}: {self.line})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        kinds: tuple[tuple[ControlKind, str], ...] = (
            ("duplicate", "pass"),
            ("re-lit", "pass"),
            ("turnaround", "pass"),
            ("stranger", "fail"),
        )
        rows = [[kind, f"has to {due}", *_row(self.rate(kind)), self._extreme(kind)] for kind, due in kinds]
        columns = ("control", "", "passed", "95 % CI", "could be judged", "scores")
        return {"text/plain": repr(self), "text/html": table(columns, rows, caption=self.line)}

    def _extreme(self, kind: ControlKind) -> str:
        scores = [control.score for control in self if control.kind == kind and control.score is not None]
        return f"{min(scores):.3f} to {max(scores):.3f}" if scores else "–"


def make_controls(evidence: Iterable[ShotEvidence], scorer: Callable[[], Scorer]) -> Controls:
    """Put known answers before a scorer, one set for each character and shot.

    Args:
        evidence: Takes of the experiment; the first of each character and shot gives the background.
        scorer: Returns a fresh scorer of the axis that decides.
    """
    judge = scorer()
    asked: list[tuple[ControlKind, str, ShotEvidence]] = []
    first: dict[tuple[str, str], ShotEvidence] = {}
    for entry in evidence:
        if entry.character and entry.domain in judge.facts.domains:
            first.setdefault((entry.character, entry.shot), entry)
    cast = {entry.character: entry.references for entry in reversed(first.values())}
    for entry in first.values():
        ground, placed = wiped(entry, height=_height(judge)), replace(entry, box=prior_box(entry), cast=())
        if ground is None:
            continue
        for one in _figures(entry, cast):
            frames = pasted(ground, one.figure, placed, relit=one.kind == "re-lit")
            judge.update(replace(placed, references=one.references), frames)
            asked.append((one.kind, one.stranger, entry))
    return Controls(
        Control(
            kind=kind,
            shot=entry.shot,
            character=entry.character,
            verdict=score.verdict,
            score=score.score,
            reason=score.reason,
            stranger=stranger,
        )
        for (kind, stranger, entry), score in zip(asked, judge.compute(), strict=True)
    )


def _height(judge: Scorer) -> int:
    return int(getattr(judge, "height", 0))


@dataclass(frozen=True, kw_only=True)
class _Pasted:
    """A figure to paste, as which control, and the references it is judged against."""

    kind: ControlKind
    figure: CutOut
    references: tuple[Path, ...]
    stranger: str = ""


def _figures(entry: ShotEvidence, cast: Mapping[str, tuple[Path, ...]]) -> list[_Pasted]:
    own = [(path, figure) for path in entry.references if (figure := standing(path)) is not None]
    found: list[_Pasted] = []
    if own:
        figure, references = own[0][1], entry.references
        found.append(_Pasted(kind="duplicate", figure=figure, references=references))
        found.append(_Pasted(kind="re-lit", figure=figure, references=references))
    for path, figure in own:
        others = tuple(other for other in entry.references if other != path)
        if others:
            found.append(_Pasted(kind="turnaround", figure=figure, references=others))
    for name, references in cast.items():
        stranger = next((figure for path in references if (figure := standing(path)) is not None), None)
        if name != entry.character and stranger is not None:
            found.append(_Pasted(kind="stranger", figure=stranger, references=entry.references, stranger=name))
    return found


def _share(rate: Rate) -> str:
    return "not measured" if rate.value is None else f"{rate.passes}/{rate.verifiable} ({rate.value:.0%})"


def _row(rate: Rate) -> list[str]:
    return [_share(rate), str(rate.interval) if rate.verifiable else "–", f"{rate.verifiable}/{rate.expected}"]
