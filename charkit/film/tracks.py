"""The tracks of a timeline: clips, transitions and gaps on the film's grid of frames.

A transition overlaps two clips. Timelines put the cut in the middle of it, so each clip ends there and lends the rest
from beyond its end; an odd frame goes to the clip that comes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import av
from av.error import FFmpegError

from charkit.errors import UnreadableMedia
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction
    from types import ModuleType

    from opentimelineio.core import Track
    from opentimelineio.opentime import TimeRange
    from opentimelineio.schema import Clip, Transition

    from charkit.film.cuts import Cut, Music
    from charkit.film.making import Made

__all__ = ["Clips", "Place", "fill", "music_track", "places_of", "sound_tracks"]

_EFFECTS: Final = {"dissolve": "Cross Dissolve", "dip": "Dip to Color Dissolve", "wipe": "Edge Wipe"}
"""What Final Cut Pro 7 calls transitions (its XML interchange format, version 5)."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One cut on the film's grid, in frames; a transition already divided between its two clips."""

    cut: Cut
    """What the cut list says."""
    media: Path
    """The clip."""
    available: int
    """All frames of the clip."""
    first: int
    """The clip's first frame before the cut point of the transition before it."""
    frames: int
    """How many frames up to the cut point of the transition after it."""
    head: int
    """Frames before its own beginning that the transition before it shows."""
    tail: int
    """Frames after its own end that the transition after it shows."""
    sound: bool
    """Whether the clip has any."""


def places_of(made: Made) -> list[Place]:
    """Return where the cuts of a film stand."""
    fps = made.joined.fps
    joined = made.joined.clips
    starts = [round(clip.start * fps) for clip in joined]
    ends = [first + clip.frames for first, clip in zip(starts, joined, strict=True)]
    shared = [ends[i] - starts[i + 1] for i in range(len(joined) - 1)]
    places = []
    for index, (cut, clip) in enumerate(zip(made.cuts, joined, strict=True)):
        before = shared[index - 1] if index else 0
        after = shared[index] if index < len(shared) else 0
        head, tail = before // 2, after - after // 2
        total, sound = _extent(cut, clip.path, clip.frames, fps)
        places.append(
            Place(
                cut=cut,
                media=clip.path,
                available=total,
                first=round((cut.start or 0.0) * fps) + head,
                frames=clip.frames - head - tail,
                head=head,
                tail=tail,
                sound=sound,
            )
        )
    return places


def _extent(cut: Cut, media: Path, frames: int, fps: Fraction) -> tuple[int, bool]:
    if cut.card is not None:
        return frames, False
    facts = probe(media)
    return max(frames, round(facts.seconds * fps)), facts.has_sound


@dataclass(frozen=True, kw_only=True)
class Clips:
    """Makes the parts of a track."""

    otio: ModuleType
    """OpenTimelineIO."""
    rate: float
    """Frames per second."""
    folder: Path
    """Where the timeline will lie."""
    about: Mapping[str, Mapping[str, str]]
    """By shot, facts that go along as metadata."""
    counted: Iterator[int] = field(default_factory=lambda: count(1))
    """Final Cut's adapter takes two items that are equal in all for one item at one place; numbers tell them apart."""

    def span(self, first: int, frames: int) -> TimeRange:
        """Return a stretch of frames."""
        at = self.otio.opentime.RationalTime
        found: TimeRange = self.otio.opentime.TimeRange(at(first, self.rate), at(frames, self.rate))
        return found

    def clip(self, place: Place, first: int, frames: int) -> Clip:
        """Return a stretch of a cut's clip, with what is known about it."""
        cut = place.cut
        said = {
            "item": str(next(self.counted)),
            "shot": cut.shot,
            "take": str(cut.take),
            **self.about.get(cut.shot, {}),
        }
        if cut.gain:
            said["gain_db"] = f"{cut.gain:g}"
        # Final Cut's XML keeps nothing of a foreign namespace, but has a place of its own for what a clip shows.
        log = {"description": said.get("characters", ""), "scene": cut.shot, "shottake": str(cut.take)}
        found: Clip = self.otio.schema.Clip(
            name=f"{cut.shot} take {cut.take}" if cut.card is None else cut.shot,
            media_reference=self._media(place),
            source_range=self.span(first, frames),
            metadata={"charkit": said, "fcp_xml": {"logginginfo": log}},
        )
        return found

    def _media(self, place: Place) -> Any:
        card = place.cut.card
        if card is not None:
            return self.otio.schema.GeneratorReference(
                name=place.cut.shot,
                generator_kind="Text",
                available_range=self.span(0, place.available),
                parameters={"text": card.text, "ground": card.ground, "ink": card.ink},
                metadata={"fcp_xml": _text_effect(card.text)},
            )
        return self.external(place.media, place.available)

    def external(self, media: Path, frames: int) -> Any:
        """Return a reference to a file, relative to the timeline's folder: it names no machine."""
        try:
            relative = Path(os.path.relpath(media, self.folder)).as_posix()
        except ValueError:  # another drive
            relative = media.name
        found = self.otio.schema.ExternalReference(target_url=quote(relative), available_range=self.span(0, frames))
        found.name = media.name
        return found

    def transition(self, place: Place, after: Place) -> Transition | None:
        """Return how a cut goes over into the next one; None for a hard cut."""
        way = place.cut.transition
        if way is None:
            return None
        half = max(1, round(way.seconds * self.rate / 2))
        before, later = (place.tail, after.head) if way.overlaps else (half, half)
        at = self.otio.opentime.RationalTime
        kinds = self.otio.schema.TransitionTypes
        found: Transition = self.otio.schema.Transition(
            name=_EFFECTS[way.kind],
            transition_type=kinds.SMPTE_Dissolve if way.kind == "dissolve" else kinds.Custom,
            in_offset=at(later, self.rate),
            out_offset=at(before, self.rate),
            metadata={"charkit": way.model_dump(mode="json"), "fcp_xml": {"effectid": _EFFECTS[way.kind]}},
        )
        return found


