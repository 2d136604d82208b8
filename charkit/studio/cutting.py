"""From judged takes to the film: the cut list, which a person may edit, and what is made of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit import __version__
from charkit.documents import replace_file
from charkit.errors import UsageError
from charkit.film import Cue, Cut, CutList, Film, assemble
from charkit.film.editing import CutDesk
from charkit.recipe import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from charkit.recipe import Recipe
    from charkit.scoring import Scorecard
    from charkit.shots import Shot, Storyboard
    from charkit.store import Store
    from charkit.takes import Takes

__all__ = ["Cutting"]


@dataclass(frozen=True, kw_only=True)
class Cutting:
    """The cutting room of one run."""

    folder: Path
    """The run's folder."""
    storyboard: Storyboard
    store: Store
    simulated: bool

    def cut_list(self, card: Scorecard) -> CutList:
        """Return the cut list: the file in the run's folder if a person changed it, else the best takes by score.

        Raises:
            BadDocument: the person's file says something it may not say.
            UsageError: no shot has a take.
        """
        file = self.folder / "cutlist.yaml"
        if file.is_file() and _digest(file) != _text(self._mark):
            return CutList.load(file)
        best = card.best()
        digests = {(take.shot, take.take): take.clip_digest for take in card.takes}
        chosen = [(shot.id, best[shot.id]) for shot in self.storyboard.each() if shot.id in best]
        if not chosen:
            raise UsageError("no shot has a finished take yet; shoot first, and see why takes were refused or failed")
        cuts = CutList(
            title=self.storyboard.title,
            cuts=tuple(Cut(shot=shot, take=take, clip=digests[shot, take]) for shot, take in chosen),
        )
        file.unlink(missing_ok=True)  # ours, and every word of it is made anew
        cuts.save(file)
        replace_file(self._mark, _digest(file).encode())
        return cuts

    def desk(self, takes: Takes, *, without: Collection[tuple[str, int]] = ()) -> CutDesk:
        """Return the cut list on disk, to be changed one decision at a time.

        Args:
            takes: What may stand in it.
            without: Shots and numbers of the takes that may not.
        """
        offered: dict[str, dict[int, str]] = {}
        for take in takes:
            if (take.subject, take.number) not in without:
                offered.setdefault(take.subject, {})[take.number] = take.digest
        cues = _cues(list(self.storyboard.each()))
        return CutDesk(path=self.folder / "cutlist.yaml", store=self.store, takes=offered, cues=cues)

    def assemble(
        self, cuts: CutList, *, recipe: Recipe | None = None, on_progress: Callable[[float], None] | None = None
    ) -> Film:
        """Make the film of a cut list, or return the one that was made of it before.

        Args:
            cuts: The cut list.
            recipe: How its takes were made; goes inside the film.
            on_progress: Called with the share that is done, 0 to 1.

        Raises:
            UnreadableMedia: a clip is missing or damaged.
            StorageFull: there is no room; nothing half-written is left.
        """
        key = self._key(cuts, recipe)
        if _text(self._assembled) == key and all((self.folder / n).is_file() for n in ("film.mp4", "film.json")):
            return Film.load(self.folder)
        film = self._assemble(cuts, recipe, on_progress)
        replace_file(self._assembled, key.encode())
        return film

    def _assemble(self, cuts: CutList, recipe: Recipe | None, on_progress: Callable[[float], None] | None) -> Film:
        present = {cut.shot for cut in cuts.cuts}
        shots = [shot for shot in self.storyboard.each() if shot.id in present]
        return assemble(
            cuts,
            self.folder,
            store=self.store,
            cues=_cues(shots),
            captions={shot.id: ", ".join(who.name for who in shot.characters) for shot in shots},
            about=_about(shots, recipe),
            metadata={KEY: recipe.text()} if recipe is not None and recipe.takes else None,
            simulated=self.simulated,
            on_progress=on_progress,
        )

    def _key(self, cuts: CutList, recipe: Recipe | None) -> str:
        """Return a digest of all that the film follows from: the cuts and their bytes, and the words of the shots."""
        clips = [_digest(cuts.locate(cut, self.store)) if cut.file else cut.clip for cut in cuts.cuts]
        words = [(shot.id, [line.model_dump() for line in shot.dialogue]) for shot in self.storyboard.each()]
        named = [cuts.music.file if cuts.music else None, cuts.font, *(cut.lut for cut in cuts.cuts)]
        clips += [_digest(file) for name in named if name and (file := cuts.beside(name)).is_file()]
        said = recipe.text() if recipe is not None else ""
        text = json.dumps([cuts.model_dump(mode="json"), clips, words, said, __version__], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def _assembled(self) -> Path:
        """Remembers what the film on disk was made of."""
        return self.folder / ".film.digest"

    @property
    def _mark(self) -> Path:
        """Remembers what charkit wrote, so that a person's changes are seen and never written over."""
        return self.folder / ".cutlist.digest"


def _cues(shots: Sequence[Shot]) -> list[Cue]:
    return [Cue(shot=shot.id, speaker=line.character, text=line.text) for shot in shots for line in shot.dialogue]


def _about(shots: Sequence[Shot], recipe: Recipe | None) -> dict[str, dict[str, str]]:
    """Return what timelines carry along of each shot."""
    about = {shot.id: {"characters": ", ".join(who.name for who in shot.characters)} for shot in shots}
    for take in recipe.takes if recipe is not None else ():
        facts = {"route": take.route, "model": take.model, "digest": take.digest, "prompt": take.asked.prompt}
        about.setdefault(take.shot, {}).update(facts)
    return {shot: {name: text for name, text in facts.items() if text} for shot, facts in about.items()}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
