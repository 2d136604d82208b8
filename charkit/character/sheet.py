"""The sheet of one character, as a file and as an object."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from charkit.character.likeness import Likeness
from charkit.character.looks import Attribute, Description, Outfit, View, attributes_of, dressed
from charkit.character.words import Line, Name, Phrases, Written, counted, folded, slug_of
from charkit.documents import read_yaml
from charkit.documents.tree import line_of, load
from charkit.errors import BadDocument, BadReference, UnknownName, did_you_mean


def _colour(value: object) -> object:
    if value is None:
        raise ValueError("put the colour in quotes, '#rrggbb': YAML takes an unquoted # for a comment")
    digits = str(value).removeprefix("#").lower()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not str(value).startswith("#") or len(digits) != 6 or any(d not in "0123456789abcdef" for d in digits):
        raise ValueError(f"{value!r} is no colour; write it as '#rrggbb', such as '#e0a526'")
    return f"#{digits}"


Colour = Annotated[str, BeforeValidator(_colour)]
"""An sRGB colour, `#rrggbb` in lower case."""


class SheetPicture(Written):
    """A picture file that belongs to a sheet."""

    file: Line
    """Relative to the sheet."""
    view: View
    wardrobe: str = "default"
    origin: Literal["drawing", "photo", "render", "design"] | None = None
    """How it was made: by hand, by a camera, by a 3D program, by an image route."""
    source: Line | None = None
    """Who made it, when, with what."""
    licence: Line | None = None
    """What others may do with it: `CC-BY-4.0`, `all rights reserved`."""
    consent: Line | None = None
    """For a photo of a person: who agreed to what use, and when."""
    simulated: bool = False
    """Whether charkit's simulator drew it."""


def _outfits(value: object) -> object:
    if isinstance(value, dict):
        return {k: {"wears": v} if isinstance(v, (str, list)) else v for k, v in value.items()}
    return value


