"""Questions to a vision model and what it says: neutral records, one protocol, and what both judging wires share.

A judge is shown pictures and asked for facts in the form of a JSON schema. What it answers is a claim of somebody
else's program: text, to be read with suspicion by whoever asked. No question goes out here; see `charkit.takes.asking`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Answer, Billing, Blob, JudgeRequest, Outcome, SentField
from charkit.providers.reading import without_media

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from charkit.providers.base import BoundReference, Request
    from charkit.providers.exchange import Exchange
    from charkit.providers.reading import Fields

__all__ = ["ANSWER", "Judge", "Question", "Said", "asked", "judgement", "pictures_sent"]

ANSWER = "application/json"
"""Media type under which a judge's answer is kept."""

MAX_PICTURES = 32
"""Pictures of one question. Far below what the services take; a larger question is one that nobody can check."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question about pictures."""

    subject: str
    """What it is called in the ledger, such as `Mira, judged 1/3`."""
    prompt: str
    pictures: tuple[BoundReference, ...]
    """In the order in which the prompt numbers them."""
    schema: str
    """What the answer must look like: a JSON schema in canonical text."""
    answer_tokens: int
    """Most tokens that the answer may take, thinking included."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came of a question."""

    text: str = field(default="", repr=False)
    """The answer as JSON text; empty where there is none."""
    problem: str = ""
    """Why there is none; empty where there is one."""
    model: str = ""
    """The model as the service named it in its answer."""
    when: float = 0.0
    """Unix seconds."""
    usd: float = 0.0
    """What it cost, or may have cost; also where it was paid for by an earlier visit."""
    job_id: str = ""
    """The job in the ledger; empty where nothing was sent."""


@runtime_checkable
class Judge(Protocol):
    """Somebody who answers questions about pictures."""

    @property
    def name(self) -> str:
        """How it is called: the route, or what stands in for one."""
        ...

    def ask(self, questions: Sequence[Question]) -> tuple[Said, ...]:
        """Answer questions; one answer for each, in their order, and never an error for a single one.

        Raises:
            SpendLimit: the caps do not allow it; nothing more was sent.
        """
        ...


def asked(request: Request, *, source: str) -> JudgeRequest:
    """Return a request as a question that can be sent.

    Raises:
        UnsupportedRequest: it asks for a clip or picture, it shows nothing or too much, or its schema is no object.
    """
    if not isinstance(request, JudgeRequest):
        raise UnsupportedRequest("a judge answers questions and makes no clips or pictures", nearest="another route")
    if not 0 < len(request.references) <= MAX_PICTURES:
        raise UnsupportedRequest(
            f"the question shows {len(request.references)} pictures", rule=f"1 to {MAX_PICTURES}", source=source
        )
    try:
        schema = json.loads(request.schema)
    except ValueError:
        schema = None
    if not isinstance(schema, dict):
        raise UnsupportedRequest("the form of the answer is no JSON schema", source=source)
    return request


def judgement(
    session: Exchange,
    body: Fields,
    said: str,
    *,
    request: JudgeRequest,
    model: str,
    tokens: tuple[float, float],
    cut: str = "",
) -> Answer:
    """Return what a judge's text means: an answer where it is one JSON object, else a failure that was paid for.

    Args:
        session: Blacks out the key.
        body: The service's whole answer, for the record.
        said: The text.
        request: What was asked.
        model: As the service names it.
        tokens: How many went in and came out.
        cut: The service's word for why the answer ends early; empty where it does not.
    """
    problem = _problem(said, cut)
    text = session.without_key(said)
    blob = Blob(name="answer.json", media_type=ANSWER, data=text.encode())
    paid = Billing.CHARGED if not problem or any(tokens) else Billing.NOT_ESTABLISHED
    return Answer(
        outcome=Outcome.FAILED if problem else Outcome.SUCCEEDED,
        model=model,
        message=f"{problem}: {session.scrub(said)[:120]!r}" if problem and said else problem,
        billing=paid,
        media=() if problem else (blob,),
        sent=tuple(pictures_sent(request)),
        usage={**body.child("usage", "usageMetadata").numbers(), **_cost(request, tokens)},
        raw=session.without_key(without_media(body.value)),
    )


def _cost(request: JudgeRequest, tokens: tuple[float, float]) -> dict[str, float]:
    """Return the tokens under one name for all services, with their price where the rates are known."""
    counted = {"tokens_in": tokens[0], "tokens_out": tokens[1]}
    if request.rates is None or not all(tokens):  # who says nothing of tokens is taken to have used what was set aside
        return counted
    return counted | {"usd": sum(rate * count for rate, count in zip(request.rates, tokens, strict=True)) / 1e6}


def _problem(said: str, cut: str) -> str:
    if cut:
        return f"the judge's answer was cut off ({cut})"
    if not said.strip():
        return "the judge answered nothing"
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return "the judge answered in prose"
    return "" if isinstance(value, dict) else "the judge's answer is no JSON object"


def pictures_sent(request: JudgeRequest) -> Iterator[SentField]:
    """List the pictures under the number by which the prompt speaks of them."""
    for number, one in enumerate(request.references, start=1):
        yield SentField(
            field=f"pictures[{number - 1}]",
            name=f"Image {number}",
            digest=one.blob.digest,
            role=one.role,
            character=one.character,
        )
