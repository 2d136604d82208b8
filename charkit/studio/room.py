"""The studio: one run of one production, with everything it needs wired up.

Every verb can be called again: what was made is read from disk, what is missing is made, nothing is paid twice. So each
notebook may start anywhere, and a kernel may die at any line.

The verbs stand in `design_verbs`, `plan_verbs`, `wording_verbs`, `shoot_verbs`, `job_verbs`, `score_verbs`,
`judge_verbs`, `experiment_verbs` and `film_verbs`; what they work with, in `wiring`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from charkit.cards import card
from charkit.character import counted
from charkit.errors import UsageError
from charkit.money import dollars
from charkit.references import References
from charkit.studio.experiment_verbs import ExperimentVerbs
from charkit.studio.film_verbs import FilmVerbs
from charkit.studio.job_verbs import JobVerbs
from charkit.studio.judge_verbs import JudgeVerbs
from charkit.studio.judging import Judging
from charkit.studio.pricing import Pricing
from charkit.studio.score_verbs import ScoreVerbs
from charkit.studio.shoot_verbs import ShootVerbs
from charkit.studio.wording_verbs import WordingVerbs

if TYPE_CHECKING:
    from charkit.scoring import Scorecard, ShotEvidence
    from charkit.studio.pricing import Quote
    from charkit.takes import Takes

__all__ = ["Studio"]


class Studio(WordingVerbs, ShootVerbs, JudgeVerbs, FilmVerbs, JobVerbs, ScoreVerbs, ExperimentVerbs):
    """One run of one production. Open it with `charkit.open_studio`."""

    @property
    def lead(self) -> str:
        """Whom the storyboard shows first, or the first of the cast, by the name of the sheet's file.

        Raises:
            UsageError: there is no character sheet.
        """
        shown = [who.name for who in self.storyboard.lead_shot.characters]
        if not shown and not self.cast:
            raise UsageError("this production has no character sheet; put one into characters/, as charkit new does")
        return self.cast[shown[0]].slug if shown else next(iter(self.cast))

    def quote(self) -> Quote:
        """Price it all before anything is bought: no key is read, nothing is sent."""
        return Pricing(
            cast=self.cast,
            designing=self._designing,
            plan=self._planned,
            order=lambda planned: self._filming.order(planned, 1),
            ledger=self._ledger,
            store=self._store,
            spent=self.spend,
        ).quote()

    def score(self, takes: Takes | None = None, *, judge: str | None = None) -> Scorecard:
        """Ask of every take whether it shows the same characters as the references.

        Args:
            takes: Which takes; all of this run by default.
            judge: A route whose vision model is asked as well, such as `gemini-3.8-flash`. That costs money, so nobody
                is asked without a name; see `judge` for how.
        """
        if takes is None:
            takes = self.takes() or self.shoot()
        if judge is not None:
            return self.judge(takes, route=judge)
        wanted = self._with_earlier(takes)
        evidence = self._evidence(wanted)
        return self.prompts.judged(self._decided(self._with_judged(self._judging.score(wanted, evidence), evidence)))

    def __repr__(self) -> str:
        how = "live" if self.live else "simulated"
        return (
            f"<Studio {self.production!r}, run {self.place.run!r}: {counted(len(self.storyboard), 'shot')}, "
            f"{counted(len(self.cast), 'character')}, {self.resolution}, {how}, cap {dollars(self.max_spend)}>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            ("run", self.place.run),
            ("shots", f"{len(self.storyboard)}, {self.storyboard.seconds} s, {self.resolution}"),
            ("cast", ", ".join(sheet.name for sheet in self.cast.values())),
            ("cap", dollars(self.max_spend)),
            *([("cap of all runs", dollars(self.production_cap))] if self.production_cap is not None else []),
        ]
        mark = card(
            self.storyboard.title,
            rows=rows,
            badge="live: pays real services" if self.live else "simulated: nothing is paid",
            badge_kind="warn" if self.live else "simulated",
            note=self.storyboard.logline or "",
        )
        return {"text/plain": repr(self), "text/html": mark}

    @cached_property
    def _judging(self) -> Judging:
        return Judging(
            folder=self.place.folder,
            storyboard=self.storyboard,
            ledger=self._ledger,
            shift=self._shift,
            cast=self.cast,
            matrix=self.routes,
            lines=self._own_lines,
        )

    def _loaded_references(self) -> References:
        file = self.place.folder / "references.json"
        return References.load(file) if file.is_file() else self.references()

    def _evidence(self, takes: Takes) -> list[ShotEvidence]:
        return self._judging.evidence(takes, self._loaded_references())
