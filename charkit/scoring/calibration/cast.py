"""All lines of a run: each scorer that holds a likeness against a line has its own, and what has none says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

from pydantic import BaseModel, ConfigDict, model_validator

from charkit.cards import Html, table
from charkit.documents import read_json, write_json
from charkit.errors import UnknownName
from charkit.scoring.base import ANY, Axis, Threshold
from charkit.scoring.calibration.lines import FEWEST_CAST, Calibration, Genuine, Impostor, calibrate
from charkit.scoring.calibration.pairs import cast_pairs, of_controls, split_halves
from charkit.scoring.controls import make_controls
from charkit.scoring.subject import GrabCut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from charkit.scoring.base import Lined, ShotEvidence
    from charkit.scoring.scorecard import Scorecard
    from charkit.scoring.subject import Masker

__all__ = ["Calibrations", "calibrate_cast"]

_STRIPPED = "+palette-stock-1"
"""What the palette's version said of its line, as long as a line was part of it."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    axis: Axis
    scorer: str
    threshold: Threshold | None
    impostors: tuple[Impostor, ...]
    genuine: tuple[Genuine, ...]


class _File(BaseModel):
    """The lines on disk. Format 1 held the palette's alone; it is read as one of several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit calibration 2"] = "charkit calibration 2"
    lines: tuple[_Line, ...]
    without: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _as_it_was(cls, said: Any) -> Any:
        if not isinstance(said, dict) or said.get("format") != "charkit calibration 1":
            return said
        line = {name: value for name, value in said.items() if name != "format"}
        return {"lines": [{**line, "scorer": str(line.get("scorer")).removesuffix(_STRIPPED)}]}


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibrations(Sequence[Calibration]):
    """The lines of a run's scorers."""

    items: tuple[Calibration, ...] = ()
    without: Mapping[str, str] = field(default_factory=dict)
    """By scorer: why it has no line on this cast."""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Calibration: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Calibration, ...]: ...
    def __getitem__(self, index: int | slice) -> Calibration | tuple[Calibration, ...]:
        return self.items[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calibrations) and (self.items, self.without) == (other.items, other.without)

    def __hash__(self) -> int:
        return hash(self.items)

    def of(self, axis: Axis | str, scorer: str = "") -> Calibration:
        """Return what was found on an axis.

        Args:
            axis: Which.
            scorer: Name of the scorer, where an axis has several, such as `faces` and `anime`; else the first.

        Raises:
            UnknownName: nothing was calibrated there.
        """
        found = [one for one in self.items if one.axis == axis and (not scorer or one.scorer.split(" ")[0] == scorer)]
        if not found:
            raise UnknownName("calibrated axis", f"{axis} {scorer}".strip(), [str(one.axis) for one in self.items])
        return found[0]

    @property
    def lines(self) -> dict[str, Threshold]:
        """The lines that were set on the cast, by the scorer's name and version."""
        return {one.scorer: one.threshold for one in self.items if one.threshold is not None and one.calibrated}

    def over(self, card: Scorecard) -> Scorecard:
        """Return a scorecard under these lines, with their ceilings; nothing is measured again."""
        for one in self.items:
            card = card.under(one)
        return card

    def save(self, path: Path) -> None:
        """Write them as JSON.

        Raises:
            StorageError: It cannot be written.
        """
        names = ("axis", "scorer", "threshold", "impostors", "genuine")
        lines = tuple(_Line(**{name: getattr(one, name) for name in names}) for one in self.items)
        write_json(path, _File(lines=lines, without=dict(self.without)))

    @classmethod
    def load(cls, path: Path) -> Calibrations:
        """Read what `save` wrote, in this format or the one before.

        Raises:
            BadDocument: The file is missing or is no calibration.
        """
        file = read_json(path, _File)
        found = (
            Calibration(
                axis=one.axis,
                scorer=one.scorer,
                threshold=one.threshold,
                impostors=one.impostors,
                genuine=one.genuine,
            )
            for one in file.lines
        )
        return cls(items=tuple(found), without=file.without)

    def __repr__(self) -> str:
        return f"Calibrations({'; '.join(f'{one.axis}: {one.says}' for one in self.items) or 'no line'})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [_row(one) for one in self.items]
        columns = ("axis", "scorer", "line", "wrong pairs", "pass it", "held out", "ceiling", "")
        shown = table(columns, rows, caption="Lines on this cast, one for each scorer that has one; 1 % false accepts.")
        why = [(name, reason) for name, reason in self.without.items()]
        left = table(("no line on the cast", "because"), why) if why else ""
        single = [one._repr_mimebundle_()["text/html"] for one in self.items]
        return {"text/plain": repr(self), "text/html": Html(f"{shown}{left}{''.join(single)}")}


def _row(one: Calibration) -> tuple[str, ...]:
    held, most = one.held_out(), one.ceiling
    return (
        str(one.axis),
        one.scorer.split(" ")[0],
        "none" if one.threshold is None else f"{one.threshold.value:.3f}",
        f"{len(one.impostors)} of {one.cast} characters",
        str(one.accepted) if one.threshold is not None else "–",
        "–" if held is None else f"{100 * held:.1f} %",
        "not measured" if most.value is None else f"{most.passes}/{most.verifiable} ({100 * most.value:.0f} %)",
        "on this cast" if one.calibrated else "uncalibrated",
    )


def calibrate_cast(
    evidence: Iterable[ShotEvidence],
    scorers: Iterable[Lined],
    folder: Path,
    *,
    strangers: bool = True,
    without: Mapping[str, str] | None = None,
    masker: Masker | None = None,
    far: float = 0.01,
    least_cast: int = FEWEST_CAST,
    on_progress: Callable[[int, int], None] | None = None,
) -> Calibrations:
    """Set the line of each scorer on a cast, or say what is missing for it.

    Args:
        evidence: Takes of the cast.
        scorers: Under their stock lines.
        folder: For figures cut out of takes.
        strangers: Whether figures are also pasted into the takes' own backgrounds: the hardest wrong pairs.
        without: Scorers that get no line, with the reason; kept for whoever reads the result.
        masker: Cuts figures out of takes.
        far: The rate of false accepts.
        least_cast: Characters below which a stock line stands.
        on_progress: Called after each scorer with how many are done and how many there are.

    Raises:
        StorageError: a cut cannot be written.
        MissingDependency: a scorer's package is not installed.
    """
    entries, asked = list(evidence), list(scorers)
    found = []
    for number, scorer in enumerate(asked, start=1):
        found.append(
            _calibrated(
                entries,
                scorer,
                folder / str(number),
                strangers=strangers,
                masker=masker or GrabCut(),
                far=far,
                least_cast=least_cast,
            )
        )
        if on_progress is not None:
            on_progress(number, len(asked))
    return Calibrations(items=tuple(found), without=dict(without or {}))


def _calibrated(
    entries: Sequence[ShotEvidence],
    scorer: Lined,
    folder: Path,
    *,
    strangers: bool,
    masker: Masker,
    far: float,
    least_cast: int,
) -> Calibration:
    def fresh() -> Lined:
        return scorer.under(ANY)

    wrong, right = cast_pairs(entries, fresh), split_halves(entries, fresh, masker, folder)
    others, same = of_controls(make_controls(entries, fresh)) if strangers else ((), ())
    return calibrate(
        (*wrong, *others),
        axis=scorer.facts.axis,
        scorer=scorer.facts.label,
        stock=scorer.threshold,
        genuine=(*right, *same),
        far=far,
        least_cast=least_cast,
    )
