"""The finished film, as a record that shows itself and can be read back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from charkit.cards import Html, card, table
from charkit.documents import read_json, write_json

if TYPE_CHECKING:
    from charkit.film.showing import Shown
    from charkit.media.sounding.loudness import Loudness
    from charkit.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class FilmShot:
    """Where a take stands in the film, and what was done to it."""

    shot: str
    take: int
    start: float
    """Seconds from the film's beginning."""
    seconds: float
    frames: int
    action: str
    """`copied` bit for bit, `rendered` in part, or `conformed`: encoded again as a whole."""
    reason: str = ""
    """Why it was encoded again."""
    sound: str = ""
    """What was done to its sound."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """A file that was made beside a film."""

    kind: str
    """Its `OutputName`."""
    name: str
    """The file's name, in the film's folder; empty where there was nothing to write."""
    notes: tuple[str, ...] = ()
    """What it could not carry, or why it is not there."""


@dataclass(frozen=True, kw_only=True)
class FilmSound:
    """What a film sounds like as a whole."""

    account: str
    """What was done, in a line."""
    lufs: float | None = None
    """Integrated loudness (ITU-R BS.1770); None where it was not, or could not be, measured."""
    true_peak: float | None = None
    """In dBTP; None where it was not measured."""
    target: float | None = None
    """The loudness that was asked for, in LUFS."""


@dataclass(frozen=True, kw_only=True)
class FilmJoin:
    """What one join looks and sounds like."""

    time: float
    """Seconds; with a transition, when that begins."""
    step: float
    """The jump between neighbouring samples, as a share of full scale."""
    level_jump: float | None = None
    """By how many LU it gets louder; None where either side is silent."""
    notes: tuple[str, ...] = ()
    """What is wrong or strange about it, to the eye or to the ear; nothing if it goes on as it should."""


class _File(BaseModel):
    """film.json."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    format: Literal["charkit film 1"] = "charkit film 1"
    title: str
    seconds: float
    frames: int
    fps: str
    shots: tuple[FilmShot, ...]
    largest_step: float
    simulated: bool
    subtitled: bool
    encoded_frames: int | None = None
    sound: FilmSound | None = None
    joins: tuple[FilmJoin, ...] = ()
    outputs: tuple[Output, ...] = ()
    preview: bytes


