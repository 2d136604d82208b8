"""`/v1/videos` as OpenAI last documented it: dialect A of reference openai-video-wire, section 2.

Models named `sim-…` are the simulator's own: they take any even size and any whole number of seconds, so that drafts
at 360p are possible; everything else about them is the same.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, JSONResponse, Response

from charkit.simulator import openai_characters, openai_wire, prices
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed, refuse
from charkit.simulator.intake import Arrival, Fields, FilePart, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.openai_wire import WIRE
from charkit.simulator.video_desk import LIKENESS
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

SECONDS = ("4", "8", "12", "16", "20")
SIZES = {
    "sora-2": ("720x1280", "1280x720"),
    "sora-2-pro": ("720x1280", "1280x720", "1024x1792", "1792x1024", "1080x1920", "1920x1080"),
}
EXPIRY = 3600
"""Seconds for which a result can be downloaded after completion."""
POLL_AFTER_MS = 200
"""Asked of clients in `openai-poll-after-ms`; a real service would say seconds."""
LONGEST = 120
"""Seconds of a clip after all its extensions."""
INPAINT = "Inpaint image must match the requested width and height"
_CREATE = frozenset({"model", "prompt", "seconds", "size", "input_reference", "characters"})
_WORDS = {
    Status.QUEUED: "queued",
    Status.RUNNING: "in_progress",
    Status.SUCCEEDED: "completed",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "failed",
}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors of `/videos`."""
    desk = _Desk(workshop)
    return [
        Door(path="/videos", method="POST", handler=desk.create, deed=Deed.ORDER),
        Door(path="/videos", method="GET", handler=desk.listing, deed=Deed.LIST),
        Door(path="/videos/edits", method="POST", handler=desk.edit, deed=Deed.ORDER),
        Door(path="/videos/extensions", method="POST", handler=desk.extend, deed=Deed.ORDER),
        *openai_characters.doors(workshop),
        Door(path="/videos/{id}", method="GET", handler=desk.retrieve, deed=Deed.LOOK),
        Door(path="/videos/{id}", method="DELETE", handler=desk.delete),
        Door(path="/videos/{id}/content", method="GET", handler=desk.content, deed=Deed.FETCH),
        Door(path="/videos/{id}/remix", method="POST", handler=desk.remix, deed=Deed.ORDER),
    ]


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def create(self, arrival: Arrival) -> Response:
        fields = arrival.fields
        openai_wire.only(fields, _CREATE)
        prompt, model = openai_wire.prompt_of(fields), _model(fields)
        width, height = _size(fields, model)
        brief = Brief(
            kind="clip",
            model=model,
            prompt=prompt,
            width=width,
            height=height,
            seconds=_seconds(fields, model),
            pictures=self._opening(arrival, width, height),
            known=openai_characters.cited(self._workshop, arrival, prompt),
        )
        return self._accepted(arrival, brief, prompt, usd=prices.sora(model, width, height, brief.seconds))

    async def remix(self, arrival: Arrival) -> Response:
        openai_wire.only(arrival.fields, frozenset({"prompt"}))
        source = self._source(arrival.path_part("id"))
        return self._remade(arrival, source, {"remixed_from": source.id})

    async def edit(self, arrival: Arrival) -> Response:
        openai_wire.only(arrival.fields, frozenset({"prompt", "video", "model"}))
        source = self._cited(arrival.fields)
        return self._remade(arrival, source, {"edited_from": source.id})

    async def extend(self, arrival: Arrival) -> Response:
        fields = arrival.fields
        openai_wire.only(fields, frozenset({"prompt", "video", "seconds"}))
        source, prompt = self._cited(fields), openai_wire.prompt_of(fields)
        more = _seconds(fields, source.brief.model)
        total = source.brief.seconds + more
        if total > LONGEST:
            text = f"An extended video may last {LONGEST} seconds at most."
            raise Refused(text, code="invalid_value", param="seconds")
        brief = source.brief.derived(f"{source.brief.prompt}\n{prompt}", seconds=total)
        usd = prices.sora(brief.model, brief.width, brief.height, more)
        return self._accepted(arrival, brief, prompt, usd=usd, details={"extended_from": source.id})

    async def retrieve(self, arrival: Arrival) -> Response:
        return _video(self._job(arrival.path_part("id")))

    async def listing(self, arrival: Arrival) -> Response:
        jobs = self._workshop.jobs.newest(WIRE)
        if arrival.query("order", "desc") == "asc":
            jobs.reverse()
        if after := arrival.query("after"):
            ids = [job.id for job in jobs]
            if after not in ids:
                raise Refused(f"No video found with id '{after}'.", status=404, param="after")
            jobs = jobs[ids.index(after) + 1 :]
        limit = arrival.query("limit", "20")
        if not limit.isdigit() or not 0 <= int(limit) <= 100:
            raise Refused("'limit' must be between 0 and 100.", code="invalid_value", param="limit")
        page = jobs[: int(limit)]
        ends = {"first_id": page[0].id if page else None, "last_id": page[-1].id if page else None}
        data = [video(job) for job in page]
        return JSONResponse({"object": "list", "data": data, **ends, "has_more": len(jobs) > len(page)})

    async def delete(self, arrival: Arrival) -> Response:
        job = self._job(arrival.path_part("id"))
        if not job.status.terminal:
            raise Refused("Only completed or failed videos can be deleted.", code="video_not_finished")
        self._workshop.jobs.delete(job.id)
        return JSONResponse({"id": job.id, "deleted": True, "object": "video.deleted"})

    async def content(self, arrival: Arrival) -> Response:
        job = self._job(arrival.path_part("id"))
        variant = arrival.query("variant", "video")
        if job.status is not Status.SUCCEEDED:
            raise Refused(f"Video is not ready yet, its status is {_WORDS[job.status]}.", status=404, code="not_ready")
        if expires_at(job, EXPIRY) <= time.time():
            raise Refused("The video has expired.", status=404, code="expired")
        renderer = self._workshop.renderer
        match variant:
            case "video":
                return await self._workshop.clip(job)
            case "thumbnail":
                return FileResponse(await renderer.thumbnail(job.brief), media_type="image/webp")
            case "spritesheet":
                return FileResponse(await renderer.spritesheet(job.brief), media_type="image/jpeg")
        raise Refused(f"Unknown variant '{variant}'.", code="invalid_value", param="variant")

    def _remade(self, arrival: Arrival, source: Job, details: dict[str, str]) -> Response:
        prompt = openai_wire.prompt_of(arrival.fields)
        brief = source.brief.derived(f"{source.brief.prompt}\nChange: {prompt}")
        usd = prices.sora(brief.model, brief.width, brief.height, brief.seconds)
        return self._accepted(arrival, brief, prompt, usd=usd, details=details)

    def _accepted(
        self, arrival: Arrival, brief: Brief, prompt: str, *, usd: float, details: dict[str, str] | None = None
    ) -> Response:
        fault = self._workshop.faults.meet(arrival, WIRE, prompt)
        blocked = Refused("Hmmm something didn't look right with your request.", code="sentinel_block")
        refuse(fault, blocked, Refused(LIKENESS))
        job_id = f"video_{secrets.token_hex(16)}"
        job = self._workshop.accept(
            job_id=job_id, wire=WIRE, brief=brief, prompt=prompt, usd=usd, fault=fault, details=details
        )
        arrival.job = job.id
        return _video(job)

    def _opening(self, arrival: Arrival, width: int, height: int) -> tuple[Shown, ...]:
        value = arrival.fields.values.get("input_reference")
        if value is None:
            return ()
        if isinstance(value, str) and arrival.encoding == "multipart":
            text = "Invalid type for 'input_reference': expected a file, but got a string instead."
            raise Refused(text, code="invalid_type", param="input_reference")
        if isinstance(value, list):
            raise Refused("Only one 'input_reference' is allowed.", code="invalid_value", param="input_reference")
        found = openai_wire.picture(self._workshop, value, "input_reference")
        if (found.width, found.height) != (width, height):
            raise Refused(INPAINT)
        return (self._workshop.keep(found.data, role="first frame"),)

    def _job(self, job_id: str) -> Job:
        job = self._workshop.jobs.get(job_id, WIRE)
        if job is None or job.brief.kind != "clip":
            raise Refused(f"No video found with id '{job_id}'.", status=404, code="video_not_found")
        return job

    def _source(self, job_id: str) -> Job:
        job = self._job(job_id)
        if job.status is not Status.SUCCEEDED:
            raise Refused("The source video is not completed.", code="invalid_value", param="video")
        return job

    def _cited(self, fields: Fields) -> Job:
        if isinstance(fields.values.get("video"), FilePart):
            raise Refused("Uploading a video here is limited to eligible customers.", status=403, param="video")
        return self._source(fields.branch("video").text("id"))


