"""The sound track of a film: mixed, put under music, levelled, encoded; beside the picture, in a thread of its own."""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from fractions import Fraction
from threading import Event
from typing import TYPE_CHECKING, Final, Self

from charkit.errors import MediaError
from charkit.media.sound import RATE, samples_at, silence, step
from charkit.media.sounding.bed import Key, laid_under
from charkit.media.sounding.copying import Copied, check_copyable
from charkit.media.sounding.encoding import encoded, has_loud_line
from charkit.media.sounding.levelling import level
from charkit.media.sounding.loudness import Meter, measure
from charkit.media.sounding.mixing import mixed
from charkit.media.sounding.pieces import score
from charkit.media.sounding.spool import Spool
from charkit.media.spliced import Boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from charkit.media.picture import Layout
    from charkit.media.probe import ClipFacts
    from charkit.media.sound import Sound
    from charkit.media.sounding.bed import Bed
    from charkit.media.sounding.encoding import SoundLane
    from charkit.media.sounding.levelling import Levelled
    from charkit.media.sounding.loudness import Loudness
    from charkit.media.sounding.pieces import Score, SoundPiece
    from charkit.media.sounding.plan import SoundPlan
    from charkit.media.spliced import Splice

__all__ = ["Sounded", "Sounding", "evened", "sounded", "sounding"]

_MOST: Final = 12.0  # dB: more would bring up a quiet clip's noise, or push what is meant to be loud under the carpet
_SHORTEST: Final = 0.4  # seconds: the block of BS.1770-4
_NONE: Final = silence(1)  # what is heard of a clip where it has no sound


@dataclass(frozen=True, kw_only=True)
class Sounded:
    """A sound track, ready to be written."""

    lane: SoundLane
    boundaries: tuple[Boundary, ...] = ()
    """What the cuts sound like, before encoding."""
    levelled: Levelled | None = None
    """What was done to its loudness; None where its packets were copied."""


def evened(score: Score) -> Score:
    """Bring each clip to the mean loudness of all, by 12 dB at most; clips too soft or short to measure stay.

    Args:
        score: The clips' sound; gains that were asked for come on top.

    Raises:
        UnreadableMedia: a clip's sound cannot be decoded.
    """
    levels = [_loudness(piece) for piece in score.pieces]
    measured = [one for one in levels if math.isfinite(one)]
    if not measured:
        return score
    aim = sum(measured) / len(measured)
    moves = [max(-_MOST, min(_MOST, aim - one)) if math.isfinite(one) else 0.0 for one in levels]
    pieces = [replace(p, gain=p.gain + move) for p, move in zip(score.pieces, moves, strict=True)]
    return replace(score, pieces=tuple(pieces))


def _loudness(piece: SoundPiece) -> float:
    seconds = piece.length / RATE
    if seconds < _SHORTEST:
        return -math.inf
    try:
        return measure(piece.path, start=float(piece.start), seconds=seconds, true_peak=False).integrated
    except MediaError as error:
        error.index = piece.part
        raise


def sounded(
    score: Score,
    workshop: Path,
    *,
    loudness: float | None = None,
    bed: Bed | None = None,
    watch: Callable[[], None] = lambda: None,
) -> Sounded:
    """Make a film's sound track.

    Args:
        score: The clips' sound.
        workshop: A folder for what waits; it has to stay until the film is written.
        loudness: What the whole is brought to, in LUFS; None leaves it as it is.
        bed: Music under it.
        watch: Called about once for each second of sound; what it raises ends the work.

    Raises:
        UnreadableMedia: A sound cannot be decoded.
        OSError: What waits cannot be written.
        av.error.FFmpegError: The encoder failed.
    """
    raw = _taps(score)
    blocks = _watching(mixed(score.pieces, score.length, taps=raw), watch)
    blocks = _with_bed(blocks, bed, score.length, workshop) if bed is not None else blocks
    laid: dict[int, Sound] = {cut.at + shift: _NONE for cut in score.cuts for shift in (-1, 0)}
    meter = Meter()
    spool = Spool.of(meter.watched(blocks), workshop / "mixed.pcm")
    done, levelled = level(spool, meter.finish("the film"), loudness, workshop, watch=watch)
    final = _watching(_tapped(levelled, laid), watch)
    lane = encoded(final, workshop / "sound.aac", thorough=has_loud_line(levelled))
    return Sounded(lane=lane, boundaries=_boundaries(score, raw, laid, done.loudness), levelled=done)


