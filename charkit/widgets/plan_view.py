"""How the table of a plan looks: rows, sums, approval, and the still of it."""

from __future__ import annotations

import html
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, folded, table
from charkit.money import dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from charkit.plan import Approval, Plan, PlannedShot, Ways

__all__ = ["ROUTE_WIDTH", "approval_line", "heading", "offer", "plan_still", "row", "sums"]

ROUTE_WIDTH: Final = "352px"
_COLUMNS: Final = (("pictures", "0 0 180px"), ("price", "0 0 96px"), ("mind", "1 1 260px"))
"""What stands beside the choice of route, and how wide, as CSS has it."""
_QUIET: Final = "opacity: 0.7; font-size: 12px"
_METER: Final = "width: 220px; height: 14px; vertical-align: middle"


def offer(way: PlannedShot) -> str:
    """Return a route as a list names it: with the price of one take, and how many pictures go along."""
    pictures = f", {len(way.references)} pictures" if way.references else ""
    other = next((", other size" for warning in way.warnings if "re-encoded" in warning), "")
    return f"{way.route}: {dollars(way.price_usd)}{pictures}{other}"


def heading() -> Html:
    """Return the names of the columns."""
    style = "font-weight: 600; opacity: 0.75; padding-left: 8px; box-sizing: border-box"
    cells = "".join(f'<span style="{style}; flex: {flex}">{name}</span>' for name, flex in _COLUMNS)
    first = f'<span style="flex: 0 0 {ROUTE_WIDTH}; font-weight: 600; opacity: 0.75">shot and route</span>'
    return Html(f'<div style="display: flex; width: 100%">{first}{cells}</div>')


def row(shot: PlannedShot | None, ways: Ways | None, total: float, *, over: bool) -> Html:
    """Return what stands beside a shot's list of routes.

    Args:
        shot: The shot as it is planned; None where there is no plan.
        ways: What every route says to it.
        total: US dollars of all shots down to this one.
        over: Whether that is over the cap, with what is committed.
    """
    if shot is None:
        return Html(f"<div>no plan{_cannot(ways)}</div>")
    price = f"{dollars(shot.price_usd)}<div style='{_QUIET}'>to here {dollars(total)}</div>"
    price += badge("✗ over the cap", "bad") if over else ""
    goes = f'<div style="{_QUIET}">{html.escape(shot.route)}, {shot.seconds} s, {shot.width}×{shot.height}</div>'
    contents = (html.escape(_pictures(shot)) or "words alone", price, _mind(shot) + _cannot(ways))
    cells = "".join(
        f'<div style="flex: {flex}; min-width: 0; padding: 0 0 8px 8px; box-sizing: border-box; '
        f'overflow-wrap: anywhere">{content}{goes if name == "pictures" else ""}</div>'
        for (name, flex), content in zip(_COLUMNS, contents, strict=True)
    )
    return Html(f'<div style="display: flex; width: 100%; line-height: 1.4">{cells}</div>')


def _route(shot: PlannedShot, chosen: str) -> str:
    why = "chosen for this run" if chosen else (shot.reasons[0] if shot.reasons else "")
    return f'{html.escape(shot.route)}<div style="{_QUIET}">{html.escape(why)}</div>'


def _mind(shot: PlannedShot) -> str:
    left = [f"left out: {what}" for what in shot.left_out]
    return "".join(f"<div>⚠ {html.escape(one)}</div>" for one in (*shot.warnings, *left))


def _cannot(ways: Ways | None) -> str:
    if ways is None or not ways.unable:
        return ""
    routes: dict[str, list[str]] = {}
    for other in ways.unable:
        routes.setdefault(other.why, []).append(other.route)
    lines = "".join(f"<div>{html.escape(', '.join(names))}: {html.escape(why)}</div>" for why, names in routes.items())
    summary = f'<summary style="cursor: pointer">{len(ways.unable)} routes cannot</summary>'
    return f'<details style="{_QUIET}">{summary}{lines}</details>'


