"""The cut list: chosen takes in order, how one goes over into the next, and what lies over all of them.

A file that people edit. What it says about one cut is checked when it is read, with the line; what depends on the clips
(points beyond their end, a transition longer than its clip) is checked against their facts before anything is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from charkit.cards import table
from charkit.documents import read_yaml, write_yaml
from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.store import Store

__all__ = ["BROADCAST", "WEB", "Card", "Cut", "CutList", "Music", "OutputName", "Title", "Transition"]

WEB = -14.0
"""Integrated loudness, in LUFS, to which the large video sites turn films (their published playback level)."""

BROADCAST = -23.0
"""Integrated loudness of broadcast programmes, in LUFS (EBU R 128, 2023)."""

OutputName = Literal[
    "srt",
    "vtt",
    "poster",
    "sheet",
    "preview",
    "vertical",
    "square",
    "otio",
    "otioz",
    "fcp7",
    "edl",
    "prores",
    "dnxhr",
]
"""What a film can be accompanied by; `charkit.film.outputs` makes them."""

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

_HEADER = """\
The cuts of the film, in order. Move, drop or repeat entries, or name another take, and assemble again.
shot: the storyboard's id    take: the number of the attempt
clip: digest of the take in the store, or file: a path beside this file
in, out: seconds into the clip at which it begins and ends
transition: into the next cut, such as dissolve, or {kind: dissolve, seconds: 0.5}; kinds: dissolve, dip, wipe
sound_lead, sound_lag: seconds by which its sound comes before (J) or stays after (L) its picture
"""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Transition(_Entry):
    """How one cut goes over into the next."""

    kind: Literal["dissolve", "dip", "wipe"] = "dissolve"
    """A dissolve mixes both pictures; a dip goes through a colour; a wipe moves the border between them."""
    seconds: float = Field(default=0.5, gt=0, le=10)
    """How long both clips are used at once; for a dip, how long it lasts in all, half on each side of the cut."""
    colour: Colour = "#000000"
    """What a dip goes through (sRGB)."""
    towards: Literal["left", "right", "up", "down"] = "left"
    """Where a wipe's border moves to."""

    @property
    def overlaps(self) -> bool:
        """Whether it uses both clips at once, so that the film gets shorter by it; a dip does not."""
        return self.kind != "dip"


def _spelled_out(value: object) -> object:
    """Let a person write `transition: dissolve`; `cut` says that there is none."""
    if value == "cut":
        return None
    return {"kind": value} if isinstance(value, str) else value


class Title(_Entry):
    """Words over the picture."""

    text: str = Field(min_length=1, max_length=300)
    start: float = Field(default=0.0, alias="from", ge=0)
    """Seconds after the cut's beginning at which they appear."""
    seconds: float = Field(default=3.0, gt=0)
    place: Literal["bottom", "middle", "top"] = "bottom"


class Card(_Entry):
    """A still picture of words, in the place of a clip."""

    text: str = Field(min_length=1, max_length=600)
    seconds: float = Field(default=3.0, gt=0, le=60)
    ground: Colour = "#000000"
    """The ground's colour (sRGB)."""
    ink: Colour = "#ffffff"
    """The letters' colour (sRGB)."""


class Music(_Entry):
    """A bed of music under the whole film."""

    file: str
    """A path beside the cut list."""
    gain: float = Field(default=-12.0, ge=-60, le=12)
    """In dB, relative to the film's own loudness."""
    duck: float = Field(default=9.0, ge=0, le=40)
    """By how many dB it makes room while the clips speak; 0: not at all."""
    fade_in: float = Field(default=1.0, ge=0)
    fade_out: float = Field(default=2.0, ge=0)
    """Seconds."""
    loop: bool = True
    """Whether it begins again where it is shorter than the film."""


class Cut(_Entry):
    """One take, or one card, in its place in the film."""

    shot: str = Field(min_length=1)
    take: int = Field(default=1, ge=1)
    clip: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")
    """Digest of the clip in the store."""
    file: str | None = None
    """The clip as a path beside the cut list, for clips that stand in no store."""
    card: Card | None = None
    """Words on a plain ground instead of a clip."""
    start: float | None = Field(default=None, alias="in", ge=0)
    """Seconds into the clip at which it begins."""
    end: float | None = Field(default=None, alias="out", gt=0)
    """Seconds into the clip at which it ends."""
    transition: Annotated[Transition | None, BeforeValidator(_spelled_out)] = None
    """Into the next cut; a plain cut where there is none."""
    sound_lead: float = Field(default=0.0, ge=0, le=10)
    """Seconds by which its sound is heard before its picture is seen (a J cut); taken from the clip before `in`."""
    sound_lag: float = Field(default=0.0, ge=0, le=10)
    """Seconds by which its sound goes on after its picture (an L cut); taken from the clip after `out`."""
    gain: float = Field(default=0.0, ge=-60, le=24)
    """In dB."""
    lut: str | None = None
    """A .cube file beside the cut list that its picture goes through."""
    match: bool = False
    """Whether its colours are brought to those of the cut before it."""
    titles: tuple[Title, ...] = ()
    """Words over its picture."""

    @model_validator(mode="after")
    def _whole(self) -> Cut:
        if sum(source is not None for source in (self.clip, self.file, self.card)) != 1:
            raise ValueError(f"the cut of {self.shot} needs one of: clip (a digest), file (a path), card (words)")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"the cut of {self.shot} ends at {self.end} s, before it begins at {self.start} s")
        if self.card is not None and (self.start is not None or self.end is not None):
            raise ValueError(f"the card {self.shot} lasts {self.card.seconds} s; it has neither in nor out")
        if self.card is not None and (self.gain or self.sound_lead or self.sound_lag):
            raise ValueError(f"the card {self.shot} is silent; it has neither gain nor sound_lead nor sound_lag")
        return self


