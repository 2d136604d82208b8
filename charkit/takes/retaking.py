"""Retakes as a bounded operation: which shots get how many more takes, within which budget, and when to stop.

What asks for a retake is none of this module's business: it is given wishes, each a shot and the reason, and asks again
after every round. Everything that bounds it follows from the takes that are there and from the ledger, never from what
a process remembers. So running a notebook again, after it ended or in the middle of a round, buys nothing twice:

    * a take number belongs to a round for good: with N takes a round, numbers 2 to N+1 are round 1, and so on;
    * a take that is on its way, in doubt, or was never taken on is asked for again under its own number;
    * what retakes have committed counts against their budget by the ledger, also what is in doubt.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charkit.errors import UsageError
from charkit.ledger import micro, usd
from charkit.ledger.states import TERMINAL
from charkit.money import dollars
from charkit.takes.collection import Takes
from charkit.takes.ways import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from charkit.ledger import Ledger
    from charkit.takes.orders import Order

__all__ = ["TRIALS", "Declined", "RetakeRule", "Retakes", "Retaking", "Wish"]

TRIALS = 100
"""Takes above this number are no retakes: words that somebody tries on the side. They leave rounds and budget alone."""

_REASON = 400
"""Characters of a reason that are kept."""


@dataclass(frozen=True, kw_only=True)
class RetakeRule:
    """How far retakes may go."""

    rounds: int = 1
    """How often all is looked at again. Two are where papers find the best of it (peers.md, 6: A2RD)."""
    takes_per_round: int = 1
    """New takes of a shot in each round."""
    budget_usd: float | None = None
    """What all retakes of the run may commit together, below the run's own cap; None for no bound of their own."""
    stop_without_gain: bool = True
    """Whether a shot is given up once a whole round has not made it better, as far as wishes say how good takes are."""
    least_gain: float = 0.0
    """By how much the best take has to get better for a round to count as gain, in the units of the wishes."""

    def __post_init__(self) -> None:
        if self.rounds < 0 or self.takes_per_round < 1:
            raise UsageError(
                f"a retake rule of {self.rounds} rounds with {self.takes_per_round} takes each: say how many rounds, "
                "0 or more, and how many takes of a shot in each, 1 or more"
            )
        if not self.least_gain >= 0:
            raise UsageError(f"least_gain is {self.least_gain!r}; say a difference of 0 or more")
        if self.budget_usd is not None and not 0 <= self.budget_usd < float("inf"):
            raise UsageError(f"budget_usd is {self.budget_usd!r}; say how many US dollars retakes may cost at most")

    @property
    def most_takes(self) -> int:
        """How many takes of a shot there are at most, the first one included."""
        return 1 + self.rounds * self.takes_per_round

    def round_of(self, number: int) -> int:
        """Return the round that a take number belongs to; the first take is round 0."""
        return -(-(number - 1) // self.takes_per_round)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A shot that somebody wants another take of."""

    shot: str
    reason: str
    """Why, for the job's history and the report."""
    quality: Mapping[int, float] = field(default_factory=dict)
    """How good each take is by its number, more is better; empty where nobody can say, or for takes of which nobody
    can."""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise UsageError(f"{self.shot}: a retake wants a reason, for the record")

    @property
    def why(self) -> str:
        """The reason on one line."""
        return " ".join(self.reason.split())[:_REASON]


@dataclass(frozen=True, kw_only=True)
class Declined:
    """A wish that was not granted, and which bound stood in the way."""

    shot: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Retakes:
    """What came of it."""

    takes: Takes = field(default_factory=Takes)
    """Those of this visit, bought or collected."""
    rounds: int = 0
    """How many rounds of this visit made something."""
    declined: tuple[Declined, ...] = ()
    """What was still wished for at the end."""
    committed_usd: float = 0.0
    """What all retakes of the run have committed so far."""

    def __repr__(self) -> str:
        shots = Counter(take.subject for take in self.takes)
        made = ", ".join(f"{shot} {count}" for shot, count in shots.items()) or "none"
        left = f"; left as they are: {', '.join(one.shot for one in self.declined)}" if self.declined else ""
        return f"Retakes({made}; {dollars(self.committed_usd)}{left})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import grid, table

        shown = str(grid([take.card(small=True) for take in self.takes]))
        if self.declined:
            rows = [[one.shot, one.why] for one in self.declined]
            shown += table(["left as it is", "because"], rows)
        return {"text/plain": repr(self), "text/html": shown}


@dataclass(frozen=True, kw_only=True)
class Retaking:
    """Retakes in one run of one production."""

    ledger: Ledger
    production: str
    run: str
    simulated: bool
    order: Callable[[str, int, str], Order]
    """Returns the order for a shot, a take number and a reason: with a seed that its number has moved where the route
    takes one (`PlannedShot.seed`), else with the number alone."""
    make: Callable[[Sequence[Order], int | None], Takes]
    """Makes orders; given the most that the run may have committed in the end, in micro-dollars, or None."""
    have: Callable[[], Takes]
    """Returns every take of the run that is known."""

    def go(self, rule: RetakeRule, wishes: Callable[[], Iterable[Wish]]) -> Retakes:
        """Retake round after round, until nothing is wished for or the rule says stop.

        Args:
            rule: How far it may go.
            wishes: Asked before every round which shots want another take, most wanted first.

        Raises:
            SpendLimit: the run's own cap does not allow it.
        """
        made, rounds = Takes(), 0
        for _ in range(rule.rounds):
            orders, declined = self.ask(rule, wishes())
            if not orders:
                break
            made += self.make(orders, self._ceiling(rule))
            rounds += 1
        else:
            _, declined = self.ask(rule, wishes())
        return Retakes(takes=made, rounds=rounds, declined=declined, committed_usd=usd(self.committed))

    def ask(self, rule: RetakeRule, wishes: Iterable[Wish]) -> tuple[list[Order], tuple[Declined, ...]]:
        """Return the orders of the next round and the wishes that the rule does not grant. Sends nothing."""
        left = None if rule.budget_usd is None else micro(rule.budget_usd) - self.committed
        orders: list[Order] = []
        declined: list[Declined] = []
        for wish in _once(wishes):
            found = self._next(rule, wish)
            if isinstance(found, str):
                declined.append(Declined(shot=wish.shot, why=found))
                continue
            for order in found:
                price = self._adds(order)
                if left is not None and price > left:
                    declined.append(Declined(shot=wish.shot, why=_too_dear(rule, price, left)))
                    break
                left = None if left is None else left - price
                orders.append(order)
        return orders, tuple(declined)

    @property
    def committed(self) -> int:
        """Micro-dollars that the run's retakes have spent, set aside or left in doubt."""
        held = self.ledger.holdings(production=self.production, run=self.run)
        retakes = [
            job.id
            for job in self.ledger.jobs(production=self.production, run=self.run)
            if 1 < job.take_number <= TRIALS and job.simulated == self.simulated
        ]
        return sum(held[job].committed for job in retakes if job in held)

    def _ceiling(self, rule: RetakeRule) -> int | None:
        """Return what the run may have committed at a round's end: the budget is kept where money is set aside too."""
        if rule.budget_usd is None:
            return None
        whole = self.ledger.spend(production=self.production, run=self.run, simulated=self.simulated).committed
        return whole + max(0, micro(rule.budget_usd) - self.committed)

    def _next(self, rule: RetakeRule, wish: Wish) -> list[Order] | str:
        """Return a shot's orders for the next round, or why there is none."""
        have = {take.number: take for take in self.have() if take.subject == wish.shot}
        number = 1
        while number in have and (have[number].ok or self._ended(wish, number)):
            number += 1
        if number == 1:
            return "its first take is not there yet"
        if number > rule.most_takes:
            return f"it has {number - 1} takes, and {rule.most_takes} are the most"
        round_ = rule.round_of(number)
        first = 2 + (round_ - 1) * rule.takes_per_round
        if number == first and rule.stop_without_gain and not _gained(rule, wish, round_ - 1):
            return f"round {round_ - 1} made it no better"
        last = first + rule.takes_per_round
        return [self.order(wish.shot, n, wish.why) for n in range(number, last)]

    def _ended(self, wish: Wish, number: int) -> bool:
        """Whether a take without media ended for good: a service took it on, and it will not come back different."""
        found = standing(self.ledger, self.order(wish.shot, number, wish.why))
        return found is not None and found.job.state in TERMINAL

    def _adds(self, order: Order) -> int:
        """Return what an order adds to what is committed, at most; nothing where its job is there already."""
        if standing(self.ledger, order) is not None:
            return 0
        return max(micro(way.price_usd) for way in (order, *order.fallbacks))


def _once(wishes: Iterable[Wish]) -> Iterable[Wish]:
    """Return the first wish of every shot."""
    first: dict[str, Wish] = {}
    for wish in wishes:
        first.setdefault(wish.shot, wish)
    return first.values()


def _gained(rule: RetakeRule, wish: Wish, round_: int) -> bool:
    """Whether a round made the best take better.

    One of which no take can be judged did not; where nobody judges, or there was no round yet, nothing speaks against
    going on.
    """
    before = [quality for number, quality in wish.quality.items() if rule.round_of(number) < round_]
    within = [quality for number, quality in wish.quality.items() if rule.round_of(number) == round_]
    if round_ < 1 or not before:
        return True
    return bool(within) and max(within) - max(before) > rule.least_gain


def _too_dear(rule: RetakeRule, price: int, left: int) -> str:
    cost, over, budget = dollars(usd(price)), dollars(usd(max(0, left))), dollars(rule.budget_usd or 0)
    return f"a take may cost {cost}, and {over} of the {budget} for retakes are left"
