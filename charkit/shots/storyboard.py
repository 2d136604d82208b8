"""The film in order: the storyboard as a file and as an object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import Field, PrivateAttr, field_validator

from charkit.character import Line, Written, counted, folded, line_in
from charkit.documents import read_yaml
from charkit.errors import BadDocument, UnknownName, did_you_mean
from charkit.shots.shot import Allowances, Aspect, InShot, Resolution, Shot  # noqa: TC001  # pydantic reads them at run time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.character import Cast, CharacterSheet
    from charkit.shots.shot import ShotClip

__all__ = ["Storyboard"]


class Storyboard(Written):
    """The film in order."""

    title: Line
    logline: Line | None = None
    """The story in a sentence; for people and reports, never part of a prompt."""
    style: Line
    """The style line of every prompt."""
    aspect: Aspect = "16:9"
    resolution: Resolution = "720p"
    fps: int = Field(default=24, ge=12, le=60)
    """Pictures a second of the finished film."""
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    """The root of every take's seed, where a route takes one."""
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    """Of dialogue and subtitles (BCP 47): `en`, `ja`, `zh-Hant`."""
    route: str | None = None
    """The route for every shot that names none."""
    allow: Allowances = Field(default_factory=dict)
    """Rules of the linter that are broken on purpose in every shot, each with the reason."""
    shots: tuple[Shot, ...]

    _file: Path | None = PrivateAttr(default=None)

    @field_validator("shots")
    @classmethod
    def _a_film(cls, value: tuple[Shot, ...]) -> tuple[Shot, ...]:
        if not value:
            raise ValueError("a storyboard needs at least one shot")
        return value

    @classmethod
    def load(cls, path: Path | str, cast: Cast | None = None) -> Self:
        """Read a storyboard, and check it against the cast where one is given.

        Raises:
            BadDocument: with file and line, and the nearest name that would be right.
        """
        path = Path(path)
        storyboard = read_yaml(path, cls)
        storyboard._file = path  # noqa: SLF001  # its own class
        storyboard.check(cast)
        return storyboard if cast is None else storyboard._dressed(cast)  # noqa: SLF001  # its own class

    @property
    def file(self) -> Path | None:
        """The file it was read from."""
        return self._file

    def path_of(self, clip: ShotClip) -> Path:
        """Return where a clip of a shot lies."""
        return (self._file.parent if self._file else Path()) / clip.file

    @property
    def seconds(self) -> int:
        """The length of all shots together."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def lead_shot(self) -> Shot:
        """The first shot that shows somebody; the first of all where none does. What notebooks look at by default."""
        return next((shot for shot in self.shots if not shot.is_transition), self.shots[0])

    def check(self, cast: Cast | None = None) -> None:
        """Check that ids are unique and, with a cast, that every character is in it and owns what it wears.

        Raises:
            BadDocument: with file and line.
        """
        self._refuse_twins()
        if cast is not None:
            self._refuse_strangers(cast)

    def _refuse_strangers(self, cast: Cast) -> None:
        for index, shot in enumerate(self.shots):
            for place, who in enumerate(shot.characters):
                if who.name not in cast:
                    near = did_you_mean(who.name, [sheet.name for sheet in cast.values()])
                    raise self._wrong(
                        f"shot {shot.id} shows {who.name!r}, who is not in the cast. {near}",
                        ("shots", index, "characters", place),
                    )
                try:
                    cast[who.name].outfit(who.wardrobe)
                except UnknownName as error:
                    place_of = ("shots", index, "characters", place, "wardrobe")
                    raise self._wrong(f"shot {shot.id}: {error}", place_of) from None

    def _dressed(self, cast: Cast) -> Self:
        """Return the storyboard with the outfits that sheets give to shots, where a shot names none itself.

        Raises:
            BadDocument: shot and sheet name different outfits, or a sheet names a shot that is not there.
        """
        for sheet in cast.values():
            for name, outfit in sheet.wardrobe.items():
                for lost in [i for i in outfit.shots if folded(i) not in [folded(shot.id) for shot in self.shots]]:
                    near = did_you_mean(lost, [shot.id for shot in self.shots])
                    line = line_in(sheet.file, ("wardrobe", name, "shots")) if sheet.file else None
                    raise BadDocument(f"{lost!r} is no shot. {near}", file=sheet.file or sheet.slug, line=line)
        shots = []
        for index, shot in enumerate(self.shots):
            where = ("shots", index, "characters")
            who = [self._worn(cast[w.name], w, shot, (*where, at)) for at, w in enumerate(shot.characters)]
            shots.append(shot.model_copy(update={"characters": tuple(who)}))
        found = self.model_copy(update={"shots": tuple(shots)})
        found._file = self._file  # noqa: SLF001  # its own class
        return found

    def _worn(self, sheet: CharacterSheet, who: InShot, shot: Shot, place: tuple[str | int, ...]) -> InShot:
        worn = sheet.worn_in(shot.id)
        if worn is None or worn == who.wardrobe:
            return who
        if "wardrobe" in who.model_fields_set:
            raise self._wrong(
                f"shot {shot.id} puts {sheet.name} into {who.wardrobe!r}, the sheet into {worn!r}; say it in one place",
                (*place, "wardrobe"),
            )
        return who.model_copy(update={"wardrobe": worn})

    def _refuse_twins(self) -> None:
        seen: dict[str, int] = {}
        for index, shot in enumerate(self.shots):
            key = folded(shot.id)  # file systems may not tell s01 from S01
            if key in seen:
                raise self._wrong(
                    f"the id {shot.id!r} is used twice: by shot {seen[key] + 1} and shot {index + 1} of the list",
                    ("shots", index, "id"),
                )
            seen[key] = index

    def _wrong(self, problem: str, place: tuple[str | int, ...]) -> BadDocument:
        line = line_in(self._file, place) if self._file else None
        return BadDocument(problem, file=self._file or "storyboard", line=line)

    def __getitem__(self, shot_id: str) -> Shot:
        """Return a shot by its id.

        Raises:
            UnknownName: no shot has this id.
        """
        for shot in self.shots:
            if shot.id == shot_id:
                return shot
        raise UnknownName("shot", shot_id, (shot.id for shot in self.shots))

    def each(self) -> Iterator[Shot]:
        """Yield the shots in order."""
        return iter(self.shots)

    def __len__(self) -> int:
        return len(self.shots)

    def __repr__(self) -> str:
        return (
            f"<Storyboard {self.title!r}: {counted(len(self.shots), 'shot')}, {self.seconds} s, "
            f"{self.aspect} at {self.resolution}>"
        )

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.shots.showing import storyboard_table

        return {"text/plain": repr(self), "text/html": storyboard_table(self)}