def _pictures(shot: PlannedShot) -> str:
    views: dict[str, list[str]] = {}
    for reference in shot.references:
        views.setdefault(reference.name, []).append(str(reference.view))
    known = [f"{who.name} by id" for who in shot.characters]
    return "; ".join([*known, *(f"{name}: {', '.join(seen)}" for name, seen in views.items())])


def sums(plan: Plan, *, spent: float, cap: float, live: bool) -> Html:
    """Return the sum of a plan against the cap, as a meter and in words.

    Args:
        plan: The plan.
        spent: US dollars that the run has committed.
        cap: The run's cap in US dollars.
        live: Whether real services are paid.
    """
    then, worst = spent + plan.total_usd, spent + plan.most_usd
    said = [f"one take of each shot <b>{dollars(plan.total_usd)}</b>", f"committed so far {dollars(spent)}"]
    said.append(f"together {dollars(then)} of the cap of <b>{dollars(cap)}</b>")
    if plan.most_usd > plan.total_usd:
        said.append(f"{dollars(worst)} if the dearest fallback stood in everywhere")
    mark = badge("✓ fits under the cap", "ok") if worst <= cap else badge("! may pass the cap", "warn")
    mark = badge("✗ does not fit under the cap", "bad") if then > cap else mark
    meter = (
        f'<meter min="0" max="{max(cap, then, 0.01):.4f}" value="{then:.4f}" high="{cap:.4f}" '
        f'style="{_METER}">{dollars(then)} of {dollars(cap)}</meter>'
    )
    kind = "" if live else " · simulated, nothing is paid"
    return Html(f'<div style="padding: 6px 0">{meter} {mark} {"; ".join(said)}{kind}</div>')


def approval_line(plan: Plan | None, approval: Approval | None) -> Html:
    """Return how a run's approval stands to its plan."""
    if approval is None:
        return Html(f'<div style="{_QUIET}">Not approved. Once a plan is, the run shoots no other one.</div>')
    note = f" “{html.escape(approval.note)}”" if approval.note else ""
    words = f"{approval.on:%Y-%m-%d %H:%M} UTC, {dollars(approval.total_usd)}{note}"
    if plan is not None and plan.approved:
        return Html(f"<div>{badge('✓ approved', 'ok')} {words}</div>")
    changes = approval.changes(plan) if plan is not None else ("there is no plan",)
    why = html.escape("; ".join(changes))
    return Html(f"<div>{badge('✗ approval void', 'bad')} {words}; since then: {why}</div>")


def plan_still(plan: Plan, choices: Mapping[str, str], ways: Iterable[Ways]) -> Html:
    """Return a plan as static tables: the shots, and folded away which routes cannot make them.

    Args:
        plan: The plan.
        choices: Routes that were chosen for the run, by shot.
        ways: What every route says to each shot.
    """
    totals = accumulate(shot.price_usd for shot in plan)
    rows = [
        [
            shot.shot,
            Html(_route(shot, choices.get(shot.shot, ""))),
            _pictures(shot) or "–",
            dollars(shot.price_usd),
            dollars(total),
            Html(_mind(shot)),
        ]
        for shot, total in zip(plan, totals, strict=True)
    ]
    columns = ["shot", "route", "pictures", "price", "to here", "mind"]
    caption = f"{plan.title}: {len(plan)} shots, {plan.seconds} s at {plan.resolution}"
    shots: dict[tuple[str, str], list[str]] = {}
    for way in ways:
        for other in way.unable:
            shots.setdefault((other.route, other.why), []).append(way.shot)
    unable = [[route, ", ".join(named), why] for (route, why), named in shots.items()]
    cannot = folded("Routes that cannot, and why", table(["route", "shots", "cannot, because"], unable))
    return Html(table(columns, rows, caption=caption) + (cannot if unable else ""))
