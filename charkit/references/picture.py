"""Pictures of a character, prepared for sending: upright, sRGB, without private metadata."""

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
    from charkit.cards import Html
    from charkit.character import CharacterSheet
    from charkit.store import Store

__all__ = ["MAX_SIDE", "MIN_SIDE", "Reference", "References", "beside", "prepare", "reference_card"]

MAX_SIDE = 1024
"""Longest side that is sent by default, in pixels: the larger side of the image routes' 1K pictures stays readable and
five of them stay under 4 MB."""

MIN_SIDE = 256
"""Shortest side that is accepted, in pixels: the strictest limit among the video routes (MiniMax H3 on vLLM-Omni,
openai-video-wire 4.3)."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A prepared picture of a character."""

    character: str
    """The character's slug."""
    name: str
    """The character's name, as prompts say it."""
    view: View
    path: Path
    """Where the prepared PNG lies."""
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

    def blob(self) -> Blob:
        """Return its bytes as they are sent.

        Raises:
            BadReference: the file is gone, or its bytes are not those that were prepared.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise BadReference(f"cannot be read ({error.strerror}); prepare it again", file=self.path) from error
        blob = Blob(name=f"{self.character}-{self.view}-{self.digest[7:15]}.png", media_type="image/png", data=data)
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
        return cls(tuple(replace(r, path=Path(path).parent / r.path) for r in stored))

    def save(self, path: Path) -> None:
        """Write them as JSON, with paths relative to the file, so that the folder can move."""
        write_json(
            Path(path), _ReferencesFile(references=tuple(replace(r, path=beside(r.path, path)) for r in self.items))
        )

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


def prepare(
    path: Path | str,
    *,
    view: View | str,
    character: CharacterSheet,
    store: Store,
    wardrobe: str = "default",
    max_side: int = MAX_SIDE,
    size: tuple[int, int] | None = None,
    mode: Literal["crop", "pad"] = "pad",
    ground: str = "#ffffff",
    origin: str = "",
    simulated: bool = False,
) -> Reference:
    """Turn any picture into one that can be sent: upright, sRGB, flat, not too large, without metadata.

    Args:
        path: PNG, JPEG, WebP, HEIC and whatever else can be opened; it is left as it is.
        view: What it shows of the character.
        character: Whom it shows.
        store: Where the prepared PNG is kept.
        wardrobe: The outfit in the picture.
        max_side: Longest side in pixels; smaller pictures are not enlarged.
        size: Exactly these pixels instead, for routes that demand them.
        mode: How to reach `size`: `pad` keeps all of the picture, `crop` fills the size.
        ground: What stands behind transparency and padding, `#rrggbb`.
        origin: Where it came from; by default the file's name.
        simulated: Whether the simulator drew it.

    Raises:
        BadReference: the file is missing, is no picture, or is too small.
        UnknownName: the character has no such outfit.
    """
    from charkit.media.images import encode_png, fit, open_upright

    path = Path(path)
    character.outfit(wardrobe)
    image = open_upright(path)
    if min(image.size) < MIN_SIDE:
        raise BadReference(
            f"is {image.width}x{image.height} pixels; a reference needs at least {MIN_SIDE} on each side", file=path
        )
    width, height = size or _shrunk(image.size, max_side)
    flat = fit(image, width, height, mode, ground)
    stored = store.put(encode_png(flat), ".png")
    return Reference(
        character=character.slug,
        name=character.name,
        view=View(view),
        path=stored.path,
        digest=stored.digest,
        width=width,
        height=height,
        wardrobe=wardrobe,
        sheet=character.digest,
        origin=origin or path.name,
        simulated=simulated,
    )


def _shrunk(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    scale = min(1.0, max_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


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
    rows = [("view", str(reference.view)), ("size", f"{reference.width}x{reference.height}")]
    if reference.wardrobe != "default":
        rows.append(("outfit", reference.wardrobe))
    rows += [("from", reference.origin), ("digest", reference.digest[7:15])]
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
    return encode_jpeg(fit(image, *_shrunk(image.size, 320)), quality=80)
