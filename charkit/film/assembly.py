"""Makes a film of a cut list: joined clips, a contact sheet, subtitles, and a record of what was done."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from charkit.film.records import Film, FilmJoin, FilmSound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from charkit.film.cuts import CutList, OutputName
    from charkit.film.glimpses import Glimpses
    from charkit.film.making import Made
    from charkit.film.records import Output
    from charkit.film.subtitles import Cue
    from charkit.media.spliced import Joined
    from charkit.store import Store


def assemble(
    cuts: CutList,
    folder: Path,
    *,
    store: Store | None = None,
    cues: Sequence[Cue] = (),
    captions: Mapping[str, str] | None = None,
    about: Mapping[str, Mapping[str, str]] | None = None,
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
        about: By shot, facts that timelines carry along.
        metadata: Words for the film's container.
        simulated: Whether any take was drawn by the simulator; the film then says so.
        on_progress: Called with the share that is done, 0 to 1.

    Raises:
        UsageError: A clip cannot be located.
        UnreadableMedia: A clip is missing or damaged.
        EncodingFailed: The film cannot be encoded.
        StorageFull: There is no room; nothing half-written is left.
    """
    from charkit.film.glimpses import glimpses
    from charkit.film.making import make_film
    from charkit.film.outputs import seen_for

    words = dict(metadata or {})
    if simulated:
        words.setdefault("comment", "SIMULATED by charkit's simulator; no service made this film")
    made = make_film(cuts, folder / "film.mp4", store=store, cues=cues, metadata=words, on_progress=on_progress)
    seen = glimpses(made.joined, ("joins", "cuts", "moving", *seen_for(cuts.outputs)))
    outputs = _beside(made, cuts, seen, cues=cues, captions=captions, about=about, simulated=simulated)
    film = _record(made, cuts, folder, seen, captions=captions or {}, outputs=outputs, simulated=simulated)
    film.save()
    return film


def _beside(
    made: Made,
    cuts: CutList,
    seen: Glimpses,
    *,
    cues: Sequence[Cue],
    captions: Mapping[str, str] | None,
    about: Mapping[str, Mapping[str, str]] | None,
    simulated: bool,
) -> tuple[Output, ...]:
    """Make the files that the cut list wants; return the records of those that it names, and of what they lack."""
    from charkit.film.outputs import make_outputs

    # A file of subtitles is written where the cut list says so, and taken away where it says otherwise.
    beside: tuple[OutputName, ...] = ("srt",) if cuts.subtitles == "beside" else ()
    if not beside:
        made.joined.path.with_suffix(".srt").unlink(missing_ok=True)
    which = dict.fromkeys((*beside, *cuts.outputs))
    outputs = make_outputs(made, cuts, which, cues=cues, captions=captions, about=about, simulated=simulated, seen=seen)
    return tuple(one for one in outputs if one.kind in cuts.outputs or (one.name and one.notes))


def _record(
    made: Made,
    cuts: CutList,
    folder: Path,
    seen: Glimpses,
    *,
    captions: Mapping[str, str],
    outputs: tuple[Output, ...],
    simulated: bool,
) -> Film:
    """Write its contact sheet, its moving preview, and what its joins are like."""
    from charkit.film.outputs import placed, write_sheet
    from charkit.media.previews import moving_webp

    joined = made.joined
    write_sheet(made, cuts.title, captions, folder / "contact_sheet.jpg", simulated=simulated, seen=seen.cuts)
    return Film(
        folder=folder,
        title=cuts.title,
        seconds=joined.seconds,
        frames=joined.frames,
        fps=joined.fps,
        shots=placed(made),
        largest_step=joined.largest_step,
        simulated=simulated,
        subtitled=joined.path.with_suffix(".srt").exists(),
        encoded_frames=joined.encoded_frames,
        sound=_sound(joined),
        joins=_joins(joined, seen),
        outputs=outputs,
        preview=moving_webp(seen.moving, width=320, max_bytes=220_000),
    )


def _joins(joined: Joined, seen: Glimpses) -> tuple[FilmJoin, ...]:
    from charkit.film.continuity import check_continuity

    heard = {boundary.frame: boundary for boundary in joined.boundaries}
    return tuple(
        FilmJoin(
            time=round(look.time, 6),
            step=heard[look.frame].step if look.frame in heard else 0.0,
            level_jump=heard[look.frame].level_jump if look.frame in heard else None,
            notes=look.notes,
        )
        for look in check_continuity(joined, seen.joins).joins
    )


def _sound(joined: Joined) -> FilmSound:
    from charkit.film.sounding import sound_account

    if joined.levelled is None:
        return FilmSound(account=sound_account(joined))
    heard = joined.levelled.loudness
    return FilmSound(
        account=sound_account(joined),
        lufs=_finite(heard.integrated),
        true_peak=_finite(heard.true_peak),
        target=heard.target,
    )


def _finite(level: float) -> float | None:
    """Return a level to a tenth, or None for silence, whose level no file can say."""
    return round(level, 1) if math.isfinite(level) else None
