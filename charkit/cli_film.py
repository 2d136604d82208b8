"""`charkit film` and `charkit probe`: from clips or a cut list to a film, and what is in a clip."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from charkit.film import CutList
    from charkit.film.making import Made
    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Joined

err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

_ALSO = (
    "What else to make beside it, divided by commas: srt, vtt, poster, sheet, preview, vertical, square, "
    "otio, otioz, fcp7, edl (timelines for editing programs), prores, dnxhr (for further work)."
)

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def film(
    what: Annotated[list[Path], typer.Argument(help="One cut list (.yaml), or clips in order.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The film, an MP4.")],
    store: Annotated[Path | None, typer.Option(help="Where clips lie that a cut list names by digest.")] = None,
    also: Annotated[list[str] | None, typer.Option(help=_ALSO)] = None,
    keep_going: Annotated[
        bool, typer.Option(help="Leave out cuts whose clips are missing, damaged or too short for them.")
    ] = False,
    copy_sound: Annotated[
        bool, typer.Option(help="Copy the clips' sound as it is: fast, but cuts may click and loudness stays.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Join clips, or what a cut list says, into a film; pictures are copied wherever they can be."""
    from charkit.film.making import make_film
    from charkit.film.outputs import make_outputs, named_outputs
    from charkit.store import Store

    cuts = _cut_list(what)
    wanted = dict.fromkeys((*cuts.outputs, *named_outputs(also or ())))
    place = store or _store_near(what[0])
    with _bar(quiet=as_json) as report:
        made = make_film(
            cuts,
            out,
            store=Store(place) if place else None,
            keep_going=keep_going,
            copy_sound=copy_sound,
            on_progress=report,
        )
    with _bar(quiet=as_json) as report:
        outputs = make_outputs(made, cuts, wanted, on_progress=report)
    if as_json:
        typer.echo(json.dumps({**_record(made), "outputs": [asdict(output) for output in outputs]}))
    else:
        _tell(made)
        for output in outputs:
            typer.echo("; ".join((f"  {output.name or f'no {output.kind}'}", *output.notes)))
    if made.left_out:
        raise typer.Exit(1)


def probe(
    clips: Annotated[list[Path], typer.Argument(help="Clips to look into.")],
    *,
    as_json: Json = False,
) -> None:
    """Say what is in a clip: size, rate, frames, keyframes, sound, colours; nothing is decoded but one frame."""
    from charkit.media.probe import probe as look

    found = [look(clip) for clip in clips]
    if as_json:
        typer.echo(json.dumps([_facts(facts) for facts in found]))
        return
    for facts in found:
        typer.echo(f"{facts.path}")
        said = {**_facts(facts), "keyframes": _few(facts.keyframes), "words": ""}
        for name, value in [*said.items(), *((f"- {word}", _short(text)) for word, text in facts.metadata.items())]:
            if name != "path":
                typer.echo(f"  {name:<19} {value}".rstrip())


def _few(frames: Sequence[int]) -> str:
    """Return how many keyframes there are and where the first stand; a long film has thousands."""
    first = ", ".join(map(str, frames[:8]))
    return f"{len(frames)}, at {first}{' ...' if len(frames) > 8 else ''}" if frames else "none"


def _short(text: str) -> str:
    """Return words out of a file as they fit a line; what they could do to a terminal is taken from them."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    if line.startswith('{"format":"charkit recipe'):
        return "a charkit recipe; see: charkit recipe FILE"
    return line if len(line) <= 56 else f"{line[:56]} ... ({len(line)} characters)"


def _cut_list(what: list[Path]) -> CutList:
    from charkit.errors import UsageError
    from charkit.film import Cut, CutList

    lists = [path for path in what if path.suffix.lower() in {".yaml", ".yml"}]
    if lists and len(what) > 1:
        raise UsageError(f"{lists[0]} is a cut list; name it alone, or name only clips")
    if lists:
        return CutList.load(lists[0])
    return CutList(title=what[0].stem, cuts=tuple(Cut(shot=path.name, file=str(path)) for path in what))


def _store_near(cut_list: Path) -> Path | None:
    """Return the store of the data folder in which a run's cut list lies."""
    places = (folder / "store" for folder in cut_list.resolve().parents)
    return next((place for place in places if place.is_dir()), None)


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[float], None]]:
    columns = (TextColumn("film"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal) as progress:
        task = progress.add_task("film", total=1.0)
        yield lambda share: progress.update(task, completed=share)


def _record(made: Made) -> dict[str, object]:
    joined = made.joined
    clips = [
        {"shot": cut.shot, "start": clip.start, "seconds": clip.seconds, "action": clip.action, "reason": clip.reason}
        for cut, clip in zip(made.cuts, joined.clips, strict=True)
    ]
    return {
        "film": str(joined.path),
        "seconds": joined.seconds,
        "frames": joined.frames,
        "encoded_frames": joined.encoded_frames,
        "fps": str(joined.fps),
        "sound": _sound(joined),
        "clips": clips,
        "left_out": [{"shot": one.shot, "why": one.why} for one in made.left_out],
    }


def _tell(made: Made) -> None:
    from charkit.film.sounding import sound_account

    joined = made.joined
    for cut, clip in zip(made.cuts, joined.clips, strict=True):
        reason = f": {clip.reason}" if clip.reason else ""
        typer.echo(f"  {clip.start:8.2f} s  {cut.shot:<16} {clip.action}{reason}")
    for one in made.left_out:
        err.print(f"  left out    {one.shot}: {one.why}")
    typer.echo(f"sound: {sound_account(joined)}")
    copied = joined.frames - joined.encoded_frames
    typer.echo(f"{joined.path}: {joined.seconds:.2f} s, {copied} of {joined.frames} frames copied bit for bit")


def _sound(joined: Joined) -> dict[str, object]:
    """Return what became of the sound; a level that cannot be measured is null, since JSON knows no infinity."""
    from charkit.film.sounding import sound_account

    levelled = joined.levelled
    if levelled is None:
        return {"account": sound_account(joined)}
    heard = levelled.loudness
    return {
        "account": sound_account(joined),
        "integrated_lufs": _finite(heard.integrated),
        "range_lu": heard.range,
        "true_peak_dbtp": _finite(heard.true_peak),
        "target_lufs": heard.target,
        "gain_db": levelled.gain,
        "limited_db": levelled.limited,
        "largest_step": joined.largest_step,
        "cuts": [{"time": one.time, "step": one.step, "level_jump_lu": one.level_jump} for one in joined.boundaries],
    }


def _finite(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None


def _facts(facts: ClipFacts) -> dict[str, object]:
    lasts = f"{facts.audio_seconds or 0.0:.3f} s"
    sound = f"{facts.audio_codec}, {facts.audio_rate} Hz, {facts.audio_channels} channels, {lasts}"
    colour = facts.colour
    return {
        "path": str(facts.path),
        "bytes": facts.size,
        "picture": f"{facts.width}x{facts.height}, {facts.codec} {facts.profile or ''}, {facts.pixel_format}",
        "stored": f"{facts.coded_width}x{facts.coded_height}, turned by {facts.rotation} degrees",
        "fps": f"{facts.fps}{'' if facts.constant_rate else ' (varies)'}",
        "frames": facts.frames,
        "seconds": round(facts.seconds, 6),
        "keyframes": list(facts.keyframes),
        "colour": f"matrix {facts.matrix}{'' if colour.matrix else ' (untagged)'}, range {colour.range or 'untagged'}",
        "sound": sound if facts.has_sound else "none",
        "words": dict(facts.metadata),
    }
