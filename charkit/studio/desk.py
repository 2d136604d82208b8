"""The desk: jobs that are under way, in doubt or over, and what a person can do about them.

A studio has one for its own run. The shell opens one for a whole ledger (`charkit.studio.open_desk`), which needs
neither storyboard nor sheets: ledger and store are enough to go on, on the machine that they were copied to as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from charkit.errors import ProviderError, UsageError
from charkit.ledger import Ledger, micro
from charkit.studio.job_history import job_history
from charkit.studio.jobs import list_jobs
from charkit.takes import Takes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager

    from charkit.ledger import JobRow
    from charkit.ledger.spending import Spending
    from charkit.studio.job_history import JobHistory
    from charkit.studio.jobs import Job, Jobs
    from charkit.studio.progress import Stage
    from charkit.takes import Floor, Progress

__all__ = ["Desk", "RunOf", "Visit", "Word"]


@dataclass(frozen=True, kw_only=True)
class RunOf:
    """One run, as far as money is concerned: a rehearsal and the paid run of the same name are two."""

    production: str
    run: str
    simulated: bool

    @classmethod
    def of(cls, job: JobRow) -> RunOf:
        """Return the run that a job belongs to."""
        return cls(production=job.production, run=job.run, simulated=job.simulated)

    def __str__(self) -> str:
        return f"{self.production}, run {self.run}{' (simulated)' if self.simulated else ''}"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What going on with one run brought."""

    run: RunOf
    takes: Takes
    problem: str = ""
    """Why the run was left as it is; empty where it was not."""


