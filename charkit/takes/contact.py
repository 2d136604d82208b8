"""One order's contact with its endpoint: who is spoken to, what is heard of its health, what the person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import RateLimited
from charkit.providers.base import Answer
from charkit.takes.records import Progress
from charkit.takes.signs import sign_of_answer, sign_of_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.errors import ProviderError, UsageError
    from charkit.providers.base import Outcome, Provider
    from charkit.takes.means import Means
    from charkit.takes.slates import Slate

__all__ = ["Contact"]


class Contact:
    """What the steps of one order share."""

    def __init__(self, means: Means, slate: Slate, report: Callable[[Progress], None]) -> None:
        self.means = means
        self.slate = slate
        self._report = report
        self._told: tuple[Outcome, int | None] | None = None

    @property
    def provider(self) -> Provider:
        """The adapter of the order's endpoint."""
        return self.means.providers[self.slate.endpoint]

    def tell(self, outcome: Outcome, progress: int | None = None, *, last: bool = False) -> None:
        """Tell the person where the order stands, unless that is what was told before."""
        if (outcome, progress) != self._told or last:
            self._told = outcome, progress
            slate = self.slate
            self._report(Progress(subject=slate.subject, number=slate.number, outcome=outcome, progress=progress))

    def heard_of(self, what: ProviderError | UsageError | Answer, *, submitted: bool = True) -> None:
        """Take note of what an answer or error says of the endpoint, and hold back where it asks for that."""
        if isinstance(what, RateLimited):
            self.means.turned_away(self.slate.endpoint, what.retry_after)
        if isinstance(what, Answer):
            sign, said = sign_of_answer(what, submitted=submitted), what.message
        else:
            sign, said = sign_of_error(what), str(what)
        if sign is not None:
            self.means.heard(self.slate.endpoint, sign, said)
