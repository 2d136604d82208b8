"""Joins clips by hard cuts: pictures copied bit for bit where streams allow, sound laid exactly and encoded once.

The picture of each clip keeps its compressed packets; only their timestamps change. Sound cannot be copied across a
cut without a click or a drift: services deliver other rates, other lengths than the picture, and an encoder's priming
at each beginning. So it is decoded, laid to exactly the length of its picture, faded over a few milliseconds at the
cuts and encoded once. A clip that copying cannot bridge is re-encoded alone, to the shape of the majority, and the
result says why. `charkit.media.joins` checks a finished film at its cuts.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import av
from av.error import FFmpegError

from charkit.errors import EncodingFailed, StorageError, StorageFull, UsageError
from charkit.media import sound as audio
from charkit.media.conform import conform
from charkit.media.fit import Fit, fit_together
from charkit.media.lanes import Picture, SoundLane, VideoLane, sound_stream, video_stream
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from av.container import OutputContainer

__all__ = ["Boundary", "Joined", "JoinedClip", "join"]

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_MOVIE_TICKS: Final = 240_000  # a second, in which edit lists count: whole for 48 kHz and for all rates of films
_KNOWN_KEYS: Final = {"title", "comment", "description", "artist", "copyright", "date", "genre", "album", "synopsis"}


@dataclass(frozen=True, kw_only=True)
class JoinedClip:
    """What became of one clip."""

    path: Path
    """The clip as given."""
    action: Literal["copied", "conformed"]
    """Whether its picture was copied bit for bit, or re-encoded."""
    reason: str
    """Why it was re-encoded, or how it was copied; empty for a plain copy."""
    start: float
    """When it begins in the film, in seconds."""
    seconds: float
    """How long it lasts there."""
    frames: int
    """Its frames there."""
    sound: str
    """What was done to its sound: `laid`, `padded by 0.095 s`, `trimmed by 0.100 s`, or `silence`."""


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """One cut."""

    time: float
    """When, in seconds."""
    frame: int
    """The first frame after it."""
    raw_step: float
    """The jump between neighbouring sound samples if nothing were done, as a share of full scale."""
    step: float
    """The jump as laid, after the fades."""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A film made of clips."""

    path: Path
    """The file."""
    seconds: float
    """How long it lasts; picture and sound alike."""
    frames: int
    """How many frames it has."""
    fps: Fraction
    """Frames per second."""
    clips: tuple[JoinedClip, ...]
    """The clips in order."""
    boundaries: tuple[Boundary, ...]
    """The cuts between them."""
    has_sound: bool
    """Whether there is a sound track; there is none if no clip has sound."""

    @property
    def largest_step(self) -> float:
        """The largest jump of sound at a cut, as a share of full scale."""
        return max((boundary.step for boundary in self.boundaries), default=0.0)


