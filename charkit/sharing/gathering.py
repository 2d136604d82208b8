"""What of a run goes along, under which names, and what stays here.

In a bundle the run, the store and the production stand beside each other as they do in a data folder, so that links
between them hold. What charkit does not know the rights of (music, fonts, files of other programs) is left out by name.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import BadDocument
from charkit.references import References
from charkit.sharing.bundles import LeftOut
from charkit.sharing.licences import withheld
from charkit.shots import Storyboard

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from charkit.character import CharacterSheet
    from charkit.settings import Settings
    from charkit.sharing.bundles import Role
    from charkit.sharing.licences import Withheld
    from charkit.workspace import Workspace

__all__ = ["ROUTES", "Gathered", "Item", "gather"]

ROUTES = "routes.yaml"
_MEASURED = "measurements.yaml"

_KINDS: dict[str, Role] = {
    ".ipynb": "notebook", ".html": "report",
    ".mp4": "film", ".mov": "film", ".srt": "film", ".vtt": "film", ".otio": "film", ".edl": "film", ".xml": "film",
    ".jpg": "film", ".jpeg": "film", ".png": "film", ".webp": "film",
    ".json": "record", ".jsonl": "record", ".yaml": "record", ".csv": "record", ".parquet": "record",
}  # fmt: skip
_PASSING = frozenset({"progress.jsonl", "health.json"})
"""What only matters while a run goes on."""
_SHOWS_REFERENCES = frozenset({"preflight.json", "preflight-designs.json", "references.json", "view-checks.json"})
"""Records with pictures of references inside; made again by whoever runs it."""
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})


@dataclass(frozen=True, kw_only=True)
class Item:
    """A file that goes along."""

    source: Path
    name: str
    """In the bundle."""
    role: Role


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What goes along, and what does not."""

    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    withheld: tuple[Withheld, ...]
    """Pictures of sheets that may not be given away."""
    sheets: tuple[CharacterSheet, ...] = field(repr=False)


def gather(place: Workspace, sheets: Iterable[CharacterSheet], settings: Settings, on: dt.date) -> Gathered:
    """Choose what of a run goes along.

    Args:
        place: The run.
        sheets: The production's cast.
        settings: May name a person's own routes.
        on: The day, for consents that end.
    """
    cast = tuple(sheets)
    kept = withheld(cast, on)
    items: list[Item] = []
    left: list[LeftOut] = [one.said("characters") for one in kept]
    hidden = frozenset(one.sheet.slug for one in kept)
    for found in (*_run(place, hidden), *_production(place, cast, kept), *_pictures(place, hidden)):
        (items if isinstance(found, Item) else left).append(found)  # type: ignore[arg-type]  # told apart just here
    items += _beside(place, settings)
    unique = {item.name: item for item in items}
    return Gathered(
        items=tuple(unique[name] for name in sorted(unique)), left_out=tuple(left), withheld=kept, sheets=cast
    )


def _run(place: Workspace, hidden: frozenset[str]) -> Iterator[Item | LeftOut]:
    for path in sorted(place.folder.rglob("*")):
        inside = path.relative_to(place.folder)
        name = inside.as_posix()
        if any(part.startswith(".") for part in inside.parts) or name in _PASSING or path.is_dir():
            continue
        if path.is_symlink() or not path.is_file():
            yield LeftOut(what=f"runs/{place.run}/{name}", why="it is a link or a device, not a file")
        elif path.suffix not in _KINDS:
            yield LeftOut(what=f"runs/{place.run}/{name}", why="nobody said what others may do with it")
        elif hidden and (name in _SHOWS_REFERENCES or _of(inside, hidden)):
            why = "it may show a reference that is left out"
            yield LeftOut(what=f"runs/{place.run}/{name}", why=why)
        else:
            taken = inside.parts[0] == "takes" and len(inside.parts) > 1
            role = "take" if taken else _KINDS[path.suffix]
            yield Item(source=path, name=f"runs/{place.run}/{name}", role=role)


def _of(inside: Path, hidden: frozenset[str]) -> bool:
    """Whether a file is a designed view of a character of whom some picture is left out: it may be made from it."""
    return inside.parts[0] == "takes" and inside.name.partition(".")[0] in hidden


def _production(
    place: Workspace, sheets: tuple[CharacterSheet, ...], kept: tuple[Withheld, ...]
) -> Iterator[Item | LeftOut]:
    home, name = place.home, f"productions/{place.home.name}"
    yield Item(source=home / "storyboard.yaml", name=f"{name}/storyboard.yaml", role="production")
    for clip in _clips(home / "storyboard.yaml"):
        yield LeftOut(what=f"the clip {clip}", why="nobody said what others may do with it; plans there go without it")
    for path in sorted((home / "prompts").glob("*.txt")):
        if path.is_file() and not path.is_symlink():
            yield Item(source=path, name=f"{name}/prompts/{path.name}", role="production")
    stays = {(one.sheet.slug, one.picture.file) for one in kept}
    for sheet in sheets:
        if sheet.file is None:
            continue
        yield Item(source=sheet.file, name=f"{name}/characters/{sheet.file.name}", role="character")
        if sheet.provider_ids:
            why = "ids and handles of your accounts are nobody else's"
            yield LeftOut(what=f"{sheet.name}'s ids at {', '.join(sheet.provider_ids)}", why=why)
        for picture in sheet.references:
            if (sheet.slug, picture.file) in stays:
                continue
            inside = f"{name}/characters/{Path(picture.file).as_posix()}"
            if ".." in Path(picture.file).parts:
                what = f"{sheet.name}'s picture {picture.file}"
                yield LeftOut(what=what, why="it lies outside of the production; move it beside the sheet")
            else:
                yield Item(source=sheet.path_of(picture), name=inside, role="picture")


def _clips(file: Path) -> list[str]:
    """Return the clips that a storyboard's shots name, each once."""
    with suppress(BadDocument):
        return list(dict.fromkeys(clip.file for shot in Storyboard.load(file).each() for clip in shot.clips))
    return []


def _pictures(place: Workspace, hidden: frozenset[str]) -> Iterator[Item | LeftOut]:
    """Yield the prepared references, which records and notebooks link to in the store."""
    file = place.folder / "references.json"
    with suppress(BadDocument):
        for reference in References.load(file) if file.is_file() else ():
            if reference.character in hidden:
                continue
            for path in filter(None, (reference.path, reference.source)):
                real = Path(path).resolve()
                if real.is_file() and place.store.resolve() in real.parents:
                    inside = real.relative_to(place.store.resolve()).as_posix()
                    yield Item(source=real, name=f"store/{inside}", role="picture")


def _beside(place: Workspace, settings: Settings) -> Iterator[Item]:
    if settings.routes is not None and settings.routes.is_file():
        yield Item(source=settings.routes, name=ROUTES, role="production")
    if (place.data / _MEASURED).is_file():
        yield Item(source=place.data / _MEASURED, name=_MEASURED, role="production")