@dataclass(frozen=True, kw_only=True)
class Film:
    """A finished film and the files beside it."""

    folder: Path
    title: str
    seconds: float
    frames: int
    fps: Fraction
    shots: tuple[FilmShot, ...]
    largest_step: float
    """The largest jump of sound at a cut, as a share of full scale; a click is heard from about 0.1."""
    simulated: bool
    """Whether the simulator drew it."""
    subtitled: bool = False
    encoded_frames: int | None = None
    """How many frames are not a clip's own bits; None in records of before this was counted."""
    sound: FilmSound | None = None
    """How loud it is; None in records of before this was measured."""
    joins: tuple[FilmJoin, ...] = ()
    """What the joins look and sound like."""
    outputs: tuple[Output, ...] = ()
    """What else was made of it, beside it."""
    preview: bytes = field(repr=False)
    """An endless animated WebP without sound, at most 220 kB: notebooks hold it."""

    @property
    def path(self) -> Path:
        """The film itself."""
        return self.folder / "film.mp4"

    @property
    def contact_sheet(self) -> Path:
        """One labelled frame per shot, JPEG."""
        return self.folder / "contact_sheet.jpg"

    @property
    def subtitles(self) -> Path | None:
        """The subtitles, if anybody speaks."""
        return self.folder / "film.srt" if self.subtitled else None

    @property
    def files(self) -> tuple[Path, ...]:
        """All files of the film that exist."""
        also = [self.folder / output.name for output in self.outputs if output.name]
        named = (self.path, self.contact_sheet, self.folder / "film.srt", *also, self.folder / "film.json")
        return tuple(path for path in dict.fromkeys(named) if path.exists())

    def strip(self) -> Shown:
        """Show the last frame before each join and the first after it.

        Raises:
            UnreadableMedia: The film is missing or damaged.
        """
        from charkit.film.showing import join_pictures

        return join_pictures(self)

    def loudness(self) -> Loudness:
        """Measure the film as it stands on disk: waveform, loudness over time, true peak.

        Raises:
            UnreadableMedia: The film is missing or damaged.
        """
        from charkit.media.sounding.loudness import measure

        return measure(self.path)

    def recipe(self) -> Recipe:
        """Return how its takes were made, as it stands inside the film.

        Raises:
            UsageError: There is none inside.
        """
        from charkit.recipe import recipe_in

        return recipe_in(self.path)

    def beside(self) -> Shown:
        """Show what else was made of it, and what each file cannot carry."""
        from charkit.film.showing import Shown

        rows = [(one.kind, one.name or "not made", "; ".join(one.notes)) for one in self.outputs]
        page = table(("output", "file", "notes"), rows, caption=f"Beside {self.path.name}")
        return Shown(line=f"{len(rows)} outputs of {self.title!r}", page=page)

    def save(self) -> None:
        """Write film.json beside the film.

        Raises:
            StorageError: It cannot be written.
        """
        facts = {name: getattr(self, name) for name in _File.model_fields if name not in ("format", "fps")}
        write_json(self.folder / "film.json", _File(fps=str(self.fps), **facts))

    @classmethod
    def load(cls, folder: Path) -> Film:
        """Read back a film that was assembled earlier.

        Raises:
            BadDocument: There is none, or its film.json is damaged.
        """
        file = read_json(Path(folder) / "film.json", _File)
        facts = {name: getattr(file, name) for name in _File.model_fields if name not in ("format", "fps")}
        return cls(folder=Path(folder), fps=Fraction(file.fps), **facts)

    def __repr__(self) -> str:
        kind = ", simulated" if self.simulated else ""
        return f"Film({self.title!r}: {len(self.shots)} shots, {self.seconds:.0f} s, {float(self.fps):g} fps{kind})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.media.previews import poster_jpeg

        rows = [
            ("length", f"{self.seconds:.2f} s, {self.frames} frames, {float(self.fps):g} fps"),
            ("shots", ", ".join(shot.shot for shot in self.shots)),
            ("picture", self._treatment()),
            *([("joins", self._joined())] if self.joins else []),
            *([("beside it", ", ".join(o.name for o in self.outputs if o.name))] if self.outputs else []),
            *([("sound", self.sound.account)] if self.sound else []),
            ("sound at cuts", f"largest step {self.largest_step:.3f} of full scale"),
        ]
        shown = card(
            self.title,
            rows=rows,
            picture=self.preview,
            width=480,
            link=link_from_here(self.path),
            badge="simulated" if self.simulated else None,
            badge_kind="simulated",
        )
        sheet = ""
        if self.contact_sheet.exists():
            from PIL import Image

            with Image.open(self.contact_sheet) as opened:
                small = poster_jpeg(opened.convert("RGB"), width=640)
            sheet = card(
                "Contact sheet",
                picture=small,
                picture_type="image/jpeg",
                width=640,
                link=link_from_here(self.contact_sheet),
            )
        return {"text/plain": repr(self), "text/html": Html(shown + sheet)}

    def _joined(self) -> str:
        notes = [f"{join.time:.2f} s: {note}" for join in self.joins for note in join.notes]
        return "; ".join(notes) or f"nothing to remark at {len(self.joins)}"

    def _treatment(self) -> str:
        again = [shot.shot for shot in self.shots if shot.action != "copied"]
        if not again:
            return "every shot copied bit for bit"
        if self.encoded_frames is None:
            return f"encoded again: {', '.join(again)}"
        copied = self.frames - self.encoded_frames
        return f"{copied} of {self.frames} frames copied bit for bit; some of {', '.join(again)} made anew"


def link_from_here(path: Path) -> str:
    """Return a link that works from the folder in which the notebook runs, without naming this machine."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.name
