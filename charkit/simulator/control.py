"""`/control`: what the simulator knows about itself, for tests and curious people. No service has anything like it."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from charkit.simulator import arming, declaring

if TYPE_CHECKING:
    from starlette.requests import Request

    from charkit.simulator.holding import Holders
    from charkit.simulator.workshop import Workshop


def mount(workshop: Workshop, holders: Holders) -> Mount:
    """Return the routes under `/control`."""

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "version": _version(), "jobs": workshop.jobs.count()})

    async def record(request: Request) -> JSONResponse:
        since = request.query_params.get("since", "0")
        if not since.isdigit():
            return JSONResponse({"error": "since must be a number"}, 400)
        return JSONResponse({"requests": workshop.record.since(int(since))})

    async def charges(_: Request) -> JSONResponse:
        entries = [asdict(charge) for charge in workshop.jobs.charges()]
        total = sum(entry["usd"] for entry in entries if not entry["refunded"])
        return JSONResponse({"charges": entries, "total_usd": round(total, 6)})

    return Mount(
        "/control",
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/hold", holders.hold, methods=["GET"]),
            Route("/record", record, methods=["GET"]),
            Route("/charges", charges, methods=["GET"]),
            *arming.routes(workshop.faults),
            *declaring.routes(workshop),
        ],
    )


def _version() -> str:
    try:
        return version("charkit")
    except PackageNotFoundError:
        return "0"
