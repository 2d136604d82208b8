"""The Interactions API, as Omni's clips and Nano Banana's pictures both use it: one POST, then its answer or a job.

Facts and sources: google-wire.md, 1.4 to 1.7 and 6.2. The trap: a refusal looks like success, and only what is in the
answer tells them apart.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.errors import Rejected, Unavailable, UnsupportedRequest
from charkit.providers.base import Answer, Billing, Blob, Outcome, SentField
from charkit.providers.exchange import Reply
from charkit.providers.gemini_files import download, pieces
from charkit.providers.gemini_sdk import GoogleSession, refusal_word, tokens_of
from charkit.providers.reading import Fields, decode, without_media

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from charkit.providers.base import BoundJob, Connection

Made: TypeAlias = Literal["video", "image"]

STATUSES: Mapping[str, Outcome] = MappingProxyType(
    {
        "queued": Outcome.QUEUED,
        "in_progress": Outcome.RUNNING,
        "requires_continuation": Outcome.RUNNING,  # the server goes on by itself for background requests
        "completed": Outcome.SUCCEEDED,
        "cancelled": Outcome.CANCELLED,
        "failed": Outcome.FAILED,
        "incomplete": Outcome.FAILED,
        "budget_exceeded": Outcome.FAILED,
        "requires_action": Outcome.FAILED,  # it would wait for a tool result, and no tool was offered
    }
)
"""Every status word (google-wire.md, 1.5 and 1.7). A word that is not here is an error that shows it."""

_NOUNS: Mapping[Made, str] = MappingProxyType({"video": "clip", "image": "picture"})
_GONE = (404, 410)


class Interactions:
    """One endpoint, asked for one kind of result."""

    def __init__(self, connection: Connection, made: Made) -> None:
        self._made = made
        self._noun = _NOUNS[made]
        self._session = GoogleSession(connection)

    def create(self, body: Mapping[str, object], sent: tuple[SentField, ...]) -> Answer:
        """Send the one POST that creates an interaction; see `base.Provider.submit`."""
        reply = self._session.send(
            lambda client: Reply.of(client.interactions.with_raw_response.create(**dict(body)).http_response)
        )
        word = refusal_word(reply.error) if 400 <= reply.status < 500 else ""
        if word:
            return Answer(
                outcome=Outcome.REFUSED,
                message=self._session.scrub(reply.error.text("message")),
                stage="input",
                category=word,
                sent=sent,
                raw=self._raw(reply.body),
            )
        job = self._session.document(reply, paid=True)
        if not job.text("id"):
            raise self._session.unclear("accepted a job without telling its id", paid=True, status=reply.status)
        return self._answer(reply, job, job.text("id"), paid=True, sent=sent)

    def ask(self, remote_id: str) -> Answer:
        """Ask where a job stands; see `base.Provider.poll`.

        An id that the service does not know is `EXPIRED`. Any other 400 has been a passing fault on jobs that were
        running and billed (google-wire.md, 1.7), so it is `Unavailable`.
        """
        reply = self._get(remote_id)
        if _unknown_id(reply):
            return self._expired(reply, remote_id)
        return self._answer(reply, self._job(reply, remote_id), remote_id, paid=False)

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Stream the finished result; nothing is yielded before all of it has arrived. See `base.Provider.fetch`.

        Raises:
            Unavailable: the download failed or broke off, or the result is not finished; it may be repeated.
            Rejected: the result is gone, or the job made none.
            BadResponse: the address is not one of the service's files.
        """
        job = self._job(self._get(remote_id), remote_id)
        found = self._found(job)
        if found is None:
            running = STATUSES.get(job.text("status"), Outcome.UNKNOWN) in (Outcome.QUEUED, Outcome.RUNNING)
            kind = Unavailable if running else Rejected
            problem = f"interaction {remote_id} is {job.text('status')} and has no {self._noun}"
            raise kind(problem, endpoint=self._session.connection.endpoint, remote_id=remote_id)
        if (data := decode(found.text("data"))) is not None:
            yield data
            return
        uri = found.text("uri")
        yield from pieces(lambda file: download(self._session, uri, file, remote_id=remote_id))

    def cancel(self, remote_id: str) -> Answer:
        """Ask the service to stop a job; free, and safe to repeat. What it had drawn by then is not known.

        Raises:
            Unavailable: could not be asked; ask again.
            Rejected: it cannot be stopped (any more).
        """
        reply = self._session.ask(
            lambda client: Reply.of(client.interactions.with_raw_response.cancel(remote_id).http_response),
            remote_id=remote_id,
        )
        if _unknown_id(reply):
            return self._expired(reply, remote_id)
        job = self._session.document(reply, paid=False, remote_id=remote_id)
        return self._answer(reply, job, remote_id, paid=False)

    def _get(self, remote_id: str) -> Reply:
        return self._session.ask(
            lambda client: Reply.of(client.interactions.with_raw_response.get(remote_id).http_response),
            remote_id=remote_id,
        )

    def _expired(self, reply: Reply, remote_id: str) -> Answer:
        message = self._session.scrub(reply.error.text("message"))
        return Answer(outcome=Outcome.EXPIRED, remote_id=remote_id, message=message, raw=self._raw(reply.body))

    def _job(self, reply: Reply, remote_id: str) -> Fields:
        if reply.status == 400 and not reply.is_page and not _unknown_id(reply):
            problem = f"400: {reply.error.text('message')}; this has been a passing fault, asking again is free"
            endpoint = self._session.connection.endpoint
            raise Unavailable(self._session.scrub(problem), endpoint=endpoint, remote_id=remote_id, status_code=400)
        return self._session.document(reply, paid=False, remote_id=remote_id)

    def _answer(
        self, reply: Reply, job: Fields, remote_id: str, *, paid: bool, sent: tuple[SentField, ...] = ()
    ) -> Answer:
        word = job.text("status")
        outcome = STATUSES.get(word)
        if outcome is None:
            problem = f"interaction {remote_id} has the status {word!r}, which is not documented"
            raise self._session.unclear(problem, paid=paid, remote_id=remote_id, status=reply.status)
        usage = job.child("usage")
        drawn = tokens_of(usage, "output_tokens_by_modality", self._made) > 0
        outcome, stage, category, message = self._judge(outcome, job, drawn=drawn)
        charged = outcome is Outcome.SUCCEEDED or drawn
        return Answer(
            outcome=outcome,
            remote_id=remote_id,
            model=job.text("model"),
            message=self._session.scrub(message),
            stage=stage,
            category=category,
            billing=Billing.CHARGED if charged else Billing.NOT_ESTABLISHED,
            media=self._pictures(job) if outcome is Outcome.SUCCEEDED else (),
            sent=sent,
            usage=usage.numbers(),
            raw=self._raw(job),
        )

    def _judge(self, outcome: Outcome, job: Fields, *, drawn: bool) -> tuple[Outcome, str, str, str]:
        """Return outcome, stage, category and message; a finished job is only a success if a result is there."""
        if outcome is Outcome.SUCCEEDED and self._found(job) is None:
            return self._empty(job, drawn=drawn)
        if outcome is not Outcome.FAILED:
            return outcome, "", "", ""
        problems = [*job.children("errors"), job.child("error")]
        message = "; ".join(one.text("message", "code") for one in problems if one) or job.text("status")
        word = next((found for one in problems if (found := refusal_word(one))), "")
        return (Outcome.REFUSED, "unknown", word, message) if word else (outcome, "", job.text("status"), message)

    def _empty(self, job: Fields, *, drawn: bool) -> tuple[Outcome, str, str, str]:
        said = " ".join(one.text("text") for one in _outputs(job) if one.text("type") == "text").strip()
        noun = self._noun
        if drawn:
            message = f"billed for a {noun}, but none is in the answer: its shape has changed. Do not generate it again"
            return Outcome.FAILED, "", f"billed without a {noun}", message
        if said:
            return Outcome.REFUSED, "output", "declined", said
        if job.child("usage").number("total_output_tokens") == 0:
            message = "the service answered with nothing at all, as it does where a region forbids the uploaded media"
            return Outcome.REFUSED, "input", "region", message
        message = f"completed without a {noun}, without a word, and without saying what it used"
        return Outcome.FAILED, "", "empty", message

    def _found(self, job: Fields) -> Fields | None:
        """Return the last result of an answer, as the SDK does."""
        results = [
            one for one in _outputs(job) if one.text("type") == self._made and (one.text("uri") or one.text("data"))
        ]
        return results[-1] if results else None

    def _pictures(self, job: Fields) -> tuple[Blob, ...]:
        """Return the picture that came with the answer; clips are left to `fetch`."""
        found = self._found(job)
        data = decode(found.text("data")) if found is not None and self._made == "image" else None
        if found is None or data is None:
            return ()
        kind = found.text("mime_type") or "image/jpeg"
        return (Blob(name=f"picture.{kind.rpartition('/')[2]}", media_type=kind, data=data),)

    def _raw(self, body: Fields) -> str:
        return self._session.without_key(without_media(body.value))


def going_on(source: BoundJob) -> SentField:
    """Return the record of the interaction that a request goes on from: its bytes stay at the service.

    Raises:
        UnsupportedRequest: it names none.
    """
    if not source.remote_id:
        raise UnsupportedRequest(
            "the earlier result has no id",
            rule="a turn goes on from an interaction that the service keeps",
            source="google-wire.md 1.4 and 6.2",
        )
    digest = f"sha256:{hashlib.sha256(source.remote_id.encode()).hexdigest()}"
    return SentField(field="previous_interaction_id", name=source.remote_id, digest=digest, role=source.change)


def _outputs(job: Fields) -> Iterator[Fields]:
    for step in job.children("steps"):
        if step.text("type") == "model_output":
            yield from step.children("content")


def _unknown_id(reply: Reply) -> bool:
    if reply.is_page:
        return False
    invalid_name = reply.status == 400 and "invalid interaction name" in reply.error.text("message").lower()
    return invalid_name or (reply.status in _GONE and bool(reply.error))
