"""Makes a film of a cut list: joined clips, a contact sheet, subtitles, and a record of what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.documents import replace_file
from charkit.film.records import Film, FilmShot
from charkit.film.subtitles import subtitles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from charkit.film.cuts import CutList
    from charkit.film.making import Made
    from charkit.film.subtitles import Cue
    from charkit.store import Store

_COLUMNS = 4


def assemble(
    cuts: CutList,
    folder: Path,
    *,
    store: Store | None = None,
    cues: Sequence[Cue] = (),
    captions: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    simulated: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> Film:
    """Make a film of a cut list.

    Args:
        cuts: The takes in order.
        folder: Where the film and the files beside it go.
        store: Where clips with a digest lie.
        cues: Dialogue, for the subtitles; the lines of a shot in the order in which they are said.
        captions: Words under a shot's picture on the contact sheet.
        metadata: Words for the film's container.
        simulated: Whether any take was drawn by the simulator; the film then says so.
        on_progress: Called with the share that is done, 0 to 1.

    Raises:
        UsageError: A clip cannot be located.
        UnreadableMedia: A clip is missing or damaged.
        EncodingFailed: The film cannot be encoded.
        StorageFull: There is no room; nothing half-written is left.
    """
    from charkit.film.making import make_film
    from charkit.media.previews import animated_webp

    words = dict(metadata or {})
    if simulated:
        words.setdefault("comment", "SIMULATED by charkit's simulator; no service made this film")
    made = make_film(cuts, folder / "film.mp4", store=store, metadata=words, on_progress=on_progress)
    joined, shots = made.joined, _placed(made)
    _write_sheet(made, cuts.title, captions or {}, folder / "contact_sheet.jpg", simulated=simulated)
    text = subtitles(shots, cues)
    if text:
        replace_file(folder / "film.srt", text.encode("utf-8"))
    else:
        (folder / "film.srt").unlink(missing_ok=True)
    film = Film(
        folder=folder,
        title=cuts.title,
        seconds=joined.seconds,
        frames=joined.frames,
        fps=joined.fps,
        shots=shots,
        largest_step=joined.largest_step,
        simulated=simulated,
        subtitled=bool(text),
        preview=animated_webp(joined.path, width=320, fps=3, max_bytes=300_000),
    )
    film.save()
    return film


def _placed(made: Made) -> tuple[FilmShot, ...]:
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


def _write_sheet(made: Made, heading: str, captions: Mapping[str, str], path: Path, *, simulated: bool) -> None:
    from charkit.media.frames import poster
    from charkit.media.images import encode_jpeg
    from charkit.media.previews import contact_sheet

    items = []
    for cut, clip in zip(made.cuts, made.clips, strict=True):
        caption = captions.get(cut.shot, "")
        label = f"{cut.shot} · take {cut.take}" + (f"\n{caption}" if caption else "")
        items.append((label, poster(clip)))
    title = heading + ("\nsimulated" if simulated else "")
    sheet = contact_sheet(items, columns=5 if len(items) in (5, 10) else _COLUMNS, title=title)
    replace_file(path, encode_jpeg(sheet, quality=85))
