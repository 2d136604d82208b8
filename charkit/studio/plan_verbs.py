"""What a studio can be asked about its plan: make it, choose routes, approve it; the other verbs stand in `room`."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.errors import PreflightStopped, UnknownName
from charkit.plan import Approval, Plan, RouteChoices, plan_film, ways_of
from charkit.references.preflight import Preflight
from charkit.studio.design_verbs import DesignVerbs
from charkit.studio.wordings import Wordings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from charkit.plan import PlannedShot, Ways
    from charkit.references import Reference, References
    from charkit.references.preflight import Looked
    from charkit.routes import RouteMatrix
    from charkit.shots import Storyboard

__all__ = ["PlanVerbs"]


class PlanVerbs(DesignVerbs):
    """The planning half of `Studio`: plan, preflight, routes, approval."""

    def plan(self) -> Plan:
        """Say for every shot which route makes it, with which references, for how much. Costs nothing."""
        references = self.references()
        self._bound.clear()  # from here on nothing that was planned before is taken for granted
        return self._plan_with(references)

    def replan(self) -> Plan:
        """Plan again after a choice, with the pictures as they were prepared last: `plan` without looking for new ones.

        Costs nothing.
        """
        return self._plan_with(self._loaded_references())

    def ways(self, shot: str | None = None) -> tuple[Ways, ...]:
        """Return how every live route would make a shot, or each shot, and why the others cannot. Costs nothing.

        Raises:
            UnknownName: there is no such shot.
        """
        shots = None if shot is None else {self.storyboard[shot].id}
        return self._ways(self.worded_storyboard, shots)

    def choose_route(self, shot: str, route: str | None, *, reason: str = "") -> Plan:
        """Decide which route makes a shot in this run, and return the plan that follows. The choice is kept on disk.

        Args:
            shot: Its id.
            route: The route's name; None leaves it to the storyboard and the planner again.
            reason: Why, for the record.

        Raises:
            UnknownName: there is no such shot, or the route cannot make it; says why. Nothing is changed.
            UnsupportedRequest: no plan comes of it. Nothing is changed, unless a choice was taken back.
        """
        named = self.storyboard[shot].id
        if route is None:
            with self._deciding():
                self.route_choices.choosing(named, None).save(self._choices_file)
            return self.replan()
        _ = self.ways(named)[0][route]
        references = self._loaded_references()
        with self._deciding():
            choices = self.route_choices.choosing(named, route, reason)
            found = self._planned_with(self._wordings, choices, references)  # raises: then nothing is kept
            choices.save(self._choices_file)
        return self._finished(found, references)

    @property
    def route_choices(self) -> RouteChoices:
        """The routes that were chosen for this run.

        Raises:
            BadDocument: their file says something it may not say.
        """
        return RouteChoices.load(self._choices_file)

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
        found = self._preflights.named(finding, self._found_so_far())
        with self._deciding():
            self._preflights.override(found, reason)

    def _found_so_far(self) -> Preflight:
        """Return the plan's preflight; nothing where the pictures for a plan are still being designed."""
        try:
            return self.preflight(self.replan())
        except PreflightStopped:
            return Preflight()

    def approve(self, plan: Plan | None = None, *, note: str = "") -> Approval:
        """Write down that a plan may be shot as it is now.

        From then on `shoot` and `retake` of this run refuse a plan that is another one, until it is approved again or
        the approval is taken back. A run that nobody approves is shot as it always was.

        Args:
            plan: What was looked at; by default the plan as it is.
            note: A word for the record.
        """
        approval = Approval.of(plan or self.replan(), cap_usd=self.max_spend, note=note)
        approval.save(self._approval_file)
        return approval

    def withdraw_approval(self) -> None:
        """Take the run's approval back; nothing happens where there is none."""
        self._approval_file.unlink(missing_ok=True)

    @property
    def approval(self) -> Approval | None:
        """The run's approval, whether or not it still holds; None where there is none."""
        return Approval.load(self._approval_file)

    def look_ahead(self) -> None:
        """Look at every prepared picture and bind every shot now, so that the next choices find that done.

        Costs nothing, and nothing is written down.
        """
        references = self._loaded_references()
        self._preflights.warm(references)
        self._planned(references)

    def seen_in(self, reference: Reference) -> Looked:
        """Return what is seen in a picture as it is sent: faces, or why nobody could look for them."""
        return self._preflights.seen(reference)

    @property
    def worded_storyboard(self) -> Storyboard:
        """The storyboard in the words that this run uses."""
        return self._wordings.on(self.storyboard)

    # ------------------------------------------------------------------ below

    def _plan_with(self, references: References) -> Plan:
        return self._finished(self._planned(references), references)

    def _finished(self, found: Plan, references: References) -> Plan:
        """Return a plan with what preflight says and the run's approval, written down."""
        found = self._preflights.noted(found, self._preflights.of(found, references))
        found.save(self.place.folder / "plan.json")
        return replace(self.prompts.planned(found), approval=self.approval)

    def _cleared(self, plan: Plan) -> Plan:
        return self._preflights.cleared(plan, self.preflight(plan))

    def _approved(self, plan: Plan) -> Plan:
        """Return a plan that may be shot as far as approvals go.

        Raises:
            PlanChanged: another one was approved.
        """
        if (approval := self.approval) is not None:
            approval.check(plan)
        return plan

    def _planned(self, references: References) -> Plan:
        return self._planned_with(self._wordings, self.route_choices, references)

    def _planned_with(self, wordings: Wordings, choices: RouteChoices, references: References) -> Plan:
        return self._planned_as(
            wordings.on(self.storyboard),
            references,
            wordings=wordings,
            chosen=choices.routes,
        )

    def _planned_as(
        self, board: Storyboard, references: References, *, wordings: Wordings, chosen: dict[str, str]
    ) -> Plan:
        """Plan a storyboard; shots of which nothing changed since they were planned last are not planned again."""
        asked = hash(tuple(references))
        keys = {
            shot.id: (shot.model_dump_json(), chosen.get(shot.id, ""), _template_of(wordings, shot.id), asked)
            for shot in board.each()
        }
        known = dict(self._bound)  # another thread may be looking ahead
        missing = tuple(shot for shot in board.each() if keys[shot.id] not in known)
        if missing:
            part = board.model_copy(update={"shots": missing})
            fresh = {keys[s.shot]: s for s in self._planned_anew(part, references, wordings=wordings, chosen=chosen)}
            known |= fresh
            self._bound.update(fresh)
        return Plan(
            title=board.title,
            on=self._settings.today,
            aspect=board.aspect,
            resolution=self.resolution,
            fps=board.fps,
            shots=tuple(known[key] for key in keys.values()),
        )

    @cached_property
    def _bound(self) -> dict[tuple[str, str, str, int], PlannedShot]:
        """Shots as they were planned, by all that may change about them while a studio is open."""
        return {}

    def _planned_anew(
        self, board: Storyboard, references: References, *, wordings: Wordings, chosen: dict[str, str]
    ) -> Plan:
        made = all(reference.path.is_file() for reference in references)
        return plan_film(
            board,
            self.cast,
            references,
            self.routes,
            on=self._settings.today,
            resolution=self.resolution,
            region=self._settings.region,
            store=self._store if made else None,  # what is not made yet cannot be brought to a route's limits
            faces=self._faces,
            templates=self.prompts.templates,
            templates_of=wordings.templates(board, self.prompts.templates),
            chosen=_known(chosen, self.routes),
            cutter=self._cutter,
        )

    def _ways(
        self, board: Storyboard, shots: Collection[str] | None, wordings: Wordings | None = None
    ) -> tuple[Ways, ...]:
        return ways_of(
            board,
            self.cast,
            self._loaded_references(),
            self.routes,
            on=self._settings.today,
            shots=shots,
            resolution=self.resolution,
            region=self._settings.region,
            templates=self.prompts.templates,
            templates_of=(wordings or self._wordings).templates(board, self.prompts.templates),
        )

    @property
    def _wordings(self) -> Wordings:
        return Wordings.load(self.place.folder / "wording.yaml")

    @property
    def _choices_file(self) -> Path:
        return self.place.folder / "routes.yaml"

    @property
    def _approval_file(self) -> Path:
        return self.place.folder / "approval.json"


def _template_of(wordings: Wordings, shot: str) -> str:
    wording = wordings.shots.get(shot)
    return wording.template if wording is not None else ""


def _known(chosen: dict[str, str], matrix: RouteMatrix) -> dict[str, str]:
    """Return the choices, all of whose routes are known.

    Raises:
        UnknownName: one is not; says which file it stands in.
    """
    for shot, route in chosen.items():
        if route not in matrix.routes:
            raise UnknownName("route", route, matrix.routes, hint=f"It is chosen for {shot} in the run's routes.yaml.")
    return chosen
