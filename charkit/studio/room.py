"""The studio: one run of one production, with everything it needs wired up.

Every verb can be called again: what was made is read from disk, what is missing is made, nothing is paid twice. So each
notebook may start anywhere, and a kernel may die at any line.
"""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from charkit.by_hand import Handwork
from charkit.cards import card
from charkit.character import counted
from charkit.documents import replace_file
from charkit.errors import RunBusy
from charkit.film import Film
from charkit.ledger import Ledger, usd
from charkit.plan import plan_film
from charkit.providers.base import Outcome
from charkit.references import References, sending
from charkit.scoring import PaletteScorer, Scorecard, score_takes
from charkit.store import Store
from charkit.studio.cutting import Cutting
from charkit.studio.design_verbs import DesignVerbs
from charkit.studio.experiment_verbs import ExperimentVerbs
from charkit.studio.judge_verbs import JudgeVerbs
from charkit.studio.judging import evidence_key, evidence_of, write_down
from charkit.studio.lines import Lines
from charkit.studio.naming import named
from charkit.studio.preflighting import Preflights
from charkit.studio.progress import Herald, Stage
from charkit.studio.prompting import Prompts
from charkit.studio.score_verbs import ScoreVerbs
from charkit.studio.telling import Story
from charkit.takes import Floor, Health, Order, Pace, Takes, request_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from charkit.character import Cast
    from charkit.film import CutList
    from charkit.ledger import Spend
    from charkit.plan import Plan, PlannedShot
    from charkit.providers.base import Provider
    from charkit.references import ContactSheet
    from charkit.references.preflight import Preflight
    from charkit.report import Report
    from charkit.routes import Route, RouteMatrix
    from charkit.settings import Settings
    from charkit.shots import Resolution, Storyboard
    from charkit.takes import Take
    from charkit.workspace import Workspace

__all__ = ["Studio"]

_SIMULATED_PACE = Pace(first_poll=0.05, growth=1.3, longest_poll=0.5)
"""The simulator is on this machine: nobody is bothered by asking it often."""


