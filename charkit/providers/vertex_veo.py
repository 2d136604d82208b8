"""Veo 3.1: clips by long-running operations, on Vertex or at gateways that emulate the old Developer API.

Facts and sources: google-wire.md, section 2. How an endpoint is written down:

    Vertex with a project   base_url https://us-central1-aiplatform.googleapis.com/projects/PROJECT/locations/us-central1
                            and an OAuth access token as the key (it lives for about an hour)
    Vertex in express mode  base_url https://aiplatform.googleapis.com and an express API key
    a gateway               its base_url, its key, and the dialect gemini-api

The job's id is the operation's name, which carries the model; with it any process can go on. No bucket is ever asked
for, so clips come back inside the answer; where a gateway puts them into a bucket all the same, they are read there.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import Rejected, Unavailable
from charkit.providers.base import Answer, Blob, Outcome, SentField
from charkit.providers.gemini_files import CHUNK, pieces
from charkit.providers.gemini_sdk import refusal_word
from charkit.providers.limits import cannot_cancel
from charkit.providers.reading import Fields, decode, without_media
from charkit.providers.veo_answer import category, read
from charkit.providers.veo_request import SOURCE_CLIP, compose, dialect
from charkit.providers.vertex_sdk import DeveloperSession, VertexSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import BoundJob, Connection, Listed, Request
    from charkit.providers.exchange import Reply
    from charkit.providers.veo_answer import Reading
    from charkit.providers.veo_request import Form

_NAME = re.compile(r"(?!.*\.\.)(?:[\w.~-]+/)+operations/[\w.~-]+")


class VertexVeo:
    """One endpoint that speaks Veo."""

    cancels = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = dialect(connection.dialect)
        self._session: VertexSession | DeveloperSession = (
            DeveloperSession(connection) if self.dialect.developer else VertexSession(connection)
        )

    def submit(self, request: Request) -> Answer:
        """Send the one POST that starts an operation; see `base.Provider.submit`.

        An extension first asks, free of charge, for the clip that it goes on from, unless the request brings it.
        """
        form = compose(self.dialect, request)
        if request.source is not None:
            form = self._extending(form, request.source)
        reply = self._session.start(form)
        if refused := self._refused_at_once(reply, form):
            return refused
        operation = self._session.document(reply, paid=True)
        name = operation.text("name")
        if not name:
            raise self._session.unclear("started an operation without telling its name", paid=True, status=reply.status)
        return self._answer(reply, operation, name, paid=True, sent=form.sent)

    def poll(self, remote_id: str) -> Answer:
        """Ask where an operation stands; see `base.Provider.poll`.

        An operation that the service does not know, or whose name is none, is `EXPIRED`.
        """
        if not _NAME.fullmatch(remote_id):
            message = f"{remote_id!r} is not the name of an operation"
            return Answer(outcome=Outcome.EXPIRED, remote_id=remote_id, message=message)
        reply = self._session.operation(remote_id)
        if reply.status in (404, 410) and reply.error and not reply.is_page:
            message = self._session.scrub(reply.error.text("message"))
            return Answer(outcome=Outcome.EXPIRED, remote_id=remote_id, message=message, raw=self._raw(reply.body))
        operation = self._session.document(reply, paid=False, remote_id=remote_id)
        return self._answer(reply, operation, remote_id, paid=False)

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Stream the finished clip; nothing is yielded before all of it has arrived. See `base.Provider.fetch`.

        Raises:
            Unavailable: the download failed or broke off, or the clip is not finished; it may be repeated.
            Rejected: the clip is gone, or the operation made none.
            BadResponse: the address is not one that can be read.
        """
        video = self._clip(remote_id)
        if (data := decode(video.text("bytesBase64Encoded"))) is not None:
            yield from (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
            return
        uri = video.text("gcsUri", "uri")
        yield from pieces(lambda file: self._session.save(uri, file, remote_id=remote_id))

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return None: no list of operations is documented."""
        del limit
        return None

    def cancel(self, remote_id: str) -> Answer:
        """Refuse: there is nothing to stop; see `base.Provider.cancel`."""
        del remote_id
        raise cannot_cancel(
            "Veo", rule="fetchPredictOperation is the only thing to do with an operation", source="google-wire.md 2.4"
        )

    def _extending(self, form: Form, source: BoundJob) -> Form:
        """Return the form with the clip that is to go on: its bytes, or its address where the service has one."""
        clip, uri = source.clip, ""
        if clip is None:
            video = self._clip(source.remote_id)
            uri = video.text("gcsUri", "uri")
            data = decode(video.text("bytesBase64Encoded"))
            clip = Blob(name="source.mp4", media_type="video/mp4", data=data) if data is not None and not uri else None
        digest = clip.digest if clip else f"sha256:{hashlib.sha256(uri.encode()).hexdigest()}"
        sent = SentField(field=SOURCE_CLIP, name=uri or source.remote_id, digest=digest, role=source.change)
        return replace(form, clip=clip, clip_uri=uri, sent=(*form.sent, sent))

    def _clip(self, remote_id: str) -> Fields:
        """Return where the clip of a finished operation is."""
        if not _NAME.fullmatch(remote_id):
            problem = f"{remote_id!r} is not the name of an operation"
            raise Rejected(problem, endpoint=self.connection.endpoint, remote_id=remote_id)
        reply = self._session.operation(remote_id)
        reading = self._read(reply, self._session.document(reply, paid=False, remote_id=remote_id), remote_id)
        if reading.outcome is not Outcome.SUCCEEDED:
            kind = Unavailable if reading.outcome is Outcome.RUNNING else Rejected
            problem = f"operation {remote_id} is {reading.outcome} and has no clip"
            raise kind(problem, endpoint=self.connection.endpoint, remote_id=remote_id)
        return reading.video

    def _refused_at_once(self, reply: Reply, form: Form) -> Answer | None:
        if not 400 <= reply.status < 500 or reply.status in (401, 429):
            return None
        message = self._session.scrub(reply.error.text("message"))
        word = category(message) or refusal_word(reply.error)
        if not word:
            return None
        return Answer(
            outcome=Outcome.REFUSED,
            message=message,
            stage="input",
            category=word,
            sent=form.sent,
            raw=self._raw(reply.body),
        )

    def _answer(
        self, reply: Reply, operation: Fields, remote_id: str, *, paid: bool, sent: tuple[SentField, ...] = ()
    ) -> Answer:
        reading = self._read(reply, operation, remote_id, paid=paid)
        return Answer(
            outcome=reading.outcome,
            remote_id=remote_id,
            message=self._session.scrub(reading.message),
            stage=reading.stage,
            category=reading.category,
            billing=reading.billing,
            sent=sent,
            raw=self._raw(operation),
        )

    def _read(self, reply: Reply, operation: Fields, remote_id: str, *, paid: bool = False) -> Reading:
        reading = read(operation)
        if reading is None:
            problem = f"operation {remote_id} says done={operation.raw('done')!r}, which is not documented"
            raise self._session.unclear(problem, paid=paid, remote_id=remote_id, status=reply.status)
        return reading

    def _raw(self, body: Fields) -> str:
        return self._session.without_key(without_media(body.value))
