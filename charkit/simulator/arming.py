"""`/control/faults`: arm faults, look at them, take them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.responses import JSONResponse
from starlette.routing import Route

from charkit.simulator.faults import Arming

if TYPE_CHECKING:
    from starlette.requests import Request

    from charkit.simulator.faults import Faults


def routes(faults: Faults) -> list[Route]:
    """Return the routes under `/control/faults`."""

    async def arm(request: Request) -> JSONResponse:
        try:
            arming = Arming.model_validate_json(await request.body())
        except ValidationError as problem:
            return JSONResponse({"error": told(problem)}, 400)
        return JSONResponse(faults.arm(arming), 201)

    async def standing(_: Request) -> JSONResponse:
        return JSONResponse({"faults": faults.standing()})

    async def disarm(request: Request) -> JSONResponse:
        number = request.query_params.get("id")
        if number is not None and not number.isdigit():
            return JSONResponse({"error": "id must be a number"}, 400)
        return JSONResponse({"taken_away": faults.disarm(None if number is None else int(number))})

    return [
        Route("/faults", arm, methods=["POST"]),
        Route("/faults", standing, methods=["GET"]),
        Route("/faults", disarm, methods=["DELETE"]),
    ]


def told(problem: ValidationError) -> str:
    """Return what is wrong with a body, in one line."""
    wrong = [(".".join(str(part) for part in each["loc"]), each["msg"]) for each in problem.errors()]
    return "; ".join(f"{where}: {what}" if where else what for where, what in wrong)
