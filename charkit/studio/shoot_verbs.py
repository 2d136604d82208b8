"""What a studio can be asked about its takes; the other verbs stand in `room`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from charkit.references import sending
from charkit.studio.again import order_again, seed_of
from charkit.studio.judging import wishes_of
from charkit.studio.plan_verbs import PlanVerbs
from charkit.takes import RetakeRule, Takes, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from charkit.plan import Plan
    from charkit.recipe import TakeRecipe
    from charkit.references import ContactSheet
    from charkit.scoring import Scorecard
    from charkit.takes import Order, Retakes

__all__ = ["ShootVerbs"]


class ShootVerbs(PlanVerbs):
    """Takes and retakes of `Studio`."""

    def sending(self, shot: str | None = None) -> ContactSheet:
        """Return the contact sheet of the pictures that will be sent for the plan, or for one of its shots.

        Raises:
            UnknownName: there is no such shot.
        """
        plan = self.plan()
        return sending([plan[shot]] if shot else plan.shots, self.routes.routes, title=self.storyboard.title)

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

    # ------------------------------------------------------------------ what the studio brings

    @abstractmethod
    def score(self, takes: Takes | None = None, *, judge: str | None = None) -> Scorecard:
        """Ask of every take whether it shows the same characters as the references."""
