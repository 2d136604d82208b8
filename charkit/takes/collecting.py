"""From a finished job to a take: fetch what was paid for, make sure of its bytes, write it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import CorruptObject, ProviderError, Rejected, StorageError, UnreadableMedia
from charkit.ledger import Step, TakeRow, usd
from charkit.providers.base import Outcome, SentField, VideoRequest
from charkit.takes.breaker import Sign
from charkit.takes.inspection import SUFFIXES, MediaFacts, differences, inspect_clip, inspect_picture, measured
from charkit.takes.records import Take

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from charkit.ledger import JobRow
    from charkit.providers.base import Blob
    from charkit.takes.means import Means
    from charkit.takes.orders import Order

__all__ = ["Collecting", "Pause"]

_GONE = (404, 410)


class Pause(Exception):
    """An order rests until the next visit; the text says why, and what to do. Never leaves `charkit.takes`."""


class Collecting:
    """Brings one order's media in."""

    def __init__(self, means: Means, order: Order) -> None:
        self._means = means
        self._ledger = means.ledger
        self._order = order

    def keep(self, media: Sequence[Blob]) -> list[TakeRow]:
        """File what came with an answer, before anything else is done with it."""
        kept = []
        for position, blob in enumerate(media):
            stored = self._means.store.put(blob.data, SUFFIXES.get(blob.media_type, ".bin"))
            note, text = "", "null"
            try:
                clip = blob.media_type.startswith("video/")
                facts = inspect_clip(stored.path) if clip else inspect_picture(blob)
                note, text = differences(facts, self._order.request), facts.text()
            except UnreadableMedia as error:  # it was paid for: it stays all the same, and the take says so
                note = str(error)
            kept.append(
                TakeRow(
                    job_id="",
                    position=position,
                    digest=stored.digest,
                    media_type=blob.media_type,
                    facts=text,
                    note=note,
                )
            )
        if kept:
            self._means.checkpoint("kept")
        return kept

    def record(self, job: JobRow, rows: Sequence[TakeRow]) -> None:
        """Write down what came with a job's answer."""
        for row in rows:
            self._ledger.record_take(
                TakeRow(
                    job_id=job.id,
                    position=row.position,
                    digest=row.digest,
                    media_type=row.media_type,
                    facts=row.facts,
                    note=row.note,
                )
            )
            self._means.checkpoint("taken")

    def take(self, job: JobRow) -> Take:
        """Return the take of a finished job, fetching its media where that has not been done.

        Raises:
            Pause: it was paid for and cannot be fetched in this visit.
            StorageFull: no space for it; it stays at the service until it expires.
        """
        if job.state != "succeeded":
            return self.without_media(job, job.message)
        row = self._sound_row(job) or self._fetch(job)
        if row is None:
            job = self._ledger.job(job.id)
            return self.without_media(job, "paid for, and gone at the service before it could be fetched")
        facts = measured(row.facts) if row.facts != "null" else None
        message = "; ".join(word for word in (job.message, row.note) if word)
        return self._made(job, message, row, facts, self._means.store.path(row.digest) if facts else None)

    def without_media(self, job: JobRow, message: str) -> Take:
        """Return the take of a job that has nothing to show, or not yet."""
        return self._made(job, message, None, None, None)

    def _sound_row(self, job: JobRow) -> TakeRow | None:
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

    def _fetch(self, job: JobRow) -> TakeRow | None:
        """Fetch the clip; None if the service has it no longer."""
        if job.remote_id is None:
            raise Pause("paid for, but its file is lost and this service cannot send it again. Make another take.")
        problem = ""
        for attempt in range(self._means.pace.fetch_tries):
            if attempt:
                self._means.wait(self._means.pace.first_retry * 2 ** (attempt - 1))
            try:
                return self._fetch_once(job, job.remote_id)
            except Rejected as error:
                if error.status_code in _GONE:
                    self._ledger.advance(job, Step(to="expired", note=str(error)))
                    return None
                problem = str(error)
            except (ProviderError, UnreadableMedia) as error:
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
                note=differences(facts, self._order.request),
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
        order, held = self._order, self._ledger.held_by(job.id)
        request = order.request
        return Take(
            production=order.production,
            run=order.run,
            subject=order.subject,
            number=order.number,
            kind=order.kind,
            route=order.route,
            endpoint=order.endpoint,
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
                SentField(field=s.field, name=s.name, digest=s.digest, role=s.role, character=s.character)
                for s in self._ledger.sent(job.id)
            ),
            prompt=request.prompt,
            seed=request.seed if isinstance(request, VideoRequest) else None,
            sheets=order.sheets,
            simulated=order.simulated,
            job_id=job.id,
            created=row.created_at if row else job.updated_at,
        )


_OUTCOMES = {outcome.value: outcome for outcome in Outcome} | {"intended": Outcome.QUEUED}
"""Ledger state -> what a take says; a job that is just being sent is in doubt until it is answered."""
