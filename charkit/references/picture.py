"""Pictures of a character as they are sent, and the file that remembers them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, overload

from pydantic import BaseModel, ConfigDict

from charkit.character import View, counted, folded
from charkit.documents import read_json, write_json
from charkit.errors import BadReference, MediaError
from charkit.providers.base import Blob, BoundReference, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.cards import Html

__all__ = ["Framing", "Reference", "References", "beside", "moved", "reference_card"]

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, kw_only=True)
class Framing:
    """How a person wants a picture framed."""

    part: tuple[float, float, float, float] | None = None
    """The part of the upright source that is sent: left, top, right, bottom, as shares of it; None for all."""
    mode: Literal["auto", "crop", "pad"] = "auto"
    """How to reach another shape where a route asks for one; see `Recipe.mode`."""
    keep: tuple[float, float, float, float] | None = None
    """The subject, which stays whole in every shape: likewise as shares of the source; None to look for it."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A prepared picture of a character."""

    character: str
    """The character's slug."""
    name: str
    """The character's name, as prompts say it."""
    view: View
    path: Path
    """Where the prepared picture lies."""
    digest: str
    """`sha256:` of its bytes."""
    width: int
    height: int
    wardrobe: str = "default"
    sheet: str = ""
    """The digest of the sheet it was prepared under; empty where that is not known."""
    origin: str = ""
    """Where it came from: a file's name, or the take that made it."""
    simulated: bool = False
    """Whether the simulator drew it."""
    media_type: str = "image/png"
    size: int = 0
    """Length of the file in bytes; 0 where it was prepared before that was written down."""
    source: Path | None = None
    """The picture as it was handed in, for preparing it again; None where that is not known."""
    source_digest: str = ""
    """`sha256:` of that file's bytes."""
    crop: tuple[float, float, float, float] | None = None
    """Which part of the upright source it shows: left, top, right, bottom, as shares of it; None for all."""
    kept: tuple[float, float, float, float] | None = None
    """The subject that the crop was laid around, likewise; None where nothing was looked for."""
    framing: Framing | None = None
    """How a person wants it framed; None where nobody said."""
    steps: tuple[str, ...] = ()
    """What was done to it, in words."""
    warnings: tuple[str, ...] = ()
    """What a person should know of it."""

    def blob(self) -> Blob:
        """Return its bytes as they are sent.

        Raises:
            BadReference: the file is gone, or its bytes are not those that were prepared.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise BadReference(f"cannot be read ({error.strerror}); prepare it again", file=self.path) from error
        name = f"{self.character}-{self.view}-{self.digest[7:15]}.{_SUFFIXES.get(self.media_type, 'img')}"
        blob = Blob(name=name, media_type=self.media_type, data=data)
        if blob.digest != self.digest:
            raise BadReference("is not the picture that was prepared; prepare it again", file=self.path)
        return blob

    def bound(self, role: Role = Role.CHARACTER) -> BoundReference:
        """Return it bound to a role in a request."""
        return BoundReference(role=role, blob=self.blob(), character=self.name, view=self.view)

    def __repr__(self) -> str:
        return f"<Reference {self.name}, {self.view}: {self.width}x{self.height}, {self.digest[7:15]}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": reference_card(self)}


class _ReferencesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    references: tuple[Reference, ...]


@dataclass(frozen=True, eq=False)
class References(Sequence[Reference]):
    """Prepared pictures in order; what the notebook of references leaves for the next one."""

    items: tuple[Reference, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            BadDocument: the file is missing or not one of ours.
        """
        stored = read_json(Path(path), _ReferencesFile).references
        return cls(tuple(moved(r, lambda file: Path(path).parent / file) for r in stored))

    def save(self, path: Path) -> None:
        """Write them as JSON, with paths relative to the file, so that the folder can move."""
        told = tuple(moved(r, lambda file: beside(file, path)) for r in self.items)
        write_json(Path(path), _ReferencesFile(references=told))

    def of(self, character: str) -> References:
        """Return the pictures of one character, by slug or name."""
        key = folded(character)
        return References(tuple(r for r in self.items if key in (folded(r.character), folded(r.name))))

    @overload
    def __getitem__(self, index: int) -> Reference: ...
    @overload
    def __getitem__(self, index: slice) -> References: ...
    def __getitem__(self, index: int | slice) -> Reference | References:
        return References(self.items[index]) if isinstance(index, slice) else self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        each = ", ".join(f"{name} {count}" for name, count in Counter(r.name for r in self.items).items())
        return f"<References: {counted(len(self.items), 'picture')}{f' ({each})' if each else ''}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import grid

        return {"text/plain": repr(self), "text/html": grid([reference_card(r) for r in self.items])}


def moved(reference: Reference, change: Callable[[Path], Path]) -> Reference:
    """Return a reference with its paths changed, such as from a run's folder to the file that names them."""
    source = change(reference.source) if reference.source is not None else None
    return replace(reference, path=change(reference.path), source=source)


def beside(path: Path, file: Path | str) -> Path:
    """Return a path as seen from the folder of a file."""
    return Path(os.path.relpath(path, Path(file).parent))


def reference_card(reference: Reference, why: str = "") -> Html:
    """Return a picture as a card of HTML, with the reason where it was left out."""
    from charkit.cards import card

    try:
        picture: bytes | None = _thumbnail(reference.path)
    except (BadReference, MediaError, OSError):  # a display must not raise; the card says what is known
        picture = None
    kind = reference.media_type.removeprefix("image/").upper()
    rows = [("view", str(reference.view)), ("size", f"{reference.width}x{reference.height} {kind}")]
    if reference.wardrobe != "default":
        rows.append(("outfit", reference.wardrobe))
    rows += [("from", reference.origin), ("digest", reference.digest[7:15])]
    if reference.steps:
        rows.append(("prepared", "; ".join(reference.steps)))
    rows += [("mind", warning) for warning in reference.warnings]
    if why:
        rows.append(("left out", why))
    badge = "simulated" if reference.simulated else None
    return card(
        f"{reference.name}, {reference.view}",
        rows=rows,
        picture=picture,
        picture_type="image/jpeg",
        badge=badge,
        badge_kind="simulated",
    )


def _thumbnail(path: Path) -> bytes:
    from charkit.media.images import encode_jpeg, fit, open_upright

    image = open_upright(path)
    scale = min(1.0, 320 / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    return encode_jpeg(fit(image, width, height), quality=80)