def join(
    clips: Sequence[Path],
    out: Path,
    *,
    fade: float = 0.012,
    metadata: Mapping[str, str] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Joined:
    """Join clips into one MP4 that plays from the first byte on.

    All clips are looked into before anything is written. The film appears under its name only when it is whole; when
    anything fails, or `on_progress` raises to cancel, what was there before stays.

    Args:
        clips: The clips in order.
        out: The film; folders are made.
        fade: Seconds over which sound falls before and rises after a cut, 0 to 0.5.
        metadata: Words for the container; `title`, `comment` and the like as players show them, others as free keys.
        on_progress: Called with the share that is done, 0 to 1.

    Raises:
        UnreadableMedia: A clip is missing, cut off, has no video stream, or cannot be decoded.
        UsageError: There are no clips, the film would replace one of them, or `fade` is out of range.
        StorageFull: No room for the film.
        EncodingFailed: The film cannot be encoded or written.
    """
    _check(clips, out, fade)
    facts = [probe(Path(path)) for path in clips]
    fits = fit_together(facts)
    out = Path(out)
    with _only_whole(out) as temporary, tempfile.TemporaryDirectory(prefix="charkit-join-") as workshop:
        work = _Join(fits=fits, fade=audio.samples_at(Fraction(fade)), workshop=Path(workshop), report=on_progress)
        joined = work.write(temporary, out, metadata or {})
        _verify(temporary, joined)
    return joined


def _check(clips: Sequence[Path], out: Path, fade: float) -> None:
    if not clips:
        raise UsageError("there are no clips to join")
    if not 0 <= fade <= 0.5:
        raise UsageError(f"a fade lasts from 0 to 0.5 seconds, not {fade}")
    for path in clips:
        if Path(path).exists() and Path(out).exists() and Path(path).samefile(out):
            raise UsageError(f"{out}: the film would replace one of its own clips; give it another name")


@contextmanager
def _only_whole(out: Path) -> Iterator[Path]:
    """Give a temporary name beside the final one; move it there if all goes well, remove it otherwise."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(out)
    except (FFmpegError, OSError) as error:
        number = getattr(error, "errno", None)
        if number in _NO_ROOM:
            raise StorageFull("no space left for the film; nothing was changed", path=out) from error
        if isinstance(error, FFmpegError):
            raise EncodingFailed(f"the film cannot be written: {error.strerror or error}", path=out) from error
        raise StorageError(f"the film cannot be written: {error.strerror or error}", path=out) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@dataclass(kw_only=True)
class _Join:
    """One film in the making; sound of one clip at a time is held in memory."""

    fits: Sequence[Fit]
    fade: int
    workshop: Path
    report: Callable[[float], None] | None
    clips: list[JoinedClip] = field(default_factory=list)
    boundaries: list[Boundary] = field(default_factory=list)
    frames: int = 0

    def write(self, temporary: Path, out: Path, metadata: Mapping[str, str]) -> Joined:
        pictures = [self._picture(index, one) for index, one in enumerate(self.fits)]
        with av.open(str(temporary), "w", format="mp4", options=_options(metadata)) as film:
            film.metadata.update({str(k): str(v) for k, v in metadata.items()})
            base = next((i for i, one in enumerate(self.fits) if one.reason is None), 0)
            video = video_stream(film, pictures[base], self.fits[0].shape.fps)
            voice = self._sound_stream(film)
            film.start_encoding()
            lane = VideoLane(film=film, stream=video, pictures=pictures, fps=self.fits[0].shape.fps)
            self._write_clips(lane, voice, pictures)
        fps = self.fits[0].shape.fps
        return Joined(
            path=out,
            seconds=float(self.frames / fps),
            frames=self.frames,
            fps=fps,
            clips=tuple(self.clips),
            boundaries=tuple(self.boundaries),
            has_sound=voice is not None,
        )

    def _write_clips(self, lane: VideoLane, voice: SoundLane | None, pictures: Sequence[Picture]) -> None:
        before: tuple[audio.Sound, audio.Sound] | None = None
        for index, (one, picture) in enumerate(zip(self.fits, pictures, strict=True)):
            start = self.frames
            self.frames += picture.frames
            length = audio.samples_at(self.frames / lane.fps) - audio.samples_at(start / lane.fps)
            if voice is not None:
                raw = audio.decode(one.facts.path, start=Fraction(one.facts.start), length=length)
                laid = audio.faded(raw, head=self.fade, tail=self.fade)
                voice.write(laid)
                if before is not None:
                    steps = audio.step(before[0], raw), audio.step(before[1], laid)
                    self.boundaries.append(_boundary(start, lane.fps, *steps))
                before = raw[:, -1:].copy(), laid[:, -1:].copy()
            lane.write(index, start)
            self.clips.append(_account(one, picture, start, lane.fps))
            if self.report is not None:
                self.report((index + 1) / len(pictures))
        if voice is not None:
            voice.finish()

    def _picture(self, index: int, one: Fit) -> Picture:
        if one.reason is None:
            return Picture.of(one.facts)
        path = self.workshop / f"{index}.mp4"
        conform(one.facts, one.shape, path)
        return Picture.of(probe(path))

    def _sound_stream(self, film: OutputContainer) -> SoundLane | None:
        if not any(one.facts.has_sound for one in self.fits):
            return None
        return sound_stream(film)


def _options(metadata: Mapping[str, str]) -> dict[str, str]:
    flags = "+faststart" + ("" if set(metadata) <= _KNOWN_KEYS else "+use_metadata_tags")
    return {"movflags": flags, "movie_timescale": str(_MOVIE_TICKS)}


def _boundary(frame: int, fps: Fraction, raw_step: float, step: float) -> Boundary:
    return Boundary(time=float(frame / fps), frame=frame, raw_step=raw_step, step=step)


def _account(one: Fit, picture: Picture, start: int, fps: Fraction) -> JoinedClip:
    seconds = float(picture.frames / fps)
    return JoinedClip(
        path=one.facts.path,
        action="copied" if one.reason is None else "conformed",
        reason=one.reason or "",
        start=float(start / fps),
        seconds=seconds,
        frames=picture.frames,
        sound=_sound_account(one.facts.audio_seconds, seconds),
    )


def _sound_account(sound: float | None, picture: float) -> str:
    if sound is None:
        return "silence"
    if abs(sound - picture) < 0.001:
        return "laid"
    return f"{'trimmed' if sound > picture else 'padded'} by {abs(sound - picture):.3f} s"


def _verify(path: Path, joined: Joined) -> None:
    """Read the film's index back before it gets its name: a short write must not pass for a film."""
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        if stream.frames != joined.frames or bool(film.streams.audio) != joined.has_sound:
            raise EncodingFailed(f"{stream.frames} of {joined.frames} frames arrived", path=joined.path)
