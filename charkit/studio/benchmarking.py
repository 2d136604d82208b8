"""The route benchmark: one script in several arms, registered, shot, judged, and written down for the planner."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.cards import Html, table
from charkit.documents import read_json, write_json
from charkit.errors import UsageError
from charkit.money import dollars
from charkit.routes.measured import Measured, record_measurements
from charkit.scoring import PaletteScorer, score_takes
from charkit.scoring.arms import Arm, Contrast, Means, Registration, trials_of
from charkit.scoring.controls import make_controls
from charkit.scoring.experiment import Experiment
from charkit.scoring.statistics import advise
from charkit.studio.judging import evidence_of
from charkit.studio.jury import Jury, jury
from charkit.takes import Order, Takes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from charkit.plan import PlannedShot
    from charkit.scoring import ShotEvidence
    from charkit.scoring.base import Axis, Scorer
    from charkit.scoring.controls import Controls
    from charkit.scoring.people_result import HumanResult
    from charkit.scoring.statistics import Advice
    from charkit.studio.arm_plans import ArmPlan, Desk
    from charkit.studio.drift_truth import DriftTruth

__all__ = ["Benchmark"]

_STRENGTH = (Means.TEXT, Means.FIRST_FRAME, Means.REFERENCES, Means.CHARACTERS)
"""Means of telling who a character is, in the order in which the planner prefers them."""


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """An experiment on one production, in one run of it."""

    desk: Desk
    wanted: tuple[Arm, ...]
    """The arms that were asked for."""
    takes: int
    """Of each shot in each arm."""
    compare: tuple[Contrast, ...]
    """Contrasts that were asked for; those with an arm that cannot be run fall away."""
    route: str = ""
    """For all arms, where one was chosen."""
    truth: DriftTruth | None = None
    """What is declared to the simulator beforehand, so that the measurement itself can be measured."""
    folder: Path
    """Where registration and results lie."""
    production: str
    run: str
    simulated: bool
    make: Callable[[Sequence[Order]], Takes]
    """Makes orders; what was made before comes back at no cost."""
    clear: Callable[[Sequence[PlannedShot]], None]
    """Refuses what may not be uploaded, before anything is."""
    panel: Callable[[], Sequence[Scorer]] = field(default=lambda: (PaletteScorer(),))
    """Returns fresh scorers of all axes; see `jury` for which of them decides."""
    axis: Axis | str = ""
    """The one that decides; by default the first that can judge everybody in the script."""

    def __post_init__(self) -> None:
        if self.takes < 1:
            raise UsageError(f"takes is {self.takes}; say how many of each shot in each arm, 1 or more")

    @cached_property
    def plans(self) -> tuple[ArmPlan, ...]:
        """The arms that can be run."""
        return tuple(self._planned[0])

    @cached_property
    def _planned(self) -> tuple[list[ArmPlan], dict[str, str]]:
        return self.desk.plan(self.wanted, self.route)

    @cached_property
    def jury(self) -> Jury:
        """Who judges, and on which axis it is decided.

        Raises:
            UnknownName: there is no such axis.
            UsageError: it cannot decide, or none can.
        """
        named = {who.name for shot in self.desk.script.each() for who in shot.characters}
        domains = {self.desk.cast[name].domain for name in named}
        return jury(self.panel, domains, self.axis)

    @property
    def price_usd(self) -> float:
        """What all takes of all arms cost at most."""
        return round(sum(plan.usd for plan in self.plans) * self.takes, 6)

    @cached_property
    def registration(self) -> Registration:
        """What will be asked; see `register`.

        Raises:
            UnknownName: there is no such axis.
            UsageError: fewer than two arms can be run, or the axis cannot decide.
        """
        planned, left_out = self._planned
        if len(planned) < 2:
            why = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
            raise UsageError(f"only {len(planned)} of the arms can be run, and a comparison needs two: {why}")
        names = {plan.arm.name for plan in planned}
        script, judges = self.desk.script, self.jury
        decisive = [line for line in judges.lines if line.axis is judges.axis]
        return Registration(
            title=script.title,
            script=_digest([shot.model_dump(mode="json") for shot in script.each()]),
            shots=tuple(shot.id for shot in script.each()),
            characters=tuple(dict.fromkeys(who.name for shot in script.each() for who in shot.characters)),
            takes=self.takes,
            seed=script.seed,
            arms=tuple(plan.arm for plan in planned),
            left_out=left_out,
            contrasts=tuple(c for c in self.compare if {c.first, c.second} <= names),
            axis=judges.axis,
            threshold=", ".join(line.threshold for line in decisive),
            line=decisive[0].line,
            calibrated=all(line.calibrated for line in decisive),
            lines=judges.lines,
            unknown=dict(judges.unknown),
            price_usd=self.price_usd,
            simulated=self.simulated,
        )

    def advice(self, first: float = 0.70, second: float = 0.825, *, correlation: float = 0.2) -> Advice:
        """Say how many shots it takes to tell two rates apart, and what this experiment can show, before it is paid.

        Args:
            first: One rate; by default what circulates for words alone.
            second: Another; by default what circulates for references.
            correlation: Of shots of one character.

        The level is shared out over the contrasts, as Holm's correction asks of the first that is to be shown.
        """
        shots = self._appearances * self.takes
        people = max(1, len(self.registration.characters))
        return advise(
            first,
            second,
            shots_per_character=max(1, shots // people),
            correlation=correlation,
            have=shots,
            price=self.price_usd / (len(self.plans) * shots),
            arms=len(self.plans),
            alpha=self.registration.alpha / max(1, len(self.registration.contrasts)),
        )

    @property
    def _appearances(self) -> int:
        return sum(len(shot.characters) for shot in self.desk.script.each())

    def register(self) -> Registration:
        """Write down what will be asked; shooting does it too. Once a take is there, it cannot be written otherwise.

        Raises:
            UsageError: this run has shot another experiment.
        """
        file = self.folder / "registration.json"
        if file.is_file():
            before = read_json(file, Registration)
            if not before.asks_as(self.registration) and (self.folder / "takes.json").is_file():
                raise UsageError(
                    f"this run was registered otherwise before its takes were made ({file}); "
                    "ask the new question in a run of another name"
                )
        write_json(file, self.registration)
        return self.registration

    def shoot(self) -> Takes:
        """Register, then make every take of every arm. What was made before comes back at no cost, nothing is picked.

        Raises:
            PreflightStopped: a picture would be refused, or spoil a shot; nothing was uploaded.
            SpendLimit: the cap does not allow it all; what was on its way is finished and kept.
            UsageError: this run has shot another experiment.
        """
        self.register()
        for plan in self.plans:
            self.clear(plan.uploads)
        orders = [
            self._order(plan, place, take)
            for place in range(len(self.desk.script))
            for take in range(1, self.takes + 1)
            for plan in self.plans
        ]
        if self.truth is None:
            made = self.make(orders)
        else:
            with self.truth.declared():
                made = self.make(orders)
        made.save(self.folder / "takes.json")
        return made

    def _order(self, plan: ArmPlan, place: int, take: int) -> Order:
        shot = plan.shots[place]
        return Order(
            production=self.production,
            run=self.run,
            subject=_subject(plan.arm, shot.shot),
            number=take,
            route=shot.route,
            endpoint=shot.endpoint,
            kind="video",
            request=plan.request(shot, take),
            price_usd=shot.price_usd,
            simulated=self.simulated,
            sheets=shot.sheets,
        )

    def measure(self, takes: Takes | None = None) -> Experiment:
        """Judge every take on every axis, put the controls before the same scorers, and answer what was registered.

        Args:
            takes: What `shoot` returned; made or collected now where it is not given.
        """
        made = self.shoot() if takes is None else takes
        evidence = {plan.arm.name: self._evidence(plan.arm, made) for plan in self.plans}
        trials = [
            trial
            for plan in self.plans
            for trial in trials_of(plan.arm, score_takes(evidence[plan.arm.name], scorers=self.jury.scorers()).scores)
        ]
        first = next(iter(evidence.values()), [])
        found = Experiment(
            registration=self.registration,
            trials=tuple(trials),
            controls=self._controls(first, self.jury.axis),
            beside={axis: self._controls(first, axis) for axis in self.jury.beside},
            truths=self._truths(),
        )
        found.save(self.folder / "experiment.json")
        return found

    def _controls(self, evidence: Sequence[ShotEvidence], axis: Axis) -> Controls:
        return make_controls(evidence, lambda: self.jury.scorer(axis))

    def evidence(self, takes: Takes) -> list[ShotEvidence]:
        """Return what scorers, and people, are told about the takes of all arms."""
        return [entry for plan in self.plans for entry in self._evidence(plan.arm, takes)]

    def _evidence(self, arm: Arm, takes: Takes) -> list[ShotEvidence]:
        subjects = {_subject(arm, shot.id): shot.id for shot in self.desk.script.each()}
        own = Takes(replace(take, subject=subjects[take.subject]) for take in takes if take.subject in subjects)
        return evidence_of(own, self.desk.script, self.desk.references, self.desk.cast)

    def _truths(self) -> Mapping[str, float]:
        known = self.truth.kept if self.truth else {}
        return {plan.arm.name: known[plan.arm.name] for plan in self.plans if plan.arm.name in known}

    def publish(
        self,
        found: Experiment,
        file: Path,
        *,
        people: HumanResult | None = None,
        source: str = "notebooks/90_route_benchmark.ipynb",
    ) -> Path:
        """Write what was found of each route into the measurements that the planner and `charkit routes` read.

        Of several arms on one route, the one with the strongest means stands for it: the planner uses that one too.

        Args:
            found: What `measure` returned.
            file: `measurements.yaml` in the data folder.
            people: What blinded raters said of the same takes, so that the planner knows what the axis is worth. It
                counts from three people and a hundred pairs on; programs that rehearse count on the simulator alone.
            source: Where the run can be read.
        """
        best: dict[str, Measured] = {}
        agreed = self._agreed(found.registration.axis, people)
        for result in sorted(found.arms, key=lambda r: (_STRENGTH.index(r.arm.means), r.arm.pictures)):
            if result.rate.value is None:
                continue
            best[result.arm.route] = Measured(
                rate=round(result.rate.value, 4),
                n=result.rate.verifiable,
                axis=str(found.registration.axis),
                as_of=self.desk.on,
                source=f"{source}, run {self.run}",
                simulated=self.simulated,
                means=result.arm.means.value,
                low=round(result.rate.interval.low, 4),
                high=round(result.rate.interval.high, 4),
                coverage=round(result.rate.coverage or 0.0, 4),
                ceiling=None if (most := found.controls.ceiling.value) is None else round(most, 4),
                people=agreed,
            )
        record_measurements(file, best)
        return file

    def _agreed(self, axis: Axis, people: HumanResult | None) -> float | None:
        """Return an axis's AUC against people, where enough of them were asked about it."""
        if people is None or not (people.enough or self.simulated):
            return None
        against = next((one.against for one in people.axes if one.axis is axis), None)
        return None if against is None else round(against.auc, 4)

    def __repr__(self) -> str:
        return (
            f"<Benchmark of {self.production!r}: {len(self.plans)} arms, {len(self.desk.script)} shots, "
            f"{self.takes} takes each, {dollars(self.price_usd)}>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> Html:
        rows = [
            [p.arm.name, p.arm.route, str(p.arm.pictures or "–"), p.arm.claim or "–", dollars(p.usd * self.takes)]
            for p in self.plans
        ]
        rows += [[name, "–", "–", "–", f"not run: {why}"] for name, why in self._planned[1].items()]
        caption = (
            f"{len(self.desk.script)} shots, {self.takes} takes of each in each arm: {dollars(self.price_usd)} at most"
        )
        return table(["arm", "route", "pictures of each", "claimed", "costs"], rows, caption=caption)


def _subject(arm: Arm, shot: str) -> str:
    return f"{shot}-{arm.slug}"


def _digest(content: object) -> str:
    return f"sha256:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"
