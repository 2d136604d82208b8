"""A dry run: what a film will cost, shot by shot and picture by picture. No key is read, nothing is sent.

Pictures of characters that have not been made yet stand in by name, so that a plan can be made before they exist; what
an earlier run has paid for is priced at nothing, as it will be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.character import counted
from charkit.ledger import micro, usd
from charkit.ledger.spending import dollars
from charkit.ledger.states import TERMINAL
from charkit.references import Reference, References
from charkit.takes import request_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from charkit.casting import Wish
    from charkit.character import Cast, CharacterSheet
    from charkit.ledger import Ledger, Spend
    from charkit.plan import Plan, PlannedShot
    from charkit.store import Store
    from charkit.studio.designing import Designing
    from charkit.takes import Order, Takes

__all__ = ["Pricing", "Quote", "QuoteLine"]

_UNMADE = Path("not made yet")


@dataclass(frozen=True, kw_only=True)
class QuoteLine:
    """One thing to be paid for."""

    what: str
    """The shot, or the character whose pictures are made."""
    route: str
    asked: str
    """Length, size or number of pictures."""
    price: int
    """Micro-dollars, as the plan says."""
    there: bool
    """Whether it was made or is on its way, so that it adds nothing."""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a film will cost."""

    title: str
    lines: tuple[QuoteLine, ...]
    spent: Spend
    """What the run has committed so far."""
    simulated: bool
    most_usd: float
    """What one take of every shot costs at most, if the dearest fallback stands in everywhere."""
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Micro-dollars for all of it."""
        return sum(line.price for line in self.lines)

    @property
    def left(self) -> int:
        """Micro-dollars for what is not there yet."""
        return sum(line.price for line in self.lines if not line.there)

    def fits(self, cap_usd: float) -> bool:
        """Whether what is left fits under a cap on what the run commits."""
        return usd(self.spent.committed + self.left) <= cap_usd

    def sentences(self, cap_usd: float | None = None) -> tuple[str, ...]:
        """Return the sum and how it stands against a cap, in words."""
        kind = " (simulated: nothing is paid)" if self.simulated else ""
        said = [f"All of it: {dollars(self.total)}; still to be bought: {dollars(self.left)}{kind}."]
        if self.most_usd > usd(self.total):
            most = dollars(micro(self.most_usd))
            said.append(f"If the dearest fallback had to stand in everywhere, the shots alone: {most}.")
        if cap_usd is not None:
            then = self.spent.committed + self.left
            verdict = "fits under" if self.fits(cap_usd) else "does not fit under"
            spent, cap = dollars(self.spent.committed), dollars(micro(cap_usd))
            said.append(f"The run has committed {spent}; with this {dollars(then)}, which {verdict} {cap}.")
        return (*said, *(f"Mind: {warning}." for warning in self.warnings))

    def facts(self) -> dict[str, object]:
        """Return it for a program, money in US dollars."""
        lines = [
            {"what": line.what, "route": line.route, "asked": line.asked, "usd": usd(line.price), "there": line.there}
            for line in self.lines
        ]
        return {
            "title": self.title,
            "simulated": self.simulated,
            "lines": lines,
            "total_usd": usd(self.total),
            "left_usd": usd(self.left),
            "committed_usd": usd(self.spent.committed),
            "most_usd": self.most_usd,
            "warnings": list(self.warnings),
        }

    def cells(self) -> list[list[str]]:
        """Return the lines of a table: what, route, asked for, price, because."""
        return [
            [line.what, line.route, line.asked, dollars(line.price), "there already" if line.there else line.why]
            for line in self.lines
        ]

    def __repr__(self) -> str:
        kind = ", simulated" if self.simulated else ""
        return f"Quote({self.title!r}: {dollars(self.total)}, {dollars(self.left)} still to be bought{kind})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import table

        shown = table(["what", "route", "asked for", "price", "because"], self.cells(), caption=self.sentences()[0])
        return {"text/plain": repr(self), "text/html": shown}


class _Unmade(Exception):
    """Some pictures would have to be bought; never leaves this module."""

    def __init__(self, orders: list[Order]) -> None:
        self.orders = orders


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """Prices one run of one production."""

    cast: Cast
    designing: Designing
    plan: Callable[[References], Plan]
    order: Callable[[PlannedShot], Order]
    """Returns the order for a shot's first take."""
    ledger: Ledger
    store: Store
    spent: Spend

    def quote(self) -> Quote:
        """Price everything that a finished film needs: pictures of the cast, and one take of every shot."""
        lines: list[QuoteLine] = []
        pictures: list[Reference] = []
        for sheet in self.cast.values():
            found, line = self._pictures(sheet)
            pictures += found
            lines += [line] if line else []
        plan = self.plan(References(tuple(pictures)))
        return Quote(
            title=plan.title,
            lines=(*lines, *(self._shot(planned) for planned in plan)),
            spent=self.spent,
            simulated=self.designing.simulated,
            most_usd=plan.most_usd,
            warnings=plan.warnings,
        )

    def _pictures(self, sheet: CharacterSheet) -> tuple[list[Reference], QuoteLine | None]:
        """Return a character's pictures, or what stands in for them, and what they cost where they are designed."""
        asked: list[Order] = []
        wishes = self.designing.wishes(sheet)

        def make(orders: Iterable[Order]) -> Takes:
            wanted = list(orders)
            asked.extend(wanted)
            return self._only_what_is_there(wanted)

        try:
            found = replace(self.designing, make=make, vetting=None).pictures(sheet)
        except _Unmade as unmade:
            anchor = not unmade.orders[0].request.references  # then nothing that is made from it is there either
            missing = len(wishes) if anchor else len(unmade.orders)
            price = micro(unmade.orders[0].price_usd) * missing
            line = self._designed(sheet, f"{missing} of {len(wishes)} pictures", price, there=False)
            return [self._stand_in(sheet, wish) for wish in wishes], line
        price = sum(micro(order.price_usd) for order in asked)
        return found, self._designed(sheet, counted(len(asked), "picture"), price, there=True) if asked else None

    def _designed(self, sheet: CharacterSheet, asked: str, price: int, *, there: bool) -> QuoteLine:
        route = self.designing.route.name
        why = f"{sheet.name}'s sheet names no pictures, so they are designed" if not there else ""
        return QuoteLine(what=sheet.name, route=route, asked=asked, price=price, there=there, why=why)

    def _stand_in(self, sheet: CharacterSheet, wish: Wish) -> Reference:
        return Reference(
            character=sheet.slug,
            name=sheet.name,
            view=wish.view,
            wardrobe=wish.wardrobe,
            path=_UNMADE,
            digest=f"unmade:{sheet.slug}.{wish.name}",
            width=0,
            height=0,
            sheet=sheet.digest,
            origin="not made yet",
            simulated=self.designing.simulated,
        )

    def _shot(self, planned: PlannedShot) -> QuoteLine:
        pictures = f", {counted(len(planned.references), 'picture')}" if planned.references else ""
        return QuoteLine(
            what=planned.shot,
            route=planned.route,
            asked=f"{planned.seconds} s, {planned.width}x{planned.height}{pictures}",
            price=micro(planned.price_usd),
            there=all(r.path != _UNMADE for r in planned.references) and self._is_there(self.order(planned)),
            why=planned.reasons[0] if planned.reasons else "",
        )

    def _is_there(self, order: Order) -> bool:
        """Whether a take was bought, or is on its way: ordering it adds nothing to what is committed."""
        for way in (order, *order.fallbacks):
            job = self.ledger.find(request_key(way), way.number)
            if job is not None and not (job.state in TERMINAL and job.accepted is False):
                return True
        return False

    def _only_what_is_there(self, orders: Iterable[Order]) -> Takes:
        """Return takes that are here whole.

        Raises:
            _Unmade: some are not.
        """
        wanted = list(orders)
        unmade = [order for order in wanted if not self._is_here(order)]
        if unmade:
            raise _Unmade(unmade)
        return self.designing.make(wanted)

    def _is_here(self, order: Order) -> bool:
        job = self.ledger.find(request_key(order), order.number)
        takes = self.ledger.takes(job_id=job.id) if job is not None and job.state == "succeeded" else []
        return bool(takes) and all(self.store.has(take.digest) for take in takes)