def video(job: Job) -> Said:
    """Return a job as OpenAI's Video object, all thirteen fields."""
    done = job.status is Status.SUCCEEDED
    failed = job.status.terminal and not done
    size = f"{job.brief.width}x{job.brief.height}"
    return {
        "id": job.id,
        "object": "video",
        "model": job.brief.model,
        "status": _WORDS[job.status],
        "progress": job.progress(time.time()),
        "created_at": int(job.created),
        "completed_at": int(job.finished or 0) if done else None,
        "expires_at": int(expires_at(job, EXPIRY)) if done else None,
        "prompt": job.prompt,
        "seconds": f"{job.brief.seconds:g}",
        "size": size,
        "remixed_from_video_id": job.details.get("remixed_from"),
        "error": {"code": job.code, "message": job.message} if failed else None,
    }


def expires_at(job: Job, lifetime: float) -> float:
    """Return the Unix time at which a job's result can no longer be fetched."""
    return (job.finished or job.created) + lifetime


def _video(job: Job) -> Response:
    headers = {} if job.status.terminal else {"openai-poll-after-ms": str(POLL_AFTER_MS)}
    return JSONResponse(video(job), headers=headers)


def _model(fields: Fields) -> str:
    model = fields.text("model", "sora-2")
    if not model.startswith(("sora-2", "sim-")):
        raise Refused(f"The model '{model}' does not exist.", status=404, code="model_not_found", param="model")
    return model


