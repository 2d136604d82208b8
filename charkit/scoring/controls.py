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

import numpy as np

from charkit.cards import table
from charkit.errors import CharkitError
from charkit.media import frames as sampling
from charkit.media import images
from charkit.media.frames import Frame
from charkit.scoring import oklab
from charkit.scoring.base import Verdict
from charkit.scoring.statistics import Rate
from charkit.scoring.subject import GrabCut, framing_name, prior_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from charkit.scoring.base import Scorer, ShotEvidence
    from charkit.scoring.subject import Mask

__all__ = ["Control", "ControlKind", "Controls", "make_controls"]

ControlKind: TypeAlias = Literal["duplicate", "re-lit", "turnaround", "stranger"]

_FRAMES = 4
"""Per control: they differ by a step to the side only."""
_HEIGHT = 240
"""Pixels of height, as takes are sampled for scoring."""
_STEP = 0.01
"""Of the frame's width, from one frame to the next."""
_EXPOSURE, _CAST = 0.88, (1.04, 1.0, 0.95)
"""Another light, in linear light: 0.18 stops down and a little warmer, as mild as in scoring.md, 4.2."""
_CUT = 0.4
"""Share of a figure's width on the picture's lower edge from which it is a bust; feet and tails fill less."""
_SHOWN = {"extreme close-up": 0.30, "close-up": 0.40, "medium": 0.62}
"""Which upper share of a standing figure a framing shows."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """One known answer, and what the scorer said."""

    kind: ControlKind
    shot: str
    character: str
    verdict: Verdict
    score: float | None
    reason: str = ""

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
    first: dict[tuple[str, str], ShotEvidence] = {}
    for entry in evidence:
        if entry.character:
            first.setdefault((entry.character, entry.shot), entry)
    cast = {entry.character: entry.references for entry in reversed(first.values())}
    judge, asked = scorer(), []
    for entry in first.values():
        ground, box_entry = _ground(entry), replace(entry, box=prior_box(entry))
        if ground is None:
            continue
        for kind, figure, references in _figures(entry, cast):
            frames = _pasted(ground, figure, box_entry, relit=kind == "re-lit")
            judge.update(replace(entry, references=references), frames)
            asked.append((kind, entry))
    return Controls(
        Control(
            kind=kind,
            shot=entry.shot,
            character=entry.character,
            verdict=score.verdict,
            score=score.score,
            reason=score.reason,
        )
        for (kind, entry), score in zip(asked, judge.compute(), strict=True)
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Figure:
    rgb: oklab.Bytes
    mask: Mask


def _figures(
    entry: ShotEvidence, cast: Mapping[str, tuple[Path, ...]]
) -> list[tuple[ControlKind, _Figure, tuple[Path, ...]]]:
    """Return what is pasted, as which control, and the references it is judged against."""
    own = [(path, figure) for path in entry.references if (figure := _standing(path)) is not None]
    found: list[tuple[ControlKind, _Figure, tuple[Path, ...]]] = []
    if own:
        found += [("duplicate", own[0][1], entry.references), ("re-lit", own[0][1], entry.references)]
    for path, figure in own:
        others = tuple(other for other in entry.references if other != path)
        if others:
            found.append(("turnaround", figure, others))
    for name, references in cast.items():
        stranger = next((figure for path in references if (figure := _standing(path)) is not None), None)
        if name != entry.character and stranger is not None:
            found.append(("stranger", stranger, entry.references))
    return found


def _standing(path: Path) -> _Figure | None:
    """Return the figure of a reference, cut to its outline; None where it does not stand whole in the picture."""
    try:
        picture = images.open_upright(path)
    except (CharkitError, OSError):
        return None
    picture.thumbnail((640, 640))
    alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
    rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    subject = GrabCut().in_reference(rgb, alpha)
    if not subject.found:
        return None
    rows, columns = np.flatnonzero(subject.mask.any(axis=1)), np.flatnonzero(subject.mask.any(axis=0))
    inside = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    mask = subject.mask[inside]
    if subject.mask[-2].sum() > _CUT * mask.shape[1]:
        return None
    return _Figure(rgb=rgb[inside], mask=mask)


def _ground(entry: ShotEvidence) -> oklab.Bytes | None:
    """Return a frame of the take with the character wiped out of it; None where the clip cannot be read."""
    import cv2

    try:
        frame = sampling.sample(entry.clip, 1, height=_HEIGHT)[0].rgb
    except (CharkitError, OSError, IndexError):
        return None
    subject = GrabCut().in_frame(frame, entry)
    if not subject.found:
        return frame
    wiped = cv2.dilate(subject.mask.astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.asarray(cv2.inpaint(np.ascontiguousarray(frame), wiped, 5, cv2.INPAINT_TELEA), dtype=np.uint8)


def _pasted(ground: oklab.Bytes, figure: _Figure, entry: ShotEvidence, *, relit: bool) -> list[Frame]:
    """Return frames in which a figure stands where the storyboard says that the character is."""
    import cv2

    box = prior_box(entry)
    height, width = ground.shape[:2]
    shown = figure.mask.shape[0] * _SHOWN.get(framing_name(entry.framing), 1.0)
    rgb, mask = figure.rgb[: round(shown)], figure.mask[: round(shown)]
    scale = min(
        0.92 * (box.bottom - box.top) * height / rgb.shape[0], 0.8 * (box.right - box.left) * width / rgb.shape[1]
    )
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)[:, :, None]
    frames = []
    for index in range(_FRAMES):
        left = round(((box.left + box.right) / 2 + _STEP * (index - _FRAMES / 2)) * width - size[0] / 2)
        left = min(max(0, left), width - size[0])
        top = min(max(0, round(box.bottom * height) - size[1]), height - size[1])
        picture = ground.copy()
        inside = picture[top : top + size[1], left : left + size[0]]
        inside[:] = np.round(soft * small + (1 - soft) * inside).astype(np.uint8)
        frames.append(Frame(index=index, time=index / 24, rgb=_relit(picture) if relit else picture))
    return frames


def _relit(rgb: oklab.Bytes) -> oklab.Bytes:
    light = np.clip(oklab.linear(rgb) * _EXPOSURE * np.array(_CAST), 0, 1)
    return np.asarray(np.round(255 * _encoded(light)), dtype=np.uint8)


def _encoded(light: np.ndarray) -> np.ndarray:
    """Return sRGB of linear light, 0 to 1 (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


def _share(rate: Rate) -> str:
    return "not measured" if rate.value is None else f"{rate.passes}/{rate.verifiable} ({rate.value:.0%})"


def _row(rate: Rate) -> list[str]:
    return [_share(rate), str(rate.interval) if rate.verifiable else "–", f"{rate.verifiable}/{rate.expected}"]
