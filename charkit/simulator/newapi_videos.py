"""`/v1/videos` as relays of the new-api family speak it: dialect E of reference openai-video-wire, sections 4 and 4.2.

Tolerant in what it takes (`seconds` or `duration`; `image`, `images` or `input_reference`, as a file or a URL string),
loose in what it answers: its own object name and status words, progress as text, an address that needs no key. The
words `[[status:marinating]]` in a prompt make it answer that status while the job runs, for tests of strange relays.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed
from charkit.simulator.intake import Arrival, Fields, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.video_desk import BLOCKED, VideoDesk, note_unknown, picture_in, pixels, prompt_of
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

WIRE = "newapi"
USD_PER_SECOND = 0.10
"""A relay bills by the seconds and the size that were asked for (reference openai-video-wire 4.2)."""
LONGEST = 60
IMAGE_FIELDS = ("image", "input_reference", "images")
_KNOWN = frozenset({"model", "prompt", "seconds", "duration", "size", *IMAGE_FIELDS})
_STATUS = re.compile(r"\[\[status:(\w+)\]\]")
_WORDS = {
    Status.QUEUED: "submitted",
    Status.RUNNING: "processing",
    Status.SUCCEEDED: "succeeded",
    Status.FAILED: "failure",
    Status.REFUSED: "failure",
    Status.CANCELLED: "cancelled",
}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors under `/newapi`."""
    desk = _Desk(workshop)
    return [
        Door(path="/v1/videos", method="POST", handler=desk.create, deed=Deed.ORDER),
        Door(path="/v1/videos/{id}", method="GET", handler=desk.retrieve, deed=Deed.LOOK),
        Door(path="/v1/videos/{id}/content", method="GET", handler=desk.content, deed=Deed.FETCH),
        Door(path="/files/{id}.mp4", method="GET", handler=desk.content, deed=Deed.FETCH, keyless=True),
    ]


def say(refusal: Refused) -> Said:
    """Return a relay's error body."""
    return {"code": refusal.code or "invalid_request", "message": refusal.detail, "data": None}


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._desk = VideoDesk(workshop, WIRE)

    async def create(self, arrival: Arrival) -> Response:
        note_unknown(arrival, _KNOWN)
        fields = arrival.fields
        prompt = prompt_of(fields)
        width, height = pixels(fields.text("size", "1280x720"))
        strange = _STATUS.search(prompt)
        brief = Brief(
            kind="clip",
            model=fields.text("model", "sora-2"),
            prompt=prompt,
            width=width,
            height=height,
            seconds=_seconds(fields),
            pictures=self._pictures(fields),
        )
        job = self._desk.accept(
            arrival,
            brief,
            job_id=f"task_{secrets.token_hex(16)}",
            usd=USD_PER_SECOND * brief.seconds,
            refusal=Refused(BLOCKED, code="moderation_blocked"),
            details={"word": strange[1]} if strange else None,
        )
        return JSONResponse(self._said(arrival, job))

    async def retrieve(self, arrival: Arrival) -> Response:
        return JSONResponse(self._said(arrival, self._job(arrival)))

    async def content(self, arrival: Arrival) -> Response:
        job = self._job(arrival)
        if job.status is not Status.SUCCEEDED:
            raise Refused(f"task status is {_WORDS[job.status]}", code="task_not_completed")
        return await self._desk.clip(job)

    def _job(self, arrival: Arrival) -> Job:
        return self._desk.find(arrival, "task_not_exist")

    def _pictures(self, fields: Fields) -> tuple[Shown, ...]:
        given = [(name, fields.several(name)) for name in IMAGE_FIELDS if name in fields]
        if len(given) > 1:
            raise Refused(f"give one of {', '.join(name for name, _ in given)}", param=given[1][0])
        if not given:
            return ()
        name, values = given[0]
        # One picture is an opening frame at every relay; what several are differs by the model behind it.
        role = "first frame" if len(values) == 1 and name != "images" else "character"
        found = [picture_in(value, name) for value in values]
        return tuple(self._desk.workshop.keep(each.data, role=role) for each in found)

    def _said(self, arrival: Arrival, job: Job) -> Said:
        word = _WORDS[job.status] if job.status.terminal else job.details.get("word", _WORDS[job.status])
        said: Said = {
            "id": job.id,
            "task_id": job.id,
            "object": "video.generation",
            "model": job.brief.model,
            "status": word.upper() if job.status is Status.QUEUED else word,
            "progress": f"{job.progress(time.time())}%",
            "created_at": int(job.created),
        }
        if job.status is Status.SUCCEEDED:
            said["video_url"] = f"{arrival.request.base_url}newapi/files/{job.id}.mp4"
        elif job.status.terminal:
            said["error"] = {"code": job.code, "message": job.message}
        return said


def _seconds(fields: Fields) -> float:
    asked = [found for name in ("seconds", "duration") if (found := fields.whole(name)) is not None]
    seconds = asked[0] if asked else 5
    if len(set(asked)) > 1 or not 1 <= seconds <= LONGEST:
        raise Refused(f"seconds must be 1 to {LONGEST}", param="seconds")
    return float(seconds)
