"""Designs as a notebook shows them: candidates with what was decided, views with their check against the anchor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from charkit.cards import grid
from charkit.providers.base import Outcome
from charkit.takes import Takes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from charkit.cards import BadgeKind
    from charkit.casting.wishes import Wish
    from charkit.takes import Take

__all__ = ["Candidates", "DesignedView", "Designs", "Look", "ViewCheck", "ending", "why_not"]

Ending = Literal["made", "refused", "failed", "empty", "open"]
"""How a design ended: a picture; the service's content policy said no; something broke; an answer without a picture;
nobody knows yet."""


def ending(take: Take) -> Ending:
    """Tell refusals, failures and empty answers apart: they ask for other words, for another try, for a complaint."""
    if take.ok:
        return "made"
    if take.outcome is Outcome.REFUSED:
        return "refused"
    if take.outcome is Outcome.SUCCEEDED or take.category in ("NO_IMAGE", "empty"):
        return "empty"
    return "failed" if take.outcome in (Outcome.FAILED, Outcome.EXPIRED, Outcome.CANCELLED) else "open"


ADVICE: dict[Ending, str] = {
    "made": "",
    "refused": "Change the sheet's words, or name your own pictures under `references`",
    "failed": "Run again, or name your own pictures under `references`",
    "empty": "Run again, or change the sheet's words; an answer without a picture may have been charged for",
    "open": "Run again later; it counts against the cap until it is known how it ended",
}
"""What a person can do about each ending."""


def why_not(take: Take) -> str:
    """Return why there is no picture, in the service's words, and what to do."""
    where = " · ".join(word for word in (take.stage, take.category) if word)
    said = take.message.rstrip(".") or "the service gave no reason"
    return f"{said}{f' ({where})' if where else ''}. {ADVICE[ending(take)]}."


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a check is given to look at."""

    subject: str
    """The view's id, such as `mira.face`."""
    character: str
    wish: Wish
    picture: Path
    digest: str
    anchor: Path
    anchor_digest: str
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class ViewCheck:
    """Whether a view shows the character of its anchor."""

    verdict: Literal["consistent", "drifted", "unverifiable", "intended"]
    score: float | None = None
    line: float | None = None
    """Scores at or above it are consistent."""
    reason: str = ""
    scorer: str = ""
    identity: Literal["same", "other", "unknown"] = "unknown"
    """Whether it is the same face or drawn character: an axis of its own, on which colours never give a pass."""
    identity_said: str = ""
    """The likeness with its line and what compared, or why nothing can be said."""

    def __str__(self) -> str:
        value = "" if self.score is None else f" {self.score:.3f}"
        return f"{self.verdict}{value}{f' ({self.reason})' if self.reason else ''}"

    @property
    def badge(self) -> str:
        """In a word or two; what only colours speak for says so."""
        return "colours consistent" if self.verdict == "consistent" and self.identity == "unknown" else self.verdict


_WIDTH = 250
"""Pixels of a card: three stand side by side in a notebook."""
_TONES: dict[str, BadgeKind] = {"consistent": "ok", "intended": "ok", "drifted": "bad", "unverifiable": "warn"}


@dataclass(frozen=True, kw_only=True)
class DesignedView:
    """One wanted view with the take that stands for it, and the tries before it."""

    wish: Wish
    take: Take
    check: ViewCheck
    tries: tuple[tuple[Take, ViewCheck], ...] = ()
    """All takes that were made of it in this round, the chosen one among them."""
    fed: tuple[str, ...] = ()
    """The views that went along, in the order in which the prompt counts them."""
    note: str = ""
    """Why it was not made again, where it drifted."""

    @property
    def usable(self) -> bool:
        """Whether there is a picture."""
        return self.take.ok

    @property
    def good(self) -> bool:
        """Whether it may help to make another view."""
        return self.take.ok and self.check.verdict != "drifted"

    def __repr__(self) -> str:
        tries = f", {len(self.tries)} tries" if len(self.tries) > 1 else ""
        return f"<DesignedView {self.take.subject}: {self.check if self.usable else ending(self.take)}{tries}>"

    def rows(self) -> list[tuple[str, str]]:
        """Return what is to be said of it besides its take."""
        if not self.usable:
            return [("not made", why_not(self.take))]
        line = f", line {self.check.line:.2f}" if self.check.score is not None and self.check.line else ""
        rows = [("check", f"{self.check}{line}")]
        if self.check.identity_said:
            rows.append(("identity", f"{self.check.identity}: {self.check.identity_said}"))
        if len(self.tries) > 1:
            rows.append(("tries", "; ".join(f"take {take.number} {check}" for take, check in self.tries)))
        if self.fed:
            rows.append(("made from", ", ".join(self.fed)))
        return [*rows, ("note", self.note)] if self.note else rows


class Designs(Takes):
    """The views of a character, each with its check against the anchor."""

    def __init__(self, views: Iterable[DesignedView] = ()) -> None:
        self.views = tuple(views)
        super().__init__(view.take for view in self.views)

    def view(self, name: str) -> DesignedView:
        """Return a view by its name, such as `face` or `full-indoors`.

        Raises:
            UnknownName: it is not among them.
        """
        from charkit.errors import UnknownName

        for view in self.views:
            if name in (view.wish.name, str(view.wish), view.take.subject):
                return view
        raise UnknownName("view among these", name, [view.wish.name for view in self.views])

    def shown_as(self, takes: Iterable[Take]) -> Designs:
        """Return the same designs with other records of their takes, such as takes with names that people know."""
        return Designs(replace(view, take=take) for view, take in zip(self.views, takes, strict=True))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        cards = [
            view.take.card(
                small=True,
                width=_WIDTH,
                more=view.rows(),
                badge=view.check.badge if view.usable else ending(view.take),
                badge_kind=_TONES[view.check.verdict] if view.usable else "bad",
            )
            for view in self.views
        ]
        return {"text/plain": repr(self), "text/html": grid(cards)}


class Candidates(Takes):
    """Designs to choose from: the kept one is marked, rejected ones are not shown."""

    def __init__(self, takes: Iterable[Take] = (), *, kept: str = "", hidden: int = 0) -> None:
        self.kept = kept
        self.hidden = hidden
        super().__init__(takes)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        cards = [self._card(take) for take in self]
        note = (
            f'<p style="font-size: 12.5px; opacity: 0.75">{self.hidden} rejected, not shown.</p>' if self.hidden else ""
        )
        return {"text/plain": repr(self), "text/html": grid(cards) + note}

    def _card(self, take: Take) -> str:
        if not take.ok:
            return take.card(
                small=True,
                width=_WIDTH,
                more=[("not made", why_not(take))],
                badge=ending(take),
                badge_kind="bad",
            )
        if take.subject == self.kept:
            return take.card(small=True, width=_WIDTH, badge="kept", badge_kind="ok")
        return take.card(small=True, width=_WIDTH)
