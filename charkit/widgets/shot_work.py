"""The part of the shot board that costs money: shooting and retaking, through the studio alone, with live jobs."""

from __future__ import annotations

import html
import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Final, TypeVar

from charkit.errors import CharkitError, UsageError
from charkit.ledger import usd
from charkit.money import dollars
from charkit.widgets.board import Board

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.plan import Plan
    from charkit.scoring import Scorecard
    from charkit.studio.progress import Event
    from charkit.studio.room import Studio
    from charkit.takes import Retakes, Takes
    from charkit.widgets.shot_view import TakeView

__all__ = ["ShotWork", "dollars"]

T = TypeVar("T")

_GLANCE: Final = 0.1
"""Seconds between two changes of the list of jobs."""
_OPEN: Final = 12
"""Jobs that are listed one by one; more are counted."""


class ShotWork(Board):
    """A board that can shoot."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._plan: Plan | None = None
        self._views: tuple[TakeView, ...] = ()
        self._jobs: dict[tuple[str, int], tuple[str, int | None]] = {}
        self._painted = 0.0
        self.jobs = self.widgets.HTML()
        """The jobs of the work that goes on."""

    @abstractmethod
    def read(self) -> None:
        """Read what is on disk, and show it."""

    def rested(self) -> None:
        """Let buttons that cost money be clicked again."""
        self.show_money()

    @abstractmethod
    def show_money(self) -> None:
        """Show prices and what is left."""

    def shoot(self, plan: Plan | None = None) -> Takes:
        """Make the first take of every shot that has none, with progress on the board, and come back when all is done.

        Raises:
            SpendLimit: The cap does not allow it all; what was on its way is finished and kept.
            RunBusy: Another process works in this run.
        """
        return self._worked(lambda: self._studio.shoot(plan))

    async def shooting(self, plan: Plan | None = None) -> Takes:
        """Do what `shoot` does, while the board's other buttons go on working. Await it in a cell of its own."""
        return await self._working(lambda: self._studio.shoot(plan))

    def retake(self, shot: str, reason: str = "") -> Retakes:
        """Make one more take of a shot.

        Args:
            shot: Its id.
            reason: Kept with the take; by default the newest note on one of its takes.

        Raises:
            SpendLimit: The cap does not allow it; nothing was sent.
            UsageError: The shot has no take yet.
        """
        return self._worked(lambda: self._retaken(shot, reason))

    async def retaking(self, shot: str, reason: str = "") -> Retakes:
        """Do what `retake` does, while the board's other buttons go on working."""
        return await self._working(lambda: self._retaken(shot, reason))

    def _retaken(self, shot: str, reason: str = "") -> Retakes:
        numbers = [view.take.number for view in self._views if view.take.subject == shot]
        if not numbers:
            raise UsageError(f"{shot} has no take yet; shoot it first")
        notes = [v.decision.note for v in self._views if v.take.subject == shot and v.decision.note]
        why = reason or (notes[-1] if notes else "a person wants another take")
        return self._studio.one_more(shot, why)

    def _start_shooting(self) -> None:
        self._start(lambda: self._studio.shoot(self._plan), "shooting")

    def _start_scoring(self) -> None:
        self._start(self._studio.score, "scoring")

    def _start(self, verb: Callable[[], Takes | Retakes | Scorecard], what: str) -> None:
        if self.busy:
            raise UsageError("the board is still at work; what it makes is shown as it comes")

        async def work() -> str:
            return f"{what}: {await self._working(verb)!r}"

        self.start(work())
        self.show_money()
        self.say(f"{what} …", "busy")

    def _worked(self, verb: Callable[[], T]) -> T:
        self._jobs.clear()
        try:
            with self._studio.heard_by(self._hearing(self._paint)):
                return verb()
        finally:
            self._over()

    async def _working(self, verb: Callable[[], T]) -> T:
        self._jobs.clear()
        try:
            with self._studio.heard_by(self._hearing(self.soon(self._paint))):
                return await self.in_thread(verb)
        finally:
            self._over()

    def _over(self) -> None:
        try:
            self.read()
        except CharkitError as error:  # what the work itself says is more to the point
            self.complain(error)
        self._paint()
        self.changed(at_once=True)

    def _hearing(self, paint: Callable[[], None]) -> Callable[[Event], None]:
        """Return a listener that keeps where each job stands, and paints now and then."""

        def hear(event: Event) -> None:
            if "subject" not in event or not event["new"]:  # what only comes back is nobody's news
                return
            share = event["progress"]
            key = str(event["subject"]), int(event["number"] or 0)
            self._jobs[key] = str(event["outcome"]), None if share is None else int(share)
            now = time.monotonic()
            if event["final"] or now - self._painted >= _GLANCE:
                self._painted = now
                paint()

        return hear

    def _paint(self) -> None:
        """Show the jobs: the open ones one by one, the others counted."""
        jobs = list(self._jobs.items())
        done = [key for key, (outcome, _) in jobs if outcome == "succeeded"]
        going = [(key, stand) for key, stand in jobs if stand[0] != "succeeded"]
        lines = [_job(shot, number, *stand) for (shot, number), stand in going[:_OPEN]]
        more = f"<div>and {len(going) - _OPEN} more</div>" if len(going) > _OPEN else ""
        head = f"<div>{len(done)} of {len(jobs)} made</div>" if jobs else ""
        self.jobs.value = f'<div style="font-size: 12.5px">{head}{"".join(lines)}{more}</div>' if jobs else ""

    # ------------------------------------------------------------------ prices

    def price(self, shot: str, left: float) -> tuple[str, str, bool]:
        """Return what a retake of a shot costs in words, more of it in a sentence, and whether the cap allows it."""
        planned = {one.shot: one for one in self._plan.shots}.get(shot) if self._plan is not None else None
        if planned is None:
            return "retake", "There is no plan with this shot yet, so nobody knows the price: studio.plan()", False
        most = max(way.price_usd for way in (planned, *planned.fallbacks))
        words = f"retake {dollars(planned.price_usd)}"
        if most > left:
            return words, f"A take may cost {dollars(most)}, and {dollars(left)} are left under the cap", False
        dearer = f", at most {dollars(most)} where another route stands in" if most > planned.price_usd else ""
        return words, f"One more take on {planned.route}{dearer}; the newest note says why", True

    @property
    def left(self) -> float:
        """US dollars that the cap leaves."""
        return max(0.0, self._studio.max_spend - usd(self._studio.spend.committed))

    @property
    def missing(self) -> tuple[int, float]:
        """How many planned shots have no take yet, and what their first takes cost, in US dollars."""
        there = {view.take.subject for view in self._views}
        shots = [shot for shot in (self._plan.shots if self._plan else ()) if shot.shot not in there]
        return len(shots), sum(shot.price_usd for shot in shots)


def _job(shot: str, number: int, outcome: str, share: int | None) -> str:
    bar = f'<progress max="100" value="{share}" style="width: 120px"></progress> {share} %' if share is not None else ""
    return f"<div>{html.escape(shot)} take {number}: {html.escape(outcome)} {bar}</div>"
