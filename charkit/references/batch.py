"""Many pictures prepared in one go, on all cores and within bounded memory."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.character import counted
from charkit.errors import CharkitError, StorageFull
from charkit.references.picture import Reference, References, reference_card
from charkit.references.preparing import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from charkit.character import CharacterSheet, View
    from charkit.references.preparing import Faces, Recipe
    from charkit.store import Store

__all__ = ["Handed", "PreparedAll", "prepare_all"]


@dataclass(frozen=True, kw_only=True)
class Handed:
    """One picture as it was handed in."""

    path: Path
    view: View | str
    character: CharacterSheet
    wardrobe: str = "default"
    origin: str = ""
    """Where it came from; by default the file's name."""
    simulated: bool = False
    """Whether the simulator drew it."""
    recipe: Recipe | None = None
    """How it is to be prepared, where not as all the others."""


@dataclass(frozen=True, kw_only=True)
class PreparedAll:
    """What became of many pictures."""

    references: References
    """Those that can be sent, in the order in which they were handed in."""
    refused: tuple[CharkitError, ...] = ()
    """Why the others cannot, each with its file."""

    def all(self) -> References:
        """Return the pictures if every one could be prepared.

        Raises:
            CharkitError: the first that could not, as `prepare` would have raised it. The others stay in the store.
        """
        if self.refused:
            raise self.refused[0]
        return self.references

    def __repr__(self) -> str:
        return f"<PreparedAll: {counted(len(self.references), 'picture')}, {len(self.refused)} refused>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import Html, grid, table

        shown = str(grid([reference_card(r) for r in self.references]))
        if self.refused:
            shown += table(["refused"], [[str(problem)] for problem in self.refused])
        return {"text/plain": repr(self), "text/html": Html(shown)}


def prepare_all(
    handed: Iterable[Handed],
    store: Store,
    *,
    recipe: Recipe | None = None,
    faces: Faces | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PreparedAll:
    """Prepare many pictures side by side; one that cannot be does not keep the others from it.

    Threads do it: Pillow's codecs and filters work without the interpreter's lock, and nothing has to be copied
    between processes (tests/benchmarks/bench_references.py measures both). As many pictures are open at a time as
    there are workers, so memory does not grow with their number.

    Args:
        handed: The pictures.
        store: Where the prepared ones are kept.
        recipe: How they are to be prepared, where one does not say so itself.
        faces: Finds faces; has to bear being called from several threads.
        workers: How many are prepared at a time; by default as many as there are cores.
        on_progress: Called after each picture with how many are done and how many there are, one call at a time.

    Raises:
        StorageFull: no space; what was prepared before stays.
    """
    pictures = list(handed)
    done: list[Reference | CharkitError] = []

    def one(picture: Handed) -> Reference | CharkitError:
        try:
            return prepare(
                picture.path,
                view=picture.view,
                character=picture.character,
                store=store,
                wardrobe=picture.wardrobe,
                recipe=picture.recipe or recipe,
                faces=faces,
                origin=picture.origin,
                simulated=picture.simulated,
            )
        except StorageFull:
            raise
        except CharkitError as problem:
            return problem

    with ThreadPoolExecutor(max_workers=max(1, workers or os.cpu_count() or 1)) as pool:
        try:
            for result in pool.map(one, pictures):
                done.append(result)
                if on_progress is not None:
                    on_progress(len(done), len(pictures))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return PreparedAll(
        references=References(tuple(r for r in done if isinstance(r, Reference))),
        refused=tuple(r for r in done if isinstance(r, CharkitError)),
    )
