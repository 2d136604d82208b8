"""Veo by long-running operations: on Vertex, and in the Developer API's retired shape (reference google-wire, 2)."""

from __future__ import annotations

import base64
import secrets
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import veo_orders
from charkit.simulator.faults import Deed, Fault, refuse
from charkit.simulator.gemini_files import OPERATION, address
from charkit.simulator.gemini_wire import WIRE
from charkit.simulator.intake import Arrival, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

BLOCKED = "The prompt could not be submitted: it violates the usage guidelines. Support codes: 58061214"
CELEBRITY = "The image could not be submitted: it violates the usage guidelines. Support codes: 29310472"
"""For a picture of a person: the code is Google's for celebrities (google-wire 2.3); the sentence is not documented."""
FILTERED = (
    "Veo could not generate videos because the result violates the usage guidelines. You will not be charged for this "
    "attempt. Support codes: 42237218"
)
_INTERNAL = 13
"""Google's code for an internal error."""
_PROJECT = "/{version}/projects/{project}/locations/{location}"
_MODEL = "/publishers/google/models/{model}"


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors of both surfaces; Vertex also without a project, for express keys."""
    desk = _Desk(workshop)
    found = [
        Door(
            path="/{version}/models/{model}:predictLongRunning",
            method="POST",
            handler=partial(desk.start, "developer"),
            deed=Deed.ORDER,
        ),
        Door(
            path="/{version}/models/{model}/operations/{id}",
            method="GET",
            handler=desk.developer_operation,
            deed=Deed.LOOK,
        ),
        Door(path="/storage/v1/b/{bucket}/o/{object:path}", method="GET", handler=desk.download, deed=Deed.FETCH),
    ]
    for prefix in (_PROJECT, "/{version}"):
        start = partial(desk.start, "vertex")
        found.append(Door(path=f"{prefix}{_MODEL}:predictLongRunning", method="POST", handler=start, deed=Deed.ORDER))
        found.append(
            Door(
                path=f"{prefix}{_MODEL}:fetchPredictOperation",
                method="POST",
                handler=desk.vertex_operation,
                deed=Deed.LOOK,
            )
        )
    return found


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def start(self, surface: str, arrival: Arrival) -> Response:
        order = await veo_orders.read(self._workshop, arrival, surface)
        fault = self._workshop.faults.meet(arrival, WIRE, order.prompt)
        refuse(fault, Refused(BLOCKED), Refused(CELEBRITY))
        operation = secrets.token_hex(16)
        name = f"{_resource(arrival)}/operations/{operation}"
        job = self._workshop.accept(
            job_id=OPERATION + operation,
            wire=WIRE,
            brief=order.brief,
            prompt=order.prompt,
            usd=order.usd,
            fault=fault,
            details={**order.details, "name": name},
        )
        arrival.job = job.id
        return JSONResponse({"name": name})

    async def vertex_operation(self, arrival: Arrival) -> Response:
        name = arrival.fields.text("operationName")
        if not name.startswith(f"{_resource(arrival)}/operations/"):
            raise Refused(f"Operation {name or '(none)'} does not belong to {_resource(arrival)}.")
        return JSONResponse(await self._said(self._job(name)))

    async def developer_operation(self, arrival: Arrival) -> Response:
        return JSONResponse(await self._said(self._job(f"{_resource(arrival)}/operations/{arrival.path_part('id')}")))

    async def download(self, arrival: Arrival) -> Response:
        wanted = f"gs://{arrival.path_part('bucket')}/{arrival.path_part('object')}"
        job = self._workshop.jobs.get(OPERATION + wanted.rsplit("/", 2)[-2], WIRE)
        if job is None or job.status is not Status.SUCCEEDED or stored(job) != wanted:
            raise Refused(f"No such object: {wanted.removeprefix('gs://')}", status=404)
        return await self._workshop.clip(job)

    def _job(self, name: str) -> Job:
        job = self._workshop.jobs.get(OPERATION + name.rpartition("/")[2], WIRE)
        if job is None or job.details["name"] != name:
            raise Refused(f"Operation {name} was not found.", status=404)
        return job

    async def _said(self, job: Job) -> Said:
        said: Said = {"name": job.details["name"]}
        if not job.status.terminal:
            return said
        said["done"] = True
        if job.status in (Status.SUCCEEDED, Status.REFUSED):
            said["response"] = await self._response(job)
        else:
            said["error"] = {"code": _INTERNAL, "message": job.message}
        return said

    async def _response(self, job: Job) -> Said:
        developer = job.details["surface"] == "developer"
        said: Said
        if job.fault == Fault.EMPTY:
            said = {"raiMediaFilteredCount": 0}
        elif job.status is Status.REFUSED:
            said = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [FILTERED]}
        elif developer:
            said = {"generatedSamples": [{"video": {"uri": address(job)}}]}
        else:
            said = {"raiMediaFilteredCount": 0, "videos": [await self._video(job)]}
        return {"generateVideoResponse": said} if developer else said

    async def _video(self, job: Job) -> Said:
        if job.details["storage"]:
            return {"gcsUri": stored(job), "mimeType": "video/mp4"}
        path = await self._workshop.renderer.make(job.brief)
        return {"bytesBase64Encoded": base64.b64encode(path.read_bytes()).decode(), "mimeType": "video/mp4"}


def stored(job: Job) -> str:
    """Return where a job's clip lies in the bucket that the request named."""
    return f"{job.details['storage'].rstrip('/')}/{job.id.removeprefix(OPERATION)}/sample_0.mp4"


def _resource(arrival: Arrival) -> str:
    """Return the model as the path names it, without the version and the verb."""
    parts = arrival.request.path_params
    if "/publishers/google/" not in arrival.request.url.path:
        return f"models/{parts['model']}"
    project = f"projects/{parts['project']}/locations/{parts['location']}/" if "project" in parts else ""
    return f"{project}publishers/google/models/{parts['model']}"
