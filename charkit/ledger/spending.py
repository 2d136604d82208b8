"""What was spent, by day, route and shot: read from the entries of the ledger, which is not changed.

Simulated and real money stand apart in every sum, table and picture; nothing here can add them up. A day is a day of
local time, as the person's calendar has it, and money belongs to the day on which it moved: an estimate to the day of
the order, a charge to the day on which the service was known to have charged.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import Connection, func, select

from charkit import money
from charkit.errors import MissingDependency, UnknownName
from charkit.ledger.records import Spend, usd
from charkit.ledger.schema import entries, jobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charkit.cards import Html
    from charkit.ledger.spending_chart import SpendingChart

__all__ = ["Axis", "Movement", "Spending", "SpendingRow", "holdings", "movements"]

Axis = Literal["day", "route", "shot", "run", "production"]
"""What money is added up by."""

COLUMNS = (
    ("estimated", "estimated"),
    ("settled", "charged"),
    ("refunded", "refunded"),
    ("unknown", "in doubt"),
    ("reserved", "set aside"),
)
"""Sums of `Spend` and what people call them."""


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One entry of money, with what its job was for."""

    job_id: str
    at: float
    """Unix seconds."""
    production: str
    run: str
    subject: str
    """The shot, or the view of a character."""
    route: str
    simulated: bool
    bucket: str
    """A field of `Spend`."""
    amount: int
    """Micro-dollars, signed."""


@dataclass(frozen=True, kw_only=True)
class SpendingRow:
    """What was spent on one day, route or shot; either simulated or real."""

    name: str
    simulated: bool
    jobs: int
    """How many jobs moved money there."""
    spend: Spend

    @property
    def difference(self) -> int:
        """Micro-dollars charged or in doubt beyond the estimate; below zero where it was cheaper, or is not over."""
        return self.spend.settled + self.spend.unknown - self.spend.estimated

    def facts(self) -> dict[str, str | int | float | bool]:
        """Return the row as plain values, money in US dollars."""
        sums = {f"{label.replace(' ', '_')}_usd": usd(getattr(self.spend, name)) for name, label in COLUMNS}
        return {"name": self.name, "simulated": self.simulated, "jobs": self.jobs, **sums}


