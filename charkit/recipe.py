"""The recipe: what a take or a film was made of, in words that travel with it.

A take's bytes stay as the service delivered them (the store files them under their digest, and a provenance manifest
may be bound to them), so its recipe lies beside it, as `NAME.recipe.json`, and goes inside every copy that is made to
be passed on, and inside every film: in the container's long description (`synopsis`), where it survives a plain remux;
in a PNG as the text chunk `charkit`. It holds no key and no place on any machine. What is read from a file was written
by anybody: it is data of a known form, or nothing.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from charkit.cards import table
from charkit.documents import write_json
from charkit.errors import BadDocument, MediaError, UsageError
from charkit.media.words import MAX_WORDS, PICTURES, read_words, write_words
from charkit.money import dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from charkit.takes import Take

__all__ = [
    "KEY",
    "Asked",
    "AskedReference",
    "Recipe",
    "TakeRecipe",
    "beside",
    "find_recipe",
    "keep_beside",
    "recipe_in",
    "recipe_of",
    "share",
]

KEY: Final = "synopsis"
"""The word of a clip's container that holds it: `ldes` of the iTunes list, which players show as a long description."""
PNG_KEY: Final = "charkit"
"""The keyword of the text chunk of a PNG."""
_HEAD: Final = '{"format":"charkit recipe 1"'
_MAX_BYTES: Final = 4_000_000
_Digest = Field(default="", pattern=r"^(sha256:[0-9a-f]{64})?$")
_Text = Field(default="", max_length=200_000)
_Name = Field(default="", max_length=500)


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class AskedReference(_Record):
    """A picture that went out with the request."""

    role: str = _Name
    character: str = _Name
    view: str = _Name
    digest: str = _Digest


class AskedCharacter(_Record):
    """A character that the service knows by id."""

    id: str = _Name
    name: str = _Name


class AskedEarlier(_Record):
    """The earlier result that the request goes on from."""

    id: str = _Name
    change: str = _Name
    clip: str = _Digest


class Asked(_Record):
    """What was asked for: the part of the request that determines what comes back."""

    endpoint: str = _Name
    model: str = _Name
    """As it was asked for."""
    prompt: str = _Text
    size: tuple[int, int] = (0, 0)
    """Pixels across and down."""
    seconds: int | None = Field(default=None, ge=0, le=3600)
    """Of a clip; None for a picture."""
    seed: int | None = None
    references: tuple[AskedReference, ...] = Field(default=(), max_length=64)
    characters: tuple[AskedCharacter, ...] = Field(default=(), max_length=64)
    source: AskedEarlier | None = None
    turns: tuple[object, ...] = Field(default=(), max_length=64)
    """Earlier exchanges about a picture; only that there were any matters here."""


class TakeRecipe(_Record):
    """How one take was made."""

    production: str = _Name
    run: str = _Name
    shot: str = _Name
    take: int = Field(default=1, ge=1, le=1_000_000)
    kind: Literal["video", "image"] = "video"
    route: str = _Name
    model: str = _Name
    """As the service named it in its answer."""
    cost_usd: float = Field(default=0.0, ge=0, le=1e6, allow_inf_nan=False)
    """What it cost; what the service would have asked where it was simulated."""
    simulated: bool = False
    digest: str = _Digest
    """Of the bytes as delivered."""
    sheets: dict[str, str] = Field(default_factory=dict)
    """The version of each character's sheet that it was planned with, by name."""
    asked: Asked = Asked()


class Recipe(_Record):
    """How a take, or all takes of a film, were made."""

    format: Literal["charkit recipe 1"] = "charkit recipe 1"
    charkit: str = _Name
    """The version of charkit that wrote it."""
    title: str = _Name
    """The film's; empty for a single take."""
    takes: tuple[TakeRecipe, ...] = Field(max_length=10_000)

    @classmethod
    def made(cls, takes: Iterable[TakeRecipe], *, title: str = "") -> Recipe:
        """Return the recipe of takes, each once, as this version of charkit writes it."""
        once: list[TakeRecipe] = []
        for take in takes:
            if take not in once:
                once.append(take)
        return cls(charkit=_version(), title=title, takes=tuple(once))

    def of(self, shot: str | None = None) -> TakeRecipe:
        """Return the recipe of one shot's take.

        Raises:
            UsageError: There are several, and none was named, or there is none of that shot.
        """
        found = [take for take in self.takes if shot in (None, take.shot)]
        names = ", ".join(dict.fromkeys(take.shot for take in self.takes))
        if not found:
            raise UsageError(f"there is no recipe of {shot!r}; there are: {names or 'none'}")
        if shot is None and len(self.takes) > 1:
            raise UsageError(f"it is a film of several takes; say which shot: {names}")
        return found[0]

    def text(self) -> str:
        """Return it as one line of JSON, as it stands inside files."""
        return self.model_dump_json()

    def __repr__(self) -> str:
        names = ", ".join(f"{take.shot}/{take.take}" for take in self.takes)
        return f"Recipe({self.title + ': ' if self.title else ''}{names})"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            (
                f"{take.shot} take {take.take}",
                take.route + (" (simulated)" if take.simulated else ""),
                take.model,
                "" if take.asked.seed is None else str(take.asked.seed),
                ", ".join(f"{one.character or one.role} {one.digest[7:15]}" for one in take.asked.references),
                dollars(take.cost_usd),
                take.asked.prompt,
            )
            for take in self.takes
        ]
        columns = ("take", "route", "model", "seed", "references", "cost", "prompt")
        caption = f"Recipe{': ' + self.title if self.title else ''} (charkit {self.charkit})"
        return {"text/plain": repr(self), "text/html": table(columns, rows, caption=caption)}


