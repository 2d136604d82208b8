"""Which frames of a clip stand for it, and in which passes they are decoded at the least cost."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.media.probe import ClipFacts

__all__ = ["Pass", "middles", "planned"]

_EDGE: Final = 0.05
"""Share of a clip that is passed over at each end, where generated clips fade in and fall apart."""

_SPARSE: Final = 8
"""Frames between two samples from which on a neighbour will do: a third of a second at 24 fps."""

_KEYFRAME: Final = 2.5
"""What a keyframe costs, in other frames: it holds about so many times their data."""

_SEEK: Final = 3
"""What a seek costs, in frames: the decoder starts anew and the first frames come out late."""

_Skip: TypeAlias = Literal["NONKEY", "NONREF", "DEFAULT"]


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One stretch of a clip to be decoded."""

    begin: int
    """The keyframe to begin at."""
    wanted: tuple[int, ...]
    skip: _Skip
    """What the decoder may leave out."""


def _spread(frames: int, count: int) -> tuple[float, float]:
    """Return where the first part begins and how long each is, in frames."""
    edge = frames * _EDGE if frames * (1 - 2 * _EDGE) >= count else 0.0
    return edge, (frames - 2 * edge) / count


def middles(frames: int, count: int) -> list[int]:
    """Return the middles of `count` equal parts of so many frames, edges passed over; fewer where there are fewer."""
    edge, part = _spread(frames, count)
    return sorted({min(frames - 1, int(edge + (i + 0.5) * part)) for i in range(count)})


def planned(facts: ClipFacts, count: int) -> tuple[Pass, ...]:
    """Return what to decode for one frame of each part: the cheaper of two ways."""
    wanted, part = middles(facts.frames, count), _spread(facts.frames, count)[1]
    skip: _Skip = "NONREF" if part >= _SPARSE else "DEFAULT"
    once = (Pass(begin=0, wanted=tuple(wanted), skip=skip),)
    if not facts.keyframes:
        return once
    chosen = _near_keyframes(facts, count) if part >= _SPARSE else wanted
    by_seeks = _by_seeks(facts.keyframes, chosen, skip)
    return by_seeks if _cost(by_seeks) < 0.8 * _cost(once) else once


def _near_keyframes(facts: ClipFacts, count: int) -> list[int]:
    """Return one frame of each part: its keyframe, else one soon after the keyframe before, half a part from others."""
    edge, part = _spread(facts.frames, count)
    chosen: list[int] = []
    for number in range(count):
        begin, middle = edge + number * part, edge + (number + 0.5) * part
        least = max(begin, chosen[-1] + part / 2) if chosen else begin
        keys = [key for key in facts.keyframes if least <= key < begin + part]
        nearest = min(keys, key=lambda key: abs(key - middle), default=None)
        chosen.append(min(ceil(max(middle - part / 4, least)), facts.frames - 1) if nearest is None else nearest)
    return chosen


def _by_seeks(keyframes: Sequence[int], chosen: Sequence[int], skip: _Skip) -> tuple[Pass, ...]:
    """Return one pass over the keyframes alone, and one from the keyframe before for each group of other frames."""
    among = tuple(index for index in chosen if index in keyframes)
    groups: dict[int, list[int]] = {}
    for index in chosen:
        if index not in among:
            groups.setdefault(keyframes[max(0, bisect_right(keyframes, index) - 1)], []).append(index)
    passes = [Pass(begin=begin, wanted=tuple(members), skip=skip) for begin, members in groups.items()]
    return (Pass(begin=among[0], wanted=among, skip="NONKEY"), *passes) if among else tuple(passes)


def _cost(passes: Sequence[Pass]) -> float:
    """Return about what passes cost to decode, in frames."""
    cost = 0.0
    for one in passes:
        cost += len(one.wanted) * _KEYFRAME if one.skip == "NONKEY" else one.wanted[-1] - one.begin + 1
        cost += _SEEK if one.begin else 0
    return cost
