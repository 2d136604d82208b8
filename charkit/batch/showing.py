"""How plans and results of sweeps look in a notebook and in the shell: the same cells for both."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, card, folded, no_formulas, table
from charkit.money import dollars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.batch.planning import PlannedRun, SweepPlan
    from charkit.batch.records import RunMoney, RunRecord
    from charkit.batch.results import Results
    from charkit.cards import BadgeKind

__all__ = ["plan_cells", "plan_table", "record_card", "result_cells", "results_table"]

_MOST = 60
"""Rows that are shown open; the others fold."""

_TONES: Final[Mapping[str, BadgeKind]] = {
    "done": "ok",
    "failed": "bad",
    "not started": "warn",
    "consistent": "ok",
    "drifted": "bad",
    "unverifiable": "warn",
}


def plan_cells(plan: SweepPlan) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of a plan: what varies, what is there, what it costs."""
    axes = list(dict.fromkeys(name for one in plan.runs for name in one.run.axes))
    rows = [
        [*(_value(one.run.axes.get(name)) for name in axes), _standing(one), *_prices(one), one.problem]
        for one in plan.runs
    ]
    headings = [*axes, "so far", "by plan", "at most", "problem"]
    return _without_empty(headings, rows)


def result_cells(results: Results, *, timed: bool = True) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of results: what varies, how it ended, what it cost, what was measured.

    Args:
        results: Of a sweep.
        timed: Whether to say how long each run took; not where outputs are compared.
    """
    axes = list(results.axes)
    rows = [[*(_value(one.axes.get(name)) for name in axes), *_ending(results, one, timed)] for one in results.records]
    return _without_empty([*axes, "state", "time", "charged", "verdict", "score", "why"], rows)


def plan_table(plan: SweepPlan) -> Html:
    """Return a plan as a table, under what there is to know before it starts."""
    headings, rows = plan_cells(plan)
    return _shown(
        headings, rows, (f"{plan.sweep.title}: {len(plan.runs)} runs of {plan.notebook.name}.", *plan.sentences())
    )


def results_table(results: Results) -> Html:
    """Return results as a table, with words beside every colour."""
    headings, rows = result_cells(results, timed=False)
    dressed = [[_dressed(cell) for cell in row] for row in rows]
    return _shown(headings, dressed, (repr(results)[8:-1] + ".", *results.notes))


def record_card(record: RunRecord) -> Html:
    """Return one run as a card."""
    scores = (f"{s.character or 'clip'}, {s.axis}: {s.verdict}" + _figure(s.score) for s in record.scores)
    rows = [
        *((name, _value(value)) for name, value in record.parameters.items()),
        ("charged", _charged(record.money) if record.money else ""),
        ("measured", "; ".join(scores)),
        ("why", record.error),
    ]
    shown = [(name, value) for name, value in rows if value]
    return card(record.run, rows=shown, badge=record.state, badge_kind=_TONES[record.state], width=420)


def _shown(headings: Sequence[str], rows: Sequence[Sequence[str]], sentences: Sequence[str]) -> Html:
    style = "margin: 4px 10px; font-size: 12.5px; opacity: 0.75; text-align: left; max-width: 900px"
    said = html.escape(" ".join(sentences))
    first = f'<div style="{style}">{said}</div>{table(headings, rows[:_MOST])}'
    if len(rows) <= _MOST:
        return no_formulas(first)
    return no_formulas(first + folded(f"{len(rows) - _MOST} more", table(headings, rows[_MOST:])))


def _dressed(cell: str) -> str:
    return badge(cell, _TONES[cell]) if cell in _TONES else cell


def _standing(one: PlannedRun) -> str:
    return {"done": "done", "failed": "failed before", "new": "new"}[one.standing]


def _prices(one: PlannedRun) -> tuple[str, str]:
    price = one.price
    if price.most is None:
        return ("", "") if one.problem else ("nothing", "nothing")
    if one.standing == "done":
        return "paid", dollars(price.committed)
    return ("not known" if price.planned is None else dollars(price.planned)), dollars(price.most)


def _charged(money: RunMoney) -> str:
    return dollars(money.charged_usd) + (" simulated" if money.simulated else "")


def _ending(results: Results, one: RunRecord, timed: bool) -> tuple[str, str, str, str, str, str]:
    verdicts = [score.verdict for score in one.scores if score.character]
    worst = next((word for word in ("drifted", "unverifiable", "consistent") if word in verdicts), "")
    score = results.score_of(one)
    return (
        one.state,
        f"{one.seconds:.1f} s" if timed and one.seconds else "",
        dollars(one.money.charged_usd) if one.money else "",
        worst,
        "" if score is None else f"{score:.3f}",
        one.error,
    )


def _figure(score: float | None) -> str:
    return "" if score is None else f" {score:.3f}"


def _value(value: object) -> str:
    return "" if value is None else str(value)


def _without_empty(headings: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    kept = [at for at in range(len(headings)) if any(row[at] for row in rows)] or [0]
    return [headings[at] for at in kept], [[row[at] for at in kept] for row in rows]
