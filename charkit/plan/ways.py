"""Every way in which one shot can be made: the routes that can, with with prices, and why others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import UnknownName
from charkit.money import dollars

if TYPE_CHECKING:
    from charkit.plan.records import PassedOver, PlannedShot

__all__ = ["Ways"]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The live routes, asked about one shot."""

    shot: str
    """Its id."""
    able: tuple[PlannedShot, ...]
    """The shot on each route that can make it, the planner's favourite first; those that make another size last."""
    unable: tuple[PassedOver, ...]
    """The routes that cannot, each with the reason."""

    def __getitem__(self, route: str) -> PlannedShot:
        """Return the shot on a route.

        Raises:
            UnknownName: it cannot make it, or there is no such route; says why where that is known.
        """
        for way in self.able:
            if way.route == route:
                return way
        why = next((f"It {other.why}." for other in self.unable if other.route == route), "")
        raise UnknownName(f"route for {self.shot}", route, [way.route for way in self.able], hint=why)

    def __repr__(self) -> str:
        return f"<Ways of {self.shot}: {len(self.able)} routes can, {len(self.unable)} cannot>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import Html, table

        rows = [
            [way.route, f"{way.seconds} s, {way.width}x{way.height}", f"{len(way.references)}", dollars(way.price_usd)]
            for way in self.able
        ]
        can = table(["route", "makes", "pictures", "price"], rows, caption=repr(self)[1:-1])
        cannot = table(["route", "cannot, because"], [[one.route, one.why] for one in self.unable])
        return {"text/plain": repr(self), "text/html": Html(can + (cannot if self.unable else ""))}
