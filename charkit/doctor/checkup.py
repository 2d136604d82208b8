"""The whole checkup: every check, and how it is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.cards import Html, badge, table
from charkit.errors import CharkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from charkit.cards import BadgeKind

__all__ = ["Check", "Checkup", "State", "doctor"]

State: TypeAlias = Literal["ok", "note", "fault"]
"""`note`: works, with something to know; `fault`: something that charkit needs is missing or broken."""

_TONES: dict[State, BadgeKind] = {"ok": "ok", "note": "warn", "fault": "bad"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    area: str
    """Such as `keys` or `disk`."""
    what: str
    state: State
    said: str
    """What was found, never a key's value."""
    then: str = ""
    """What to do about it; empty where nothing has to be done."""


@dataclass(frozen=True, kw_only=True)
class Checkup:
    """All that was looked at."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing that charkit needs is missing or broken."""
        return not self.faults

    @property
    def faults(self) -> tuple[Check, ...]:
        """What is missing or broken."""
        return tuple(check for check in self.checks if check.state == "fault")

    @property
    def notes(self) -> tuple[Check, ...]:
        """What is good to know."""
        return tuple(check for check in self.checks if check.state == "note")

    def of(self, area: str) -> tuple[Check, ...]:
        """Return the checks of an area."""
        return tuple(check for check in self.checks if check.area == area)

    def facts(self) -> dict[str, object]:
        """Return what a program wants to know."""
        return {"ok": self.ok, "checks": [asdict(check) for check in self.checks]}

    @property
    def sentence(self) -> str:
        """The outcome in one line."""
        fine = len(self.checks) - len(self.faults) - len(self.notes)
        notes = f"{len(self.notes)} note" + ("" if len(self.notes) == 1 else "s")
        faults = f"{len(self.faults)} fault" + ("" if len(self.faults) == 1 else "s")
        return f"{fine} fine, {notes}, {faults}"

    def __repr__(self) -> str:
        return f"<Checkup: {self.sentence}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            [check.area, check.what, badge(check.state, _TONES[check.state]), check.said, check.then]
            for check in self.checks
        ]
        mark = table(["", "what", "state", "found", "what to do"], rows, caption=self.sentence)
        return {"text/plain": repr(self), "text/html": Html(mark)}


def doctor(*, data: Path | str | None = None, store: bool = False) -> Checkup:
    """Look at everything that charkit needs on this machine. Sends nothing, changes nothing, shows no key.

    Args:
        data: The data folder; by default the settings', else `data` here or above.
        store: Whether to read every stored take too, which takes as long as reading them takes.
    """
    from charkit.doctor import places, programs, services

    areas: list[tuple[str, Callable[[], Iterator[Check]]]] = [
        ("python", programs.python),
        ("packages", programs.packages),
        ("media", programs.media),
        ("notebooks", programs.notebooks),
        ("settings", places.settings),
        ("keys", services.keys_there),
        ("routes", lambda: services.routes(data)),
        ("weights", services.weights),
        ("disk", lambda: places.disk(data)),
        ("ledger", lambda: places.ledger(data, store=store)),
    ]
    found: list[Check] = []
    for area, look in areas:
        for check in _looked(area, look):
            # One broken file stops several areas; it is said once.
            if check.state != "fault" or check.said not in {other.said for other in found}:
                found.append(check)
    return Checkup(checks=tuple(found))


def _looked(area: str, look: Callable[[], Iterator[Check]]) -> list[Check]:
    """Return an area's checks; what stops the looking is what was found."""
    found: list[Check] = []
    try:
        found.extend(look())
    except (CharkitError, OSError) as error:
        found.append(Check(area=area, what=area, state="fault", said=str(error)))
    return found
