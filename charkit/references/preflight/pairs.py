"""What only shows when pictures are put beside each other: copies, copies of somebody else, look-alikes, too many."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image

from charkit.character import counted, folded, joined
from charkit.references.preflight.cutouts import corners_of, overlap
from charkit.references.preflight.evidence import beside_each_other
from charkit.references.preflight.looking import COLOURS, COPY, unlike
from charkit.references.preflight.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from charkit.references.preflight.cutouts import Corners
    from charkit.references.preflight.looking import Looked
    from charkit.references.preflight.pictured import Pictured, Sending

__all__ = [
    "Identifying",
    "Resemblance",
    "Seen",
    "copy_findings",
    "count_findings",
    "identity_findings",
    "look_alike_findings",
]

Seen = tuple["Pictured", "Looked"]
"""A picture, and what was seen in it."""


class Resemblance(Protocol):
    """Says how alike two characters look in their pictures. Other ways to see (faces, embeddings) plug in here."""

    @property
    def name(self) -> str:
        """What it compares, such as `colours`; goes into the finding."""

    @property
    def blind_to(self) -> str:
        """What it does not see, in words."""

    @property
    def way_round(self) -> str:
        """How to make two characters less alike."""

    @property
    def line(self) -> float:
        """The value from which two characters count as alike."""

    def see(self, rgb: NDArray[np.uint8]) -> object | None:
        """Return what it compares of one picture, sRGB of shape (height, width, 3); None where it sees nothing.

        It may be called by several threads at once.
        """

    def alike(self, one: object, other: object) -> float:
        """Return how alike two things are that `see` returned, 0 to 1."""


class Identifying(Resemblance, Protocol):
    """Says how alike who is shown looks, with weights that may not be there."""

    @property
    def problem(self) -> str:
        """Why it cannot see, and how to change that; empty where it can."""


def copy_findings(seen: Sequence[Seen]) -> Iterator[Finding]:
    """Yield pictures that are the same as another, whole or in part, or a copy of another character's."""
    corners = lru_cache(maxsize=None)(lambda place: corners_of(seen[place][1]))
    for (here, (one, first)), (there, (other, second)) in combinations(enumerate(seen), 2):
        if one.prepared_like(other):
            continue
        how = _copied(first, second)
        if not how and not (one.character and folded(one.character) == folded(other.character)):
            how = _cut_out(corners(here), corners(there))
        if not how:
            continue
        somebody_else = one.character and other.character and folded(one.character) != folded(other.character)
        yield Finding(
            rule="copies.other-character" if somebody_else else "copies.duplicate",
            level="error" if somebody_else else "warning",
            says=f"{how}: {'two characters would share one look' if somebody_else else 'one of them adds nothing'}",
            way_round=("give each character pictures of its own",) if somebody_else else ("leave one of them out",),
            pictures=(other.name, one.name),
            digests=(second.digest, first.digest),
            evidence=beside_each_other(first, second),
        )


def _copied(one: Looked, other: Looked) -> str:
    """Say how one picture is another as a whole; empty where it is not."""
    if one.digest and one.digest == other.digest:
        return "the same file"
    apart = unlike(one, other)
    if apart is None or apart[0] > COPY or apart[1] > COLOURS:
        return ""
    return f"nearly the same picture ({apart[0]} of 256 bits apart)"


def _cut_out(one: Corners | None, other: Corners | None) -> str:
    """Say how one picture is part of another; empty where it is not, or where nobody can tell."""
    like = overlap(one, other) if one is not None and other is not None else None
    return f"the same picture in part (laid on each other they agree by {like:.2f})" if like is not None else ""


def look_alike_findings(seen: Sequence[Seen], resemblance: Resemblance, *, at_once: int = 1) -> Iterator[Finding]:
    """Yield the pairs of characters that look alike, each by its nearest two pictures.

    Args:
        seen: The pictures of the whole cast.
        resemblance: What compares them.
        at_once: How many pictures are looked at at the same time.
    """
    told = [(one, looked) for one, looked in seen if one.character and looked.small]
    if len({folded(one.character) for one, _ in told}) < 2:
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="resemblance") as pool:
        facts = list(pool.map(lambda pair: resemblance.see(_rgb(pair[1])), told))
    by_character: dict[str, list[tuple[Pictured, Looked, object]]] = {}
    for (one, looked), fact in zip(told, facts, strict=True):
        if fact is not None:
            by_character.setdefault(folded(one.character), []).append((one, looked, fact))
    for mine, others in combinations(by_character.values(), 2):
        pairs = ((resemblance.alike(a[2], b[2]), a, b) for a in mine for b in others)
        value, (one, first, _), (other, second, _) = max(pairs, key=lambda pair: pair[0])
        if value < resemblance.line:
            continue
        yield Finding(
            rule="cast.look-alikes",
            level="warning",
            says=(
                f"{one.character} and {other.character} are alike in their {resemblance.name} ({value:.2f}, line at "
                f"{resemblance.line:.2f}; blind to {resemblance.blind_to}): models and scorers mix them up"
            ),
            way_round=(resemblance.way_round, "keep them out of the same shot"),
            pictures=(one.name, other.name),
            digests=(first.digest, second.digest),
            evidence=beside_each_other(first, second),
        )


def identity_findings(seen: Sequence[Seen], identity: Identifying, *, at_once: int = 1) -> Iterator[Finding]:
    """Yield the pairs that look like one person; where nobody can compare them, that this is unknown.

    Args:
        seen: The pictures of all characters of one kind.
        identity: What compares them, and says in `problem` why it cannot.
        at_once: How many pictures are looked at at the same time.
    """
    cast = tuple(dict.fromkeys(one.character for one, looked in seen if one.character and looked.small))
    if identity.problem and len(cast) > 1:
        pictures = {one.name: looked.digest for one, looked in seen if one.character and looked.small}
        yield Finding(
            rule="cast.look-alikes",
            level="unknown",
            says=f"whether {joined(cast)} look alike in their {identity.name} is unknown: {identity.problem}",
            way_round=("compare them by eye", "get the weights"),
            pictures=tuple(pictures),
            digests=tuple(pictures.values()),
        )
        return
    yield from look_alike_findings(seen, identity, at_once=at_once)


def _rgb(looked: Looked) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(looked.small)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.uint8)


def count_findings(sending: Sending, digests: Sequence[str]) -> Iterator[Finding]:
    """Yield where a request would carry more pictures, or of more characters, than its route takes."""
    route, names = sending.route, tuple(one.name for one in sending.pictures)
    first = route.capabilities.first_frame
    fact = route.capabilities.references or first
    most = route.max_references() or int(first is not None and first.value)
    if len(names) > most:
        yield Finding(
            rule="count.pictures",
            level="error",
            says=f"{counted(len(names), 'picture')} would go out together; {route.name} takes {most or 'none'}",
            hard=True,
            way_round=(f"leave out {joined(names[most:])}",) if most else (),
            pictures=names,
            digests=tuple(digests),
            route=route.name,
            source=f"{fact.source}, {fact.as_of}" if fact else "",
        )
    shown = tuple(dict.fromkeys(one.character for one in sending.pictures if one.character))
    subjects = route.capabilities.subjects
    if subjects is not None and len(shown) > subjects.value:
        yield Finding(
            rule="count.characters",
            level="error",
            says=f"the pictures show {joined(shown)}; {route.name} takes pictures of {subjects.value} at once",
            hard=True,
            way_round=(f"send those of {shown[0]} only, the others in words",),
            pictures=names,
            digests=tuple(digests),
            route=route.name,
            source=f"{subjects.source}, {subjects.as_of}",
        )
