"""Where a film comes from: what its takes and references say of it, and the signed copy that keeps their word.

Editing loses Content Credentials: what a service signed were the bytes of its own file. So `film.mp4` never has any;
the signed copy beside it, `film.signed.mp4`, carries the takes' as ingredients.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, table
from charkit.media.provenance import Credentials, Part, Status, read_credentials, sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from charkit.film.records import Film
    from charkit.media.provenance import Certificate
    from charkit.recipe import Recipe

__all__ = ["SIGNED", "Origins", "Source", "origins", "sign_film"]

SIGNED: Final = "film.signed.mp4"
"""The signed copy's name, beside the film."""

_STATEMENT: Final = "org.charkit.run"
"""Label of charkit's own statement in the film's manifest."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that a film was made of."""

    path: Path
    title: str
    """What it is, such as `S01 take 1`."""
    kind: str
    """`take` or `reference`."""


@dataclass(frozen=True, kw_only=True)
class Origins:
    """What takes and references say of where they come from, and what became of it in the film."""

    sources: tuple[tuple[Source, Credentials], ...]
    signed: Credentials | None = None
    """Of the signed copy; None where there is none."""

    @property
    def lost(self) -> tuple[str, ...]:
        """The takes whose Content Credentials the edited film does not carry."""
        return tuple(s.title for s, found in self.sources if s.kind == "take" and found.status.present)

    @property
    def account(self) -> str:
        """What the film carries, and what it lost, in a sentence or two."""
        if any(found.status is Status.UNKNOWN for _, found in self.sources):
            return "Nobody looked for Content Credentials: pip install 'charkit[provenance]'."
        takes = sum(source.kind == "take" for source, _ in self.sources)
        if not self.lost:
            had = f"None of the {takes} takes came with Content Credentials, so cutting lost none."
        elif self.signed is not None:
            had = f"{len(self.lost)} of {takes} takes came with Content Credentials; the signed copy keeps them inside."
        else:
            had = (
                f"{len(self.lost)} of {takes} takes came with Content Credentials, which the edited film does not "
                f"carry: {', '.join(self.lost)}. studio.sign() writes a copy that keeps them."
            )
        return f"{had} {self._copy}".strip()

    @property
    def _copy(self) -> str:
        if self.signed is None:
            return ""
        return f"{self.signed.name}: {self.signed.line}."

    def html(self) -> Html:
        """Return it as a table with its account above."""
        rows = [(s.kind, s.title, found.line, found.generator or "–") for s, found in self.sources]
        shown = self.signed.html() if self.signed is not None else ""
        page = table(("kind", "file", "Content Credentials", "made with"), rows, caption=self.account)
        return Html(f"{shown}{page}")

    def __repr__(self) -> str:
        kind = f", {self.signed.line}" if self.signed is not None else ", no signed copy"
        return f"Origins({len(self.sources)} files, {len(self.lost)} with credentials{kind})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self.html()}


def origins(sources: Iterable[Source], folder: Path) -> Origins:
    """Read the Content Credentials of what a film was made of, and of its signed copy where there is one.

    Args:
        sources: Takes and references; files that are gone are left out.
        folder: The film's folder.
    """
    copy = folder / SIGNED
    return Origins(
        sources=tuple((one, read_credentials(one.path)) for one in sources if one.path.is_file()),
        signed=read_credentials(copy) if copy.is_file() else None,
    )


def sign_film(film: Film, sources: Sequence[Source], certificate: Certificate, *, recipe: Recipe | None) -> Credentials:
    """Write the signed copy of a film beside it, with its takes as ingredients.

    Args:
        film: The finished film. It is not changed.
        sources: Its takes, in order; a take that stands in it twice is named once.
        certificate: Whose.
        recipe: How the takes were made; its digest, and that of the run's manifest, stand in the signed statement.

    Raises:
        UnreadableMedia: The film or a take is missing or damaged.
        EncodingFailed: It cannot be signed; nothing is left.
        StorageFull: No room; nothing is left.
    """
    parts = {source.path: Part(path=source.path, title=source.title) for source in sources if source.kind == "take"}
    return sign(
        film.path,
        film.folder / SIGNED,
        certificate,
        title=film.title,
        origin=_origin(recipe, simulated=film.simulated),
        generator=("charkit", version("charkit")),
        deeds=("c2pa.edited", *(("c2pa.transcoded",) if film.encoded_frames else ())),
        parts=tuple(parts.values()),
        assertions={_STATEMENT: _statement(film, recipe)},
    )


def _origin(recipe: Recipe | None, *, simulated: bool) -> str:
    """Return the IPTC digital source type: the simulator draws by rule and was trained on nothing.

    Source: https://cv.iptc.org/newscodes/digitalsourcetype/
    """
    drawn = [take.simulated for take in recipe.takes] if recipe is not None else [simulated]
    if all(drawn):
        return "algorithmicMedia"
    return "compositeWithTrainedAlgorithmicMedia" if any(drawn) else "trainedAlgorithmicMedia"


def _statement(film: Film, recipe: Recipe | None) -> dict[str, JsonValue]:
    stated: dict[str, JsonValue] = {"film": _digest(film.path.read_bytes()), "simulated": film.simulated}
    manifest = film.folder / "manifest.json"
    if manifest.is_file():
        stated["manifest"] = _digest(manifest.read_bytes())
    if recipe is not None:
        stated["recipe"] = _digest(recipe.text().encode())
        stated["takes"] = [{"shot": t.shot, "take": t.take, "digest": t.digest, "route": t.route} for t in recipe.takes]
    return stated


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
