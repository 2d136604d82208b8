"""What every adapter takes and gives: neutral records, a closed set of outcomes, one protocol.

An adapter is a *wire format*. It owns the translation and nothing else: no retry policy for paid requests, no files,
no database, no money. SDK types never leave it. Submit, poll and fetch are three calls, so that a job outlives the
process that started it.

Invariants:
    * `submit` sends at most one paid POST, whatever happens, and never resends it.
    * `submit` either carries every reference, character, frame, seed, source and turn of the request, or raises
      `UnsupportedRequest` before sending anything.
    * an exception from `submit` says whether something may have been created: `Ambiguous` if so, any other
      `ProviderError` or `UsageError` if not.
    * `poll`, `fetch`, `recent` and `cancel` are free and safe to repeat.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from pydantic import SecretStr


class Outcome(StrEnum):
    """Where a job stands. Every word of every service maps to one of these, or is an error."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    """Content policy; see `Answer.stage` and `Answer.category`."""
    FAILED = "failed"
    EXPIRED = "expired"
    """The job or its result is gone at the service."""
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Nobody knows whether the job exists; counts against the cap until it is resolved."""

    @property
    def terminal(self) -> bool:
        """Whether the service will not change it any more."""
        return self not in (Outcome.QUEUED, Outcome.RUNNING, Outcome.UNKNOWN)


class Billing(StrEnum):
    """What an answer says about money."""

    CHARGED = "charged"
    NOT_CHARGED = "not charged"
    NOT_ESTABLISHED = "not established"


class Role(StrEnum):
    """What a picture or clip is for in a request."""

    CHARACTER = "character"
    """Shows who a character is."""
    FIRST_FRAME = "first frame"
    LAST_FRAME = "last frame"
    VIEW = "view"
    """An earlier view of the same character, fed back when designing the next one."""
    PLACE = "place"
    MASK = "mask"
    """Transparent where the first picture may change; as large as that picture."""
    EXHIBIT = "exhibit"
    """A picture that a judge is asked about; `BoundReference.view` is the label under which the question names it."""


