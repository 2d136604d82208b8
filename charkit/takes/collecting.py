"""From a finished job to a take: fetch what was paid for, make sure of its bytes, write it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import CorruptObject, ProviderError, RateLimited, Rejected, StorageError, UnreadableMedia
from charkit.ledger import Step, TakeRow, usd
from charkit.providers.base import Outcome, SentField
from charkit.takes.breaker import Sign
from charkit.takes.inspection import SUFFIXES, MediaFacts, differences, inspect_clip, inspect_picture, measured
from charkit.takes.records import Take
from charkit.takes.turns import Lane, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from charkit.ledger import JobRow
    from charkit.providers.base import Blob
    from charkit.takes.contact import Contact
    from charkit.takes.turns import Steps

__all__ = ["INSTEAD", "Collecting", "Pause"]

INSTEAD = "instead of "
"""How the note begins that says why a fallback stands in."""

_GONE = (404, 410)


class Pause(Exception):
    """An order rests until the next visit; the text says why, and what to do. Never leaves `charkit.takes`."""


class Collecting:
    """Brings one order's media in."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._means = contact.means
        self._ledger = contact.means.ledger
        self._slate = contact.slate

    def keep(self, job: JobRow, media: Sequence[Blob]) -> tuple[TakeRow, ...]:
        """File what came with an answer, before anything else is done with it, and return what to write down of it."""
        kept = []
        for position, blob in enumerate(media):
            stored = self._means.store.put(blob.data, SUFFIXES.get(blob.media_type, ".bin"))
            note, text = "", "null"
            try:
                clip = blob.media_type.startswith("video/")
                facts = inspect_clip(stored.path) if clip else inspect_picture(blob)
                note, text = differences(facts, self._slate), facts.text()
            except UnreadableMedia as error:  # it was paid for: it stays all the same, and the take says so
                note = str(error)
            kept.append(
                TakeRow(
                    job_id=job.id,
                    position=position,
                    digest=stored.digest,
                    media_type=blob.media_type,
                    facts=text,
                    note=note,
                )
            )
        if kept:
            self._means.checkpoint("kept")
        return tuple(kept)

    def take(self, job: JobRow, *, fresh: bool = False) -> Steps[Take]:
        """Return the take of a finished job, fetching its media where that has not been done.

        Args:
            job: The job.
            fresh: Whether it ended just now without media in the answer, so that nothing of it can be here yet.

        Raises:
            Pause: it was paid for and cannot be fetched in this visit.
            StorageFull: no space for it; it stays at the service until it expires.
        """
        if job.state != "succeeded":
            return self.without_media(job, job.message)
        row = None if fresh else self.sound_row(job)
        if row is None:
            row = yield from self._fetch(job)
        if row is None:
            job = self._ledger.job(job.id)
            return self.without_media(job, "paid for, and gone at the service before it could be fetched")
        facts = measured(row.facts) if row.facts != "null" else None
        message = "; ".join(word for word in (job.message, row.note) if word)
        return self._made(job, message, row, facts, self._means.store.path(row.digest) if facts else None)

    def without_media(self, job: JobRow, message: str) -> Take:
        """Return the take of a job that has nothing to show, or not yet."""
        return self._made(job, message, None, None, None)

    def sound_row(self, job: JobRow) -> TakeRow | None:
        """Return the recorded take if its bytes are here and whole."""
        rows = self._ledger.takes(job_id=job.id)
        if not rows:
            return None
        try:
            self._means.store.verify(rows[0].digest)
        except CorruptObject:
            self._means.store.discard(rows[0].digest)
        except StorageError:
            if self._means.store.has(rows[0].digest):
                raise
        else:
            return rows[0]
        return None

    def _fetch(self, job: JobRow) -> Steps[TakeRow | None]:
        """Fetch the clip; None if the service has it no longer."""
        if job.remote_id is None:
            raise Pause("paid for, but its file is lost and this service cannot send it again. Make another take.")
        problem, pause = "", 0.0
        soonest = job.expires_at if job.expires_at is not None else float("inf")
        for _ in range(self._means.pace.fetch_tries):
            yield Turn(lane=Lane.FETCH, endpoint=job.endpoint, after=pause, urgency=soonest)
            pause = max(2 * pause, self._means.pace.first_retry)
            try:
                return self._fetch_once(job, job.remote_id)
            except Rejected as error:
                if error.status_code in _GONE:
                    self._ledger.advance(job, Step(to="expired", note=str(error)))
                    return None
                problem = str(error)
            except (ProviderError, UnreadableMedia) as error:
                if isinstance(error, RateLimited):
                    self._means.turned_away(job.endpoint, error.retry_after)
                problem = str(error)
        self._means.heard(job.endpoint, Sign.EMPTY, problem)
        raise Pause(f"paid for, but it could not be fetched yet: {problem} Run again before it expires.")

    def _fetch_once(self, job: JobRow, remote_id: str) -> TakeRow:
        seen: list[MediaFacts] = []

        def check(path: Path) -> None:
            seen.append(inspect_clip(path))

        chunks = self._means.providers[job.endpoint].fetch(remote_id)
        stored = self._means.store.put_stream(self._unhurried(chunks), ".mp4", check=check)
        self._means.checkpoint("fetched")
        self._means.heard(job.endpoint, Sign.WORKS)
        facts = seen[-1]
        row = self._ledger.record_take(
            TakeRow(
                job_id=job.id,
                digest=stored.digest,
                media_type="video/mp4",
                facts=facts.text(),
                note=differences(facts, self._slate),
            )
        )
        self._means.checkpoint("taken")
        return row

    def _unhurried(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Let an interrupt in between two pieces of a download."""
        for chunk in chunks:
            self._means.go_on()
            yield chunk

    def _made(
        self, job: JobRow, message: str, row: TakeRow | None, facts: MediaFacts | None, path: Path | None
    ) -> Take:
        slate, (held, sent) = self._slate, self._ledger.account(job.id)
        return Take(
            production=slate.production,
            run=slate.run,
            subject=slate.subject,
            number=slate.number,
            kind=slate.kind,
            route=slate.route,
            endpoint=slate.endpoint,
            model=job.answered_model or job.model,
            outcome=_OUTCOMES.get(job.state, Outcome.UNKNOWN),
            message=message,
            stage=job.stage,
            category=job.category,
            digest=row.digest if row else "",
            path=path,
            media_type=row.media_type if row else "",
            seconds=facts.seconds if facts else None,
            width=facts.width if facts else 0,
            height=facts.height if facts else 0,
            price_usd=usd(held.settled + held.unknown),
            estimated_usd=usd(job.price),
            sent=tuple(
                SentField(field=s.field, name=s.name, digest=s.digest, role=s.role, character=s.character) for s in sent
            ),
            prompt=slate.prompt,
            seed=slate.seed,
            sheets=slate.sheets,
            simulated=slate.simulated,
            job_id=job.id,
            why=slate.why or self._why(job),
            created=row.created_at if row else job.updated_at,
        )

    def _why(self, job: JobRow) -> str:
        """Return the reason that a retake was ordered for, as its history begins with."""
        if job.take_number == 1:
            return ""
        first = self._ledger.history(job.id)[0].note.partition("\n")[0]
        return "" if first.startswith(INSTEAD) else first


_OUTCOMES = {outcome.value: outcome for outcome in Outcome} | {"intended": Outcome.QUEUED}
"""Ledger state -> what a take says; a job that is just being sent is in doubt until it is answered."""
