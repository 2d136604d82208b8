"""A POST of which nobody knows whether it arrived, sent again under the same key, where that is documented to be safe.

That is where an endpoint's data says both in which header it takes a key and for how long it remembers one; no built-in
endpoint documents either. The job stays in doubt, with its price counted, until an answer says otherwise: a refusal of
the second POST proves nothing about the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import Ambiguous, ProviderError, RateLimited, Unavailable, UsageError
from charkit.ledger import Step
from charkit.takes.turns import Lane, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.ledger import JobRow
    from charkit.providers.base import Answer
    from charkit.takes.contact import Contact
    from charkit.takes.turns import Steps

__all__ = ["Repeating"]

_MARGIN = 0.9
"""Share of the time for which a service remembers a key that is made use of: its clock is not ours."""


class Repeating:
    """One job in doubt, and the request that it was sent with."""

    def __init__(
        self,
        contact: Contact,
        *,
        submit: Callable[[JobRow], Answer],
        answered: Callable[[JobRow, Answer], JobRow],
    ) -> None:
        """Prepare.

        Args:
            contact: Where it goes.
            submit: Sends the one paid POST, under the job's key.
            answered: Writes an answer down.
        """
        self._contact = contact
        self._means = contact.means
        self._submit = submit
        self._answered = answered
        self._tries = 0
        self._pause = 0.0
        self._over = False

    def run(self, job: JobRow) -> Steps[JobRow]:
        """Send again until there is an answer; the job comes back in doubt where that is not to be had.

        Raises:
            LedgerError: the ledger cannot be used.
            StorageError: the disk refuses.
        """
        while self._may(job):
            yield Turn(lane=Lane.SEND, endpoint=job.endpoint, after=self._pause)
            job = self._means.ledger.job(job.id)
            if self._may(job):
                job = self._once_more(job)
        return job

    def _may(self, job: JobRow) -> bool:
        """Whether the service still takes the same key for the same job."""
        pace, window = self._means.pace, self._contact.provider.connection.idempotency_seconds
        return (
            job.state == "unknown"
            and job.remote_id is None
            and not self._over
            and self._tries < pace.send_tries
            and self._contact.provider.connection.idempotency_header != ""
            and self._means.clock() - (job.sent_at or job.created_at) < _MARGIN * window
        )

    def _once_more(self, job: JobRow) -> JobRow:
        begun = self._means.ledger.begin_again(job, lease=self._means.pace.lease)
        if begun is None:  # the doubt is over
            return self._means.ledger.job(job.id)
        self._tries += 1
        self._pause = min(self._means.pace.first_retry * 2 ** (self._tries - 1), self._means.pace.longest_retry)
        self._means.checkpoint("sending again")
        try:
            answer = self._submit(begun)
        except Ambiguous as error:
            self._contact.heard_of(error)
            if error.remote_id:
                step = Step(to="running", accepted=True, remote_id=error.remote_id, note=str(error))
                return self._means.ledger.advance(begun, step)
        except (RateLimited, Unavailable) as error:
            self._contact.heard_of(error)
        except (ProviderError, UsageError) as error:
            self._contact.heard_of(error)
            self._over = True
        else:
            return self._answered(begun, answer)
        return begun
