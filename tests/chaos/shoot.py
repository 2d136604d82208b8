"""What is shot: twenty clips and three pictures over three wire formats, priced as the service charges."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import SecretStr
from service import marked

from charkit.ledger import micro, usd
from charkit.providers import connect
from charkit.providers.base import Blob, BoundReference, Connection, ImageRequest, Role, VideoRequest
from charkit.takes import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from charkit.providers.base import Provider, Request


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One endpoint of the simulator."""

    protocol: str
    mount: str
    dialect: str = ""
    kind: str
    price_usd: float
    """What the simulator takes for one of the requests below (`charkit.simulator.prices`)."""


WIRES = {
    "openai": Wire(protocol="openai-videos", mount="/openai/v1", kind="video", price_usd=0.40),
    "muse": Wire(protocol="openai-videos", mount="/muse/v1", dialect="muse", kind="video", price_usd=0.30),
    "omni": Wire(protocol="gemini-omni", mount="/google", kind="video", price_usd=0.0696),
    "pictures": Wire(protocol="gemini-images", mount="/google", kind="image", price_usd=0.0336),
}
"""The first has a list of jobs to look in; the others have none, so that a person has to look."""
TWENTY_SHOTS = ("openai",) * 10 + ("muse",) * 4 + ("omni",) * 6 + ("pictures",) * 3
"""The endpoint of every order of the shoot that is killed: twenty shots, and three pictures."""
PRODUCTION = "lantern"
_REFERENCE_EVERY = 4


def orders(tag: str, endpoints: Sequence[str] = TWENTY_SHOTS, *, run: str = "tour", first: int = 1) -> list[Order]:
    """Return the orders of one shoot; the tag makes them requests that nobody made before."""
    return [
        _order(f"{tag}-{number:04d}", endpoint, number, tag, run) for number, endpoint in enumerate(endpoints, first)
    ]


def reordered(order: Order, run: str) -> Order:
    """Return the same request as another run wants it."""
    return replace(order, run=run)


def price_of(wanted: Iterable[Order]) -> float:
    """Return what the plan costs, in dollars."""
    return usd(sum(micro(order.price_usd) for order in wanted))


def connector(url: str) -> Callable[[str], Provider]:
    """Return how a floor reaches the endpoints of a simulator: by the real adapters."""

    def reach(endpoint: str) -> Provider:
        wire = WIRES[endpoint]
        return connect(
            wire.protocol,
            Connection(
                endpoint=endpoint,
                base_url=url + wire.mount,
                key=SecretStr("any key will do"),
                dialect=wire.dialect,
                timeout=30.0,
            ),
        )

    return reach


def _order(name: str, endpoint: str, number: int, tag: str, run: str) -> Order:
    wire = WIRES[endpoint]
    return Order(
        production=f"{PRODUCTION}-{tag}",
        run=run,
        subject=name,
        route=endpoint,
        endpoint=endpoint,
        kind="video" if wire.kind == "video" else "image",
        request=_request(endpoint, name, with_reference=number % _REFERENCE_EVERY == 1),
        price_usd=wire.price_usd,
        simulated=True,
    )


def _request(endpoint: str, name: str, *, with_reference: bool) -> Request:
    words = marked("Mira lifts her lantern on the harbour stairs", name)
    if endpoint == "openai":
        opening = (_shown(Role.FIRST_FRAME, 128, 96),) if with_reference else ()
        return VideoRequest(model="sim-clip", prompt=words, seconds=4, width=128, height=96, references=opening)
    if endpoint == "muse":
        opening = (_shown(Role.FIRST_FRAME, 128, 96),) if with_reference else ()
        return VideoRequest(model="muse-video", prompt=words, seconds=5, width=128, height=96, references=opening)
    mira = (_shown(Role.CHARACTER, 96, 96),) if with_reference else ()
    if endpoint == "omni":
        if mira:
            words = words.replace("Mira", "Mira (<IMAGE_REF_0>)")
        return VideoRequest(
            model="gemini-omni-1.2-flash", prompt=words, seconds=3, width=640, height=360, references=mira
        )
    return ImageRequest(model="gemini-nano-banana-2.1", prompt=words, width=1024, height=1024, references=mira)


def _shown(role: Role, width: int, height: int) -> BoundReference:
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (width, height), "#c8873c").save(picture, "PNG")
    blob = Blob(name="front.png", media_type="image/png", data=picture.getvalue())
    whose = {"character": "Mira", "view": "front"} if role is Role.CHARACTER else {}
    return BoundReference(role=role, blob=blob, **whose)
