"""What every order needs on its way: where things are kept, who is spoken to, how long to wait, when to stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charkit.ledger import owners
from charkit.takes.health import Health
from charkit.takes.listing import Listings

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.errors import SpendLimit
    from charkit.ledger import Caps, Ledger
    from charkit.providers.base import Provider
    from charkit.routes.limits import Bounds
    from charkit.store import Store
    from charkit.takes.breaker import Sign
    from charkit.takes.orders import Order
    from charkit.takes.rhythm import Rhythm

__all__ = ["Interrupted", "Means", "Pace", "Switchboard"]


_LONGER_THAN_LAG = 2.0
"""By what factor the grace period is longer than the lag that a service's list is known to have."""


class Interrupted(BaseException):
    """The floor is being left: an order stops at the next safe place. Never leaves `charkit.takes`."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long to wait for what, in seconds; and how often to try again what is free."""

    first_poll: float = 0.5
    """Before the first poll of a new job of which nobody knows how long it usually takes; later ones wait `growth`
    times longer each, up to `longest_poll`."""
    growth: float = 1.5
    longest_poll: float = 15.0
    """Guides ask for a poll each 10 to 20 s (openai-video-wire.md, 2.4)."""
    deadline: float = 1800.0
    """How long one visit waits for a job; it goes on at the service, and the next visit finds it."""
    send_tries: int = 6
    """How often an order is sent while the service says that nothing was created."""
    first_retry: float = 1.0
    longest_retry: float = 120.0
    """A longer Retry-After is not waited for."""
    stuck: float = 600.0
    """How long a job may stand at 99 per cent before its endpoint counts as stuck; SGLang stands there by design until
    its files are written (openai-video-wire.md, 4.4)."""
    fetch_tries: int = 4
    grace: float = 30.0
    """How long after sending a job that the service does not list may still turn up there; longer where the endpoint's
    data says that its list lags."""
    resend_absent: bool = False
    """Whether a job that the list does not show after the grace period counts as never accepted, and is sent again.
    Right where the service's list is known to be complete; else the person is asked."""
    lease: float = 900.0
    """How long another machine leaves a job to the process that said it would send it."""
    let_go: float = 10.0
    """How long an interrupted `make` waits for POSTs that are under way; they are recorded even after that."""


class Switchboard:
    """Connects each endpoint once, whoever asks first."""

    def __init__(self, connect: Callable[[str], Provider]) -> None:
        self._connect = connect
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def __getitem__(self, endpoint: str) -> Provider:
        with self._lock:
            if endpoint not in self._providers:
                self._providers[endpoint] = self._connect(endpoint)
            return self._providers[endpoint]


@dataclass(kw_only=True)
class Means:
    """What the orders of one `make` share. The only thing in it that changes is whether to stop."""

    ledger: Ledger
    store: Store
    providers: Switchboard
    caps: Caps
    pace: Pace
    clock: Callable[[], float]
    bounds: Callable[[str], Bounds]
    """Returns the limits of an endpoint."""
    rhythm: Rhythm
    """How long jobs take."""
    checkpoint: Callable[[str], None]
    """Called between any two steps that outlive the process, with the name of the step that was just taken."""
    health: Health = field(default_factory=Health)
    """Which endpoints are left alone."""
    listings: Listings = field(default_factory=Listings)
    """What the endpoints listed last."""
    gate: Callable[[Order], None] = lambda _: None
    """Raises a `UsageError` where an order's route may not be used today; asked before anything is set aside."""
    owner: str = field(default_factory=owners.current)
    hold: Callable[[str, float], None] = lambda _endpoint, _seconds: None
    """Holds back everything that goes to an endpoint for some seconds."""
    stop: threading.Event = field(default_factory=threading.Event)
    over: SpendLimit | None = None
    """The first order that did not fit under the cap; none is begun after it."""

    def heard(self, endpoint: str, sign: Sign, said: str = "") -> None:
        """Take note of what an endpoint did."""
        self.health.hear(endpoint, sign, self.clock(), said)

    def turned_away(self, endpoint: str, asked: float | None) -> None:
        """Hold back everything that goes to an endpoint for as long as it asked, within bounds."""
        if asked:
            self.hold(endpoint, min(asked, self.pace.longest_retry))

    def grace(self, endpoint: str) -> float:
        """Return the seconds for which a job in doubt may still turn up in its service's list."""
        return max(self.pace.grace, _LONGER_THAN_LAG * self.bounds(endpoint).list_lag)

    def go_on(self) -> None:
        """Return if work may go on.

        Raises:
            Interrupted: the floor is being left.
        """
        if self.stop.is_set():
            raise Interrupted