class Studio(DesignVerbs, ExperimentVerbs, JudgeVerbs, ScoreVerbs):
    """One run of one production. Open it with `charkit.open_studio`."""

    def __init__(
        self,
        *,
        place: Workspace,
        settings: Settings,
        cast: Cast,
        storyboard: Storyboard,
        matrix: RouteMatrix,
        max_spend: float,
        live: bool,
        resolution: Resolution | None,
    ) -> None:
        self.place = place
        self.cast = cast
        self.storyboard = storyboard
        self.routes = matrix
        self.max_spend = max_spend
        self.live = live
        self.resolution = resolution or storyboard.resolution
        self._settings = settings
        self._lines = Lines(matrix, settings, place.simulator, live=live)
        self._herald = Herald(place.progress, bars=settings.progress == "auto")
        self._stage: Stage | None = None
        self._lock = FileLock(place.folder / ".lock", timeout=0)
        weakref.finalize(self, self._lines.close)

    # ------------------------------------------------------------------ shoot

    def plan(self) -> Plan:
        """Say for every shot which route makes it, with which references, for how much. Costs nothing."""
        references = self.references()
        found = plan_film(
            self.storyboard,
            self.cast,
            references,
            self.routes,
            on=self._settings.today,
            resolution=self.resolution,
            region=self._settings.region,
            store=self._store,
            templates=self.prompts.templates,
        )
        found = self._preflights.noted(found, self._preflights.of(found, references))
        found.save(self.place.folder / "plan.json")
        return self.prompts.planned(found)

    def sending(self, shot: str | None = None) -> ContactSheet:
        """Return the contact sheet of the pictures that will be sent for the plan, or for one of its shots.

        Raises:
            UnknownName: there is no such shot.
        """
        plan = self.plan()
        return sending([plan[shot]] if shot else plan.shots, self.routes.routes, title=self.storyboard.title)

    def preflight(self, plan: Plan | None = None) -> Preflight:
        """Say what stands against uploading a plan's pictures. Costs nothing, sends nothing; `shoot` asks it too."""
        plan = plan or self.plan()
        return self._preflights.of(plan, self._loaded_references())

    def override(self, finding: str, *, reason: str) -> None:
        """Go on in spite of a finding of preflight. The reason is kept, and stands in plan and report.

        Args:
            finding: Its id, as `preflight` shows it.
            reason: Why.

        Raises:
            UnknownName: there is no such finding.
            UsageError: the service's own terms refuse it, or there is no reason.
        """
        self._preflights.override(self.preflight()[finding], reason)

    def shoot(self, plan: Plan | None = None) -> Takes:
        """Make one take of every shot. What was made before comes back at no cost.

        Raises:
            PreflightStopped: A picture would be refused, or spoil a shot; nothing was uploaded.
            SpendLimit: The cap does not allow it all; what was on its way is finished and kept.
            RunBusy: Another process works in this run.
        """
        plan = self._cleared(plan or self.plan())
        orders = [self._order(shot.shot, 1, plan) for shot in plan.shots]
        with self._working("shoot", len(orders)):
            return self._keep_takes(self._shown(self._make(orders)))

    def retake(self, card: Scorecard, *, at_most: int = 2) -> Scorecard:
        """Make one more take of each shot that drifted, and score again. The better take is chosen, none is lost.

        Args:
            card: Says which shots drifted.
            at_most: How many takes of a shot there may be in all, so that running a notebook again buys nothing.

        Raises:
            PreflightStopped: A picture would be refused, or spoil a shot; nothing was uploaded.
            SpendLimit: The cap does not allow it.
        """
        drifted = list(dict.fromkeys(score.shot for score in card.drifted))
        have = {shot: max(take.take for take in card.takes if take.shot == shot) for shot in drifted}
        again = {shot: number + 1 for shot, number in have.items() if number < at_most}
        if again:
            self._take_again({shot: (number, "drifted") for shot, number in again.items()})
        return self.score()

    def _take_again(self, again: Mapping[str, tuple[int, str]]) -> None:
        plan = self._cleared(self.plan())
        orders = [self._order(shot, number, plan) for shot, (number, _) in again.items()]
        with self._working("retake", len(orders)):
            self._keep_takes(self._shown(self._make(orders)))

    def bring_in(self, shot: str, clip: Path | str, *, app: str) -> Takes:
        """Take a clip that was made by hand in as a take like any other; the same clip again changes nothing.

        Args:
            shot: What it shows.
            clip: The file as the app gave it.
            app: The app that made it.

        Raises:
            UnreadableMedia: it cannot be decoded, or its end is missing.
            UsageError: it is no clip, or one of the simulator's in a run that pays.
            UnsupportedRequest: a character of the shot has no handle on its sheet.
        """
        with self._working("bring in", 1):
            brought = self.by_hand.bring(shot, clip, app=app, takes=self.takes())
            return self._keep_takes(self._shown(self._floor_with(brought.connect).make([brought.order])))

    def takes(self) -> Takes:
        """Return every take of this run's shots that is on disk, in the storyboard's order."""
        file = self.place.folder / "takes.json"
        return self._shown(Takes.load(file, self._store)) if file.is_file() else Takes()

    # ------------------------------------------------------------------ judge and cut

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
        evidence = evidence_of(wanted, self.storyboard, self._loaded_references(), self.cast)
        key = evidence_key(evidence, [PaletteScorer().facts])
        before = self._scorecard_on_disk(key)
        if before is not None:
            return self.prompts.judged(self._with_judged(self._calibrated(before), evidence))
        with self._working("score", len(wanted.ok)) as stage:
            found = self._calibrated(score_takes(evidence, on_progress=stage.step))
            write_down(found, wanted, self._ledger)
            found.save(self.place.folder / "scorecard.json")
            replace_file(self._scored, key.encode())
        return self.prompts.judged(self._with_judged(found, evidence))

    def cut_list(self, choice: Scorecard | None = None) -> CutList:
        """Return which take of each shot is in the film: a person's edited `cutlist.yaml`, else the best by score."""
        scored = choice or self.score()
        return self.prompts.chosen(self._cutting.cut_list(scored), scored)

    def assemble(self, choice: Scorecard | CutList | None = None) -> Film:
        """Join the chosen takes into `film.mp4`, with contact sheet and subtitles."""
        cuts = self.cut_list(choice) if choice is None or isinstance(choice, Scorecard) else choice
        with self._working("assemble"):
            return self._cutting.assemble(cuts)

    def report(self) -> Report:
        """Write `report.html` and `manifest.json`, and return the page."""
        with self._working("report"):
            card, plan = self.score(), self.plan()
            jobs = self._ledger.jobs(run=self.place.run, production=self.production)
            return Story(
                place=self.place,
                storyboard=self.storyboard,
                cast=self.cast,
                routes=self.routes,
                references=self._loaded_references(),
                plan=plan,
                preflight=self.preflight(plan),
                takes=self.takes(),
                card=card,
                film=self._film_on_disk() or self.assemble(card),
                jobs={j: usd(self._ledger.held_by(j.id).settled) for j in jobs if j.simulated is not self.live},
                spend=self.spend,
                cap_usd=self.max_spend,
                live=self.live,
                resolution=self.resolution,
                today=self._settings.today,
            ).tell()

    @property
    def health(self) -> Health:
        """Which endpoints this run leaves alone for a while, and why."""
        return self._floor.health

    @property
    def spend(self) -> Spend:
        """What this run has committed, in micro-dollars; simulated and real money are never added up."""
        return self._ledger.spend(run=self.place.run, production=self.production, simulated=not self.live)

    def __repr__(self) -> str:
        how = "live" if self.live else "simulated"
        return (
            f"<Studio {self.production!r}, run {self.place.run!r}: {counted(len(self.storyboard), 'shot')}, "
            f"{counted(len(self.cast), 'character')}, {self.resolution}, {how}, cap ${self.max_spend:.2f}>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            ("run", self.place.run),
            ("shots", f"{len(self.storyboard)}, {self.storyboard.seconds} s, {self.resolution}"),
            ("cast", ", ".join(sheet.name for sheet in self.cast.values())),
            ("cap", f"${self.max_spend:.2f}"),
        ]
        mark = card(
            self.storyboard.title,
            rows=rows,
            badge="live: pays real services" if self.live else "simulated: nothing is paid",
            badge_kind="warn" if self.live else "simulated",
            note=self.storyboard.logline or "",
        )
        return {"text/plain": repr(self), "text/html": mark}

    # ------------------------------------------------------------------ below

    @property
    def production(self) -> str:
        """The production's name."""
        return self.place.home.name

    @cached_property
    def _store(self) -> Store:
        return Store(self.place.store)

    @cached_property
    def _ledger(self) -> Ledger:
        self.place.ledger.parent.mkdir(parents=True, exist_ok=True)
        return Ledger.open(self.place.ledger, redact=self._lines.without_keys)

    @cached_property
    def by_hand(self) -> Handwork:
        """Making shots in an app: the prompt to paste, and what a finished clip needs."""
        return Handwork(
            storyboard=self.storyboard,
            cast=self.cast,
            matrix=self.routes,
            production=self.production,
            run=self.place.run,
            resolution=self.resolution,
            day=self._settings.today,
            simulated=not self.live,
            templates=self.prompts.templates,
        )

    @cached_property
    def prompts(self) -> Prompts:
        """The words of this run: templates, the linter, prompts side by side, and which wording won."""
        return Prompts(
            storyboard=self.storyboard,
            cast=self.cast,
            matrix=self.routes,
            resolution=self.resolution,
            region=self._settings.region,
            home=self.place.home,
            folder=self.place.folder,
            references=self._loaded_references,
        )

    @cached_property
    def _floor(self) -> Floor:
        return self._floor_with(self._lines.connect)

    def _floor_with(self, connect: Callable[[str], Provider]) -> Floor:
        return Floor(
            self._ledger,
            self._store,
            connect,
            production=self.production,
            run=self.place.run,
            run_cap_usd=self.max_spend,
            parallel=self._settings.parallel,
            health=Health(self.place.folder / "health.json"),
            gate=self._check_open,
            pace=None if self.live else _SIMULATED_PACE,
        )

    @cached_property
    def _cutting(self) -> Cutting:
        return Cutting(folder=self.place.folder, storyboard=self.storyboard, store=self._store, simulated=not self.live)

    @cached_property
    def _preflights(self) -> Preflights:
        return Preflights(
            folder=self.place.folder,
            cast=self.cast,
            matrix=self.routes,
            on=self._settings.today,
            region=self._settings.region,
        )

    def _cleared(self, plan: Plan) -> Plan:
        return self._preflights.cleared(plan, self.preflight(plan))

    def _make(self, orders: Iterable[Order]) -> Takes:
        wanted = list(orders)
        if self._stage is None:
            return self._floor.make(wanted)
        for order in wanted:
            job = self._ledger.find(request_key(order), order.number)
            if job is not None and job.state == Outcome.SUCCEEDED:
                self._stage.there_already(order.subject, order.number)
        return self._floor.make(wanted, on_progress=self._stage.news)

    def _order(self, shot: str, number: int, plan: Plan) -> Order:
        return self._ordered(plan[shot], number)

    def _ordered(self, planned: PlannedShot, number: int) -> Order:
        return Order(
            production=self.production,
            run=self.place.run,
            subject=planned.shot,
            number=number,
            route=planned.route,
            endpoint=planned.endpoint,
            kind="video",
            request=planned.request(number),
            price_usd=planned.price_usd,
            simulated=not self.live,
            sheets=planned.sheets,
            fallbacks=tuple(self._ordered(other, number) for other in planned.fallbacks),
        )

    def _ask(self, orders: Iterable[Order]) -> Takes:
        """Return the answers to a judge's questions; no shots, so no progress of shots."""
        return self._floor.make(orders)

    def _judge_route(self, name: str) -> Route:
        return self.routes.route(name, self._settings.today)

    def _check_open(self, order: Order) -> None:
        """Refuse an order whose route has ended since it was planned.

        Raises:
            RouteClosed: it has.
        """
        self.routes.route(order.route, self._settings.today)

    def _keep_takes(self, takes: Takes) -> Takes:
        self._with_earlier(takes).save(self.place.folder / "takes.json")
        return self.prompts.taken(takes)

    def _with_earlier(self, takes: Takes) -> Takes:
        """Return takes with those of earlier calls, in the storyboard's order; a newer record of a take replaces it."""
        earlier = {take.id: take for take in self.takes()}
        found = {**earlier, **{take.id: _as_ordered(take, earlier.get(take.id)) for take in takes}}
        order = {shot.id: place for place, shot in enumerate(self.storyboard.each())}
        kept = (take for take in found.values() if take.subject in order)
        return Takes(sorted(kept, key=lambda take: (order[take.subject], take.number)))

    def _shown(self, takes: Takes) -> Takes:
        return named(takes, self.place.folder / "takes")

    def _loaded_references(self) -> References:
        file = self.place.folder / "references.json"
        return References.load(file) if file.is_file() else self.references()

    @property
    def _scored(self) -> Path:
        """Remembers what the scorecard on disk was asked about."""
        return self.place.folder / ".scorecard.digest"

    def _scorecard_on_disk(self, key: str) -> Scorecard | None:
        file = self.place.folder / "scorecard.json"
        if not (file.is_file() and self._scored.is_file() and self._scored.read_text("utf-8") == key):
            return None
        return Scorecard.load(file)

    def _film_on_disk(self) -> Film | None:
        return Film.load(self.place.folder) if (self.place.folder / "film.json").is_file() else None

    @contextmanager
    def _working(self, name: str, total: int | None = None) -> Iterator[Stage]:
        """Hold the run for this process, and show progress. A verb inside another one is part of it."""
        if self._stage is not None:
            yield self._stage
            return
        self.place.folder.mkdir(parents=True, exist_ok=True)
        try:
            held = self._lock.acquire()
        except Timeout:
            raise RunBusy(self.place.run) from None
        with held, self._herald.stage(name, total) as stage:
            self._stage = stage
            try:
                yield stage
            finally:
                self._stage = None


def _as_ordered(take: Take, earlier: Take | None) -> Take:
    """Return a take under the sheets that it was first ordered under: coming back to it makes it no newer."""
    if earlier is None or not earlier.sheets or earlier.job_id != take.job_id:
        return take
    return replace(take, sheets=earlier.sheets)
