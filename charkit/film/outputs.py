"""What else is made of a film: subtitles, pictures, timelines, files for further work. One list says which."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  # the table of makers needs it
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, get_args

from charkit.documents import replace_file
from charkit.errors import MissingDependency, UsageError, did_you_mean
from charkit.film.cuts import OutputName
from charkit.film.glimpses import PREVIEW_WIDTH, glimpses
from charkit.film.records import FilmShot, Output
from charkit.film.subtitles import srt, timed, vtt
from charkit.film.timeline import write_timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from charkit.film.cuts import CutList
    from charkit.film.glimpses import Glimpses, Wanted
    from charkit.film.making import Made
    from charkit.film.subtitles import Cue
    from charkit.media.frames import Frame

__all__ = ["OUTPUTS", "Output", "OutputName", "make_outputs", "named_outputs", "placed", "seen_for", "write_sheet"]

OUTPUTS: Final[dict[OutputName, str]] = {
    "srt": ".srt",
    "vtt": ".vtt",
    "poster": ".poster.jpg",
    "sheet": ".sheet.jpg",
    "preview": ".webp",
    "vertical": ".vertical.mp4",
    "square": ".square.mp4",
    "otio": ".otio",
    "otioz": ".otioz",
    "fcp7": ".xml",
    "edl": ".edl",
    "prores": ".mov",
    "dnxhr": ".dnxhr.mov",
}
"""What follows the film's own name in theirs."""

_COLUMNS: Final = 4
_PREVIEW_BYTES: Final = 2_000_000
_SEEN: Final[dict[OutputName, Wanted]] = {"poster": "poster", "sheet": "cuts", "preview": "preview"}
"""Pictures that all come out of one decoding of the film."""


@dataclass(frozen=True, kw_only=True)
class _Job:
    made: Made
    cuts: CutList
    which: tuple[OutputName, ...]
    cues: Sequence[Cue]
    captions: Mapping[str, str]
    about: Mapping[str, Mapping[str, str]]
    simulated: bool
    report: Callable[[float], None] | None
    known: Glimpses | None

    @cached_property
    def seen(self) -> Glimpses:
        """What the film looks like, decoded once for all pictures that are made of it."""
        return glimpses(self.made.joined, seen_for(self.which)) if self.known is None else self.known


def named_outputs(words: Iterable[str]) -> tuple[OutputName, ...]:
    """Return outputs by their names, each once; commas divide like separate words.

    Raises:
        UsageError: There is no such output; names the nearest.
    """
    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    known: dict[str, OutputName] = {str(name): name for name in get_args(OutputName)}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            every = "" if hint.startswith("Known") else f" All: {', '.join(known)}"
            raise UsageError(f"there is no output {name!r}. {hint}{every}")
    return tuple(dict.fromkeys(known[name] for name in names))


def seen_for(which: Iterable[OutputName]) -> tuple[Wanted, ...]:
    """Return what has to be seen of a film for some outputs."""
    return tuple(_SEEN[kind] for kind in which if kind in _SEEN)


