"""The film as a timeline for an editing program: the cuts with their clips, not the finished picture.

OpenTimelineIO (`.otio`, and `.otioz` with the clips inside) keeps everything that is said here. The Final Cut Pro 7
XML, which Premiere and Resolve read, keeps cuts, dissolves, wipes and sound; the EDL (CMX 3600) keeps the cuts of the
picture. What a format cannot say is named in the result, not dropped in silence. FCPXML is not written: its adapter
drops dissolves and has no maintainer.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote

from charkit.documents import whole_file
from charkit.errors import MissingDependency, UsageError
from charkit.film.tracks import Clips, fill, music_track, places_of, sound_tracks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path
    from types import ModuleType

    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Timeline

    from charkit.film.cuts import Cut, CutList
    from charkit.film.making import Made

__all__ = ["FORMATS", "START", "WrittenTimeline", "timeline", "write_timeline"]

START: Final = "01:00:00:00"
"""The timecode of the first frame: one hour, where programmes by custom begin."""

FORMATS: Final = {".otio": "otio_json", ".otioz": "otioz", ".xml": "fcp_xml", ".edl": "cmx_3600"}
"""Which file is written by which adapter of OpenTimelineIO."""


@dataclass(frozen=True, kw_only=True)
class WrittenTimeline:
    """A timeline file."""

    path: Path
    lost: tuple[str, ...] = ()
    """What the cut list says and this file cannot say."""


def timeline(
    made: Made,
    cuts: CutList,
    *,
    folder: Path,
    about: Mapping[str, Mapping[str, str]] | None = None,
    start: str = START,
) -> Timeline:
    """Return the film as an OpenTimelineIO timeline: one track of picture, and sound below it.

    Args:
        made: The film as it was made.
        cuts: Its cut list.
        folder: Where the timeline will lie; clips are named relative to it.
        about: By shot, facts that go along as metadata under `charkit`, such as characters, prompt, route.
        start: Timecode of the first frame.

    Raises:
        MissingDependency: OpenTimelineIO is not installed.
        UsageError: `start` is no timecode of the film's rate.
    """
    otio = _otio()
    fps = made.joined.fps
    found = otio.schema.Timeline(name=cuts.title, global_start_time=_first(otio, start, fps))
    places = places_of(made)
    clips = Clips(otio=otio, rate=float(fps), folder=folder, about=about or {})
    picture = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    fill(picture, places, clips, sound=False)
    found.tracks.append(picture)
    for track in sound_tracks(otio, places, clips):
        found.tracks.append(track)
    if cuts.music is not None:
        found.tracks.append(music_track(otio, cuts.music, cuts.beside(cuts.music.file), made.joined.frames, clips))
    return found


def write_timeline(
    made: Made,
    cuts: CutList,
    path: Path,
    *,
    about: Mapping[str, Mapping[str, str]] | None = None,
    start: str = START,
) -> WrittenTimeline:
    """Write the film's timeline; the file's name says in which format.

    Args:
        made: The film as it was made.
        cuts: Its cut list.
        path: Where to: `.otio`, `.otioz`, `.xml` (Final Cut Pro 7) or `.edl`.
        about: As for `timeline`.
        start: Timecode of the first frame.

    Raises:
        UsageError: The name says none of these formats, `start` is no timecode of the film's rate, or the format needs
            a timecode and the rate has none.
        MissingDependency: OpenTimelineIO or the format's adapter is not installed.
        StorageError: It cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise UsageError(f"{path.name}: a timeline ends in {', '.join(FORMATS)}")
    otio = _otio()
    if FORMATS[kind] not in otio.adapters.available_adapter_names():
        raise MissingDependency(f"OpenTimelineIO's adapter for {kind}", extra="timeline")
    timecode = _has_timecode(otio, made.joined.fps)
    if kind in (".xml", ".edl") and not timecode:
        raise UsageError(
            f"{path.name}: {kind} counts in SMPTE timecode, and there is none for {float(made.joined.fps):g} frames "
            f"per second; take .otio, or a film of 24, 25, 30, 48, 50 or 60"
        )
    whole = timeline(made, cuts, folder=path.parent, about=about, start=start)
    if kind == ".edl":
        whole = _cuts_only(otio, whole)
    elif kind == ".otioz":
        whole = _resolved(otio, whole, path.parent)
    options = {"rate": whole.tracks[0].duration().rate, "reelname_len": None} if kind == ".edl" else {}
    with whole_file(path) as temporary:
        otio.adapters.write_to_file(whole, str(temporary), adapter_name=FORMATS[kind], **options)
    none = () if timecode else ("the start timecode (SMPTE has none at this rate)",)
    return WrittenTimeline(path=path, lost=(*none, *_lost(cuts, made.cuts, kind)))