def _seconds(fields: Fields, model: str) -> float:
    value = fields.values.get("seconds", "4")
    if not isinstance(value, str):
        raise fields.mistyped("seconds", f"one of {', '.join(SECONDS)} as a string", value)
    if model.startswith("sim-") and value.isdigit() and 1 <= int(value) <= 20:
        return float(value)
    if value not in SECONDS:
        choice = ", ".join(f"'{each}'" for each in SECONDS)
        text = f"Invalid value: '{value}'. Supported values are: {choice}."
        raise Refused(text, code="invalid_value", param="seconds")
    return float(value)


def _size(fields: Fields, model: str) -> tuple[int, int]:
    size = fields.text("size", "720x1280")
    width, _, height = size.partition("x")
    if model.startswith("sim-") and width.isdigit() and height.isdigit():
        sides = int(width), int(height)
        if all(64 <= side <= 3840 and side % 2 == 0 for side in sides):
            return sides
    allowed = SIZES["sora-2-pro" if model.startswith("sora-2-pro") else "sora-2"]
    if size not in allowed:
        choice = ", ".join(f"'{each}'" for each in allowed)
        text = f"Invalid value: '{size}'. Supported values are: {choice}."
        raise Refused(text, code="invalid_value", param="size")
    return int(width), int(height)
