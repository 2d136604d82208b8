"""`/v1/videos`: the protocol that OpenAI left behind and that gateways and self-hosted servers still speak.

Facts and sources: openai-video-wire.md. How servers differ is data in `video_dialects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from charkit.errors import UnsupportedRequest
from charkit.providers.base import (
    Answer,
    Billing,
    BoundCharacter,
    Listed,
    Outcome,
    SentField,
    VideoRequest,
)
from charkit.providers.openai_sdk import policy_details, policy_word
from charkit.providers.reading import Fields, without_media
from charkit.providers.video_changes import compose_change
from charkit.providers.video_complaints import complaint
from charkit.providers.video_dialects import dialect
from charkit.providers.video_form import compose
from charkit.providers.video_session import VideoSession, address_of, failed_job, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Blob, Connection, Request
    from charkit.providers.exchange import Reply
    from charkit.providers.video_form import Form

_GONE = (404, 410)
_NO_LIST = (404, 405, 501)
_MAX_LIST = 100
_NAME_LENGTH = range(1, 81)


class OpenAIVideos:
    """One `/v1/videos` server, in the dialect that its endpoint names."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = dialect(connection.dialect)
        self._session = VideoSession(connection)

    @property
    def cancels(self) -> bool:
        """Whether this dialect's DELETE stops a running job."""
        return self.dialect.cancels

    def submit(self, request: Request) -> Answer:
        """Send the one POST that creates a job, or that changes an earlier one; see `base.Provider.submit`."""
        if not isinstance(request, VideoRequest):
            raise UnsupportedRequest("/v1/videos makes clips, not pictures", nearest="an image route")
        if request.source:
            form = compose_change(self.dialect, request, request.source)
        else:
            form = compose(self.dialect, request)
        reply = self._session.post(form.path, form.body, form.files, multipart=self.dialect.multipart_always)
        if refused := self._refused_at_once(reply, form):
            return refused
        job = self._session.document(reply, paid=True)
        remote_id = job.text("id", "task_id")
        if not remote_id:
            raise self._session.unclear("accepted a job without telling its id", paid=True, status=reply.status)
        return self._answer(reply, job, remote_id, paid=True, sent=form.sent)

    def poll(self, remote_id: str) -> Answer:
        """Ask where a job stands; see `base.Provider.poll`.

        A job that the server does not know any more is `EXPIRED`.
        """
        reply = self._session.get(_path(remote_id), remote_id=remote_id)
        if self.dialect.failed_job_is_http_error and not reply.ok and (failed := failed_job(reply)):
            return self._answer(reply, failed, remote_id, paid=False)
        if reply.status in _GONE and reply.error and not reply.is_page:
            message = self._session.scrub(reply.error.text("message", "detail") or "the service does not know this job")
            return Answer(outcome=Outcome.EXPIRED, remote_id=remote_id, message=message, raw=self._raw(reply.body))
        job = self._session.document(reply, paid=False, remote_id=remote_id)
        return self._answer(reply, job, remote_id, paid=False)

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Stream the finished clip; see `base.Provider.fetch`.

        Raises:
            Unavailable: the download failed or broke off; it may be repeated.
            Rejected: the clip is gone, or was never finished.
            BadResponse: what came is not a clip.
        """
        path = f"{_path(remote_id)}/content"
        if self.dialect.url_fields:
            job = self._session.document(
                self._session.get(_path(remote_id), remote_id=remote_id), paid=False, remote_id=remote_id
            )
            path = address_of(job, self.dialect, self.connection.base_url) or path
        yield from self._session.download(path, remote_id=remote_id)

    def fetch_variant(self, remote_id: str, variant: str) -> Iterator[bytes]:
        """Stream another view of a finished clip: `thumbnail` (webp) or `spritesheet` (jpeg).

        Raises:
            UnsupportedRequest: the dialect has no such variant; where it has none, the word means something else.
            ProviderError: as `fetch`.
        """
        if variant not in self.dialect.variants:
            known = ", ".join(sorted(self.dialect.variants))
            raise UnsupportedRequest(
                f"this server has no {variant} of a clip",
                rule=f"variants are {known}" if known else "only the clip itself can be fetched",
                nearest="the clip, and a frame taken from it",
                source=self.dialect.source,
            )
        yield from self._session.download(f"{_path(remote_id)}/content?variant={variant}", remote_id=remote_id)

    def delete(self, remote_id: str) -> None:
        """Let the service forget a job; one that is not there any more is as good as deleted.

        Raises:
            UnsupportedRequest: the dialect cannot delete; nothing was sent.
            Rejected: the service does not delete it now, such as a running job of dialect A.
            Unavailable: it could not be asked, or is still stopping the job; ask again.
        """
        if not self.dialect.deletes:
            raise UnsupportedRequest("jobs cannot be deleted on this server", source=self.dialect.source)
        self._forget(remote_id)

    def cancel(self, remote_id: str) -> Answer:
        """Stop a running job, where DELETE does that; `EXPIRED` where the service does not know it any more.

        Raises:
            UnsupportedRequest: the dialect cannot stop a job; nothing was sent.
            Unavailable: the service could not be asked, or is still stopping the job; ask again.
        """
        if not self.dialect.cancels:
            raise UnsupportedRequest(
                "a running job cannot be stopped on this server",
                rule="DELETE forgets a job and lets the work go on" if self.dialect.deletes else "no DELETE",
                nearest="let it finish",
                source=self.dialect.source,
            )
        body = self._forget(remote_id)
        return Answer(
            outcome=Outcome.CANCELLED if body else Outcome.EXPIRED,
            remote_id=remote_id,
            billing=self.dialect.failed_billing,
            raw=self._raw(body),
        )

    def _forget(self, remote_id: str) -> Fields:
        """Send the DELETE and return what was answered, or nothing where the service did not know the job."""
        reply = self._session.delete(_path(remote_id), remote_id=remote_id)
        if reply.status in _GONE and reply.error and not reply.is_page:
            return Fields(None)
        body = self._session.document(reply, paid=False, remote_id=remote_id)
        if body.raw("deleted") is not True and body.text("status") != "deleted":
            problem = f"job {remote_id} was not deleted: {self._raw(body)}"
            raise self._session.unclear(problem, paid=False, remote_id=remote_id, status=reply.status)
        return body

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return the newest jobs, at most 100; see `base.Provider.recent`."""
        if not self.dialect.listed:
            return None
        reply = self._session.get("/videos", {"limit": min(limit, _MAX_LIST), "order": "desc"})
        if reply.status in _NO_LIST and not reply.is_page:
            return None
        jobs = self._session.document(reply, paid=False).children("data")
        return [_listed(job) for job in jobs if job.text("id")][:limit]

    def create_character(self, name: str, clip: Blob) -> BoundCharacter:
        """Make a reusable character from a clip of 2 to 4 seconds.

        The character must not be human; the name must stand verbatim in every prompt that uses it
        (openai-video-wire.md, 2.5). The service cannot list or delete characters: keep the id.

        Raises:
            UnsupportedRequest: the dialect has no characters, or the name is too long; nothing was sent.
            Rejected: the service refused the clip; its words are in the message.
            Ambiguous: it was sent and nobody knows.
        """
        self._check_has_characters()
        if len(name) not in _NAME_LENGTH:
            raise UnsupportedRequest(
                f"the character's name has {len(name)} characters", rule="1 to 80", source=self.dialect.source
            )
        reply = self._session.post("/videos/characters", {"name": name}, [("video", clip)])
        made = self._session.document(reply, paid=True)
        if not made.text("id"):
            raise self._session.unclear("made a character without telling its id", paid=True, status=reply.status)
        return BoundCharacter(id=made.text("id"), name=made.text("name") or name)

    def get_character(self, character_id: str) -> BoundCharacter:
        """Return a character as the service knows it, with the name that prompts have to say.

        Raises:
            UnsupportedRequest: the dialect has no characters; nothing was sent.
            Rejected: there is no such character.
            BadResponse: the answer tells no name.
        """
        self._check_has_characters()
        reply = self._session.get(f"/videos/characters/{quote(character_id, safe='')}", remote_id=character_id)
        known = self._session.document(reply, paid=False, remote_id=character_id)
        if not known.text("name"):
            raise self._session.unclear("a character without a name", paid=False, status=reply.status)
        return BoundCharacter(id=known.text("id") or character_id, name=known.text("name"))

    def _check_has_characters(self) -> None:
        if not self.dialect.max_characters:
            raise UnsupportedRequest("this server has no characters", source=self.dialect.source)

    def _refused_at_once(self, reply: Reply, form: Form) -> Answer | None:
        word = _policy(reply.error) if 400 <= reply.status < 500 and not reply.is_page else ""
        if not word:
            return None
        stage, category = policy_details(reply.error, default_stage="input")
        return Answer(
            outcome=Outcome.REFUSED,
            message=self._session.scrub(reply.error.text("message")),
            stage=stage,
            category=category or word,
            # A refusal at request time creates no job; that it costs nothing is said for sentinel_block only.
            billing=Billing.NOT_CHARGED if word == "sentinel_block" else Billing.NOT_ESTABLISHED,
            sent=form.sent,
            raw=self._raw(reply.body),
        )

    def _answer(
        self, reply: Reply, job: Fields, remote_id: str, *, paid: bool, sent: tuple[SentField, ...] = ()
    ) -> Answer:
        word = job.text("status")
        outcome = self.dialect.statuses.get(word.strip().lower())
        if outcome is None:
            problem = f"job {remote_id} has the status {word!r}, which is not documented"
            raise self._session.unclear(problem, paid=paid, remote_id=remote_id, status=reply.status)
        error = problem_of(job)
        stage = category = ""
        if outcome is Outcome.FAILED and (blocked := _policy(error)):
            outcome = Outcome.REFUSED
            stage, category = policy_details(error, default_stage="output")
            category = category or blocked
        progress = job.number("progress")
        return Answer(
            outcome=outcome,
            remote_id=remote_id,
            progress=None if progress is None else round(progress),
            model=job.text("model"),
            message=self._session.scrub(error.text("message", "code")),
            stage=stage,
            category=category,
            billing=self._billing(outcome),
            expires_at=job.number("expires_at"),
            poll_after=reply.seconds("openai-poll-after-ms"),
            sent=sent,
            usage=job.child("usage").numbers(),
            raw=self._raw(job),
        )

    def _billing(self, outcome: Outcome) -> Billing:
        if outcome is Outcome.SUCCEEDED:
            return Billing.CHARGED
        return self.dialect.accepted_billing if not outcome.terminal else self.dialect.failed_billing

    def _raw(self, body: Fields) -> str:
        return self._session.without_key(without_media(body.value))


def _path(remote_id: str) -> str:
    return f"/videos/{quote(remote_id, safe='')}"


def _policy(error: Fields) -> str:
    """Return the word of a content-policy refusal: the service's code, or ours for a sentence that has none."""
    known = complaint(error)
    return policy_word(error) or (known.kind if known and known.policy else "")


def _listed(job: Fields) -> Listed:
    return Listed(
        remote_id=job.text("id"),
        created_at=job.number("created_at"),
        prompt=job.text("prompt") or None,
        model=job.text("model"),
        seconds=job.text("seconds"),
        size=job.text("size"),
    )
