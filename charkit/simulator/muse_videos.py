"""`/v1/videos` as a gateway of the new-api family speaks it, after LaoZhang's Muse page (openai-video-wire 4.2).

Unlike OpenAI's it takes `image` and `last_frame`, an aspect ratio or a size, ignores what it does not know, uses its
own status words, and hands out a `video_url` that needs no key.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import openai_wire, prices
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed, refuse
from charkit.simulator.intake import Arrival, Fields, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.openai_videos import expires_at
from charkit.simulator.video_desk import LIKENESS, note_unknown, picture_in
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

WIRE = "muse"
KEPT = 7 * 86_400
"""Seconds for which a result can be downloaded."""
SHORT = (5, 8, 10)
"""Seconds that plain `muse-video` makes; 10 is the default."""
ASPECTS = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960)}
"""Pixels by aspect ratio. Only 720x1280 is documented; the others are this simulator's choice of the same class."""
POLL_AFTER_MS = 200
_KNOWN = frozenset({"model", "prompt", "seconds", "aspect_ratio", "size", "image", "last_frame", "input_reference"})
_WORDS = {
    Status.QUEUED: "queued",
    Status.RUNNING: "processing",
    Status.SUCCEEDED: "completed",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "cancelled",
}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors under `/muse`."""
    desk = _Desk(workshop)
    return [
        Door(path="/v1/models", method="GET", handler=desk.models),
        Door(path="/v1/videos", method="POST", handler=desk.create, deed=Deed.ORDER),
        Door(path="/v1/videos/{id}", method="GET", handler=desk.retrieve, deed=Deed.LOOK),
        Door(path="/v1/videos/{id}/content", method="GET", handler=desk.content, deed=Deed.FETCH),
        Door(path="/files/{id}.mp4", method="GET", handler=desk.content, deed=Deed.FETCH, keyless=True),
    ]


def say(refusal: Refused) -> Said:
    """Return the gateway's error body: OpenAI's shape with its own type."""
    error = {"message": refusal.detail, "type": "new_api_error", "param": refusal.param, "code": refusal.code}
    return {"error": error}


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def models(self, _: Arrival) -> Response:
        names = ["muse-video", *(f"muse-video-{seconds}s" for seconds in range(20, 70, 10))]
        data = [{"id": name, "object": "model", "created": 1758941485, "owned_by": "muse"} for name in names]
        return JSONResponse({"object": "list", "data": data})

    async def create(self, arrival: Arrival) -> Response:
        fields = arrival.fields
        note_unknown(arrival, _KNOWN)
        prompt, model = openai_wire.prompt_of(fields), fields.text("model", "muse-video")
        width, height = _shape(fields)
        brief = Brief(
            kind="clip",
            model=model,
            prompt=prompt,
            width=width,
            height=height,
            seconds=_seconds(fields, model),
            pictures=self._frames(arrival),
        )
        fault = self._workshop.faults.meet(arrival, WIRE, prompt)
        blocked = Refused("The request was rejected by the content policy.", code="content_policy_violation")
        refuse(fault, blocked, Refused(LIKENESS))
        job_id, usd = f"task_{secrets.token_hex(16)}", prices.muse(brief.seconds)
        job = self._workshop.accept(job_id=job_id, wire=WIRE, brief=brief, prompt=prompt, usd=usd, fault=fault)
        arrival.job = job.id
        return self._answer(arrival, job)

    async def retrieve(self, arrival: Arrival) -> Response:
        return self._answer(arrival, self._job(arrival))

    async def content(self, arrival: Arrival) -> Response:
        job = self._job(arrival)
        if job.status is not Status.SUCCEEDED:
            raise Refused(f"task is {_WORDS[job.status]}", status=400, code="task_not_completed")
        if expires_at(job, KEPT) <= time.time():
            raise Refused("the video has expired", status=404, code="expired")
        return await self._workshop.clip(job)

    def _frames(self, arrival: Arrival) -> tuple[Shown, ...]:
        fields = arrival.fields
        shown = []
        for names, role in ((("image", "input_reference"), "first frame"), (("last_frame",), "last frame")):
            given = [name for name in names if fields.values.get(name) not in (None, "")]
            if len(given) > 1:
                raise Refused(f"give one of {', '.join(names)}", code="invalid_request", param=given[1])
            if given:
                picture = picture_in(fields.values[given[0]], given[0])
                shown.append(self._workshop.keep(picture.data, role=role))
        if [each.role for each in shown] == ["last frame"]:
            raise Refused("last_frame needs image", code="invalid_request", param="last_frame")
        return tuple(shown)

    def _job(self, arrival: Arrival) -> Job:
        job = self._workshop.jobs.get(arrival.path_part("id"), WIRE)
        if job is None:
            raise Refused("task not found", status=404, code="task_not_exist")
        return job

    def _answer(self, arrival: Arrival, job: Job) -> Response:
        said: Said = {
            "id": job.id,
            "task_id": job.id,
            "object": "video",
            "model": job.brief.model,
            "status": _WORDS[job.status],
            "progress": job.progress(time.time()),
            "created_at": int(job.created),
            "seconds": f"{job.brief.seconds:g}",
            "size": f"{job.brief.width}x{job.brief.height}",
        }
        if job.status is Status.SUCCEEDED:
            said["completed_at"] = int(job.finished or 0)
            said["video_url"] = f"{arrival.request.base_url}muse/files/{job.id}.mp4"
        elif job.status.terminal:
            said["error"] = {"code": job.code, "message": job.message}
        headers = {} if job.status.terminal else {"openai-poll-after-ms": str(POLL_AFTER_MS)}
        return JSONResponse(said, headers=headers)


def _seconds(fields: Fields, model: str) -> float:
    long = re.fullmatch(r"muse-video-([2-6]0)s", model)
    if long is None and model != "muse-video":
        raise Refused(f"no available channel for model {model}", status=503, code="model_not_found", param="model")
    asked = fields.whole("seconds")
    allowed = (int(long[1]),) if long else SHORT
    if asked is not None and asked not in allowed:
        text = f"{model} makes clips of {', '.join(map(str, allowed))} seconds, not {asked}"
        raise Refused(text, code="invalid_request", param="seconds")
    return float(asked or allowed[-1])


def _shape(fields: Fields) -> tuple[int, int]:
    if size := fields.text("size"):
        width, _, height = size.partition("x")
        sides = [int(side) for side in (width, height) if side.isdigit()]
        if len(sides) != 2 or not all(64 <= side <= 1920 and side % 2 == 0 for side in sides):
            raise Refused(f"size {size} is not supported", code="invalid_request", param="size")
        return sides[0], sides[1]
    aspect = fields.text("aspect_ratio", "16:9")
    if aspect not in ASPECTS:
        text = f"aspect_ratio must be one of {', '.join(ASPECTS)}"
        raise Refused(text, code="invalid_request", param="aspect_ratio")
    return ASPECTS[aspect]
