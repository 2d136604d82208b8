"""What a studio can be asked about a character's design; the other verbs stand in `room`."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from charkit.character import export_character, history_of, lock
from charkit.character.bundle import UNSTATED
from charkit.documents.holding import PATIENCE
from charkit.errors import RunBusy, StorageError
from charkit.references import Framings, References, find_picture, framed
from charkit.studio.designing import Designing
from charkit.studio.wiring import Wiring

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from charkit.casting import Candidates, Designs
    from charkit.character import Bundle, History, Version
    from charkit.references import Framing, Reference

__all__ = ["DesignVerbs"]


class DesignVerbs(Wiring):
    """The design half of `Studio`."""

    def candidates(self, character: str, *, count: int = 3) -> Candidates:
        """Make some designs of a character from its sheet's words, to choose from; rejected ones are not shown."""
        with self._working("candidates", count):
            return self._designing.candidates(character, count)

    def designed(self, character: str) -> Candidates:
        """Return the candidates that were made before, rejected ones among them. Costs nothing, makes nothing."""
        return self._designing.designed(character)

    def rejected_candidates(self, character: str) -> tuple[int, ...]:
        """Return the numbers of a character's candidates that a person rejected."""
        return self._designing.kept.rejected.get(self.cast[character].slug, ())

    @property
    def picture_usd(self) -> float:
        """What one candidate or view costs, in US dollars, on the image route that makes them."""
        return self._designing.price_usd

    def keep(self, character: str, *, candidate: int) -> None:
        """Decide which candidate is the character's anchor. The decision is kept on disk."""
        with self._deciding():
            self._designing.keep(character, candidate)

    def reject(self, character: str, *, candidate: int | None = None, view: str | None = None, take: int = 1) -> None:
        """Hide a candidate, or one take of a view, of which the next call for views then makes another.

        Nothing is deleted: `keep` brings a candidate back.

        Raises:
            UsageError: it is the anchor, or neither or both were named.
        """
        with self._deciding():
            self._designing.reject(character, candidate, view, take)

    def views(self, character: str, views: Sequence[str] | None = None) -> Designs:
        """Make views of a character from its kept anchor, each checked against it; none where it has own pictures.

        Args:
            character: By slug or name.
            views: Which, such as `face`, `back`, `full@indoors`, `expression: sad`; by default those that this run
                works with (`use_views`), else full figure, three-quarter view and face.
        """
        with self._working("views"):
            return self._designing.views(character, views)

    def use_views(self, character: str, views: Sequence[str]) -> None:
        """Decide which views of a character this run makes and sends. The decision is kept on disk."""
        with self._deciding():
            self._designing.use_views(character, views)

    @property
    def today(self) -> dt.date:
        """The day that this studio goes by: for routes, consents and records."""
        return self._settings.today

    def lock(self, character: str, *, note: str = "") -> Version:
        """Keep the character's present form as a locked version beside its sheet."""
        return lock(self.cast[character], on=self._settings.today, note=note)

    def history(self, character: str) -> History:
        """Return the character's kept versions."""
        return history_of(self.cast[character])

    def export_character(self, character: str, path: Path | str, *, licence: str = UNSTATED) -> Bundle:
        """Write a character into one `.char` file: its sheet, and its own pictures or else the designed views.

        Raises:
            UsageError: something stands there already.
        """
        sheet = self.cast[character]
        with self._working("export"):
            return export_character(sheet, path, references=self._designing.as_pictures(character), licence=licence)

    def references(self) -> References:
        """Return every character's prepared pictures: its own where its sheet names some, else designed views."""
        with self._working("references"):
            found = self._framings.on(self._designing.references(), faces=self._faces)
            found.save(self.place.folder / "references.json")
            return found

    def references_at_hand(self) -> References:
        """Return the pictures as they were prepared last; prepared now where they never were."""
        return self._loaded_references()

    def frame(self, picture: str, framing: Framing | None) -> Reference:
        """Decide which part of a picture is sent, and how another shape is reached, and return it as it is sent now.

        The decision is kept on disk, and holds for the very picture that it was made for.

        Args:
            picture: Such as `mira/face/default`, or `Mira, face`.
            framing: None prepares it as charkit would.

        Raises:
            UnknownName: there is no such picture.
            BadReference: the part is too small to be sent, or its source is gone; nothing is changed.
            UsageError: the part does not lie in the picture; nothing is changed.
        """
        with self._deciding():
            references = self._loaded_references()
            before = find_picture(references, picture)
            after = framed(before, framing, faces=self._faces)
            self._framings.framing(before, framing).save(self.place.folder / "framing.yaml")
            kept = References(tuple(after if one is before else one for one in references))
            kept.save(self.place.folder / "references.json")
        return after

    # ------------------------------------------------------------------ below

    @contextmanager
    def _deciding(self) -> Iterator[None]:
        """Keep other programs from deciding on the same run until what was read is written again.

        Raises:
            RunBusy: another one has been at it for seconds.
            StorageError: the run's folder cannot be written to.
        """
        try:
            self.place.claim()
            held = FileLock(self.place.folder / ".deciding.lock", timeout=PATIENCE).acquire()
        except Timeout:
            raise RunBusy(self.place.run) from None
        except OSError as error:
            said = f"cannot be written to: {error.strerror or error}. Nothing was decided"
            raise StorageError(said, path=self.place.folder) from error
        with held:
            yield

    @property
    def _framings(self) -> Framings:
        return Framings.load(self.place.folder / "framing.yaml")

    @cached_property
    def _designing(self) -> Designing:
        return Designing(
            cast=self.cast,
            folder=self.place.folder,
            make=self._make,
            there=self._is_there,
            production=self.production,
            run=self.place.run,
            routes=self.routes,
            store=self._store,
            simulated=not self.live,
            day=self._settings.today,
            templates=self.prompts.templates,
            faces=self._faces,
            vetting=self._preflights.of_designs,
        )