def recipe_of(
    takes: Iterable[Take],
    requests: Mapping[str, str],
    *,
    title: str = "",
    sheets: Mapping[str, Mapping[str, str]] | None = None,
) -> Recipe:
    """Return the recipe of takes that were just made.

    Args:
        takes: The takes.
        requests: By the id of their job in the ledger, the request as it was written down there.
        title: The film's.
        sheets: By shot, the digest of each character's sheet by its name.
    """
    known = sheets or {}
    made = [_take(take, requests.get(take.job_id, ""), known.get(take.subject, {})) for take in takes]
    return Recipe.made(made, title=title)


@cache
def _version() -> str:
    try:  # reads a file of the installation
        return metadata.version("charkit")
    except metadata.PackageNotFoundError:
        return ""


def _take(take: Take, request: str, sheets: Mapping[str, str]) -> TakeRecipe:
    asked = Asked.model_validate_json(request) if request else Asked(prompt=take.prompt, seed=take.seed)
    return TakeRecipe(
        production=take.production,
        run=take.run,
        shot=take.subject,
        take=take.number,
        kind=take.kind,
        route=take.route,
        model=take.model,
        cost_usd=take.price_usd,
        simulated=take.simulated,
        digest=take.digest,
        sheets=dict(sheets),
        asked=asked,
    )


def beside(path: Path) -> Path:
    """Return where the recipe of a take lies that stays as it was delivered."""
    return path.with_suffix(".recipe.json")


def keep_beside(path: Path, recipe: Recipe) -> None:
    """Write a take's recipe beside it.

    Raises:
        StorageError: It cannot be written.
    """
    write_json(beside(path), recipe)


def share(path: Path, out: Path) -> Path:
    """Write a copy of a take or film that has its recipe inside, to be passed on.

    Raises:
        UsageError: It has no recipe, or the copy would be of another kind.
        UnreadableMedia: It cannot be read.
        StorageError: The copy cannot be written.
    """
    recipe = recipe_in(path)
    return write_words(path, out, {PNG_KEY if path.suffix.lower() in PICTURES else KEY: recipe.text()})


def find_recipe(path: Path, words: Mapping[str, str] | None = None) -> Recipe | None:
    """Return the recipe inside a file or beside it; None where there is none, or none that can be read.

    Args:
        path: The file.
        words: Those inside it, where they are known; else they are read.
    """
    try:
        return recipe_in(path, words)
    except (UsageError, MediaError):
        return None


def recipe_in(path: Path, words: Mapping[str, str] | None = None) -> Recipe:
    """Return the recipe inside a file, or beside it.

    Args:
        path: The file.
        words: Those inside it, where they are known; else they are read.

    Raises:
        UsageError: There is none.
        BadDocument: There is one that is damaged.
        UnreadableMedia: The file cannot be read.
    """
    path = Path(path)
    known = read_words(path) if words is None else words
    for text in known.values():
        if len(text) <= MAX_WORDS and text.lstrip().startswith(_HEAD):
            return _parsed(text, path)
    file = beside(path)
    if file.is_file() and file.stat().st_size <= _MAX_BYTES:
        try:
            return _parsed(file.read_text(encoding="utf-8"), file)
        except UnicodeDecodeError:
            raise BadDocument("is not UTF-8 text", file=file) from None
    raise UsageError(
        f"{path.name} has no recipe inside, and there is no {file.name} beside it. "
        "Takes in a run's folder and films that charkit made have one"
    )


def _parsed(text: str, file: Path) -> Recipe:
    try:
        return Recipe.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadDocument(f"holds a damaged recipe: {where}: {first['msg']}", file=file) from None
