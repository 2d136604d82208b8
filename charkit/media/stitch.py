"""Joins clips into a film: pictures copied bit for bit where they can be, sound laid exactly and encoded once.

The picture of each clip keeps its compressed packets; only their timestamps change. What a transition, a change or a
cut inside a group of pictures touches is rendered (`charkit.media.picture`). Sound cannot be copied across a cut
without a click or a drift: services deliver other rates, other lengths than the picture, and an encoder's priming at
each beginning. So it is decoded, laid to exactly the length of its picture, faded over a few milliseconds at cuts and
over the whole of a transition in equal power, and encoded once. A clip that copying cannot bridge is re-encoded alone,
to the shape of the majority, and the result says why. `charkit.media.joins` checks a finished film at its cuts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import av

from charkit.errors import BadCut, EncodingFailed, MediaError, UsageError
from charkit.media.chapters import put_chapters
from charkit.media.conform import conform
from charkit.media.fit import fit_parts
from charkit.media.lanes import VideoLane
from charkit.media.opening import open_stored
from charkit.media.picture import Change, Join, Piece, lay_out, render
from charkit.media.probe import probe
from charkit.media.sounding import SoundPlan, check_copyable, sounding
from charkit.media.spliced import Joined, JoinedClip, Splice
from charkit.media.workshop import put_in_place, workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from charkit.media.fit import Fit
    from charkit.media.picture import Layout, Placed, Rendered
    from charkit.media.probe import ClipFacts
    from charkit.media.sounding import SoundLane
    from charkit.media.spliced import Crossing, Touch

__all__ = ["join", "planned", "splice"]

_MOVIE_TICKS: Final = 240_000  # a second, in which edit lists count: whole for 48 kHz and for all rates of films
_KNOWN_KEYS: Final = {"title", "comment", "description", "artist", "copyright", "date", "genre", "album", "synopsis"}
_CONFORMING: Final = 0.6
"""The share of the work that is done when all clips are conformed, where any has to be."""
_RENDERING: Final = 0.9
"""The share of the work that is done when all is rendered."""


def join(
    clips: Sequence[Path],
    out: Path,
    *,
    fade: float = 0.012,
    metadata: Mapping[str, str] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Joined:
    """Join whole clips by hard cuts; `splice` says the rest, `SoundPlan` what `fade` is."""
    parts = [Splice(path=Path(path)) for path in clips]
    return splice(parts, out, sound=SoundPlan(fade=fade), metadata=metadata, on_progress=on_progress)


def splice(
    parts: Sequence[Splice],
    out: Path,
    *,
    sound: SoundPlan | None = None,
    metadata: Mapping[str, str] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Joined:
    """Join clips, or parts of them, into one MP4 that plays from the first byte on.

    All clips are looked into before anything is written. The film appears under its name only when it is whole; when
    anything fails, or `on_progress` raises to cancel, what was there before stays.

    Args:
        parts: The clips in order.
        out: The film; folders are made.
        sound: How it shall sound; every clip as loud as it came, without a click, if None.
        metadata: Words for the container; `title`, `comment` and the like as players show them, others as free keys.
        on_progress: Called with the share that is done, 0 to 1.

    Raises:
        UnreadableMedia: A clip is missing, cut off, has no video stream, or cannot be decoded.
        UsageError: There are no clips, the film would replace one of them, or sound is asked for that clips do not
            have.
        BadCut: Points lie outside of a clip, or a transition is longer than a clip.
        StreamsDiffer: A clip is of high dynamic range and the film is not, or the other way round.
        StorageFull: No room for the film.
        StorageError: The film cannot be written.
        EncodingFailed: The film cannot be encoded.
    """
    _check(parts, out)
    facts = _looked_into(parts)
    fits = fit_parts(parts, facts)
    for index, one in enumerate(fits):
        _span(parts, index, one, round(Fraction(one.facts.seconds) * one.shape.fps))
    plan = sound or SoundPlan()
    if plan.copied:
        check_copyable(parts, facts)
    out = Path(out)
    with workshop(out) as folder:
        work = _Join(parts=parts, fits=fits, sound=plan, workshop=folder, report=on_progress or (lambda _: None))
        joined = work.write(folder / "film.mp4", out, metadata or {})
        _verify(folder / "film.mp4", joined)
        put_in_place(folder / "film.mp4", out)
    return joined


def planned(parts: Sequence[Splice], clips: Sequence[ClipFacts]) -> Layout:
    """Find out where each part of a film stands, without making anything.

    Args:
        parts: The clips in order.
        clips: The facts of each one's clip.

    Raises:
        UsageError: There are no clips.
        BadCut: Points lie outside of a clip, or a transition is longer than a clip.
    """
    fits = fit_parts(parts, clips) if clips else []
    pieces = []
    for index, (part, one) in enumerate(zip(parts, fits, strict=True)):
        frames = round(Fraction(one.facts.seconds) * one.shape.fps)
        first, last = _span(parts, index, one, frames)
        facts = replace(one.facts, frames=frames)
        join = _crossed(part.crossing, one.shape.fps)
        pieces.append(Piece(name=part.called, facts=facts, first=first, last=last, join=join))
    if not pieces:
        raise UsageError("there are no clips to join")
    return lay_out(pieces, fits[0].shape)


def _check(parts: Sequence[Splice], out: Path) -> None:
    if not parts:
        raise UsageError("there are no clips to join")
    for index, part in enumerate(parts):
        if not all(math.isfinite(time) for time in (part.start or 0.0, part.end or 0.0)):
            raise BadCut(f"{part.called} begins or ends at no time that there is ({part.path})", index=index)
        if part.path.exists() and Path(out).exists() and part.path.samefile(out):
            raise UsageError(f"{out}: the film would replace one of its own clips; give it another name")


def _looked_into(parts: Sequence[Splice]) -> list[ClipFacts]:
    """Return the facts of each part's clip; one that nobody has looked into is read once, however often it is shown."""
    known = {part.path: part.facts for part in parts if part.facts is not None}
    for part in parts:
        if part.path not in known:
            known[part.path] = probe(part.path)
    return [known[part.path] for part in parts]


