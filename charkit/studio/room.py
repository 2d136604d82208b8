"""The studio: one run of one production, with everything it needs wired up.

Every verb can be called again: what was made is read from disk, what is missing is made, nothing is paid twice. So each
notebook may start anywhere, and a kernel may die at any line.
"""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.by_hand import Handwork
from charkit.cards import card
from charkit.character import counted
from charkit.film import Film
from charkit.film.showing import cut_pictures, transitions_compared
from charkit.ledger import open_ledger
from charkit.mirror import open_store
from charkit.providers.base import Outcome
from charkit.references import References, sending
from charkit.scoring import Scorecard
from charkit.studio.again import order_again, seed_of
from charkit.studio.cutting import Cutting
from charkit.studio.desk import Desk
from charkit.studio.experiment_verbs import ExperimentVerbs
from charkit.studio.filming import Filming
from charkit.studio.judge_verbs import JudgeVerbs
from charkit.studio.judging import Judging, wishes_of
from charkit.studio.lines import Lines
from charkit.studio.preflighting import Preflights
from charkit.studio.pricing import Pricing
from charkit.studio.prompting import Prompts
from charkit.studio.score_verbs import ScoreVerbs
from charkit.studio.shift import Shift
from charkit.studio.telling import Story
from charkit.studio.wording_verbs import WordingVerbs
from charkit.takes import RetakeRule, Takes, Wish, request_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Unpack

    from charkit.character import Cast
    from charkit.film import CutList
    from charkit.film.editing import CutDesk
    from charkit.film.showing import Shown
    from charkit.ledger import Ledger, Spend
    from charkit.ledger.spending import Spending
    from charkit.plan import Plan
    from charkit.recipe import TakeRecipe
    from charkit.references import ContactSheet
    from charkit.references.preflight import Preflight
    from charkit.report import Report
    from charkit.routes import Route, RouteMatrix
    from charkit.settings import Settings
    from charkit.shots import Resolution, Storyboard
    from charkit.store import Store
    from charkit.studio.desk import Word
    from charkit.studio.job_history import JobHistory
    from charkit.studio.jobs import Jobs
    from charkit.studio.pricing import Quote
    from charkit.studio.progress import Listener, Stage
    from charkit.takes import Health, Order, Retakes
    from charkit.workspace import Workspace

__all__ = ["Studio"]


