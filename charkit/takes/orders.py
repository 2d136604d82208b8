"""Orders: what is to be made, and the key that says when two orders are the same request.

The key covers everything that determines what comes back: endpoint, model, prompt, length, size, seed, the bytes,
role, character and view of every reference in order, the character ids, and the earlier results that it goes on from.
It leaves out what does not: file names, shot names, run and production. So one changed byte of a reference is a new
request, and a renamed file is not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from charkit.errors import UsageError
from charkit.ledger import Intent, micro
from charkit.money import dollars
from charkit.providers.base import ImageRequest, JudgeRequest, VideoRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charkit.providers.base import BoundReference, Request

__all__ = ["Order", "intent_of", "prompt_in", "request_key", "request_text"]

_REQUESTS: dict[str, type[Request]] = {"video": VideoRequest, "image": ImageRequest, "judge": JudgeRequest}
"""Kind of order -> what it carries."""

_VERSION = 1
"""Part of every key: raise it when the text below changes its form."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One take that is wanted."""

    production: str
    run: str
    subject: str
    """The id of the shot, or of the view of a character."""
    number: int = 1
    """Which take of the same request this is; another number is another, paid attempt."""
    route: str
    endpoint: str
    kind: Literal["video", "image", "judge"]
    request: Request
    price_usd: float
    """What the plan says it costs; set aside before it is sent."""
    simulated: bool
    sheets: tuple[tuple[str, str], ...] = ()
    """Name and version digest of every character sheet it is ordered under: for the record, not part of the key, since
    what a sheet says to a service stands in the request itself."""
    fallbacks: tuple[Order, ...] = ()
    """The same take on other routes, in order, for when this one is not taken on. They have none of their own."""
    why: str = ""
    """Why it is wanted, where it is not the first: a retake's reason, for its job's history. No part of the request."""
    plan: str | None = None
    """Digest of the plan in the ledger that it comes from, where it comes from one. No part of the request."""

    def __post_init__(self) -> None:
        if not isinstance(self.request, _REQUESTS[self.kind]):
            raise UsageError(f"{self.subject}: a {self.kind} order cannot carry a {type(self.request).__name__}")
        if self.number < 1:
            raise UsageError(f"{self.subject}: take numbers begin at 1, not {self.number}")
        if not 0.0 <= self.price_usd < float("inf"):  # also where it is no number at all
            raise UsageError(f"{self.subject}: ${self.price_usd} is no price, and nothing is sent without one")
        for other in self.fallbacks:
            if other.fallbacks or _place(other) != _place(self):
                raise UsageError(f"{self.subject}: {other!r} cannot stand in for {self!r}")

    @cached_property
    def text(self) -> str:
        """What determines the request as canonical JSON, pictures as digests; see `request_text`."""
        return _text(self)

    @cached_property
    def key(self) -> str:
        """The tagged digest of `text`; see `request_key`."""
        return f"request-{_VERSION}:sha256:{hashlib.sha256(self.text.encode()).hexdigest()}"

    def __repr__(self) -> str:
        return f"Order({self.subject} take {self.number}, {self.route}, {dollars(self.price_usd)})"


def _place(order: Order) -> tuple[object, ...]:
    """Return what an order and its fallbacks have in common."""
    return order.production, order.run, order.subject, order.number, order.kind, order.simulated


def request_text(order: Order) -> str:
    """Return what determines the request as canonical JSON, pictures as digests."""
    return order.text


def _text(order: Order) -> str:
    request = order.request
    content: dict[str, object] = {
        "version": _VERSION,
        "endpoint": order.endpoint,
        "simulated": order.simulated,
        "kind": order.kind,
        "model": request.model,
        "prompt": request.prompt,
        "size": [request.width, request.height],
        "references": _pictures(request.references),
        **_earlier(request),
    }
    if isinstance(request, VideoRequest):
        content |= {
            "seconds": request.seconds,
            "seed": request.seed,
            "characters": [{"id": c.id, "name": c.name} for c in request.characters],
        }
    if isinstance(request, JudgeRequest):
        content |= {"schema": request.schema, "answer_tokens": request.answer_tokens}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _pictures(references: Iterable[BoundReference]) -> list[dict[str, str]]:
    return [
        {"role": r.role.value, "character": r.character, "view": r.view, "digest": r.blob.digest} for r in references
    ]


def _earlier(request: Request) -> dict[str, object]:
    """Return what the request goes on from; a request that stands alone says nothing, so its key stays what it was."""
    earlier: dict[str, object] = {}
    if request.source is not None:
        clip = request.source.clip
        earlier["source"] = {
            "id": request.source.remote_id,
            "change": request.source.change.value,
            "clip": clip.digest if clip else "",
        }
    if not isinstance(request, VideoRequest) and request.turns:
        earlier["turns"] = [
            {
                "prompt": turn.prompt,
                "picture": turn.picture.digest,
                "signature": turn.signature,
                "references": _pictures(turn.references),
            }
            for turn in request.turns
        ]
    return earlier


def prompt_in(text: str) -> str:
    """Return the prompt of a request as `request_text` wrote it."""
    return str(json.loads(text)["prompt"])


def request_key(order: Order) -> str:
    """Return the tagged digest of everything that determines the request; the take number stands beside it."""
    return order.key


def intent_of(order: Order) -> Intent:
    """Return the order as the ledger writes it down.

    Raises:
        LedgerError: the price is not an amount of money.
    """
    return Intent(
        request_key=request_key(order),
        take_number=order.number,
        request=request_text(order),
        production=order.production,
        run=order.run,
        subject=order.subject,
        kind=order.kind,
        route=order.route,
        endpoint=order.endpoint,
        model=order.request.model,
        price=micro(order.price_usd),
        simulated=order.simulated,
        plan=order.plan,
    )