def _span(parts: Sequence[Splice], index: int, fit: Fit, frames: int) -> tuple[int, int]:
    """Return the first frame of a part and the frame after its last, on the film's grid.

    Raises:
        BadCut: the points lie outside of the clip, or leave nothing of it.
    """
    part, seconds, fps = parts[index], fit.facts.seconds, fit.shape.fps
    half = float(1 / fps / 2)
    start, end = part.start or 0.0, seconds if part.end is None else part.end
    first = round(Fraction(start) * fps)
    last = frames if part.end is None else min(frames, round(Fraction(end) * fps))
    lasts = f"but its clip lasts only {seconds:.3f} s ({part.path})"
    for wrong, how in (
        (start >= seconds - half, f"begins at {start:g} s, {lasts}"),
        (end > seconds + half, f"ends at {end:g} s, {lasts}"),
        (first >= last, f"shows nothing from {start:g} s to {end:g} s; one frame lasts {2 * half:.3f} s"),
    ):
        if wrong:
            raise BadCut(f"{part.called} {how}", index=index)
    return first, last


@dataclass(kw_only=True)
class _Join:
    """One film in the making."""

    parts: Sequence[Splice]
    fits: Sequence[Fit]
    sound: SoundPlan
    workshop: Path
    report: Callable[[float], None]
    pieces: list[Piece] = field(default_factory=list)

    def write(self, temporary: Path, out: Path, metadata: Mapping[str, str]) -> Joined:
        self.pieces = [self._piece(index) for index in range(len(self.parts))]
        layout = lay_out(self.pieces, self.fits[0].shape)
        conforming = _CONFORMING if self._conformed(len(self.fits)) else 0.0
        clips = [one.facts for one in self.fits]
        with sounding(layout, clips, self.parts, self.sound, self.workshop) as track:
            rendered = render(
                layout,
                self.workshop,
                on_progress=lambda share: self.report(conforming + share * (_RENDERING - conforming)),
            )
            made = track.result(lambda: self.report(_RENDERING))
        with av.open(str(temporary), "w", format="mp4", options=_options(metadata)) as film:
            film.metadata.update({str(k): str(v) for k, v in metadata.items()})
            starts = [float(placed.start / layout.shape.fps) for placed in layout.pieces]
            chapters = [(at, part.chapter) for at, part in zip(starts, self.parts, strict=True)]
            put_chapters(film, chapters, float(layout.seconds))
            lane = VideoLane(film=film, parts=rendered.parts, fps=layout.shape.fps)
            if made is not None:
                made.lane.open(film)
            film.start_encoding()
            self._write(layout, lane, made.lane if made else None)
        return Joined(
            path=out,
            seconds=float(layout.seconds),
            frames=layout.frames,
            fps=layout.shape.fps,
            clips=tuple(self._account(rendered, placed, index) for index, placed in enumerate(layout.pieces)),
            boundaries=made.boundaries if made else (),
            has_sound=made is not None,
            levelled=made.levelled if made else None,
        )

    def _write(self, layout: Layout, lane: VideoLane, sound: SoundLane | None) -> None:
        """Write sound and picture side by side, so that players need not look far ahead for either."""
        left = list(lane.parts)
        for index, placed in enumerate(layout.pieces):
            end = placed.start + placed.piece.frames - placed.tail
            if sound is not None:
                sound.write(end / layout.shape.fps)
            while left and left[0].start < end:
                lane.write(left.pop(0))
            self.report(_RENDERING + (1 - _RENDERING) * (index + 1) / len(layout.pieces))
        if sound is not None:
            sound.write(layout.seconds + 1)

    def _piece(self, index: int) -> Piece:
        part, one = self.parts[index], self.fits[index]
        facts = one.facts
        if one.reason is not None:
            facts = self._brought_to_shape(index)
        first, last = _span(self.parts, index, one, facts.frames)
        return Piece(
            name=part.called,
            facts=facts,
            first=first,
            last=last,
            changes=tuple(_change(touch, last - first, one.shape.fps) for touch in part.touches),
            join=_crossed(part.crossing, one.shape.fps),
        )

    def _brought_to_shape(self, index: int) -> ClipFacts:
        """Conform what is shown of a clip; what comes behind its out point is not needed, and may be damaged."""
        one, path = self.fits[index], self.workshop / f"{index}.mp4"
        before, all_of_it = self._conformed(index), self._conformed(len(self.fits))
        _, last = _span(self.parts, index, one, round(Fraction(one.facts.seconds) * one.shape.fps))
        try:
            conform(
                one.facts,
                one.shape,
                path,
                last=last,
                on_progress=lambda share: self.report(_CONFORMING * (before + share) / all_of_it),
            )
        except MediaError as error:
            error.index = index
            raise
        return probe(path)

    def _conformed(self, index: int) -> int:
        """Return how many clips before one have to be conformed."""
        return sum(one.reason is not None for one in self.fits[:index])

    def _account(self, rendered: Rendered, placed: Placed, index: int) -> JoinedClip:
        one, frames, fps = self.fits[index], placed.piece.frames, self.fits[0].shape.fps
        end = placed.start + frames
        copied = sum(p.frames for p in rendered.parts if p.copied and placed.start <= p.start < end)
        whole: Literal["copied", "rendered"] = "copied" if copied == frames else "rendered"
        return JoinedClip(
            path=one.facts.path,
            action=whole if one.reason is None else "conformed",
            reason=one.reason or _why_rendered(placed, frames - copied),
            start=float(placed.start / fps),
            seconds=float(frames / fps),
            frames=frames,
            copied_frames=copied if one.reason is None else 0,
            sound="copied" if self.sound.copied else _sound_account(one.facts, placed, fps),
        )


