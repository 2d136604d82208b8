"""What a wire is: a mount point, its routes, its way of saying errors."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from charkit.simulator import intake, mishaps
from charkit.simulator.faults import Deed
from charkit.simulator.intake import Arrival, Refused
from charkit.simulator.record import Record, has_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from charkit.simulator.faults import Faults

log = logging.getLogger("charkit.simulator")

Handler: TypeAlias = "Callable[[Arrival], Awaitable[Response]]"
Said: TypeAlias = "dict[str, object]"


@dataclass(frozen=True, kw_only=True)
class Door:
    """One path of a wire."""

    path: str
    method: str
    handler: Handler
    keyless: bool = False
    """Whether it answers without a key (signed download links)."""
    raw: bool = False
    """Whether its body is bytes, whatever the content type says (uploads)."""
    deed: Deed = Deed.OTHER
    """What its requests are about, for the faults that they can meet."""


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One wire format at one mount point."""

    name: str
    prefix: str
    doors: Sequence[Door]
    say: Callable[[Refused], Said]
    """Puts a refusal into the wire's error body."""
    without_key: Refused
    """What a request without a key is told."""


def mount(wire: Wire, record: Record, faults: Faults) -> Mount:
    """Return a wire's routes; whatever matches none of them gets a 404 in the wire's own words."""
    routes = [Route(door.path, _endpoint(wire, door, record, faults), methods=[door.method]) for door in wire.doors]
    lost = Door(path="/{rest:path}", method="*", handler=_nowhere)
    everything = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Mount(
        wire.prefix, routes=[*routes, Route(lost.path, _endpoint(wire, lost, record, faults), methods=everything)]
    )


async def _nowhere(arrival: Arrival) -> Response:
    request = arrival.request
    raise Refused(f"Invalid URL ({request.method} {request.url.path})", status=404)


def _endpoint(wire: Wire, door: Door, record: Record, faults: Faults) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        arrival = Arrival(request=request)
        try:
            _let_in(wire, door, arrival)
            arrival = await intake.read(request, raw=door.raw)
            met = faults.around(arrival, wire.name, door.deed, keyless=door.keyless)
            response = await mishaps.through(arrival, met, door.handler, wire.say)
        except Refused as refusal:
            response = JSONResponse(wire.say(refusal), refusal.status_code)
        except Exception as problem:  # noqa: BLE001 - whatever breaks, a client gets an answer in the wire's shape
            response = JSONResponse(wire.say(_accident(problem)), 500)
        try:
            await run_in_threadpool(record.append, wire.name, arrival, response.status_code)
        except OSError:
            log.exception("a request could not be recorded")
        return response

    return answer


def _let_in(wire: Wire, door: Door, arrival: Arrival) -> None:
    if not (door.keyless or has_key(arrival)):
        raise wire.without_key


def _accident(problem: Exception) -> Refused:
    log.error("a request failed", exc_info=problem)
    if isinstance(problem, (OSError, sqlite3.OperationalError)):
        text = f"The simulator could not store the request: {problem}"
    else:
        text = "The simulator made a mistake; see its log."
    return Refused(text, status=500, code="internal_error")
