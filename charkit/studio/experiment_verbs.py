"""What a studio can be asked in order to find out how good routes and scorers are; the other verbs stand in `room`."""

from __future__ import annotations

from abc import abstractmethod
from itertools import pairwise
from typing import TYPE_CHECKING

from charkit.errors import SpendLimit, UnknownName, UsageError
from charkit.plan import Plan
from charkit.scoring.arms import PRESETS, Contrast, arms_named
from charkit.scoring.experiment import Experiment
from charkit.scoring.people import HumanCheck, ask_people
from charkit.scoring.retakes import report_of
from charkit.studio.arm_plans import Desk
from charkit.studio.benchmarking import Benchmark
from charkit.studio.drift_truth import DriftTruth, kept_in
from charkit.studio.judging import wishes_of
from charkit.studio.panel import likeness_panel, panel_for
from charkit.studio.wiring import Wiring
from charkit.takes import RetakeRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from charkit.plan import PlannedShot
    from charkit.scoring import Scorecard, ShotEvidence
    from charkit.scoring.calibration import Calibrations
    from charkit.scoring.retakes import RetakeReport
    from charkit.takes import Order, Retakes, Take, Takes, Wish

__all__ = ["ExperimentVerbs"]

_ARMS = tuple(arm.name for arm in PRESETS)


