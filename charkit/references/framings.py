"""How a person wants single pictures framed in a run: kept on disk beside it, and applied to what is prepared.

    data/runs/<run>/framing.yaml     a line taken out prepares the picture as charkit would

A framing holds for the very picture that it was drawn on. Where another picture stands there by now, it
is left out, and the picture says so.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003  # pydantic reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from charkit.documents import read_yaml, write_yaml
from charkit.errors import UnknownName
from charkit.references.parts import checked_part
from charkit.references.picture import Framing, Reference, References
from charkit.references.preparing import again, usual

if TYPE_CHECKING:
    from charkit.media.scaling import Box
    from charkit.references.preparing import Faces

__all__ = ["Framed", "Framings", "find_picture", "framed", "key_of"]

_HEADER = "How somebody wants pictures of this run framed. One taken out is prepared as charkit would."
_Share = Annotated[float, Field(ge=0, le=1)]


class Framed(BaseModel):
    """One decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: tuple[_Share, _Share, _Share, _Share] | None = None
    mode: Literal["auto", "crop", "pad"] = "auto"
    keep: tuple[_Share, _Share, _Share, _Share] | None = None


class Framings(BaseModel):
    """All of a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pictures: dict[str, Framed] = {}
    """By `key_of`: a framing is of the very picture on which it was drawn."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the decisions; none yet is no error.

        Raises:
            BadDocument: with file and line.
        """
        return read_yaml(path, cls) if path.is_file() else cls()

    def save(self, path: Path) -> None:
        """Write them."""
        write_yaml(path, self, header=_HEADER)

    def framing(self, reference: Reference, framing: Framing | None) -> Self:
        """Return the decisions with one more, or without one."""
        key = key_of(reference)
        others = {name: one for name, one in self.pictures.items() if name != key}
        if framing is None:
            return type(self)(pictures=others)
        made = Framed(part=framing.part, mode=framing.mode, keep=framing.keep)
        return type(self)(pictures={**others, key: made})

    def on(self, references: References, *, faces: Faces | None = None) -> References:
        """Return references framed as decided; one whose picture changed since says that a crop was left out.

        Args:
            references: As charkit prepared them.
            faces: Finds faces, for a subject that nobody drew.

        Raises:
            BadReference: a part is too small to be sent, or a source is gone.
        """
        if not self.pictures:
            return references
        stray = set(self.pictures) - {key_of(one) for one in references}
        return References(tuple(self._framed(one, stray, faces) for one in references))

    def _framed(self, reference: Reference, stray: set[str], faces: Faces | None) -> Reference:
        wanted = self.pictures.get(key_of(reference))
        if wanted is not None:
            return framed(reference, Framing(part=wanted.part, mode=wanted.mode, keep=wanted.keep), faces=faces)
        if any(_view(key) == _view(key_of(reference)) for key in stray):
            lost = "a crop was drawn on another picture that stood here before; it is left out"
            return replace(reference, warnings=(*reference.warnings, lost))
        return reference


def framed(reference: Reference, framing: Framing | None, *, faces: Faces | None = None) -> Reference:
    """Prepare a reference again as a person wants it framed; without a framing as charkit would.

    Args:
        reference: As it is now.
        framing: What the person wants.
        faces: Finds faces, for a subject that nobody drew.

    Raises:
        BadReference: the part is too small to be sent, or the source is not known or gone.
        UsageError: the part, or the subject, does not lie in the picture.
    """
    wanted = framing or Framing()
    part: Box | None = checked_part(wanted.part)
    recipe = usual(reference.view, faces)
    made = again(reference, replace(recipe, part=part, mode=wanted.mode, keep=checked_part(wanted.keep)), faces=faces)
    return replace(made, framing=None if framing is None else replace(wanted, part=part))


def key_of(reference: Reference) -> str:
    """Return the name by which a run remembers a picture: whose, which view, in which outfit, and its source's digest.

    Such as `mira/face/default@4f0c1e2d`.
    """
    return f"{reference.character}/{reference.view}/{reference.wardrobe}@{reference.source_digest[7:15]}"


def _view(key: str) -> str:
    return key.partition("@")[0]


def find_picture(references: References, name: str) -> Reference:
    """Return the picture of a key, or of a name such as `Mira, face`.

    Raises:
        UnknownName: there is none.
    """
    for one in references:
        if name in (key_of(one), _view(key_of(one)), f"{one.name}, {one.view}"):
            return one
    raise UnknownName("picture", name, [key_of(one) for one in references])
