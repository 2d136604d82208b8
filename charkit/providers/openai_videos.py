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
from charkit.providers.openai_sdk import OpenAISession, policy_details, policy_word
from charkit.providers.reading import Fields, without_media
from charkit.providers.video_dialects import dialect
from charkit.providers.video_form import Form, compose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Blob, Connection, Request
    from charkit.providers.exchange import Reply

_GONE = (404, 410)
_NO_LIST = (404, 405, 501)
_MAX_LIST = 100
_NAME_LENGTH = range(1, 81)


class OpenAIVideos:
    """One `/v1/videos` server, in the dialect that its endpoint names."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = dialect(connection.dialect)
        self._session = OpenAISession(connection)

    def submit(self, request: Request) -> Answer:
        """Send the one POST that creates a job; see `base.Provider.submit`."""
        if not isinstance(request, VideoRequest):
            raise UnsupportedRequest("/v1/videos makes clips, not pictures", nearest="an image route")
        form = compose(self.dialect, request)
        reply = self._session.post("/videos", form.body, form.files, multipart=self.dialect.multipart_always)
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
        if self.dialect.failed_job_is_http_error and not reply.ok and reply.body.text("status"):
            return self._answer(reply, reply.body, remote_id, paid=False)
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
            path = job.text(*self.dialect.url_fields) or path
        yield from self._session.download(path, remote_id=remote_id)

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
        if not self.dialect.max_characters:
            raise UnsupportedRequest("this server has no characters", source=self.dialect.source)
        if len(name) not in _NAME_LENGTH:
            raise UnsupportedRequest(
                f"the character's name has {len(name)} characters", rule="1 to 80", source=self.dialect.source
            )
        reply = self._session.post("/videos/characters", {"name": name}, [("video", clip)])
        made = self._session.document(reply, paid=True)
        if not made.text("id"):
            raise self._session.unclear("made a character without telling its id", paid=True, status=reply.status)
        return BoundCharacter(id=made.text("id"), name=made.text("name") or name)

    def _refused_at_once(self, reply: Reply, form: Form) -> Answer | None:
        word = policy_word(reply.error) if 400 <= reply.status < 500 else ""
        if not word:
            return None
        stage, category = policy_details(reply.error, default_stage="input")
        return Answer(
            outcome=Outcome.REFUSED,
            message=self._session.scrub(reply.error.text("message")),
            stage=stage,
            category=category,
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
        error = job.child("error")
        stage = category = ""
        if outcome is Outcome.FAILED and policy_word(error):
            outcome = Outcome.REFUSED
            stage, category = policy_details(error, default_stage="output")
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


def _listed(job: Fields) -> Listed:
    return Listed(
        remote_id=job.text("id"),
        created_at=job.number("created_at"),
        prompt=job.text("prompt") or None,
        model=job.text("model"),
        seconds=job.text("seconds"),
        size=job.text("size"),
    )
