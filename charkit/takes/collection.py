"""Takes together: what one run of the floor brought in, shown as a grid, kept as a file for the next notebook."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from pydantic import BaseModel, ConfigDict

from charkit.cards import grid
from charkit.documents import read_json, write_json
from charkit.errors import UnknownName
from charkit.ledger import micro, usd
from charkit.money import dollars
from charkit.providers.base import Outcome
from charkit.takes.records import Take  # noqa: TC001  (pydantic reads it when takes are loaded)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from charkit.store import Store

__all__ = ["Takes"]

_BAD = frozenset({Outcome.REFUSED, Outcome.FAILED, Outcome.EXPIRED, Outcome.CANCELLED})


class _Document(BaseModel):
    """How takes stand in a file: everything but where the store happens to lie."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    takes: tuple[Take, ...]


class Takes:
    """Some takes, in the order in which they were ordered."""

    def __init__(self, takes: Iterable[Take] = ()) -> None:
        self._takes = tuple(takes)

    def __len__(self) -> int:
        return len(self._takes)

    def __iter__(self) -> Iterator[Take]:
        return iter(self._takes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Takes) and self._takes == other._takes

    def __hash__(self) -> int:
        return hash(self._takes)

    def __add__(self, other: Takes) -> Takes:
        return Takes((*self._takes, *other))

    @overload
    def __getitem__(self, index: int) -> Take: ...
    @overload
    def __getitem__(self, index: slice) -> Takes: ...
    def __getitem__(self, index: int | slice) -> Take | Takes:
        found = self._takes[index]
        return Takes(found) if isinstance(found, tuple) else found

    @property
    def subjects(self) -> tuple[str, ...]:
        """The shots or views, each once, in order."""
        return tuple(dict.fromkeys(take.subject for take in self._takes))

    def of(self, subject: str) -> Takes:
        """Return the takes of one shot or view.

        Raises:
            UnknownName: there are none.
        """
        found = Takes(take for take in self._takes if take.subject == subject)
        if not found:
            raise UnknownName("shot among these takes", subject, self.subjects)
        return found

    @property
    def ok(self) -> Takes:
        """Those with media."""
        return Takes(take for take in self._takes if take.ok)

    @property
    def failed(self) -> Takes:
        """Those that were refused, failed, expired or were cancelled: finished, and without media."""
        return Takes(take for take in self._takes if take.outcome in _BAD)

    @property
    def unfinished(self) -> Takes:
        """Those that still run, are in doubt, or wait to be fetched."""
        return Takes(take for take in self._takes if not take.ok and take.outcome not in _BAD)

    @property
    def total_usd(self) -> float:
        """What they cost together; a take that an earlier run paid for counts with its price."""
        return usd(sum(micro(take.price_usd) for take in self._takes))

    def __repr__(self) -> str:
        counts = Counter(take.status for take in self._takes)
        words = [f"{count} {status}" for status, count in sorted(counts.items())]
        simulated = ", simulated" if any(take.simulated for take in self._takes) else ""
        return f"Takes({', '.join(words) or 'none'}; {dollars(self.total_usd)}{simulated})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        if not self._takes:  # an empty grid would show nothing at all
            return {"text/plain": repr(self)}
        return {"text/plain": repr(self), "text/html": grid([take.card(small=True) for take in self._takes])}

    def save(self, path: Path) -> None:
        """Write the takes to a JSON file, media as digests.

        Raises:
            StorageFull: no space; what stood there before stays.
            StorageError: it cannot be written.
        """
        document = _Document(takes=self._takes)
        write_json(path, document.model_dump(mode="json", exclude={"takes": {"__all__": {"path"}}}))

    @classmethod
    def load(cls, path: Path, store: Store) -> Takes:
        """Read takes from a JSON file; media that the store no longer has is missing from its take.

        Raises:
            BadDocument: the file is missing or is not one that `save` wrote.
        """
        takes = read_json(path, _Document).takes
        return cls(
            replace(take, path=store.path(take.digest) if take.digest and store.has(take.digest) else None)
            for take in takes
        )
