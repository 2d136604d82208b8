"""`/control/drift`: declare how far identity drifts by what conditions it, and be told what was true of each job.

An experiment that compares routes is only worth as much as its recovery of a truth that somebody knows. Here that truth
is declared beforehand, for requests whose prompt contains some words, and told afterwards for every job: by what the
take knew its characters, how likely that was to go wrong, and whether it did.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from charkit.simulator.arming import told
from charkit.simulator.briefs import Brief, Declared
from charkit.simulator.direction import Conditioning  # noqa: TC001  # pydantic reads annotations at run time

if TYPE_CHECKING:
    from starlette.requests import Request

    from charkit.simulator.workshop import Workshop


class Outcome(BaseModel):
    """How takes of one conditioning come out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: float = Field(ge=0, le=1)
    """Size of the drift; 0 keeps the character, 1 makes a stranger."""
    off_model: float = Field(ge=0, le=1)
    """Probability of a take that goes clearly off model."""


class Declaration(BaseModel):
    """What somebody declares, as `POST /control/drift` takes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str = ""
    """Words that the prompt has to contain; empty for every request."""
    drift: dict[Conditioning, Outcome] = Field(min_length=1)
    """By conditioning: text, one picture, pictures, first frame, character."""


class Declarations:
    """What was declared; of several that concern a request, the newest holds."""

    def __init__(self) -> None:
        self._made: list[Declaration] = []

    def declare(self, declaration: Declaration) -> None:
        """Let it hold for jobs that are accepted from now on; one for the same words is replaced."""
        self._made = [made for made in self._made if made.prompt != declaration.prompt] + [declaration]

    def standing(self) -> list[dict[str, object]]:
        """Return what is declared, oldest first."""
        return [made.model_dump(mode="json") for made in self._made]

    def withdraw(self) -> int:
        """Declare nothing any more; return how much was declared."""
        count = len(self._made)
        self._made = []
        return count

    def applied(self, brief: Brief) -> Brief:
        """Return a brief with what is declared of requests like it."""
        for made in reversed(self._made):
            if made.prompt in brief.prompt:
                declared = tuple(
                    Declared(conditioning=name.value, size=outcome.size, off_model=outcome.off_model)
                    for name, outcome in sorted(made.drift.items())
                )
                return replace(brief, declared=declared)
        return brief


def routes(workshop: Workshop) -> list[Route]:
    """Return the routes under `/control/drift`."""
    declarations = workshop.declarations

    async def declare(request: Request) -> JSONResponse:
        try:
            declaration = Declaration.model_validate_json(await request.body())
        except ValidationError as problem:
            return JSONResponse({"error": told(problem)}, 400)
        declarations.declare(declaration)
        return JSONResponse({"declared": declarations.standing()}, 201)

    async def standing(_: Request) -> JSONResponse:
        return JSONResponse({"declared": declarations.standing()})

    async def withdraw(_: Request) -> JSONResponse:
        return JSONResponse({"taken_away": declarations.withdraw()})

    async def truth(request: Request) -> Response:
        job = workshop.jobs.get(request.path_params["id"])
        if job is None:
            return JSONResponse({"error": "there is no such job"}, 404)
        return Response(await workshop.renderer.truth(job.brief), media_type="application/json")

    return [
        Route("/drift", declare, methods=["POST"]),
        Route("/drift", standing, methods=["GET"]),
        Route("/drift", withdraw, methods=["DELETE"]),
        Route("/drift/{id:path}", truth, methods=["GET"]),
    ]