def make_outputs(
    made: Made,
    cuts: CutList,
    which: Iterable[OutputName],
    *,
    cues: Sequence[Cue] = (),
    captions: Mapping[str, str] | None = None,
    about: Mapping[str, Mapping[str, str]] | None = None,
    simulated: bool = False,
    seen: Glimpses | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[Output, ...]:
    """Make files beside a finished film, named after it.

    One that needs a package that is not installed is not made; its record says so.

    Args:
        made: The film.
        cuts: Its cut list.
        which: What to make, in this order.
        cues: Dialogue, for subtitles.
        captions: Words under a shot's picture on the contact sheet.
        about: By shot, facts for the timelines' metadata, such as characters.
        simulated: Whether the simulator drew it; pictures then say so.
        seen: What the film looks like (`seen_for`), where it is decoded already; else it is, once for all of them.
        on_progress: Called with the share that is done of whatever is encoded, 0 to 1.

    Raises:
        UsageError: A mezzanine is wanted that cannot be encoded, or a file would replace one of the film's clips.
        MediaError: A clip or the film cannot be read, or a mezzanine cannot be encoded.
        StorageError: A file cannot be written.
    """
    wanted = tuple(which)
    job = _Job(
        made=made,
        cuts=cuts,
        which=wanted,
        cues=cues,
        captions=captions or {},
        about=about or {},
        simulated=simulated,
        report=on_progress,
        known=seen,
    )
    for kind in wanted:
        _check_place(job, kind)
    return tuple(_made(job, kind) for kind in wanted)


def _check_place(job: _Job, kind: OutputName) -> None:
    """Refuse to replace a clip of the film: `scene.mp4` may be made of `scene.mov`, and be wanted as ProRes too."""
    path = job.made.joined.path.with_suffix(OUTPUTS[kind])
    if any(path.exists() and clip.exists() and path.samefile(clip) for clip in job.made.clips):
        raise UsageError(f"{path}: {kind} would replace one of the film's own clips; give the film another name")


def _made(job: _Job, kind: OutputName) -> Output:
    try:
        return _MAKERS[kind](job, kind, job.made.joined.path.with_suffix(OUTPUTS[kind]))
    except MissingDependency as error:  # the film is made, and so is all else: say what this one lacks
        return Output(kind=kind, name="", notes=(str(error),))


def placed(made: Made) -> tuple[FilmShot, ...]:
    """Return where each cut stands in a film, and what was done to it."""
    return tuple(
        FilmShot(
            shot=cut.shot,
            take=cut.take,
            start=round(clip.start, 6),
            seconds=round(clip.seconds, 6),
            frames=clip.frames,
            action=clip.action,
            reason=clip.reason,
            sound=clip.sound,
        )
        for cut, clip in zip(made.cuts, made.joined.clips, strict=True)
    )


def _subtitles(job: _Job, kind: OutputName, path: Path) -> Output:
    lines = timed(placed(job.made), job.cues)
    if not lines:
        path.unlink(missing_ok=True)  # of an earlier film, whose words these are not
        return Output(kind=kind, name="", notes=("nobody speaks",))
    text = srt(lines) if kind == "srt" else vtt(lines)
    replace_file(path, text.encode("utf-8"))
    return Output(kind=kind, name=path.name, notes=tuple(line.warning for line in lines if line.warning))


def _timeline(job: _Job, kind: OutputName, path: Path) -> Output:
    try:
        written = write_timeline(job.made, job.cuts, path, about=job.about)
    except UsageError as error:  # the film has a rate that this format cannot count in
        return Output(kind=kind, name="", notes=(str(error),))
    return Output(
        kind=kind, name=path.name, notes=(f"does not carry {', '.join(written.lost)}",) if written.lost else ()
    )


def _poster(job: _Job, kind: OutputName, path: Path) -> Output:
    from PIL import Image

    from charkit.media.images import encode_jpeg

    assert job.seen.poster is not None  # noqa: S101  # it is wanted, and a film has frames
    replace_file(path, encode_jpeg(Image.fromarray(job.seen.poster.rgb), quality=90))
    return Output(kind=kind, name=path.name)


def _sheet(job: _Job, kind: OutputName, path: Path) -> Output:
    write_sheet(job.made, job.cuts.title, job.captions, path, simulated=job.simulated, seen=job.seen.cuts)
    return Output(kind=kind, name=path.name)


def write_sheet(
    made: Made,
    heading: str,
    captions: Mapping[str, str],
    path: Path,
    *,
    simulated: bool,
    seen: Sequence[Frame] | None = None,
) -> None:
    """Write one labelled frame per cut as a JPEG, as the film shows it.

    Args:
        made: The film.
        heading: Above it all.
        captions: Words under a shot's picture.
        path: The JPEG.
        simulated: Whether the simulator drew the film; the sheet then says so.
        seen: A frame of each cut, where the film is decoded already (`Glimpses.cuts`); else it is decoded.

    Raises:
        UnreadableMedia: The film cannot be read.
        StorageError: It cannot be written.
    """
    from PIL import Image

    from charkit.media.images import encode_jpeg
    from charkit.media.previews import contact_sheet

    items = []
    for cut, frame in zip(made.cuts, glimpses(made.joined).cuts if seen is None else seen, strict=True):
        caption = captions.get(cut.shot, "")
        label = (cut.shot if cut.card else f"{cut.shot} · take {cut.take}") + (f"\n{caption}" if caption else "")
        items.append((label, Image.fromarray(frame.rgb)))
    title = heading + ("\nsimulated" if simulated else "")
    sheet = contact_sheet(items, columns=5 if len(items) in (5, 10) else _COLUMNS, title=title)
    replace_file(path, encode_jpeg(sheet, quality=85))


def _preview(job: _Job, kind: OutputName, path: Path) -> Output:
    from charkit.media.previews import moving_webp

    frames = job.seen.preview
    width = min(PREVIEW_WIDTH, frames[0].rgb.shape[1])
    replace_file(path, moving_webp(frames, width=width, max_bytes=_PREVIEW_BYTES))
    return Output(kind=kind, name=path.name)


def _reframed(job: _Job, kind: OutputName, path: Path) -> Output:
    from charkit.media.reframe import SQUARE, UPRIGHT, reframe

    joined = job.made.joined
    reframe(
        joined.path,
        path,
        UPRIGHT if kind == "vertical" else SQUARE,
        cuts=[clip.start for clip in joined.clips[1:]],
        on_progress=job.report,
    )
    return Output(kind=kind, name=path.name)


def _mezzanine(job: _Job, kind: OutputName, path: Path) -> Output:
    from charkit.media.mezzanine import mezzanine

    mezzanine(job.made.joined.path, path, "prores" if kind == "prores" else "dnxhr", on_progress=job.report)
    return Output(kind=kind, name=path.name)


_MAKERS: Final[dict[OutputName, Callable[[_Job, OutputName, Path], Output]]] = {
    "srt": _subtitles,
    "vtt": _subtitles,
    "poster": _poster,
    "sheet": _sheet,
    "preview": _preview,
    "vertical": _reframed,
    "square": _reframed,
    "otio": _timeline,
    "otioz": _timeline,
    "fcp7": _timeline,
    "edl": _timeline,
    "prores": _mezzanine,
    "dnxhr": _mezzanine,
}
