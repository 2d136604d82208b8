"""Questions to a judge as orders: priced, set aside and on disk before they are sent, and never paid for twice.

A question is an order like any other. It leaves from the same one place, its answer is kept in the store as a JSON
file, and the same question (same words, pictures, form, model) is the same request: asking again reads the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import JudgeRequest, Outcome
from charkit.providers.judging import Said
from charkit.takes.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from charkit.providers.judging import Question
    from charkit.routes import Route
    from charkit.takes.collection import Takes
    from charkit.takes.records import Take

__all__ = ["PICTURE_TOKENS", "PaidJudge", "rates_of"]

PICTURE_TOKENS = 1200
"""Tokens that one picture is taken to cost at most when its price is set aside. Google counts 258 for a video frame and
each tile (google-wire.md, 5), of which a picture of 512 pixels has four or fewer; scoring.md 5.2 gives 280 at high
detail. What was really used is what is booked."""


class PaidJudge:
    """Asks one route, through the floor of one run."""

    def __init__(
        self,
        make: Callable[[Iterable[Order]], Takes],
        *,
        route: Route,
        production: str,
        run: str,
        simulated: bool,
        usd_per_question: float | None = None,
        attempt: int = 1,
    ) -> None:
        """Set up; nothing is asked.

        Args:
            make: Makes takes of orders, such as `Floor.make`.
            route: The judge.
            production: The production that pays.
            run: The run that pays.
            simulated: Whether the route leads to the simulator.
            usd_per_question: What the person says that one question costs at most, where the route has no price.
            attempt: Which attempt at the same questions this is; another one asks, and pays, anew.

        Raises:
            UnsupportedRequest: the route is no judge, or nobody knows what it costs.
        """
        if route.kind != "judge":
            raise UnsupportedRequest(f"route {route.name!r} makes {route.kind}s and judges nothing", nearest="a judge")
        self.route = route
        self._rates = rates_of(route)
        if self._rates is None and usd_per_question is None:
            raise UnsupportedRequest(
                f"route {route.name!r} has no known price for a question",
                rule="nothing is sent without a price",
                nearest="write one into your own routes file, or say what a question may cost at most",
            )
        self._make = make
        self._production = production
        self._run = run
        self._simulated = simulated
        self._flat = usd_per_question
        self._attempt = attempt

    @property
    def name(self) -> str:
        """The route's name."""
        return self.route.name

    def price(self, question: Question) -> float:
        """Return what a question costs at most, in US dollars: what is set aside for it.

        A token a letter of the prompt and the form, `PICTURE_TOKENS` a picture, and as long an answer as it may be.
        """
        if self._flat is not None or self._rates is None:
            return self._flat or 0.0
        into, out = self._rates
        tokens = len(question.prompt) + len(question.schema) + PICTURE_TOKENS * len(question.pictures)
        return round((into * tokens + out * question.answer_tokens) / 1e6, 6)

    def ask(self, questions: Sequence[Question]) -> tuple[Said, ...]:
        """Ask questions, or read what was answered before; see `charkit.providers.judging.Judge`.

        Raises:
            SpendLimit: the caps do not allow it. What was answered before is not paid for again.
            MissingKey: the judge's endpoint has no key; nothing was sent.
        """
        return tuple(_said(take) for take in self._make([self._order(question) for question in questions]))

    def _order(self, question: Question) -> Order:
        return Order(
            production=self._production,
            run=self._run,
            subject=question.subject,
            number=self._attempt,
            route=self.route.name,
            endpoint=self.route.endpoint,
            kind="judge",
            request=JudgeRequest(
                model=self.route.model,
                prompt=question.prompt,
                references=question.pictures,
                schema=question.schema,
                answer_tokens=question.answer_tokens,
                rates=self._rates,
            ),
            price_usd=self.price(question),
            simulated=self._simulated,
        )


def rates_of(route: Route) -> tuple[float, float] | None:
    """Return a judge's US dollars per million tokens in and out; None where they are not known."""
    price = route.price.value if route.price else None
    if price is None or price.unit != "million tokens" or not {"in", "out"} <= set(price.usd):
        return None
    return price.usd["in"], price.usd["out"]


def _said(take: Take) -> Said:
    """Return what came of a question, as far as it is on disk."""
    text, problem = "", ""
    if take.ok and take.path is not None:
        text = take.path.read_text(encoding="utf-8")
    elif take.outcome is Outcome.REFUSED:
        problem = f"the judge refused ({take.category or take.stage or 'without a reason'})"
    else:
        problem = take.message or f"the judge did not answer ({take.outcome.value})"
    return Said(text=text, problem=problem, model=take.model, when=take.created, usd=take.price_usd, job_id=take.job_id)
