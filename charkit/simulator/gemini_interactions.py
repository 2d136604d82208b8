"""`/interactions`: Gemini Omni clips and Nano Banana pictures (reference google-wire, sections 1 and 6.2)."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import gemini_orders, gemini_wire
from charkit.simulator.faults import Deed, Fault, refuse
from charkit.simulator.gemini_files import INTERACTION, address, moment
from charkit.simulator.gemini_wire import WIRE
from charkit.simulator.intake import Arrival, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

TOKENS_PER_SECOND = {"360p": 1931, "720p": 5792, "1080p": 8688, "4k": 17376}
"""Video tokens. 5792 is Google's basis for 720p (google-wire 1.3); the others follow from the price ratios."""
DECLINED = "I can't generate that video. Try describing something else."
_WORDS = {
    Status.QUEUED: "in_progress",
    Status.RUNNING: "in_progress",
    Status.SUCCEEDED: "completed",
    Status.REFUSED: "completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors of `/interactions`."""
    desk = _Desk(workshop)
    return [
        Door(path="/{version}/interactions", method="POST", handler=desk.create, deed=Deed.ORDER),
        Door(path="/{version}/interactions/{id}/cancel", method="POST", handler=desk.cancel),
        Door(path="/{version}/interactions/{id}", method="GET", handler=desk.retrieve, deed=Deed.LOOK),
        Door(path="/{version}/interactions/{id}", method="DELETE", handler=desk.delete),
    ]


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def create(self, arrival: Arrival) -> Response:
        order = gemini_orders.read(self._workshop, arrival)
        fault = self._workshop.faults.meet(arrival, WIRE, order.prompt)
        if fault is Fault.REFUSE_FACE:  # Omni says nothing about people: it completes at once with nothing at all
            fault = Fault.EMPTY
        refuse(fault, Refused("The request was blocked by our safety policy.", kind="PROHIBITED_CONTENT"))
        job = self._workshop.accept(
            job_id=INTERACTION + secrets.token_hex(16),
            wire=WIRE,
            brief=order.brief,
            prompt=order.prompt,
            usd=order.usd,
            fault=fault,
            details=order.details,
        )
        arrival.job = job.id
        if not order.background:
            job = await self._workshop.finished(job.id)
        return await self._answer(job)

    async def retrieve(self, arrival: Arrival) -> Response:
        return await self._answer(self._job(arrival))

    async def cancel(self, arrival: Arrival) -> Response:
        return await self._answer(self._workshop.cancel(self._job(arrival)))

    async def delete(self, arrival: Arrival) -> Response:
        self._workshop.jobs.delete(self._job(arrival).id)
        return JSONResponse({})

    def _job(self, arrival: Arrival) -> Job:
        name = arrival.path_part("id")
        if not name.startswith(INTERACTION):
            raise Refused("Invalid interaction name.")
        job = self._workshop.jobs.get(name, WIRE)
        if job is None:
            raise Refused("Requested entity was not found.", status=404)
        return job

    async def _answer(self, job: Job) -> Response:
        said: Said = {
            "id": job.id,
            "object": "interaction",
            "status": _WORDS[job.status],
            "model": job.brief.model,
            "created": moment(job.created),
            "updated": moment(job.finished or job.started or job.created),
        }
        if previous := job.details.get("previous"):
            said["previous_interaction_id"] = previous
        if job.status in (Status.SUCCEEDED, Status.REFUSED):
            said["steps"] = await self._steps(job)
            said["usage"] = usage(job)
        elif job.status is Status.FAILED:
            said["errors"] = [{"code": "type.googleapis.com/google.rpc.Internal", "message": job.message}]
        return JSONResponse(said)

    async def _steps(self, job: Job) -> list[Said]:
        content: Said = {"type": "text", "text": DECLINED}
        asked: Said = {"type": "user_input", "content": [{"type": "text", "text": job.prompt}]}
        if job.fault == Fault.EMPTY:
            return [asked]
        if job.status is Status.SUCCEEDED:
            content = await self._media(job)
        signature = base64.b64encode(f"simulated:{job.id}".encode()).decode()
        return [
            asked,
            {"type": "thought", "signature": signature},
            {"type": "model_output", "content": [content]},
        ]

    async def _media(self, job: Job) -> Said:
        clip = job.brief.kind == "clip"
        media_type = "video/mp4" if clip else job.details["media_type"]
        said: Said = {"type": "video" if clip else "image", "mime_type": media_type}
        if job.details.get("delivery") == "uri":
            return {**said, "uri": address(job)}
        path = await self._workshop.renderer.make(job.brief, media_type)
        return {**said, "data": base64.b64encode(path.read_bytes()).decode()}


def usage(job: Job) -> Said:
    """Return the token counts of an interaction; a refusal has no video or image tokens."""
    text, images = max(1, len(job.prompt) // 4), gemini_wire.TOKENS_IN * len(job.brief.pictures)
    modality = "video" if job.brief.kind == "clip" else "image"
    if job.status is not Status.SUCCEEDED:
        modality, out = "text", 0 if job.fault == Fault.EMPTY else len(DECLINED) // 4
    elif modality == "video":
        out = round(TOKENS_PER_SECOND[job.details["resolution"]] * float(job.details["billed_seconds"]))
    else:
        out = gemini_wire.TOKENS_PER_IMAGE[job.details["resolution"]]
    arrived = [("text", text)] + ([("image", images)] if images else [])
    return {
        "total_input_tokens": text + images,
        "input_tokens_by_modality": [{"modality": name, "tokens": count} for name, count in arrived],
        "total_output_tokens": out,
        "output_tokens_by_modality": [{"modality": modality, "tokens": out}],
        "total_thought_tokens": 0,
        "total_cached_tokens": 0,
        "total_tool_use_tokens": 0,
        "total_tokens": text + images + out,
    }
