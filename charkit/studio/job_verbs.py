"""What a studio can be asked about its paid requests and its money; the other verbs stand in `room`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from charkit.studio.wiring import Wiring

if TYPE_CHECKING:
    from charkit.ledger.spending import Spending
    from charkit.studio.desk import Word
    from charkit.studio.job_history import JobHistory
    from charkit.studio.jobs import Jobs
    from charkit.takes import Health, Takes

__all__ = ["JobVerbs"]


class JobVerbs(Wiring):
    """Jobs and money of `Studio`."""

    @property
    def jobs(self) -> Jobs:
        """The paid requests of this run, those that wait for a person first; and those of others that it lives on."""
        return self._desk.jobs(also={take.job_id for take in self.takes() if take.job_id})

    def job(self, name: str) -> JobHistory:
        """Return one job with all that is known of it, what it may cost, and the ways out; see `Desk.job`."""
        return self._desk.job(name)

    def resume(self) -> Takes:
        """Go on with every open job of this run; nothing new is sent. See `Desk.resume`."""
        return self._desk.resume()

    def resolve(self, name: str, **word: Unpack[Word]) -> JobHistory:
        """Take the person's word for a job in doubt; see `Desk.resolve`."""
        return self._desk.resolve(name, **word)

    def cancel(self, name: str) -> JobHistory:
        """Stop a job where that can be done; see `Desk.cancel`."""
        return self._desk.cancel(name)

    @property
    def spending(self) -> Spending:
        """What all runs of the production have spent, to be added up by day, route, shot or run."""
        return self._ledger.spending(production=self.production)

    @property
    def health(self) -> Health:
        """Which endpoints this run leaves alone for a while, and why."""
        return self._filming.floor.health

    # ------------------------------------------------------------------ what the studio brings