class CutList(BaseModel):
    """The chosen takes in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = "Untitled"
    cuts: tuple[Cut, ...]
    music: Music | None = None
    loudness: float | None = Field(default=WEB, ge=-40, le=-5)
    """Integrated loudness of the film, in LUFS (ITU-R BS.1770-4); null leaves clips as loud as they came."""
    even_out: bool = False
    """Whether clips are first brought to the same loudness, each by 12 dB at most; else their differences stay."""
    subtitles: Literal["beside", "burned", "none"] = "beside"
    """Dialogue as a file beside the film, drawn into the picture, or not at all."""
    font: str | None = None
    """A font file beside the cut list for titles, cards and burned subtitles; one with all letters is looked for
    otherwise."""
    outputs: tuple[OutputName, ...] = ()
    """What else is made of the film, beside it."""

    _folder: Path | None = PrivateAttr(default=None)

    @field_validator("cuts")
    @classmethod
    def _something(cls, value: tuple[Cut, ...]) -> tuple[Cut, ...]:
        if not value:
            raise ValueError("a cut list needs at least one cut")
        if value[-1].transition is not None:
            raise ValueError(f"nothing follows {value[-1].shot} that its transition could lead into; leave it out")
        return value

    @classmethod
    def load(cls, path: Path) -> CutList:
        """Read a cut list; its files are looked for beside it.

        Raises:
            BadDocument: The file is missing, or says something that it may not say; names the line.
        """
        cuts = read_yaml(Path(path), cls)
        cuts._folder = Path(path).parent  # noqa: SLF001  # its own class
        return cuts

    def save(self, path: Path) -> None:
        """Write the cut list as commented YAML; comments of a file that is there stay.

        Raises:
            StorageError: It cannot be written.
        """
        placeless = self.model_copy()
        placeless._folder = None  # noqa: SLF001  # its own class; where it was read is not what it says
        write_yaml(Path(path), placeless, header=_HEADER)

    def also(self, *names: str) -> CutList:
        """Return the list with more outputs, such as `cuts.also("otio", "poster")`; commas divide as well.

        Raises:
            UsageError: There is no such output; names the nearest.
        """
        from charkit.film.outputs import named_outputs

        return self.model_copy(update={"outputs": tuple(dict.fromkeys((*self.outputs, *named_outputs(names))))})

    def beside(self, name: str) -> Path:
        """Return the path of a file that this list names: relative to the list's own folder."""
        return (self._folder or Path()) / name

    def locate(self, cut: Cut, store: Store | None) -> Path:
        """Return the path of a cut's clip.

        Raises:
            UsageError: It names a digest and there is no store, or it is a card, which has no clip.
            StorageError: The store does not have it.
        """
        if cut.file is not None:
            return self.beside(cut.file)
        if cut.clip is None:
            raise UsageError(f"{cut.shot} is a card; it has no clip")
        if store is None:
            raise UsageError(f"the cut of {cut.shot} names a clip of a store, but no store was given")
        return store.path(cut.clip)

    def __repr__(self) -> str:
        return f"CutList({self.title!r}: {', '.join(f'{cut.shot}/{cut.take}' for cut in self.cuts)})"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            (str(number), cut.shot, "" if cut.card else str(cut.take), _source(cut), _points(cut), _leads_on(cut))
            for number, cut in enumerate(self.cuts, start=1)
        ]
        columns = ("", "shot", "take", "clip", "part", "then")
        return {"text/plain": repr(self), "text/html": table(columns, rows, caption=self.title)}


def _source(cut: Cut) -> str:
    return f"card: {cut.card.text}" if cut.card else (cut.clip or "")[7:19] or str(cut.file)


def _points(cut: Cut) -> str:
    if cut.start is None and cut.end is None:
        return "whole"
    return f"{cut.start or 0.0:g} s to {'its end' if cut.end is None else f'{cut.end:g} s'}"


def _leads_on(cut: Cut) -> str:
    return f"{cut.transition.kind}, {cut.transition.seconds:g} s" if cut.transition else ""
