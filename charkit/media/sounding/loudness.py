"""How loud a film is: ITU-R BS.1770-4 and EBU R 128, measured by libavfilter's `ebur128` as sound goes by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.filter import Graph

from charkit.cards import Html, card
from charkit.errors import MissingDependency, UnreadableMedia
from charkit.media.sound import RATE, Source, frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.audio.frame import AudioFrame
    from numpy.typing import NDArray

    from charkit.media.sound import Sound

__all__ = ["STEP", "Loudness", "Meter", "measure"]

STEP: Final = 0.1
"""Seconds between two readings (EBU Tech 3341: at least 10 Hz)."""

_NOTHING: Final = -70.0
"""LUFS of the absolute gate, below which nothing counts (BS.1770-4, 5.1)."""

_BLOCK: Final = RATE
"""Samples that are read at once."""


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """What a meter read."""

    integrated: float
    """Of the whole, gated, in LUFS; minus infinity where nothing is louder than the gate, or it is under 0.4 s."""
    range: float
    """Between soft and loud parts, in LU (EBU Tech 3342)."""
    true_peak: float
    """The largest peak between samples too, oversampled four times, in dBTP; minus infinity for silence."""
    seconds: float
    """How long it lasts."""
    momentary: NDArray[np.float32] = field(repr=False, compare=False)
    """Over the 0.4 s before each tenth of a second, in LUFS."""
    short_term: NDArray[np.float32] = field(repr=False, compare=False)
    """Over the 3 s before each tenth of a second, in LUFS."""
    peaks: NDArray[np.float32] = field(repr=False, compare=False)
    """The largest sample of each tenth of a second, as a share of full scale: a waveform's outline."""
    name: str = "sound"
    """What it is the loudness of."""
    target: float | None = None
    """What it should be, in LUFS; None if nobody said."""

    @property
    def loudest(self) -> float:
        """The loudest 0.4 s, in LUFS."""
        return float(self.momentary.max(initial=-math.inf))

    def jump(self, time: float) -> float | None:
        """Return by how many LU the 0.4 s after a time are louder than the 0.4 s before it.

        None where either is nothing, or is not there. Windows end on tenths of a second, so those nearest to the time
        that do not reach over it are compared.
        """
        before, after = math.floor(time / STEP + 1e-6) - 1, math.ceil(time / STEP - 1e-6) + 3
        if before < 3 or after >= self.momentary.size:
            return None
        levels = float(self.momentary[before]), float(self.momentary[after])
        return None if min(levels) <= _NOTHING else levels[1] - levels[0]

    def __repr__(self) -> str:
        aim = f", target {self.target:g}" if self.target is not None else ""
        return (
            f"Loudness({self.name}: {self.integrated:.1f} LUFS{aim}, range {self.range:.1f} LU, "
            f"true peak {self.true_peak:.1f} dBTP, {self.seconds:.1f} s)"
        )

    def figure(self) -> bytes:
        """Return the waveform, and the loudness over it, as an SVG that reads on light and dark grounds.

        Raises:
            MissingDependency: matplotlib is not installed.
        """
        from charkit.media.sounding.figure import loudness_figure

        return loudness_figure(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            ("integrated", f"{self.integrated:.1f} LUFS" + (f" (target {self.target:g})" if self.target else "")),
            ("range", f"{self.range:.1f} LU"),
            ("loudest 0.4 s", f"{self.loudest:.1f} LUFS"),
            ("true peak", f"{self.true_peak:.1f} dBTP"),
        ]
        try:
            picture, note = self.figure(), ""
        except MissingDependency as error:
            picture, note = None, str(error)
        shown = card(
            f"Loudness of {self.name}", rows=rows, picture=picture, picture_type="image/svg+xml", note=note, width=640
        )
        return {"text/plain": repr(self), "text/html": Html(shown)}


class Meter:
    """Measures sound that goes by; memory grows by 120 bytes a second."""

    def __init__(self, *, true_peak: bool = True) -> None:
        """Say whether true peaks are wanted; without, the largest sample stands for them, at a third of the cost."""
        self._graph = Graph()
        self._in = self._graph.add_abuffer(
            sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE)
        )
        r128 = self._graph.add("ebur128", f"metadata=1:framelog=quiet:peak={'true' if true_peak else 'none'}")
        self._out = self._graph.add("abuffersink")
        self._in.link_to(r128)
        r128.link_to(self._out)
        self._graph.configure()
        self._true_peak = true_peak
        self._at = 0
        self._last: dict[str, str] = {}
        self._momentary: list[float] = []
        self._short: list[float] = []
        self._peaks: list[float] = []

    def watched(self, blocks: Iterable[Sound]) -> Iterator[Sound]:
        """Pass blocks on, and measure them on the way."""
        for block in blocks:
            self.add(block)
            yield block

    def add(self, block: Sound) -> None:
        """Measure what follows."""
        if block.shape[1]:
            self._in.push(frame(block, self._at))
            self._at += block.shape[1]
            self._take()

    def finish(self, name: str = "sound", target: float | None = None) -> Loudness:
        """Return what was read."""
        self._in.push(None)
        self._take()
        read = self._last
        integrated = float(read.get("lavfi.r128.I", _NOTHING))
        peak = float(read.get("lavfi.r128.true_peak", 0.0)) if self._true_peak else max(self._peaks, default=0.0)
        return Loudness(
            integrated=integrated if integrated > _NOTHING else -math.inf,
            range=float(read.get("lavfi.r128.LRA", 0.0)),
            true_peak=20 * math.log10(peak) if peak > 0 else -math.inf,
            seconds=self._at / RATE,
            momentary=np.array(self._momentary, np.float32),
            short_term=np.array(self._short, np.float32),
            peaks=np.array(self._peaks, np.float32),
            name=name,
            target=target,
        )

    def _take(self) -> None:
        while (done := self._pulled()) is not None:
            self._peaks.append(float(np.abs(done.to_ndarray()).max(initial=0.0)))
            self._last = {**self._last, **done.metadata}
            if done.samples == round(STEP * RATE):
                self._momentary.append(float(self._last.get("lavfi.r128.M", _NOTHING)))
                self._short.append(float(self._last.get("lavfi.r128.S", _NOTHING)))

    def _pulled(self) -> AudioFrame | None:
        try:
            return self._out.pull()  # type: ignore[return-value]  # a sink of sound gives sound
        except (NotYet, NoMore):
            return None


def measure(path: Path, *, start: float = 0.0, seconds: float | None = None, true_peak: bool = True) -> Loudness:
    """Measure a file's sound, or a part of it, without holding it in memory.

    Args:
        path: A clip, a film, or a file of sound alone.
        start: Where to begin, in seconds.
        seconds: How much at most; to the end if None.
        true_peak: Whether to look for peaks between samples.

    Raises:
        UnreadableMedia: The file has no sound, or it cannot be decoded.
    """
    source, meter = Source(Path(path), start=Fraction(start)), Meter(true_peak=true_peak)
    left = round(seconds * RATE) if seconds is not None else None
    found = False
    while not source.ended and left != 0:
        block, held = source.part(_BLOCK if left is None else min(left, _BLOCK))
        found = found or held > 0
        meter.add(block[:, :held] if source.ended else block)
        left = None if left is None else left - block.shape[1]
    source.close()
    if not found:
        raise UnreadableMedia("has no sound to measure", path=Path(path))
    return replace(meter.finish(), name=Path(path).name)
