"""Asking a vision model about a run's takes: off until somebody names one, because it costs money."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.documents import replace_file
from charkit.prompts import Templates
from charkit.scoring import Axis, CastMember, Scorecard, score_takes
from charkit.scoring.judge import JudgeScorer
from charkit.scoring.judge_report import JudgeReport
from charkit.studio.judging import evidence_key, write_down
from charkit.studio.wiring import Wiring
from charkit.takes.asking import PaidJudge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.scoring import ShotEvidence
    from charkit.takes import Takes

__all__ = ["JudgeVerbs"]


class JudgeVerbs(Wiring):
    """`Studio`'s way to a judge."""

    @property
    def judge_report(self) -> JudgeReport | None:
        """What the last judge of this run was worth: descriptions, controls, ceiling, flips, models, money; or None."""
        file = self.place.folder / "judge_report.json"
        return JudgeReport.load(file) if file.is_file() else None

    def judge(
        self,
        takes: Takes | None = None,
        *,
        route: str = "gemini-3.8-flash",
        repeats: int = 3,
        looks: int = 1,
        usd_per_question: float | None = None,
        attempt: int = 1,
    ) -> Scorecard:
        """Score takes, and ask a vision model about the attributes that the references show.

        Every question is a paid request: priced, under the run's cap, in the ledger. The same question is answered from
        disk, so calling it again pays for new takes only. Later calls of `score` show what was answered.

        Args:
            takes: Which takes; all of this run by default.
            route: The judge; see `charkit routes --all`.
            repeats: How often each question is asked, each time in another order.
            looks: How many pictures of each take are shown.
            usd_per_question: What a question costs at most, where the route has no price.
            attempt: Another number asks, and pays, anew: after answers that were no answers.

        Raises:
            SpendLimit: The cap does not allow it; what was answered is not paid for again.
            UnsupportedRequest: The route is no judge, or nobody knows what it costs.
            RouteClosed: The route is shut down.
            MissingKey: A live studio without the route's key; nothing was sent.
        """
        wanted = self._with_earlier(self.takes() if takes is None else takes)
        card = self.score(wanted)
        evidence = self._evidence(wanted)
        asked = self._judge_route(route)
        paid = PaidJudge(
            self._ask,
            route=asked,
            production=self.production,
            run=self.place.run,
            simulated=not self.live,
            usd_per_question=usd_per_question,
            attempt=attempt,
        )
        scorer = JudgeScorer(
            paid,
            route=asked,
            repeats=repeats,
            looks=looks,
            templates=Templates.load(self.place.home / "prompts"),
            strangers=self._strangers(),
        )
        with self._working("judge", len(wanted.ok)) as stage:
            found = score_takes(evidence, scorers=[scorer], on_progress=stage.step)
            if scorer.report is not None:
                scorer.report.save(self.place.folder / "judge_report.json")
                found = replace(found, ceilings=tuple(filter(None, (scorer.report.ceiling,))))
            write_down(found, wanted, self._ledger)
            found.save(self.place.folder / "judged.json")
            replace_file(self.place.folder / ".judged.digest", evidence_key(evidence, ()).encode())
        return _together(card, found)

    def _with_judged(self, card: Scorecard, evidence: Sequence[ShotEvidence]) -> Scorecard:
        """Return a scorecard with what a judge said of the same takes, where one was asked."""
        file, digest = self.place.folder / "judged.json", self.place.folder / ".judged.digest"
        asked = file.is_file() and digest.is_file() and digest.read_text("utf-8") == evidence_key(evidence, ())
        return _together(card, Scorecard.load(file)) if asked else card

    def _strangers(self) -> list[CastMember]:
        """Return the whole cast: everybody is somebody else to the others, also who is in no shot."""
        references = self._loaded_references()
        return [
            CastMember(
                name=sheet.name,
                references=tuple(r.path for r in references if sheet.name in (r.name, r.character)),
                domain=sheet.domain,
            )
            for sheet in self.cast.values()
        ]

    # ------------------------------------------------------------------ what the studio brings

    @abstractmethod
    def score(self, takes: Takes | None = None, *, judge: str | None = None) -> Scorecard:
        """Scores of all takes."""


def _together(card: Scorecard, judged: Scorecard) -> Scorecard:
    """Return a scorecard with the judge's axis as it was said last."""
    return replace(
        card,
        scores=(*(score for score in card.scores if score.axis is not Axis.ATTRIBUTES), *judged.scores),
        scorers=(*(facts for facts in card.scorers if facts.axis is not Axis.ATTRIBUTES), *judged.scorers),
        ceilings=(*(found for found in card.ceilings if found.axis is not Axis.ATTRIBUTES), *judged.ceilings),
    )