class CharacterSheet(Written):
    """A character whose identity must hold.

    Examples:
        >>> fenn = CharacterSheet(name="Fenn", description={"what": "a fox", "fur": "green fur", "pronoun": "he"},
        ...                       wardrobe={"default": "a red scarf"})
        >>> fenn.locked_text()
        'a fox with green fur. He wears a red scarf.'
    """

    name: Name
    kind: Literal["photoreal", "anime", "drawn", "other"] = "drawn"
    """The domain, for scorers and for routes' policies about faces."""
    description: Description | None = None
    locked: Line | None = None
    """The locked text in the person's own words, instead of the one made from `description`."""
    wardrobe: Annotated[dict[str, Outfit], BeforeValidator(_outfits)] = Field(default_factory=dict)
    """Outfits by name; `default` is worn where a shot names none."""
    accessories: Phrases = ()
    """What the character carries, in every outfit that does not say otherwise."""
    palette: dict[str, Colour] = Field(default_factory=dict)
    """Named colours, sRGB `#rrggbb`; scorers compare takes with them."""
    voice: Line | None = None
    style: Line | None = None
    """How pictures of the character are drawn; a storyboard has its own style for shots."""
    never: Phrases = ()
    """Things that pictures and prompts never show."""
    likeness: Likeness = Likeness()
    provider_ids: dict[str, Line] = Field(default_factory=dict)
    """Character ids, or handles (`@mira`), by endpoint. Not part of the digest: being registered changes nobody."""
    references: tuple[SheetPicture, ...] = ()
    """The person's own pictures of the character."""

    _file: Path | None = PrivateAttr(default=None)

    @field_validator("wardrobe")
    @classmethod
    def _dressed(cls, value: dict[str, Outfit]) -> dict[str, Outfit]:
        if value and "default" not in value:
            raise ValueError("needs an outfit called `default`, worn where a shot names none")
        worn: dict[str, str] = {}
        for name, outfit in value.items():
            for shot in outfit.shots:
                if worn.setdefault(folded(shot), name) != name:
                    raise ValueError(f"two outfits are worn in shot {shot}: {worn[folded(shot)]!r} and {name!r}")
        return value

    @field_validator("references")
    @classmethod
    def _fitting(cls, value: tuple[SheetPicture, ...], info: ValidationInfo) -> tuple[SheetPicture, ...]:
        outfits = {"default", *info.data.get("wardrobe", ())}
        for picture in value:
            if Path(picture.file).is_absolute():
                raise ValueError(f"{picture.file!r} must be relative to the sheet, so that the folder can move")
            if picture.wardrobe not in outfits:
                near = did_you_mean(picture.wardrobe, outfits)
                raise ValueError(f"{picture.file!r} shows the outfit {picture.wardrobe!r}, which is not there. {near}")
        return value

    @model_validator(mode="after")
    def _worded(self) -> Self:
        if self.description is None and self.locked is None:
            raise ValueError("a sheet needs a `description`, or its words written out under `locked`")
        return self

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a sheet and check that its pictures are there.

        Raises:
            BadDocument: with file and line.
        """
        path = Path(path)
        sheet = read_yaml(path, cls)
        sheet._file = path  # noqa: SLF001  # its own class
        for index, picture in enumerate(sheet.references):
            if not sheet.path_of(picture).is_file():
                line = line_in(path, ("references", index, "file"))
                raise BadDocument(f"there is no picture {picture.file!r} beside this sheet", file=path, line=line)
        return sheet

    @property
    def file(self) -> Path | None:
        """The file it was read from."""
        return self._file

    @property
    def slug(self) -> str:
        """The short name used in paths and look-ups: the file's name, else the character's, in lower case."""
        return slug_of(self._file.stem if self._file else self.name)

    @property
    def domain(self) -> Literal["photoreal", "anime", "other"]:
        """What scorers and detectors of faces go by: they are made for photographs, for anime, or for neither."""
        return self.kind if self.kind in ("photoreal", "anime") else "other"

    def attributes(self, wardrobe: str = "default") -> tuple[Attribute, ...]:
        """Return all that the sheet says of the character in an outfit, attribute by attribute, in a fixed order.

        Raises:
            UnknownName: the sheet has no such outfit.
        """
        worn = attributes_of(
            {
                "wears": self.outfit(wardrobe).wears,
                "accessories": self.carries(wardrobe),
                "style": (self.style,),
                "never": self.never,
            }
        )
        return (*(self.description.attributes if self.description else ()), *worn)

    def carries(self, wardrobe: str = "default") -> Phrases:
        """Return what the character has with it in an outfit.

        Raises:
            UnknownName: the sheet has no such outfit.
        """
        own = self.outfit(wardrobe).accessories
        return self.accessories if own is None else own

    def worn_in(self, shot: str) -> str | None:
        """Return which outfit the sheet gives to a shot; None where it says nothing about it."""
        return next((n for n, o in self.wardrobe.items() if folded(shot) in map(folded, o.shots)), None)

    def path_of(self, picture: SheetPicture) -> Path:
        """Return where a picture of this sheet lies."""
        return (self._file.parent if self._file else Path()) / picture.file

    def outfit(self, wardrobe: str = "default") -> Outfit:
        """Return an outfit by name.

        Raises:
            UnknownName: the sheet has no such outfit.
        """
        if wardrobe in self.wardrobe:
            return self.wardrobe[wardrobe]
        if wardrobe == "default":
            return Outfit()
        raise UnknownName(f"outfit in {self.name}'s wardrobe", wardrobe, self.wardrobe)

    def locked_text(self, wardrobe: str = "default") -> str:
        """Return the words that stand in every prompt that shows the character in this outfit.

        Raises:
            UnknownName: the sheet has no such outfit.
        """
        return dressed(
            self.locked or (self.description.text if self.description else ""),
            pronoun=self.description.pronoun if self.description else "they",
            wears=self.outfit(wardrobe).wears,
            carries=self.carries(wardrobe),
        )

    @property
    def digest(self) -> str:
        """The version: `sha256:` over the content in canonical form and the digests of the pictures' bytes.

        Keys at their default are left out, so that a key which a later version adds does not make new versions of old
        sheets.

        Raises:
            BadReference: a picture cannot be read any more.
        """
        content = self.model_dump(
            mode="json",
            exclude={"provider_ids": True, "references": True, "wardrobe": {"__all__": {"shots"}}},
            exclude_defaults=True,
        )
        content["references"] = [
            {"view": picture.view, "wardrobe": picture.wardrobe, "digest": self.digest_of(picture)}
            for picture in self.references
        ]
        return _sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8"))

    def digest_of(self, picture: SheetPicture) -> str:
        """Return the digest of a picture's bytes.

        Raises:
            BadReference: it cannot be read any more.
        """
        try:
            return _sha256(self.path_of(picture).read_bytes())
        except OSError as error:
            raise BadReference(f"cannot be read: {error.strerror}", file=self.path_of(picture)) from error

    @property
    def version(self) -> str:
        """The first eight digits of `digest`, to show."""
        return self.digest.removeprefix("sha256:")[:8]

    def __repr__(self) -> str:
        outfits = max(1, len(self.wardrobe))
        return f"<CharacterSheet {self.name!r}: {self.kind}, {counted(outfits, 'outfit')}, version {self.version}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.character.showing import sheet_card

        return {"text/plain": repr(self), "text/html": sheet_card(self)}


def line_in(path: Path, place: tuple[str | int, ...]) -> int | None:
    """Return the line on which a place of a YAML file stands, for problems seen only after it was read."""
    return line_of(load(path.read_text(encoding="utf-8-sig"), path), place)


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
