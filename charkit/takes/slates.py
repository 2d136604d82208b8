"""The slate: what one take is called and what was asked for, without the pictures that went along.

It is all that is needed once a request has been sent, and can be read from the order or from the ledger alone; so a
job can be followed without its order, on another machine too, and no picture is held longer than until it was sent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from charkit.ledger import usd
from charkit.providers.base import VideoRequest

if TYPE_CHECKING:
    from charkit.ledger import JobRow
    from charkit.takes.orders import Order

__all__ = ["Kind", "Slate", "slate_from", "slate_of"]


Kind: TypeAlias = Literal["video", "image", "judge"]
"""What is wanted: a clip, a picture, or a judge's answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slate:
    """One take that is wanted, as far as it concerns those who do not send it."""

    production: str
    run: str
    subject: str
    number: int
    kind: Kind
    route: str
    endpoint: str
    model: str
    prompt: str
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    seconds: int | None
    """None for a picture."""
    seed: int | None
    price_usd: float
    """What the plan says it costs."""
    simulated: bool
    sheets: tuple[tuple[str, str], ...] = ()
    """Each character's name and the digest of its sheet; empty where only the ledger is asked."""
    why: str = ""
    """Why it is wanted, where it is a retake."""


def slate_of(order: Order) -> Slate:
    """Return the slate of an order."""
    request = order.request
    clip = request if isinstance(request, VideoRequest) else None
    return Slate(
        production=order.production,
        run=order.run,
        subject=order.subject,
        number=order.number,
        kind=order.kind,
        route=order.route,
        endpoint=order.endpoint,
        model=request.model,
        prompt=request.prompt,
        width=request.width,
        height=request.height,
        seconds=clip.seconds if clip else None,
        seed=clip.seed if clip else None,
        price_usd=order.price_usd,
        simulated=order.simulated,
        sheets=order.sheets,
        why=order.why,
    )


def slate_from(job: JobRow) -> Slate:
    """Return the slate of a job from what the ledger says of it."""
    request = json.loads(job.request)
    width, height = request["size"]
    return Slate(
        production=job.production,
        run=job.run,
        subject=job.subject,
        number=job.take_number,
        kind=cast("Kind", job.kind),
        route=job.route,
        endpoint=job.endpoint,
        model=job.model,
        prompt=request["prompt"],
        width=width,
        height=height,
        seconds=request.get("seconds"),
        seed=request.get("seed"),
        price_usd=usd(job.price),
        simulated=job.simulated,
    )