@dataclass(frozen=True, kw_only=True)
class Blob:
    """Named bytes with a media type: what goes out or comes back as one file."""

    name: str
    media_type: str
    data: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """The tagged digest of the bytes, `sha256:` and 64 hexadecimal digits."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class BoundReference:
    """A reference bound to a role in one request."""

    role: Role
    blob: Blob
    character: str = ""
    """The name of the character it shows, exactly as the prompt says it; empty for frames and places."""
    view: str = ""
    """Which view it is: front, three-quarter, profile, back, face ..."""


@dataclass(frozen=True, kw_only=True)
class BoundCharacter:
    """A character id that the service knows, with the name the prompt must contain verbatim."""

    id: str
    name: str


class Change(StrEnum):
    """How a request goes on from an earlier result."""

    EDIT = "edit"
    """The same clip or picture with one thing changed."""
    EXTEND = "extend"
    """The same clip, going on; `VideoRequest.seconds` is what is added."""
    REMIX = "remix"
    """A new clip after the earlier one."""


@dataclass(frozen=True, kw_only=True)
class BoundJob:
    """An earlier result of the same endpoint, which a request goes on from."""

    remote_id: str
    """The job's id at the service."""
    change: Change
    clip: Blob | None = None
    """The clip itself, for services that want its bytes again; an adapter that needs them fetches them otherwise."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One earlier exchange about a picture, sent again with the next one to services that keep no state."""

    prompt: str
    picture: Blob
    """What the model answered."""
    signature: str = ""
    """The seal that came with the picture (`Answer.signature`); without it the service refuses its own picture."""
    references: tuple[BoundReference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VideoRequest:
    """One clip to be made."""

    model: str
    prompt: str
    seconds: int
    width: int
    height: int
    references: tuple[BoundReference, ...] = ()
    """In the order in which the prompt numbers them."""
    characters: tuple[BoundCharacter, ...] = ()
    seed: int | None = None
    source: BoundJob | None = None
    """The earlier clip that this one changes or goes on from; None for a clip of its own."""


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """One picture to be made."""

    model: str
    prompt: str
    width: int
    height: int
    references: tuple[BoundReference, ...] = ()
    """In the order in which the prompt numbers them."""
    source: BoundJob | None = None
    """The earlier picture that this one changes, where the service remembers it."""
    turns: tuple[Turn, ...] = ()
    """What was said and drawn before, oldest first, where the service remembers nothing."""


@dataclass(frozen=True, kw_only=True)
class JudgeRequest:
    """One question about pictures, to be answered as JSON. What it makes is a text, so no pixels are asked for."""

    width: ClassVar[int] = 0
    height: ClassVar[int] = 0
    source: ClassVar[BoundJob | None] = None
    turns: ClassVar[tuple[Turn, ...]] = ()

    model: str
    prompt: str
    references: tuple[BoundReference, ...]
    """In the order in which the prompt numbers them."""
    schema: str
    """What the answer must look like: a JSON schema in canonical text (objects with all members required)."""
    answer_tokens: int = 8192
    """Most tokens that the answer may take, thinking included: what is set aside for it depends on this."""
    rates: tuple[float, float] | None = None
    """US dollars per million tokens in and out, where they are known: adapters tell by them what an answer cost, since
    no service does. Not part of what is asked."""


Request: TypeAlias = VideoRequest | ImageRequest | JudgeRequest


@dataclass(frozen=True, kw_only=True)
class SentField:
    """One thing that went out: which bytes, in which field, under which name."""

    field: str
    """The wire's own name, such as `input_reference` or `input[0].content[1]`."""
    name: str
    """The file name or tag that the prompt or the service refers to."""
    digest: str
    role: str = ""
    character: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a service said about a job, translated."""

    outcome: Outcome
    remote_id: str | None = None
    progress: int | None = None
    """Per cent, where the service says; never invented."""
    model: str = ""
    """The model as the service names it in its answer."""
    message: str = ""
    stage: str = ""
    """For refusals: input, output or unknown."""
    category: str = ""
    """For refusals: the service's own word for why."""
    billing: Billing = Billing.NOT_ESTABLISHED
    expires_at: float | None = None
    """Unix time after which the result cannot be fetched."""
    poll_after: float | None = None
    """Seconds that the service asks to wait before the next poll."""
    media: tuple[Blob, ...] = ()
    """Results that came with the answer itself (images, a judge's JSON)."""
    signature: str = ""
    """What the service wants back beside its picture on the next turn (`Turn.signature`)."""
    sent: tuple[SentField, ...] = ()
    """For `submit`: every reference and character that went out."""
    usage: Mapping[str, float] = field(default_factory=dict)
    """Token counts or dollars as the service states them; a judge's also as `tokens_in` and `tokens_out`, whatever the
    service calls them."""
    raw: str = field(default="", repr=False)
    """The service's answer as JSON text, without media bytes and without keys."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A job as a service's list shows it, for reconciling what a crash left unclear."""

    remote_id: str
    created_at: float | None = None
    prompt: str | None = None
    model: str = ""
    seconds: str = ""
    size: str = ""


_once: ContextVar[str] = ContextVar("charkit_once", default="")


@contextmanager
def once(key: str) -> Generator[None]:
    """Say under which key the paid POST inside goes out, for endpoints that document a header for one."""
    token = _once.set(key)
    try:
        yield
    finally:
        _once.reset(token)


def once_key() -> str:
    """Return the key of the paid POST that is being made; empty for none."""
    return _once.get()


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach an endpoint. An adapter is made from one of these and nothing else."""

    endpoint: str
    """The endpoint's name, for messages and records."""
    base_url: str
    key: SecretStr
    dialect: str = ""
    """Which variation of the wire format the endpoint speaks; empty for the plain one."""
    timeout: float = 600.0
    """Seconds that one HTTP exchange may take."""
    idempotency_header: str = ""
    """The header in which the endpoint documents that it takes a key, so that the same POST twice makes one job; empty
    where it documents none."""
    idempotency_seconds: float = 0.0
    """For how long the endpoint documents that it remembers such a key; 0 where it does not say, and then a POST is
    never repeated by itself."""


@runtime_checkable
class Provider(Protocol):
    """One endpoint, spoken to in one wire format."""

    connection: Connection

    @property
    def cancels(self) -> bool:
        """Whether a job that was taken on can be stopped. Data of the wire, or of its dialect."""
        ...

    def submit(self, request: Request) -> Answer:
        """Send the one paid POST for `request`.

        Returns:
            The answer; image routes usually come back `SUCCEEDED` with the picture in `media`.

        Raises:
            UnsupportedRequest: the wire cannot carry it; nothing was sent.
            Rejected: the service said no; nothing was created.
            RateLimited: try later; nothing was created.
            Unavailable: the service was not reached; nothing was created.
            Ambiguous: it may have been accepted; reconcile, do not resend.
        """
        ...

    def poll(self, remote_id: str) -> Answer:
        """Ask where a job stands.

        Raises:
            Unavailable: could not be asked; ask again.
            BadResponse: a status word that is not documented.
        """
        ...

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Stream the finished clip's bytes."""
        ...

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return the newest jobs, newest first, or None where the service has no list."""
        ...

    def cancel(self, remote_id: str) -> Answer:
        """Stop a job; what its money comes to is in the answer, where the service says.

        Returns:
            Where the job stands after that: `CANCELLED`, still running while the service winds it down, or how it had
            ended before the request arrived.

        Raises:
            UnsupportedRequest: `cancels` is false; nothing was sent, and the job goes on.
            Unavailable: could not be asked; ask again.
            Rejected: it cannot be stopped any more.
        """
        ...