def _change(touch: Touch, frames: int, fps: Fraction) -> Change:
    """Return a change to all frames that are seen, at least for a part of their time, between its two times."""
    last = frames if touch.end is None else min(frames, math.ceil(Fraction(touch.end) * fps - Fraction(1, 1000)))
    return Change(first=min(last, math.floor(Fraction(touch.start) * fps)), last=last, make=touch.make)


def _crossed(crossing: Crossing | None, fps: Fraction) -> Join | None:
    if crossing is None:
        return None
    frames = max(1, round(Fraction(crossing.seconds) * fps))
    return Join(kind=crossing.kind, frames=frames, towards=crossing.towards)


def _options(metadata: Mapping[str, str]) -> dict[str, str]:
    flags = "+faststart" + ("" if set(metadata) <= _KNOWN_KEYS else "+use_metadata_tags")
    return {"movflags": flags, "movie_timescale": str(_MOVIE_TICKS)}


def _why_rendered(placed: Placed, frames: int) -> str:
    if not frames:
        return ""
    piece = placed.piece
    causes = {
        "a transition": placed.head or placed.tail,
        "what is drawn or changed in it": piece.changes,
        "its in point": piece.first > 0,
        "its out point": piece.last < piece.facts.frames,
        "what its edit list hides": piece.facts.hidden_frames and piece.facts.order.entries,
        "what stands before its first picture that decodes by itself": min(piece.facts.order.entries, default=1) > 0,
    }
    return f"{frames} of {piece.frames} frames, for {', '.join(cause for cause, holds in causes.items() if holds)}"


def _sound_account(facts: ClipFacts, placed: Placed, fps: Fraction) -> str:
    if facts.audio_seconds is None:
        return "silence"
    sound = facts.audio_seconds - float(placed.piece.first / fps)
    picture = float(placed.piece.frames / fps)
    whole = placed.piece.last == placed.piece.facts.frames
    if abs(sound - picture) < 0.001 or (sound > picture and not whole):
        return "laid"
    return f"{'trimmed' if sound > picture else 'padded'} by {abs(sound - picture):.3f} s"


def _verify(path: Path, joined: Joined) -> None:
    """Read the film's index back before it gets its name: a short write must not pass for a film."""
    with open_stored(path) as film:
        stream = film.streams.video[0]
        if stream.frames != joined.frames or bool(film.streams.audio) != joined.has_sound:
            raise EncodingFailed(f"{stream.frames} of {joined.frames} frames arrived", path=joined.path)
