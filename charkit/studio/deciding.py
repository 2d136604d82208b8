"""Decisions about a plan, several at once: what the boards do by clicks, for the shell and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.plan import Plan
    from charkit.studio.room import Studio

__all__ = ["decide"]


def decide(
    studio: Studio,
    routes: Mapping[str, str | None] | None = None,
    *,
    reason: str = "",
    approve: bool = False,
    withdraw: bool = False,
    note: str = "",
) -> Plan:
    """Choose routes of a run, approve its plan or take that back, and return the plan as it is then.

    Nothing is sent. Every choice is checked before the first is kept, beside the run, where boards and notebooks find
    it.

    Args:
        studio: Whose run, and under which cap.
        routes: By shot, the route that makes it; None leaves it to the storyboard and the planner again.
        reason: Why, for the record.
        approve: Write down that this plan may be shot, and no other one.
        withdraw: Take an approval back.
        note: A word with the approval, for the record.

    Raises:
        UnknownName: there is no such shot, or the route cannot make it; says why. Nothing is changed.
        UsageError: pictures of the cast would have to be bought first, or both `approve` and `withdraw`; nothing is
            changed. Or the cap does not allow what is to be approved: then the routes are kept.
        UnsupportedRequest: no plan comes of it.
    """
    chosen = dict(routes or {})
    _check(studio, chosen, approve=approve, withdraw=withdraw)
    plan = studio.replan()
    for shot, route in chosen.items():
        plan = studio.choose_route(shot, route, reason=reason)
    if withdraw:
        studio.withdraw_approval()
    if approve:
        _affordable(studio)
        studio.approve(plan, note=note)
    return studio.replan()


def _check(studio: Studio, chosen: Mapping[str, str | None], *, approve: bool, withdraw: bool) -> None:
    if approve and withdraw:
        raise UsageError("an approval is either given or taken back, not both")
    for shot, route in chosen.items():
        named = studio.storyboard[shot].id
        if route is not None and route not in studio.routes.routes:
            raise UnknownName("route", route, studio.routes.routes, hint=f"It was chosen for {named}.")
    _pictured(studio)
    for shot, route in chosen.items():
        if route is not None:
            _ = studio.ways(shot)[0][route]


def _pictured(studio: Studio) -> None:
    """Refuse where choosing, which is done with the pictures of the cast, would buy them."""
    if (studio.place.folder / "references.json").is_file():
        return
    cast = {sheet.name for sheet in studio.cast.values()}
    missing = [line.what for line in studio.quote().lines if line.what in cast and not line.there]
    if missing:
        raise UsageError(
            f"a plan is decided on with the pictures of its cast, and those of {', '.join(missing)} are not made yet. "
            "Make them first: studio.references(), as notebooks/02_references does. Nothing was changed"
        )


def _affordable(studio: Studio) -> None:
    quote = studio.quote()
    if not quote.fits(studio.max_spend):
        raise UsageError(f"not approved: {quote.sentences(studio.max_spend)[-1 - len(quote.warnings)]}")