def _text_effect(text: str) -> dict[str, Any]:
    parameter = {"parameterid": "str", "name": "Text", "value": text}
    return {"effecttype": "generator", "mediatype": "video", "effectcategory": "Text", "parameter": parameter}


def fill(track: Track, places: Sequence[Place], clips: Clips, *, sound: bool) -> None:
    """Put all clips on a track, one after the other; where one has no sound, a gap of its length."""
    for index, place in enumerate(places):
        audible = not sound or place.sound
        clip = clips.clip(place, place.first, place.frames) if audible else _gap(clips, place.frames)
        track.append(clip)
        after = places[index + 1] if index + 1 < len(places) else None
        if after is not None and audible and (not sound or after.sound):
            transition = clips.transition(place, after)
            if transition is not None:
                track.append(transition)


def _gap(clips: Clips, frames: int) -> Any:
    return clips.otio.schema.Gap(source_range=clips.span(0, frames))


def sound_tracks(otio: ModuleType, places: Sequence[Place], clips: Clips) -> list[Track]:
    """Return one track of sound like that of the picture; two in turns where sounds overlap their neighbours'."""
    if not any(place.sound for place in places):
        return []
    kind = otio.schema.TrackKind.Audio
    if not any(place.cut.sound_lead or place.cut.sound_lag for place in places):
        track = otio.schema.Track(name="A1", kind=kind)
        fill(track, places, clips, sound=True)
        return [track]
    tracks = [otio.schema.Track(name=name, kind=kind) for name in ("A1", "A2")]
    filled = [0, 0]
    at = 0
    for index, place in enumerate(places):
        lead = min(round(place.cut.sound_lead * clips.rate) + place.head, place.first, at)
        lag = round(place.cut.sound_lag * clips.rate) + place.tail
        lag = min(lag, place.available - place.first - place.frames)
        if place.sound:
            way = index % 2
            lead = min(lead, at - filled[way])
            if at - lead > filled[way]:
                tracks[way].append(_gap(clips, at - lead - filled[way]))
            tracks[way].append(clips.clip(place, place.first - lead, lead + place.frames + lag))
            filled[way] = at + place.frames + lag
        at += place.frames
    return tracks


def music_track(otio: ModuleType, music: Music, file: Path, frames: int, clips: Clips) -> Track:
    """Return the track of the bed of music, begun again as often as it is needed."""
    track: Track = otio.schema.Track(name="Music", kind=otio.schema.TrackKind.Audio)
    long = max(1, round(_sound_seconds(file) * clips.rate))
    at = 0
    while at < frames:
        part = min(long, frames - at)
        said = {"item": str(next(clips.counted)), "gain_db": f"{music.gain:g}", "duck_db": f"{music.duck:g}"}
        track.append(
            otio.schema.Clip(
                name=file.stem,
                media_reference=clips.external(file, long),
                source_range=clips.span(0, part),
                metadata={"charkit": said},
            )
        )
        at += part
        if not music.loop:
            break
    return track


def _sound_seconds(file: Path) -> float:
    try:
        with av.open(str(file), metadata_errors="replace") as container:
            return (container.duration or 0) / av.time_base
    except (FFmpegError, OSError) as error:
        raise UnreadableMedia(f"cannot be read: {error.strerror or error}", path=file) from None
