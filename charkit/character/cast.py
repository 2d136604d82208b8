"""The characters of a production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from charkit.character.sheet import CharacterSheet, line_in
from charkit.character.words import folded, skeleton
from charkit.errors import BadDocument, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, eq=False)
class Cast(Mapping[str, CharacterSheet]):
    """The characters of a production, by slug or name, in the order of their files.

    Examples:
        >>> Cast((CharacterSheet(name="Mira", locked="a girl"),))["MIRA"].name
        'Mira'
    """

    sheets: tuple[CharacterSheet, ...]

    def __post_init__(self) -> None:
        taken: dict[str, CharacterSheet] = {}
        for sheet in self.sheets:
            for key in {skeleton(sheet.name), skeleton(sheet.slug)}:
                if key in taken:
                    raise _namesakes(taken[key], sheet)
                taken[key] = sheet

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read every `*.yaml` of a folder.

        Raises:
            BadDocument: a sheet is wrong, two characters have one name, or there is no such folder.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise BadDocument("there is no such folder; character sheets belong here", file=folder)
        files = sorted(p for p in folder.iterdir() if p.suffix in {".yaml", ".yml"} and p.name[0] not in "._")
        return cls(tuple(CharacterSheet.load(path) for path in files))

    def __getitem__(self, name: str) -> CharacterSheet:
        """Return a sheet by slug or by name, whatever the case.

        Raises:
            UnknownName: nobody is called that.
        """
        key = folded(name)
        for sheet in self.sheets:
            if key in (folded(sheet.name), folded(sheet.slug)):
                return sheet
        raise UnknownName("character", name, (sheet.name for sheet in self.sheets))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(folded(name) in (folded(s.name), folded(s.slug)) for s in self.sheets)

    def __iter__(self) -> Iterator[str]:
        return (sheet.slug for sheet in self.sheets)

    def __len__(self) -> int:
        return len(self.sheets)

    def __repr__(self) -> str:
        return f"<Cast of {len(self.sheets)}: {', '.join(sheet.name for sheet in self.sheets)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import grid
        from charkit.character.showing import sheet_card

        return {"text/plain": repr(self), "text/html": grid([sheet_card(sheet) for sheet in self.sheets])}


def _namesakes(first: CharacterSheet, second: CharacterSheet) -> BadDocument:
    """Return one error that names both sheets, the later one as its place."""
    line = _line_of_name(second)
    how = "" if first.name == second.name else ", which people and file systems take for one name"
    return BadDocument(
        f"{second.name!r} here and {first.name!r} in {_where(first)}{how}; every character needs its own name",
        file=second.file or Path(f"{second.slug}.yaml"),
        line=line,
    )


def _where(sheet: CharacterSheet) -> str:
    if sheet.file is None:
        return "another sheet"
    line = _line_of_name(sheet)
    return f"{sheet.file}:{line}" if line else str(sheet.file)


def _line_of_name(sheet: CharacterSheet) -> int | None:
    return line_in(sheet.file, ("name",)) if sheet.file else None
