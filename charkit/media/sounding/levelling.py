"""Brings a film to a loudness with one gain, and limits peaks only where that gain would push them too high."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.filter import Graph

from charkit.media.sound import RATE, frame
from charkit.media.sounding.loudness import Meter
from charkit.media.sounding.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from charkit.media.sound import Sound
    from charkit.media.sounding.loudness import Loudness

__all__ = ["CEILING", "Levelled", "level", "limited"]

CEILING: Final = -1.5
"""In dBTP, before encoding. AAC moves peaks by some tenths of a dB, so that the film as delivered stays under -1 dBTP
(EBU R 128 and the video sites' advice)."""

_ENOUGH: Final = 0.1  # LU
_COARSE: Final = 0.0005  # of full scale: the meter gives three decimals of a peak
_ROUNDS: Final = 3
_OVER: Final = 4 * RATE  # BS.1770-4, annex 2: peaks between samples show at four times the rate


@dataclass(frozen=True, kw_only=True)
class Levelled:
    """What was done to a film's loudness."""

    before: Loudness
    """As mixed."""
    loudness: Loudness
    """As it goes to the encoder."""
    gain: float = 0.0
    """In dB; one for the whole film."""
    limited: float = 0.0
    """By how many dB at most peaks were held down; 0: its dynamics are as they were."""

    @property
    def account(self) -> str:
        """What was done, in a line."""
        if not math.isfinite(self.before.integrated):
            return "nothing in it is loud enough to be measured; its level is as it was"
        now = f"{self.loudness.integrated:.1f} LUFS, true peak {self.loudness.true_peak:.1f} dBTP"
        if self.loudness.target is None:
            return f"{now}; nobody asked for another level"
        peaks = f", peaks held down by up to {self.limited:.1f} dB" if self.limited else ""
        aim, short = self.loudness.target, self.loudness.target - self.loudness.integrated
        missed = f"; {abs(short):.1f} LU off its target of {aim:g}" if abs(short) > 0.5 else ""
        return f"{now}, by a gain of {self.gain:+.1f} dB{peaks}{missed}"


def level(
    spool: Spool, before: Loudness, target: float | None, workshop: Path, *, watch: Callable[[], None] = lambda: None
) -> tuple[Levelled, Spool]:
    """Find the gain that brings a film to its target, and return what was done and the sound made so.

    Args:
        spool: The sound, measured as `before`.
        before: How loud it is.
        target: How loud it should be, in LUFS; None leaves it as it is.
        workshop: A folder for what waits.
        watch: Called now and then; what it raises ends the work.

    Raises:
        OSError: Nothing more can be written.
    """
    if target is None or not math.isfinite(before.integrated):
        return Levelled(before=before, loudness=replace(before, target=target)), spool
    gain = target - before.integrated
    if 20 * math.log10(10 ** (before.true_peak / 20) + _COARSE) + gain <= CEILING:
        return Levelled(before=before, loudness=_moved(before, gain, target), gain=gain), spool.louder(gain)
    return _held_down(spool, before, target, workshop / "limited.pcm", watch)


def _held_down(
    spool: Spool, before: Loudness, target: float, path: Path, watch: Callable[[], None]
) -> tuple[Levelled, Spool]:
    """Limit peaks, and make up for the loudness that goes with them; as often as it takes, but not for ever."""
    wanted, ceiling = target - before.integrated, CEILING
    for _ in range(_ROUNDS):
        gain, meter = wanted, Meter()
        held = Spool.of(_watching(meter.watched(limited(spool.louder(gain), ceiling)), watch), path)
        after = meter.finish(before.name, target)
        missing, over = target - after.integrated, after.true_peak - CEILING
        if abs(missing) <= _ENOUGH and over <= 0:
            break
        wanted, ceiling = gain + missing, ceiling - max(0.0, over)
    if over > 0:  # what a limiter cannot do without sounding broken, one gain does
        held, after, gain = held.louder(-over), _moved(after, -over, target), gain - over
    limit = max(0.0, before.true_peak + gain - CEILING)
    return Levelled(before=before, loudness=after, gain=gain, limited=limit), held


def _moved(loudness: Loudness, gain: float, target: float) -> Loudness:
    """Say what a meter would read after a gain: all levels move alike, but for what the gate leaves out either way."""
    return replace(
        loudness,
        integrated=loudness.integrated + gain,
        true_peak=loudness.true_peak + gain,
        momentary=loudness.momentary + np.float32(gain),
        short_term=loudness.short_term + np.float32(gain),
        peaks=loudness.peaks * np.float32(10 ** (gain / 20)),
        target=target,
    )


def _watching(blocks: Iterable[Sound], watch: Callable[[], None]) -> Iterator[Sound]:
    for block in blocks:
        watch()
        yield block


def limited(blocks: Iterable[Sound], ceiling: float = CEILING) -> Iterator[Sound]:
    """Yield sound whose true peaks stay under a ceiling: libavfilter's look-ahead limiter at four times the rate.

    Args:
        blocks: The sound.
        ceiling: In dBTP.
    """
    # 0.1 dB under the ceiling: the way back to 48 kHz moves peaks a little.
    limit = 10 ** ((ceiling - 0.1) / 20)
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    nodes = [
        source,
        graph.add("aresample", str(_OVER)),
        graph.add("alimiter", f"limit={limit:.6f}:attack=5:release=80:level=disabled:latency=1"),
        graph.add("aresample", str(RATE)),
        graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo"),
        graph.add("abuffersink"),
    ]
    for one, following in pairwise(nodes):
        one.link_to(following)
    graph.configure()
    put = given = 0
    for block in blocks:
        source.push(frame(block, put))
        put += block.shape[1]
        for done in _ready(graph):
            yield done
            given += done.shape[1]
    source.push(None)
    for done in _ready(graph):
        done = done[:, : put - given]  # noqa: PLW2901  # what a resampler adds at the end is nothing
        yield done
        given += done.shape[1]
    if given < put:
        yield np.zeros((2, put - given), np.float32)


def _ready(graph: Graph) -> Iterator[Sound]:
    while True:
        try:
            yield np.asarray(graph.pull().to_ndarray(), np.float32)
        except (NotYet, NoMore):
            return
