"""Accidents around an exchange, the same on every wire: statuses, dropped lines, bad downloads, wrong clocks and lists.

Each wire only lends its way of saying errors. See `faults` for what can be armed.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from charkit.simulator.faults import Arming, Fault
from charkit.simulator.intake import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from starlette.types import Receive, Scope, Send

    from charkit.simulator.intake import Arrival

DEAD = {401: "Incorrect API key provided.", 403: "Your token has been disabled."}
"""What a key is told that is not accepted any more; relays disable tokens, services forget keys."""
_SENTENCES = {
    408: "The request took too long.",
    409: "The request conflicts with another one.",
    429: "Too many running tasks",
    503: "The service is under heavy load. Please try again later.",
}
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"
_STAMPS = frozenset({"created_at", "completed_at", "expires_at", "created"})
_MOMENTS = frozenset({"created", "updated", "createTime", "expirationTime"})
_WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


class Line(H11Protocol):
    """A connection that hands itself to whoever answers, so that it can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection up."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "line": transport}


class HungUp(Response):
    """No answer: the line is cut instead, and not before the request stands in the record."""

    def __init__(self) -> None:
        super().__init__(status_code=499)  # reaches the record alone; the word is nginx's for a line that is gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Cut the line."""
        await _hang_up(Request(scope, receive))


async def through(
    arrival: Arrival,
    met: Sequence[Arming],
    handler: Callable[[Arrival], Awaitable[Response]],
    say: Callable[[Refused], object],
) -> Response:
    """Answer a request, with every accident that it meets.

    Args:
        arrival: the request.
        met: what it meets.
        handler: answers it when all is well.
        say: puts a refusal into the wire's error body.

    Raises:
        Refused: as the handler does, or for a dead token.
    """
    for arming in met:
        if arming.kind is Fault.DEAD_TOKEN:
            status = arming.status or 401
            raise Refused(DEAD[status], status=status, code="invalid_api_key")
        if arming.kind in (Fault.STATUS, Fault.DROP) and not arming.accepted:
            return _no_answer(arming, say)
    response = await handler(arrival)
    for arming in sorted(met, key=lambda each: each.kind is Fault.SKEW):  # lateness is told by the right clock
        response = await _changed(response, arming, arrival, say)
    return response


async def _changed(response: Response, arming: Arming, arrival: Arrival, say: Callable[[Refused], object]) -> Response:
    match arming.kind:
        case Fault.STATUS | Fault.DROP:
            return _no_answer(arming, say)
        case Fault.EMPTY_DOWNLOAD:
            return Response(b"", media_type=response.media_type)
        case Fault.CUT_DOWNLOAD:
            return _cut_off(_bytes_of(response), arming, arrival.request, response.media_type)
        case Fault.SKEW:
            return _retold(response, lambda said: _skewed(said, arming.seconds))
        case Fault.TWICE:
            return _retold(response, lambda said: _with_jobs(said, [job for job in _jobs(said) for _ in range(2)]))
        case Fault.LAG:
            known = time.time() - arming.seconds
            return _retold(response, lambda said: _with_jobs(said, [j for j in _jobs(said) if _stamp(j) <= known]))
    return response


def _no_answer(arming: Arming, say: Callable[[Refused], object]) -> Response:
    if arming.kind is Fault.DROP:
        return HungUp()
    status = arming.status or 503
    headers = {} if arming.retry_after is None else {"Retry-After": f"{arming.retry_after:g}"}
    if status == 502:  # what stands in front of a service that is down answers with a page of its own
        return HTMLResponse(_PAGE.format("502 Bad Gateway"), status, headers)
    text = arming.message or _SENTENCES.get(status, "The server had an error while processing your request.")
    return JSONResponse(say(Refused(text, status=status, code=arming.code)), status, headers)


async def _hang_up(request: Request) -> None:
    line: asyncio.Transport = request.state.line
    line.close()
    while not await request.is_disconnected():
        await asyncio.sleep(0.005)


def _bytes_of(response: Response) -> bytes:
    return Path(response.path).read_bytes() if isinstance(response, FileResponse) else bytes(response.body)


def _cut_off(data: bytes, arming: Arming, request: Request, media_type: str | None) -> Response:
    rest = data[: arming.after_bytes]
    if arming.quiet:
        return Response(rest, media_type=media_type)

    async def pieces() -> AsyncIterator[bytes]:
        yield rest
        await _hang_up(request)

    return StreamingResponse(pieces(), headers={"Content-Length": str(len(data))}, media_type=media_type)


def _retold(response: Response, change: Callable[[object], object]) -> Response:
    """Return a JSON answer with its content changed; any other as it is."""
    if response.media_type != "application/json":
        return response
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return JSONResponse(change(json.loads(bytes(response.body))), response.status_code, headers)


def _skewed(said: object, seconds: float) -> object:
    if isinstance(said, list):
        return [_skewed(each, seconds) for each in said]
    if not isinstance(said, dict):
        return said
    return {name: _shifted(name, value, seconds) for name, value in said.items()}


def _shifted(name: str, value: object, seconds: float) -> object:
    if name in _STAMPS and isinstance(value, int) and value:
        return round(value + seconds)
    if name in _MOMENTS and isinstance(value, str):
        moment = datetime.strptime(value, _WRITTEN).replace(tzinfo=UTC).timestamp()
        return datetime.fromtimestamp(moment + seconds, UTC).strftime(_WRITTEN)
    return _skewed(value, seconds)


def _jobs(said: object) -> list[dict[str, object]]:
    return list(said.get("data") or []) if isinstance(said, dict) else []


def _stamp(job: dict[str, object]) -> float:
    at = job.get("created_at")
    return float(at) if isinstance(at, int | float) else 0.0


def _with_jobs(said: object, jobs: list[dict[str, object]]) -> object:
    if not isinstance(said, dict):
        return said
    ends = {"first_id": jobs[0]["id"] if jobs else None, "last_id": jobs[-1]["id"] if jobs else None}
    return {**said, "data": jobs, **{name: end for name, end in ends.items() if name in said}}