class Word(TypedDict, total=False):
    """What a person can say about a job in doubt: one of these; see `Desk.resolve`."""

    found: str | None
    not_there: bool
    lost: bool
    charged: float | None
    not_charged: bool


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The jobs of one run, or of a whole ledger."""

    ledger: Ledger
    floor: Callable[[RunOf], Floor]
    """Returns the floor of a run."""
    working: Callable[[RunOf, int], AbstractContextManager[Stage]]
    """Holds a run while its jobs are gone on with; given how many there are."""
    bring: Callable[[RunOf, Takes], Takes]
    """Puts what came in where people look for it."""
    production: str | None = None
    run: str | None = None
    simulated: bool | None = None

    def jobs(
        self,
        *,
        state: str | None = None,
        route: str | None = None,
        shot: str | None = None,
        also: Collection[str] = (),
    ) -> Jobs:
        """Return the jobs, those that wait for a person first.

        Args:
            state: One of `charkit.studio.jobs.STATES`: the ledger's words, or `open`, or `doubt`.
            route: On this route only.
            shot: For this shot or view only.
            also: Ids of jobs of other runs that are to be among them.

        Raises:
            UnknownName: there is no such state.
        """
        return list_jobs(
            self.ledger,
            production=self.production,
            run=self.run,
            state=state,
            route=route,
            shot=shot,
            simulated=self.simulated,
            also=also,
        )

    def job(self, name: str) -> JobHistory:
        """Return one job of the ledger with all that is known of it, what it may cost, and the ways out.

        Args:
            name: Its id, or enough of its beginning or end to know which.

        Raises:
            UsageError: no job is called so, or several are.
        """
        return job_history(self.ledger, name)

    def spending(self) -> Spending:
        """Return what was spent, to be added up by day, route or shot."""
        return self.ledger.spending(production=self.production, run=self.run)

    def resolve(
        self,
        name: str,
        *,
        found: str | None = None,
        not_there: bool = False,
        lost: bool = False,
        charged: float | None = None,
        not_charged: bool = False,
    ) -> JobHistory:
        """Take the person's word for what nobody here knows, and return the job as it is then.

        Args:
            name: The job.
            found: Its id at the service: it was taken on. The next visit collects it.
            not_there: The service does not have it: its money is set free, and the next shoot sends it again.
            lost: It was charged, and what it made cannot be had: it counts as paid, and only another take is sent.
            charged: US dollars that a finished job cost, where the service did not say.
            not_charged: A finished job cost nothing.

        Raises:
            UsageError: not exactly one of these was said, or one that does not fit the job.
            LedgerError: the id belongs to another job.
        """
        said = [found is not None, not_there, lost, charged is not None, not_charged]
        if sum(said) != 1:
            raise UsageError(
                "say one of: found=ID (it is there), not_there (it is not), lost (it was charged and is lost); "
                "or of a finished job: charged=USD, not_charged"
            )
        history = self.job(name)
        row = history.job.row
        if any(said[:3]):
            self._about_the_job(history, found, accepted=True if lost else None if found is not None else False)
        elif history.job.state == "unknown" or not history.job.held.unknown:
            raise UsageError(f"nothing is in doubt about the money of {row.id} alone. {_instead(history)}")
        else:
            self.ledger.resolve_money(row, charged=None if charged is None else micro(charged))
        return self.job(row.id)

    def _about_the_job(self, history: JobHistory, found: str | None, *, accepted: bool | None) -> None:
        row = history.job.row
        if row.state != "unknown":
            raise UsageError(f"{row.id} is {row.state}; nobody doubts that. {_instead(history)}")
        if found is not None and not found.strip():
            raise UsageError("found wants the id that the service gave the job")
        self.floor(RunOf.of(row)).resolve(row.id, remote_id=found.strip() if found else None, accepted=accepted)

    def cancel(self, name: str) -> JobHistory:
        """Stop a job: one that was not sent yet, or one that its service can stop. Returns it as it is then.

        Raises:
            UnsupportedRequest: its service cannot stop it; says what becomes of its money.
            UsageError: it has ended, is just being sent, or nobody knows whether it exists.
            ProviderError: the service could not be asked, or does not stop it now.
        """
        row = self.job(name).job.row
        if self.simulated not in (None, row.simulated):
            raise UsageError(
                f"{row.id} belongs to {RunOf.of(row)}; open the studio {'without' if row.simulated else 'with'} live"
            )
        self.floor(RunOf.of(row)).cancel(row.id)
        return self.job(row.id)

    def resume(self, *, on_progress: Callable[[Progress], None] | None = None) -> Takes:
        """Go on with every open job: download what is done, soonest to expire first, and wait for what runs.

        Nothing is sent that was not.

        Args:
            on_progress: Called with every piece of news.

        Raises:
            RunBusy: another process works in the run.
            MissingKey: an endpoint that is needed has no key.
            StorageFull: no disk space; jobs go on at their services.
        """
        return Takes(take for run, jobs in self._open_runs() for take in self._go_on(run, jobs, on_progress))

    def visits(self, *, on_progress: Callable[[Progress], None] | None = None) -> Iterator[Visit]:
        """Go on with one run after the other, and leave those that cannot be gone on with now.

        Raises:
            StorageFull: no disk space; jobs go on at their services.
        """
        for run, jobs in self._open_runs():
            try:
                yield Visit(run=run, takes=self._go_on(run, jobs, on_progress))
            except (UsageError, ProviderError) as error:
                yield Visit(run=run, takes=Takes(), problem=str(error))

    def _open_runs(self) -> list[tuple[RunOf, list[Job]]]:
        runs: dict[RunOf, list[Job]] = {}
        for job in self.jobs(state="open"):
            if job.state != "intended":  # never sent: the ledger alone does not hold its pictures
                runs.setdefault(RunOf.of(job.row), []).append(job)
        return list(runs.items())

    def _go_on(self, run: RunOf, jobs: list[Job], on_progress: Callable[[Progress], None] | None) -> Takes:
        with self.working(run, len(jobs)) as stage:

            def news(progress: Progress) -> None:
                stage.news(progress)
                if on_progress is not None:
                    on_progress(progress)

            return self.bring(run, self.floor(run).resume(simulated=run.simulated, on_progress=news))


def _instead(history: JobHistory) -> str:
    """Return what can be done with a job instead."""
    return " ".join(history.ways_out) or history.may_cost
