"""`/v1/videos` as OpenRouter speaks it: dialect B of reference openai-video-wire, sections 4 and 4.2.

JSON only; accepted with 202; `duration` is a whole number; pictures come as typed objects; `frame_images` win over
`input_references` without a word; the finished job names addresses that want the key.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import pictures
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed
from charkit.simulator.intake import Arrival, Fields, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.video_desk import BLOCKED, VideoDesk, note_unknown, picture_in, pixels, prompt_of
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

WIRE = "openrouter"
USD_PER_SECOND = 0.072
"""Of minimax/h3 at SayGM (reference openai-video-wire 4.2); what OpenRouter takes differs by model."""
MODELS = ("minimax/h3", "alibaba/wan-2.6", "google/veo-3.1-fast")
DURATIONS = tuple(range(4, 16))
RESOLUTIONS = {"480p": 480, "720p": 720, "1080p": 1080}
ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:3": (4, 3), "3:4": (3, 4), "21:9": (21, 9)}
_PLAIN = (
    "model prompt duration resolution aspect_ratio size frame_images input_references seed generate_audio "
    "callback_url provider"
)
_KNOWN = frozenset(_PLAIN.split())
_WORDS = {
    Status.QUEUED: "pending",
    Status.RUNNING: "in_progress",
    Status.SUCCEEDED: "completed",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "cancelled",
}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors under `/openrouter/v1`."""
    desk = _Desk(workshop)
    return [
        Door(path="/videos/models", method="GET", handler=desk.models),
        Door(path="/videos", method="POST", handler=desk.create, deed=Deed.ORDER),
        Door(path="/videos/{id}", method="GET", handler=desk.retrieve, deed=Deed.LOOK),
        Door(path="/videos/{id}/content", method="GET", handler=desk.content, deed=Deed.FETCH),
    ]


def say(refusal: Refused) -> Said:
    """Return OpenRouter's error body."""
    return {"error": {"code": refusal.status_code, "message": refusal.detail}}


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._desk = VideoDesk(workshop, WIRE)

    async def models(self, _: Arrival) -> Response:
        facts = {
            "supported_durations": list(DURATIONS),
            "supported_resolutions": list(RESOLUTIONS),
            "supported_aspect_ratios": list(ASPECTS),
            "supported_frame_images": ["first_frame", "last_frame"],
            "seed": True,
            "pricing_skus": {"per-video-second": str(USD_PER_SECOND)},
        }
        return JSONResponse({"data": [{"id": name, "canonical_slug": name, **facts} for name in MODELS]})

    async def create(self, arrival: Arrival) -> Response:
        if arrival.encoding != "json":
            raise Refused("Content-Type must be application/json", status=415)
        note_unknown(arrival, _KNOWN)
        fields = arrival.fields
        model, prompt = fields.text("model"), prompt_of(fields)
        if model not in MODELS:
            raise Refused(f"{model} is not a valid model ID")
        width, height = _size(fields)
        brief = Brief(
            kind="clip",
            model=model,
            prompt=prompt,
            width=width,
            height=height,
            seconds=_duration(fields),
            pictures=self._pictures(arrival),
            seed=fields.whole("seed"),
        )
        job = self._desk.accept(
            arrival,
            brief,
            job_id=f"gen-vid-{secrets.token_hex(12)}",
            usd=USD_PER_SECOND * brief.seconds,
            refusal=Refused(BLOCKED, status=403),
        )
        return JSONResponse(self._said(arrival, job), 202)

    async def retrieve(self, arrival: Arrival) -> Response:
        return JSONResponse(self._said(arrival, self._job(arrival)))

    async def content(self, arrival: Arrival) -> Response:
        job = self._job(arrival)
        if job.status is not Status.SUCCEEDED or arrival.query("index", "0") != "0":
            raise Refused("Video content is not available", status=404)
        return await self._desk.clip(job)

    def _job(self, arrival: Arrival) -> Job:
        return self._desk.find(arrival, "Video generation job not found")

    def _pictures(self, arrival: Arrival) -> tuple[Shown, ...]:
        fields = arrival.fields
        frames, references = fields.branches("frame_images"), fields.branches("input_references")
        if frames and references:
            arrival.notes.append(f"{len(references)} input_references ignored beside frame_images")
        shown = []
        for each in frames or references:
            role = each.text("frame_type").replace("_", " ") if frames else "character"
            if role not in ("first frame", "last frame", "character"):
                raise Refused(f"{each.path('frame_type')} must be first_frame or last_frame")
            if each.text("type") != "image_url":
                raise Refused(f"{each.path('type')}: only image_url is supported by this model")
            found = picture_in(each.branch("image_url").text("url"), each.path("image_url"))
            shown.append((found, role))
        labels = pictures.image_labels(fields.text("prompt"), len(shown))
        return tuple(
            self._desk.workshop.keep(found.data, role=role, label=label if role == "character" else "")
            for (found, role), label in zip(shown, labels, strict=True)
        )

    def _said(self, arrival: Arrival, job: Job) -> Said:
        base = f"{arrival.request.base_url}openrouter/v1/videos/{job.id}"
        said: Said = {"id": job.id, "polling_url": base, "status": _WORDS[job.status]}
        if job.status is Status.SUCCEEDED:
            said["generation_id"] = job.id
            said["unsigned_urls"] = [f"{base}/content?index=0"]
            said["usage"] = {"cost": round(USD_PER_SECOND * job.brief.seconds, 6), "is_byok": False}
        elif job.status.terminal:
            said["error"] = job.message
        return said


def _duration(fields: Fields) -> float:
    value = fields.values.get("duration", DURATIONS[0])
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("duration: Invalid input: expected number, received string", param="duration")
    if value not in DURATIONS:
        raise Refused(f"duration must be one of {', '.join(map(str, DURATIONS))}", param="duration")
    return float(value)


def _size(fields: Fields) -> tuple[int, int]:
    if size := fields.text("size"):
        return pixels(size)
    resolution, aspect = fields.text("resolution", "720p"), fields.text("aspect_ratio", "16:9")
    if resolution not in RESOLUTIONS or aspect not in ASPECTS:
        raise Refused(f"resolution {resolution!r} with aspect_ratio {aspect!r} is not supported by this model")
    short = RESOLUTIONS[resolution]
    wide, high = ASPECTS[aspect]
    factor = short / min(wide, high)
    return round(wide * factor / 2) * 2, round(high * factor / 2) * 2