def _with_bed(blocks: Iterable[Sound], bed: Bed, length: int, workshop: Path) -> Iterator[Sound]:
    meter, key = Meter(true_peak=False), Key()
    spool = Spool.of(key.watched(meter.watched(blocks)), workshop / "clips.pcm")
    clips = meter.finish("the clips").integrated
    yield from laid_under(spool, bed, length=length, loudness=clips, reduction=key.reduction(clips, bed.duck))
    spool.drop()


def _taps(score: Score) -> dict[tuple[int, int], Sound]:
    """Name the samples on both sides of each cut, each in its own clip."""
    taps: dict[tuple[int, int], Sound] = {}
    for cut in score.cuts:
        if cut.before is not None:
            taps[cut.before, cut.at - 1] = _NONE
        if cut.after is not None:
            taps[cut.after, cut.at] = _NONE
    return taps


def _tapped(blocks: Iterable[Sound], wanted: dict[int, Sound]) -> Iterator[Sound]:
    """Pass blocks on, and keep single samples of them."""
    begin = 0
    left = sorted(wanted)
    for block in blocks:
        while left and left[0] < begin + block.shape[1]:
            at = left.pop(0)
            wanted[at] = block[:, at - begin : at - begin + 1].copy()
        begin += block.shape[1]
        yield block


def _boundaries(
    score: Score, raw: dict[tuple[int, int], Sound], laid: dict[int, Sound], loudness: Loudness
) -> tuple[Boundary, ...]:
    found = []
    for cut in score.cuts:
        before = _NONE if cut.before is None else raw[cut.before, cut.at - 1]
        after = _NONE if cut.after is None else raw[cut.after, cut.at]
        found.append(
            Boundary(
                time=cut.time,
                frame=cut.frame,
                raw_step=step(before, after),
                step=step(laid[cut.at - 1], laid[cut.at]),
                level_jump=loudness.jump(cut.time),
            )
        )
    return tuple(found)


def _watching(blocks: Iterable[Sound], watch: Callable[[], None]) -> Iterator[Sound]:
    for block in blocks:
        watch()
        yield block


class _Stopped(BaseException):
    """Nobody waits for the sound any more."""


def sounding(
    layout: Layout, clips: Sequence[ClipFacts], parts: Sequence[Splice], plan: SoundPlan, workshop: Path
) -> Sounding:
    """Lay out a film's sound, and return what makes it.

    Args:
        layout: The film's pictures.
        clips: The clips as they came, for their sound.
        parts: What is asked of each.
        plan: What is asked of the whole.
        workshop: A folder for what waits.

    Raises:
        UsageError: Something is asked for that the clips cannot give.
    """
    if plan.copied:
        check_copyable(parts, clips)
        return Sounding(make=lambda _: Sounded(lane=Copied(layout=layout, clips=clips)))
    what = score(layout, clips, parts, samples_at(Fraction(plan.fade)))
    if not what.pieces and plan.bed is None:
        return Sounding(make=lambda _: None)

    def make(watch: Callable[[], None]) -> Sounded:
        whole = evened(what) if plan.even else what
        return sounded(whole, workshop, loudness=plan.loudness, bed=plan.bed, watch=watch)

    return Sounding(make=make)


@dataclass(kw_only=True)
class Sounding:
    """Makes a sound track beside other work; leaving its context ends that at once."""

    make: Callable[[Callable[[], None]], Sounded | None]
    """Makes it; calls what it is given now and then, and lets through what that raises."""
    _stop: Event = field(default_factory=Event, init=False)

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sound")
        self._future: Future[Sounded | None] = self._pool.submit(self.make, self._watch)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._pool.shutdown(wait=True)

    def result(self, waiting: Callable[[], None] = lambda: None) -> Sounded | None:
        """Wait for it; None if the film is silent.

        Args:
            waiting: Called a few times a second until it is there; what it raises goes through.

        Raises:
            CharkitError: as `sounded`, and what else making it raised.
        """
        while wait([self._future], timeout=0.2).not_done:
            waiting()
        return self._future.result()

    def _watch(self) -> None:
        if self._stop.is_set():
            raise _Stopped