class ExperimentVerbs(Wiring):
    """The experiments of `Studio`."""

    def benchmark(
        self,
        arms: str | Iterable[str] = _ARMS,
        *,
        shots: str | Iterable[str] = (),
        takes: int = 2,
        contrasts: Sequence[tuple[str, str]] = (),
        route: str = "",
        seed: int = 90,
        truth: Mapping[str, float] | None = None,
        axis: str = "",
        lines: Calibrations | None = None,
    ) -> Benchmark:
        """Return an experiment: the same shots in several arms. Nothing is sent before its `shoot`.

        Args:
            arms: Which ways of telling a service who the character is; see `charkit.scoring.arms.PRESETS`.
                Names, or one text with commas, as a notebook's parameter has it.
            shots: Ids of the script's shots; by default all that show somebody.
            takes: Of each shot in each arm.
            contrasts: Pairs of arms to compare, as (first, second); by default each arm with the one before it.
            route: For all arms; by default the cheapest live one that can run most of them.
            seed: The root of the experiment's seeds: another one than the film's, so that no take is shared with it.
            truth: Declared to the simulator beforehand: by arm, the share of takes that keep the character.
            axis: The one that decides, written down before the first take; all others are told beside it. By default
                the first that can judge everybody: identity with its weights, else the palette.
            lines: Set on the cast before, such as another run's `calibration()`; by default this run's own.

        Raises:
            UnknownName: there is no such arm, shot or route.
            UsageError: fewer than two arms, or a truth in a live run.
        """
        if truth is not None and self.live:
            raise UsageError("a truth can only be declared to the simulator; leave `truth` out of a live run")
        wanted = arms_named(_names(arms))
        names = [arm.name for arm in wanted]
        asked = list(contrasts) or list(pairwise(names))
        for name in (name for pair in asked for name in pair):
            if name not in names:
                raise UnknownName("arm of this experiment", name, names)
        own = (self._own_lines() if lines is None else lines).lines
        return Benchmark(
            desk=self._desk_for(_names(shots), seed),
            wanted=wanted,
            takes=takes,
            compare=tuple(Contrast(first=first, second=second) for first, second in asked),
            route=route,
            truth=None
            if truth is None
            else DriftTruth(kept=dict(truth), url=self._lines.simulator, words=self.storyboard.style),
            folder=self.place.folder / "benchmark",
            production=self.production,
            run=self.place.run,
            simulated=not self.live,
            make=self._make_for_benchmark,
            clear=self._clear_for_benchmark,
            panel=lambda: panel_for(self.cast.values(), lines=own),
            axis=axis,
        )

    def publish(self, found: Experiment | None, of: Benchmark) -> Path:
        """Write what a benchmark found into `measurements.yaml`, which `charkit routes` and the planner read.

        What blinded raters said in this run's human check goes with it. What somebody starred, kept or rejected on a
        board does not: there the scores stand beside the take, so it decides which take is shown and nothing else.

        Args:
            found: What it measured; None for what it measured last.
            of: The benchmark.

        Raises:
            BadDocument: it has measured nothing yet.
        """
        asked = self._people
        check = HumanCheck.load(asked) if (asked / "questions.json").is_file() else None
        said = check.result() if check is not None and check.ratings else None
        measured = Experiment.load(of.folder / "experiment.json") if found is None else found
        return of.publish(measured, self.place.data / "measurements.yaml", people=said)

    def human_check(self, evidence: Iterable[ShotEvidence], *, pairs: int = 100, seed: int = 0) -> HumanCheck:
        """Return the questions of this run's check by people; made once, then read from disk with all answers.

        Args:
            evidence: Takes to ask about, such as `Benchmark.evidence` returns them.
            pairs: How many questions at most, half of them with a stranger.
            seed: Of the choice.

        Raises:
            UsageError: no take shows a character that has a reference.
        """
        folder = self._people
        if (folder / "questions.json").is_file():
            return HumanCheck.load(folder)
        with self._working("ask people"):
            return ask_people(
                evidence,
                folder,
                scorers=lambda: likeness_panel(self.cast.values(), lines=self._own_lines().lines),
                pairs=pairs,
                seed=seed,
                simulated=not self.live,
            )

    @property
    def _people(self) -> Path:
        """Where this run's questions to people lie."""
        return self.place.folder / "people"

    def rehearse_raters(
        self, check: HumanCheck, takes: Iterable[Take], *, raters: int = 3, slips: float = 0.08
    ) -> tuple[str, ...]:
        """Let programs answer in people's place, from what the simulator says of its takes, with slips; marked so.

        Args:
            check: The questions.
            takes: The takes that they are about.
            raters: How many.
            slips: The share of wrong answers of each.

        Raises:
            UsageError: the studio is live: nobody knows the truth there.
        """
        if self.live:
            raise UsageError("raters can only be rehearsed on the simulator; ask people")
        kept = {
            take.digest: kept_in(self._lines.simulator(), remote)
            for take in takes
            if take.job_id and (remote := self._ledger.job(take.job_id).remote_id)
        }
        same = {
            question.id: False
            if question.kind == "stranger"
            else kept.get(question.clip_digest, {}).get(question.character)
            for question in check.questions
        }
        names = tuple(f"rehearsed-{number}" for number in range(1, raters + 1))
        for name in names:
            check.rehearse(name, same, slips=slips)
        return names

    def improve(
        self,
        *,
        rounds: int = 2,
        budget_usd: float | None = None,
        unverifiable: bool = False,
        judge: str | None = None,
    ) -> RetakeReport:
        """Retake only the shots that failed, score again, keep the best of each; report what it brought for its money.

        Run again, it buys nothing that it bought before.

        Args:
            rounds: How often, so that a shot has at most one take more than that.
            budget_usd: What all retakes of this run may commit together; the run's own cap holds as well.
            unverifiable: Whether shots that could not be judged are retaken too, blindly.
            judge: A route whose vision model is asked about every round's takes as well; that costs money too.

        Raises:
            PreflightStopped: a picture would be refused, or spoil a shot; nothing was uploaded.
        """
        rule = RetakeRule(rounds=rounds, budget_usd=budget_usd)
        try:
            made = self.retakes(lambda: wishes_of(self.score(judge=judge), unverifiable=unverifiable), rule=rule)
            declined = {one.shot: one.why for one in made.declined}
        except SpendLimit as limit:  # what was made before it is kept, and counts
            declined = {wish.shot: str(limit) for wish in wishes_of(self.score(), unverifiable=unverifiable)}
        costs = {(take.subject, take.number): take.price_usd for take in self.takes()}
        return report_of(self.score(), costs, declined=declined, simulated=not self.live)

    def _desk_for(self, shots: tuple[str, ...], seed: int) -> Desk:
        with_people = {shot.id: shot for shot in self.storyboard.each() if shot.characters}
        for name in shots:
            if name not in with_people:
                raise UnknownName("shot with a character", name, with_people)
        chosen = tuple(shot for name, shot in with_people.items() if not shots or name in shots)
        # The script says what is seen; which route makes it is the arm's.
        freed = tuple(shot.model_copy(update={"route": None}) for shot in chosen)
        return Desk(
            script=self.storyboard.model_copy(update={"shots": freed, "seed": seed, "route": None}),
            cast=self.cast,
            references=self._loaded_references(),
            matrix=self.routes,
            on=self._settings.today,
            resolution=self.resolution,
            region=self._settings.region,
            store=self._store,
            faces=self._faces,
            templates=self.prompts.templates,
        )

    def _clear_for_benchmark(self, shots: Sequence[PlannedShot]) -> None:
        self._cleared(
            Plan(
                title=self.storyboard.title,
                on=self._settings.today,
                aspect=self.storyboard.aspect,
                resolution=self.resolution,
                fps=self.storyboard.fps,
                shots=tuple(shots),
            )
        )

    def _make_for_benchmark(self, orders: Sequence[Order]) -> Takes:
        with self._working("benchmark", len(orders)):
            return self._shown(self._make(orders))

    # ------------------------------------------------------------------ what the studio brings

    @abstractmethod
    def _own_lines(self) -> Calibrations: ...

    @abstractmethod
    def plan(self) -> Plan:
        """Say for every shot which route makes it."""

    @abstractmethod
    def score(self, takes: Takes | None = None, *, judge: str | None = None) -> Scorecard:
        """Ask of every take whether it shows the same characters as the references."""

    @abstractmethod
    def _cleared(self, plan: Plan) -> Plan: ...

    @abstractmethod
    def retakes(
        self, wishes: Callable[[], Iterable[Wish]] | Iterable[tuple[str, str]], *, rule: RetakeRule | None = None
    ) -> Retakes:
        """Make more takes of the shots that somebody wants again."""


def _names(said: str | Iterable[str]) -> tuple[str, ...]:
    listed = said.split(",") if isinstance(said, str) else said
    return tuple(name.strip() for name in listed if name.strip())
