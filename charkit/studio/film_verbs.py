"""What a studio can be asked about its film and its report; the other verbs stand in `room`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from charkit.film import Film
from charkit.film.provenance import Source, origins, sign_film
from charkit.film.showing import cut_pictures, transitions_compared
from charkit.media.provenance import Certificate
from charkit.recipe import find_recipe
from charkit.scoring import Axis, Scorecard
from charkit.studio.telling import Story
from charkit.studio.wiring import Wiring

if TYPE_CHECKING:
    from charkit.film import CutList
    from charkit.film.editing import CutDesk
    from charkit.film.provenance import Origins
    from charkit.film.showing import Shown
    from charkit.media.provenance import Credentials
    from charkit.plan import Plan
    from charkit.references.preflight import Preflight
    from charkit.report import Report
    from charkit.scoring import JudgeReport
    from charkit.takes import Takes

__all__ = ["FilmVerbs"]


class FilmVerbs(Wiring):
    """Cut, film and report of `Studio`."""

    def cut_list(self, choice: Scorecard | None = None) -> CutList:
        """Return which take of each shot is in the film: a person's edited `cutlist.yaml`, else the best by score."""
        scored = choice or self.score()
        return self.prompts.chosen(self._cutting.cut_list(scored), scored)

    def cut_desk(self) -> CutDesk:
        """Put the cut list on the desk, to be changed one checked decision at a time; all of them on disk at once."""
        self.cut_list()
        return self._cutting.desk(self.takes(), without=self.decisions.rejected)

    def pictures(self, cuts: CutList) -> Shown:
        """Show a cut list: each cut's first and last frame, and how it goes over into the next."""
        return cut_pictures(cuts, self._store)

    def compare_transitions(self, cuts: CutList, *, after: str) -> Shown:
        """Show how one shot would go over into the next as a cut, a dissolve, a wipe and a dip.

        Raises:
            UsageError: There is no such shot, or nothing follows it.
        """
        return transitions_compared(cuts, after, self._store)

    def assemble(self, choice: Scorecard | CutList | None = None) -> Film:
        """Join the chosen takes into `film.mp4`, with contact sheet and subtitles."""
        cuts = self.cut_list(choice) if choice is None or isinstance(choice, Scorecard) else choice
        with self._working("assemble") as stage:
            takes = {(take.subject, take.number, take.digest): take for take in self.takes()}
            used = [takes.get((cut.shot, cut.take, cut.clip or "")) for cut in cuts.cuts]
            recipe = self._filming.recipes.film([take for take in used if take is not None], title=cuts.title)
            return self._cutting.assemble(cuts, recipe=recipe, on_progress=stage.share)

    def origins(self) -> Origins:
        """Say what Content Credentials the takes and references came with, and what became of them in the film."""
        return origins(self._sources(), self.place.folder)

    def sign(self, *, throw_away: bool = False) -> Credentials:
        """Write `film.signed.mp4`: the film with its takes' Content Credentials inside, signed. See `settings`.

        Args:
            throw_away: Sign with a made-up certificate: shows that nothing was changed since, not who signed.

        Raises:
            UsageError: No certificate is set, or it cannot be used.
            MissingDependency: The extra `provenance` is not installed.
        """
        settings = self._settings
        mine = Certificate.throw_away() if throw_away else Certificate.of(settings.sign_cert, settings.sign_key)
        film = self._film_on_disk() or self.assemble()
        with self._working("sign"):
            return sign_film(film, self._sources(), mine, recipe=find_recipe(film.path))

    def _sources(self) -> list[Source]:
        """Return the film's takes in order, and the references that went out."""
        cuts = self.cut_list()
        takes = [
            Source(path=cuts.locate(cut, self._store), title=f"{cut.shot} take {cut.take}", kind="take")
            for cut in cuts.cuts
            if cut.card is None
        ]
        # As they were handed in: preparing writes a picture anew, and no credentials survive that.
        shown = [
            Source(path=one.source or one.path, title=f"{one.name}, {one.view}", kind="reference")
            for one in self._loaded_references()
        ]
        return [*takes, *shown]

    def report(self) -> Report:
        """Write `report.html` and `manifest.json`, and return the page."""
        with self._working("report"):
            card, plan = self.score(), self.plan()
            jobs = self._desk.jobs()
            return Story(
                place=self.place,
                storyboard=self.storyboard,
                cast=self.cast,
                routes=self.routes,
                references=self._loaded_references(),
                plan=plan,
                preflight=self.preflight(plan),
                origins=self.origins(),
                judge=self.judge_report if Axis.ATTRIBUTES in card.axes else None,
                takes=self.takes(),
                card=card,
                film=self._film_on_disk() or self.assemble(card),
                jobs={job.row: job.held for job in sorted(jobs, key=lambda job: job.id)},
                spend=self.spend,
                cap_usd=self.max_spend,
                live=self.live,
                resolution=self.resolution,
                today=self._settings.today,
            ).tell()

    def _film_on_disk(self) -> Film | None:
        return Film.load(self.place.folder) if (self.place.folder / "film.json").is_file() else None

    # ------------------------------------------------------------------ what the studio brings

    @property
    @abstractmethod
    def judge_report(self) -> JudgeReport | None:
        """What the last judge of this run was worth."""

    @abstractmethod
    def plan(self) -> Plan:
        """Say for every shot which route makes it."""

    @abstractmethod
    def preflight(self, plan: Plan | None = None) -> Preflight:
        """Say what stands against uploading a plan's pictures."""

    @abstractmethod
    def score(self, takes: Takes | None = None, *, judge: str | None = None) -> Scorecard:
        """Ask of every take whether it shows the same characters as the references."""