class Studio(WordingVerbs, ExperimentVerbs, JudgeVerbs, ScoreVerbs):
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
        self._shift = Shift(place, bars=settings.progress == "auto")
        weakref.finalize(self, self._lines.close)

    # ------------------------------------------------------------------ shoot

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
        self._preflights.override(self.preflight(self.replan())[finding], reason)

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

    def shoot(self, plan: Plan | None = None) -> Takes:
        """Make one take of every shot. What was made before comes back at no cost.

        Raises:
            PlanChanged: Another plan than this one was approved for this run; nothing was sent.
            PreflightStopped: A picture would be refused, or spoil a shot; nothing was uploaded.
            SpendLimit: The cap does not allow it all; what was on its way is finished and kept.
            RunBusy: Another process works in this run.
        """
        plan = self._cleared(self._approved(plan or self.plan()))
        with self._working("shoot", len(plan)):
            return self._filming.shoot(plan)

    def retake(self, card: Scorecard, *, rule: RetakeRule | None = None) -> Scorecard:
        """Make more takes of each shot that drifted, within a rule, scoring after each round. None is lost.

        The better take of a shot is chosen. Running a notebook again buys nothing: see `charkit.takes.retaking`.

        Args:
            card: Says which shots drifted.
            rule: How many rounds, takes and US dollars; one more take of each shot where it is not given.

        Raises:
            PreflightStopped: A picture would be refused, or spoil a shot; nothing was uploaded.
            SpendLimit: The cap does not allow it.
        """
        asked = iter([card])
        self.retakes(lambda: wishes_of(next(asked, None) or self.score()), rule=rule)
        return self.score()

    def retakes(
        self, wishes: Callable[[], Iterable[Wish]] | Iterable[tuple[str, str]], *, rule: RetakeRule | None = None
    ) -> Retakes:
        """Make more takes of the shots that somebody wants again, each for a reason that is kept with it.

        Args:
            wishes: Shots with reasons, such as `[("S02", "her hat is missing")]`; or what is asked before each round.
            rule: How many rounds, takes and US dollars.

        Raises:
            SpendLimit: The cap does not allow it.
        """
        fixed = () if callable(wishes) else tuple(Wish(shot=shot, reason=reason) for shot, reason in wishes)
        retaking = self._filming.retaking(self._cleared(self._approved(self.plan())))
        with self._working("retake"):
            return retaking.go(rule or RetakeRule(), wishes if callable(wishes) else lambda: fixed)

    def one_more(self, shot: str, reason: str) -> Retakes:
        """Make one more take of a shot, however many it has, for a reason that is kept with it.

        Raises:
            SpendLimit: The cap does not allow it; nothing was sent.
        """
        have = sum(take.subject == shot for take in self.takes())
        asked = iter([[Wish(shot=shot, reason=reason)]])
        rule = RetakeRule(rounds=max(1, have), stop_without_gain=False)
        return self.retakes(lambda: next(asked, []), rule=rule)

    def again(self, recipe: TakeRecipe, *, seed: str | None = None) -> Order:
        """Return the order for one more take like that of a recipe, with its price. Costs nothing.

        Args:
            recipe: How the take was made.
            seed: `+1` or `-1` counts from the take's own, `7` is a seed; its own if left out.

        Raises:
            RouteClosed: The route has ended; names its replacement.
            UsageError: It cannot be ordered again: says what is missing.
        """
        numbers = [take.number for take in self.takes() if take.subject == recipe.shot]
        return order_again(
            recipe,
            route=self.routes.route(recipe.route, self._settings.today),
            production=self.production,
            run=self.place.run,
            simulated=not self.live,
            store=self._store,
            ledger=self._ledger,
            number=1 + max(numbers, default=0),
            seed=seed_of(recipe, seed),
        )

    def rerun(self, order: Order) -> Takes:
        """Make the take that `again` ordered, under the cap like any other.

        Raises:
            SpendLimit: The cap does not allow it; nothing was sent.
        """
        with self._working("rerun", 1):
            return self._filming.keep(self._shown(self._make([order])))

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
            return self._filming.keep(self._shown(self._filming.floor_with(brought.connect).make([brought.order])))

    def takes(self) -> Takes:
        """Return every take of this run's shots that is on disk, in the storyboard's order."""
        return self._filming.takes()

    # ------------------------------------------------------------------ jobs and money

    @property
    def jobs(self) -> Jobs:
        """The paid requests of this run, those that wait for a person first; and those of others that it lives on."""
        return self._desk.jobs(also={take.job_id for take in self.takes() if take.job_id})

    def job(self, name: str) -> JobHistory:
        """Return one job with all that is known of it, what it may cost, and the ways out; see `Desk.job`."""
        return self._desk.job(name)

    def resume(self) -> Takes:
        """Go on with every open job of this run; nothing new is sent. See `Desk.resume`."""
        return self._desk.resume()

    def resolve(self, name: str, **word: Unpack[Word]) -> JobHistory:
        """Take the person's word for a job in doubt; see `Desk.resolve`."""
        return self._desk.resolve(name, **word)

    def cancel(self, name: str) -> JobHistory:
        """Stop a job where that can be done; see `Desk.cancel`."""
        return self._desk.cancel(name)

    @property
    def spending(self) -> Spending:
        """What all runs of the production have spent, to be added up by day, route, shot or run."""
        return self._ledger.spending(production=self.production)

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
        found, evidence = self._judging.score(self._with_earlier(takes), self._loaded_references())
        return self.prompts.judged(self._decided(self._with_judged(found, evidence)))

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

    def heard_by(self, listener: Listener) -> AbstractContextManager[None]:
        """Tell somebody of every piece of progress, in the thread of the work, instead of drawing bars."""
        return self._shift.heard_by(listener)

    @property
    def health(self) -> Health:
        """Which endpoints this run leaves alone for a while, and why."""
        return self._filming.floor.health

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
        return open_store(self.place.store, self._settings)

    @cached_property
    def _ledger(self) -> Ledger:
        self.place.ledger.parent.mkdir(parents=True, exist_ok=True)
        return open_ledger(self.place.ledger, self._settings, redact=self._lines.without_keys)

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
    def _filming(self) -> Filming:
        return Filming(
            place=self.place,
            storyboard=self.storyboard,
            matrix=self.routes,
            settings=self._settings,
            lines=self._lines,
            ledger=self._ledger,
            store=self._store,
            shift=self._shift,
            max_spend=self.max_spend,
            live=self.live,
            noted=self.prompts.taken,
        )

    @cached_property
    def _desk(self) -> Desk:
        return Desk(
            ledger=self._ledger,
            floor=lambda _: self._filming.floor,
            working=lambda _, jobs: self._working("resume", jobs),
            bring=lambda _, takes: self._filming.keep(self._shown(takes)),
            production=self.production,
            run=self.place.run,
            simulated=not self.live,
        )

    @cached_property
    def _judging(self) -> Judging:
        return Judging(
            folder=self.place.folder,
            storyboard=self.storyboard,
            ledger=self._ledger,
            shift=self._shift,
            cast=self.cast,
            calibrated=self._calibrated,
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
        return self._filming.make(orders)

    def _is_there(self, order: Order) -> bool:
        job = self._ledger.find(request_key(order), order.number)
        return job is not None and job.state == Outcome.SUCCEEDED

    def _ask(self, orders: Iterable[Order]) -> Takes:
        """Return the answers to a judge's questions; no shots, so no progress of shots."""
        return self._filming.floor.make(orders)

    def _judge_route(self, name: str) -> Route:
        return self.routes.route(name, self._settings.today)

    def _with_earlier(self, takes: Takes) -> Takes:
        return self._filming.with_earlier(takes)

    def _shown(self, takes: Takes) -> Takes:
        return self._filming.shown(takes)

    def _loaded_references(self) -> References:
        file = self.place.folder / "references.json"
        return References.load(file) if file.is_file() else self.references()

    def _film_on_disk(self) -> Film | None:
        return Film.load(self.place.folder) if (self.place.folder / "film.json").is_file() else None

    def _working(self, name: str, total: int | None = None) -> AbstractContextManager[Stage]:
        return self._shift.working(name, total)