@dataclass(frozen=True, kw_only=True)
class Spending:
    """All movements of money of a run, a production or a whole ledger."""

    movements: tuple[Movement, ...]
    where: str = "everything"
    """Which part of the ledger this is, in words."""
    zone: dt.tzinfo | None = None
    """Whose days; None for the local ones."""

    @property
    def kinds(self) -> tuple[bool, ...]:
        """Which kinds of money there are: real (False), simulated (True)."""
        return tuple(sorted({m.simulated for m in self.movements}))

    def total(self, *, simulated: bool) -> Spend:
        """Return the sums of one kind of money."""
        return _sums(m for m in self.movements if m.simulated is simulated)

    @property
    def totals(self) -> tuple[SpendingRow, ...]:
        """The sums of each kind of money."""
        return tuple(
            SpendingRow(
                name="all",
                simulated=kind,
                jobs=len({m.job_id for m in self.movements if m.simulated is kind}),
                spend=self.total(simulated=kind),
            )
            for kind in self.kinds
        )

    def by(self, axis: Axis) -> tuple[SpendingRow, ...]:
        """Return the sums by one axis, real money first, in the order of days or names.

        Raises:
            UnknownName: there is no such axis.
        """
        if axis not in get_args(Axis):
            raise UnknownName("axis of spending", axis, get_args(Axis))
        groups: dict[tuple[bool, str], list[Movement]] = defaultdict(list)
        for movement in self.movements:
            groups[movement.simulated, self._name(movement, axis)].append(movement)
        rows = [
            SpendingRow(name=name, simulated=kind, jobs=len({m.job_id for m in found}), spend=_sums(found))
            for (kind, name), found in groups.items()
        ]
        return tuple(sorted(rows, key=lambda row: (row.simulated, row.name)))

    def _name(self, movement: Movement, axis: Axis) -> str:
        if axis == "day":
            return self.day(movement.at).isoformat()
        if axis == "shot":  # two productions may both have a first shot
            several = len({m.production for m in self.movements}) > 1
            return f"{movement.production}/{movement.subject}" if several else movement.subject
        return {"route": movement.route, "run": movement.run, "production": movement.production}[axis]

    def day(self, at: float) -> dt.date:
        """Return the day of a moment."""
        return dt.datetime.fromtimestamp(at, tz=dt.UTC).astimezone(self.zone).date()

    @property
    def zone_name(self) -> str:
        """Where the days begin, such as `UTC+01:00`, by the newest movement."""
        newest = max((m.at for m in self.movements), default=0.0)
        offset = f"{dt.datetime.fromtimestamp(newest, tz=dt.UTC).astimezone(self.zone):%z}"
        return f"UTC{offset[:3]}:{offset[3:]}"

    def csv(self, axis: Axis) -> str:
        """Return the rows of one axis as CSV text with a heading."""
        text = io.StringIO()
        rows = [{"by": axis, **row.facts()} for row in self.by(axis)]
        writer = csv.DictWriter(text, fieldnames=["by", *_NOTHING.facts()], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def table(self, axis: Axis) -> Html:
        """Return the rows of one axis as a table of HTML; simulated and real money in tables of their own."""
        from charkit.cards import Html, table

        shown = ""
        for kind in self.kinds:
            headings, rows = self.cells(axis, simulated=kind)
            shown += table(headings, rows, caption=self.caption(axis, kind))
        return Html(shown)

    def cells(self, axis: Axis, *, simulated: bool) -> tuple[list[str], list[list[str]]]:
        """Return headings and lines of a table of one kind of money, with the total last where there are several."""
        rows = [row for row in self.by(axis) if row.simulated is simulated]
        rows += [row for row in self.totals if row.simulated is simulated and len(rows) > 1]
        columns = [(n, label) for n, label in COLUMNS if n in _ALWAYS or any(getattr(r.spend, n) for r in rows)]
        lines = [[r.name, str(r.jobs), *(dollars(getattr(r.spend, n)) for n, _ in columns)] for r in rows]
        return [axis, "jobs", *(label for _, label in columns)], lines

    def caption(self, axis: Axis, simulated: bool) -> str:
        """Return what a table or picture is headed with."""
        days = f", days of {self.zone_name}" if axis == "day" else ""
        kind = "simulated, nothing was paid" if simulated else "real money"
        return f"{self.where} by {axis}: {kind}{days}"

    def chart(self, axis: Axis = "shot") -> SpendingChart:
        """Draw estimated against charged money by one axis, simulated and real in pictures of their own.

        Raises:
            MissingDependency: matplotlib is not installed.
        """
        from charkit.ledger.spending_chart import draw

        return draw(self, axis)

    def __repr__(self) -> str:
        return f"Spending({self.where}: {'; '.join(map(self._said, self.kinds)) or 'nothing'})"

    def _said(self, kind: bool) -> str:
        total = self.total(simulated=kind)
        doubt = f", {dollars(total.unknown)} in doubt" if total.unknown else ""
        charged = f"{dollars(total.settled)} charged of {dollars(total.estimated)} estimated"
        return f"{'simulated' if kind else 'real'} {charged}{doubt}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import folded

        shots = self.table("shot")
        shown = str(self.table("route"))
        if self.movements:
            with contextlib.suppress(MissingDependency):  # the tables say it all
                shown += self.chart("shot").html()
        return {"text/plain": repr(self), "text/html": shown + folded("shot by shot", shots)}


def dollars(amount: int) -> str:
    """Return micro-dollars as people read them; `charkit.money` says how."""
    return money.dollars(usd(amount))


def movements(connection: Connection, *, production: str | None, run: str | None) -> tuple[Movement, ...]:
    """Return the money entries that match, in the order in which they were made."""
    columns = [jobs.c.subject, jobs.c.route]
    columns += [entries.c[name] for name in ("job_id", "at", "production", "run", "simulated", "bucket", "amount")]
    query = select(*columns).join(jobs, jobs.c.id == entries.c.job_id).order_by(entries.c.id)
    wanted = ((entries.c.production, production), (entries.c.run, run))
    query = query.where(*(column == value for column, value in wanted if value is not None))
    return tuple(Movement(**row) for row in connection.execute(query).mappings())


def holdings(connection: Connection, *, production: str | None, run: str | None) -> dict[str, Spend]:
    """Return the sums of money of every job that matches."""
    wanted = ((entries.c.production, production), (entries.c.run, run))
    query = (
        select(entries.c.job_id, entries.c.bucket, func.sum(entries.c.amount))
        .where(*(column == value for column, value in wanted if value is not None))
        .group_by(entries.c.job_id, entries.c.bucket)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for job, bucket, amount in connection.execute(query):
        found[job][bucket] = int(amount)
    return {job: Spend(**sums) for job, sums in found.items()}


def _sums(found: Iterable[Movement]) -> Spend:
    sums = dict.fromkeys((field.name for field in fields(Spend)), 0)
    for movement in found:
        sums[movement.bucket] += movement.amount
    return Spend(**sums)


_ALWAYS = ("estimated", "settled")
_NOTHING = SpendingRow(name="", simulated=True, jobs=0, spend=Spend())