def _otio() -> ModuleType:
    try:
        import opentimelineio
    except ImportError:
        raise MissingDependency("OpenTimelineIO", extra="timeline") from None
    module: ModuleType = opentimelineio
    return module


def _first(otio: ModuleType, start: str, fps: Fraction) -> RationalTime:
    """Return the time of the first frame; nought at a rate that SMPTE has no timecode for, such as 16 a second."""
    if not _has_timecode(otio, fps):
        return cast("RationalTime", otio.opentime.RationalTime(0, float(fps)))
    try:
        return cast("RationalTime", otio.opentime.from_timecode(start, float(fps)))
    except ValueError as error:
        raise UsageError(
            f"{start!r} is no timecode of a film with {float(fps):.3f} frames per second: {error}"
        ) from None


def _has_timecode(otio: ModuleType, fps: Fraction) -> bool:
    return bool(otio.opentime.RationalTime.is_smpte_timecode_rate(float(fps)))


def _cuts_only(otio: ModuleType, whole: Timeline) -> Timeline:
    """Return the timeline as an EDL can say it: one track of picture, hard cuts.

    The adapter would write dissolves, but reads them back with the first clip's media in the place of the second's.
    """
    found: Timeline = copy.deepcopy(whole)
    for track in list(found.tracks)[1:]:
        found.tracks.remove(track)
    track = found.tracks[0]
    for item in list(track):
        if isinstance(item, otio.schema.Transition):
            track.remove(item)
        else:
            said = item.metadata["charkit"]
            item.metadata["cmx_3600"] = {
                "comments": [f"{name.upper()}: {_line(said[name])}" for name in said if name != "item"]
            }
    return found


def _line(words: str) -> str:
    """Return words as they may stand in a comment of an EDL: one line of at most 200 characters."""
    return " ".join(str(words).split())[:200]


def _resolved(otio: ModuleType, whole: Timeline, folder: Path) -> Timeline:
    """Return the timeline with clips where they really lie, so that they can be put into the bundle."""
    found: Timeline = copy.deepcopy(whole)
    for clip in found.find_clips():
        if isinstance(clip.media_reference, otio.schema.ExternalReference):
            real = (folder / unquote(clip.media_reference.target_url)).resolve()
            clip.media_reference.target_url = real.as_uri()
    return found


def _lost(cuts: CutList, used: Sequence[Cut], kind: str) -> tuple[str, ...]:
    """Say what the cut list asks for and the file does not carry."""
    film_only = {
        "titles": any(cut.titles for cut in used),
        "colour (lut, match)": any(cut.lut or cut.match for cut in used),
        "burned subtitles": cuts.subtitles == "burned",
        "loudness": cuts.loudness is not None,
        "ducking and fades of the music": cuts.music is not None,
        "gain (as metadata only)" if kind in (".otio", ".otioz") else "gain": any(cut.gain for cut in used),
    }
    edl_only = {
        "transitions (cut in their middle)": any(cut.transition for cut in used),
        "sound": True,
        "the start timecode (its programme begins at 00:00:00:00)": True,
        "the words of cards (each is a reel of its own)": any(cut.card for cut in used),
    }
    lost = film_only | (edl_only if kind == ".edl" else {})
    if kind == ".xml":
        lost["metadata but shot, take and characters"] = True
    return tuple(name for name, holds in lost.items() if holds)
