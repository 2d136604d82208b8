"""`/v1/videos` as SGLang-Diffusion 0.5.23 serves it: dialect D of reference openai-video-wire, section 4.4.

Its traps are kept: `variant` is an output's number; a failed job is HTTP 200 with an error that has no code; deleting
answers a job with the status `deleted`; nothing that it answers has a prompt; progress stops at 99 until files lie
there. Requests that name MiniMax H3 or a task are that model's, others go to a model that takes one opening frame.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import minimax_h3, pictures
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed
from charkit.simulator.intake import Arrival, Fields, FilePart, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.video_desk import VideoDesk, picture_in, pixels, prompt_of, taken
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

WIRE = "sglang"
OTHER = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
"""The model for requests that are not H3's."""
_LOST = "Video not found"
_ASPECT = (0.25, 4.0)
_REFUSED_BY_H3 = (
    "num_frames",
    "fps",
    "negative_prompt",
    "guidance_scale",
    "guidance_scale_2",
    "true_cfg_scale",
    "audio_guidance_scale",
)
_PLAIN = (
    "prompt model seconds size seed n num_outputs_per_prompt input_reference reference_url video_path video_url task "
    "task_type target conditions reference_resize_mode width height num_frames fps generator_device "
    "num_inference_steps guidance_scale guidance_scale_2 true_cfg_scale negative_prompt max_sequence_length "
    "flow_shift enable_teacache enhance_prompt output_quality output_compression x264_preset output_path quality "
    "diffusers_kwargs extra_body extra_json extra_params"
)
_KNOWN = frozenset(_PLAIN.split())
_CONDITION = frozenset({"type", "uri", "role", "frame_index", "start_time_seconds"})
_WORDS = {
    Status.QUEUED: "queued",
    Status.RUNNING: "in_progress",
    Status.SUCCEEDED: "completed",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "failed",
}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors under `/sglang/v1`."""
    desk = _Desk(workshop)
    return [
        Door(path="/models", method="GET", handler=desk.models),
        Door(path="/videos", method="POST", handler=desk.create, deed=Deed.ORDER),
        Door(path="/videos", method="GET", handler=desk.listing, deed=Deed.LIST),
        Door(path="/videos/{id}", method="GET", handler=desk.retrieve, deed=Deed.LOOK),
        Door(path="/videos/{id}", method="DELETE", handler=desk.delete),
        Door(path="/videos/{id}/content", method="GET", handler=desk.content, deed=Deed.FETCH),
    ]


def say(refusal: Refused) -> Said:
    """Return FastAPI's error body."""
    return {"detail": refusal.detail}


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._desk = VideoDesk(workshop, WIRE)

    async def models(self, _: Arrival) -> Response:
        names = (minimax_h3.SERVED, OTHER)
        return JSONResponse({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})

    async def create(self, arrival: Arrival) -> Response:
        fields = _merged(arrival)
        h3 = "task" in fields or (fields.text("model") and minimax_h3.is_served(fields.text("model")))
        brief = self._h3(fields) if h3 else self._other(arrival, fields)
        job = self._desk.accept(
            arrival,
            brief,
            job_id=str(uuid.uuid4()),
            usd=0.0,
            refusal=Refused("The request was refused by the server's safety policy."),
            details={"size": "" if h3 else fields.text("size"), "seconds": str(fields.values.get("seconds", 4))},
        )
        return JSONResponse(video(job))

    async def retrieve(self, arrival: Arrival) -> Response:
        return JSONResponse(video(self._desk.find(arrival, _LOST)))

    async def listing(self, arrival: Arrival) -> Response:
        page, more = self._desk.page(arrival, limit=20, least=1)
        ends = {"first_id": page[0].id if page else None, "last_id": page[-1].id if page else None}
        return JSONResponse({"data": [video(job) for job in page], "object": "list", **ends, "has_more": more})

    async def delete(self, arrival: Arrival) -> Response:
        job = self._desk.find(arrival, _LOST)
        self._desk.workshop.jobs.delete(job.id)  # the work goes on
        return JSONResponse({**video(job), "status": "deleted"})

    async def content(self, arrival: Arrival) -> Response:
        job = self._desk.find(arrival, _LOST)
        if job.status is not Status.SUCCEEDED:
            raise Refused("Generation is still in-progress", status=404)
        variant = arrival.query("variant", "0")
        if variant != "0":
            raise Refused(f"Video variant {variant} not found", status=404)
        return await self._desk.clip(job)

    def _h3(self, fields: Fields) -> Brief:
        task = fields.text("task")
        if task not in ("t2va", "fl2va", "ref2va"):
            raise Refused("task is required for MiniMax H3; supported tasks: fl2va, ref2va, t2va")
        for name in _REFUSED_BY_H3:
            if name in fields:
                raise Refused(f"{name} is not supported: MiniMax H3 derives it from the request")
        width, height, asked = _target(_branch(fields, "target"))
        prompt = prompt_of(fields)
        return Brief(
            kind="clip",
            model=fields.text("model") or minimax_h3.SERVED,
            prompt=minimax_h3.plain(prompt),
            width=width,
            height=height,
            seconds=minimax_h3.seconds(asked),
            pictures=self._conditions(_conditions(fields), task, prompt),
            seed=fields.whole("seed"),
        )

    def _conditions(self, conditions: list[Fields], task: str, prompt: str) -> tuple[Shown, ...]:
        references = [each for each in conditions if each.text("role") == "reference"]
        frames = [each for each in conditions if each.text("role") == "keyframe"]
        _check_task(task, len(conditions), len(references), [each.whole("frame_index") for each in frames])
        if task == "ref2va":
            kinds = [each.text("type") for each in references]
            videos = kinds.count("video") + kinds.count("video_audio")
            minimax_h3.check_counts(kinds.count("image"), videos, kinds.count("audio"))
        images = [each for each in references if each.text("type") == "image"]
        shown = []
        for each, label in zip(images, minimax_h3.names(prompt, len(images)), strict=True):
            data = pictures.from_url(each.text("uri"), each.path("uri"))
            found = minimax_h3.reference(data, each.path("uri"), *_ASPECT)
            shown.append(self._desk.workshop.keep(found.data, role="character", label=label))
        for each in frames:
            found = picture_in(each.text("uri"), each.path("uri"))
            role = "first frame" if each.whole("frame_index") == 0 else "last frame"
            shown.append(self._desk.workshop.keep(found.data, role=role))
        return tuple(shown)

    def _other(self, arrival: Arrival, fields: Fields) -> Brief:
        seconds = fields.whole("seconds")
        width, height = pixels(fields.text("size") or "1280x720")
        return Brief(
            kind="clip",
            model=fields.text("model") or OTHER,
            prompt=prompt_of(fields),
            width=width,
            height=height,
            seconds=float(4 if seconds is None else seconds),
            pictures=self._opening(arrival, fields),
            seed=fields.whole("seed"),
        )

    def _opening(self, arrival: Arrival, fields: Fields) -> tuple[Shown, ...]:
        given = fields.values.get("input_reference")
        if isinstance(given, dict):
            raise Refused(
                "1 validation error for VideoGenerationsRequest: input_reference Input should be a valid string"
            )
        if isinstance(given, list):
            arrival.notes.append(f"{len(given) - 1} more input_reference ignored: only the first image is used")
            given = given[0]
        if given is None:
            given = fields.values.get("reference_url")
        if given is None:
            return ()
        found = picture_in(given, "input_reference")
        return (self._desk.workshop.keep(found.data, role="first frame"),)


def video(job: Job) -> Said:
    """Return a job as SGLang's VideoResponse: no prompt, and an error without a code."""
    done = job.status is Status.SUCCEEDED
    failed = job.status.terminal and not done
    return {
        "id": job.id,
        "object": "video",
        "model": job.brief.model,
        "status": _WORDS[job.status],
        "progress": job.progress(time.time()),
        "created_at": int(job.created),
        "size": job.details["size"],
        "seconds": job.details["seconds"],
        "quality": "standard",
        "url": None,
        "urls": None,
        "remixed_from_video_id": None,
        "completed_at": int(job.finished or 0) if done else None,
        "expires_at": None,
        "error": {"message": job.message} if failed else None,
        "file_path": f"outputs/{job.id}.mp4" if done else None,
        "file_paths": [f"outputs/{job.id}.mp4"] if done else None,
        "num_outputs": 1 if done else None,
        "inference_time_s": round((job.finished or 0) - (job.started or job.created), 3) if done else None,
    }


def _merged(arrival: Arrival) -> Fields:
    """Return the fields, with those that a JSON body holds in `extra_body` and its like."""
    fields = taken(arrival, _KNOWN)
    values = dict(fields.values)
    for name in ("extra_body", "extra_json", "extra_params"):
        if arrival.encoding == "json":
            values.update(fields.branch(name).values)
    return Fields(values)


def _target(target: Fields) -> tuple[int, int, float]:
    """Return width, height and seconds of a target."""
    edge, aspect = target.whole("short_edge"), target.text("aspect_ratio")
    if not target or edge is None:
        raise Refused("target is required and must be an object with an integer short_edge")
    if aspect == "auto":
        aspect = "16:9"
    if aspect not in minimax_h3.CANVASES:
        raise Refused(f"target.aspect_ratio must be 'auto' or one of {list(minimax_h3.CANVASES)}, got {aspect!r}")
    seconds = target.values.get("duration_seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise Refused("target.duration_seconds must be a number")
    minimax_h3.check_length(seconds)
    wide, high = (round(side * edge / 768 / 32) * 32 for side in minimax_h3.CANVASES[aspect])
    return max(64, wide), max(64, high), float(seconds)


def _check_task(task: str, count: int, references: int, frames: list[int | None]) -> None:
    if task == "t2va" and count:
        raise Refused(f"conditions must be empty for task 't2va' (got {count} entries)")
    if task != "t2va" and not count:
        raise Refused(f"conditions requires at least one entry for task {task!r}")
    if task == "fl2va" and references:
        raise Refused("conditions: task 'fl2va' does not allow condition role='reference'")
    if task == "ref2va" and not references:
        raise Refused("conditions for task 'ref2va' must include at least one reference entry")
    if frames and frames not in ([0], [-1], [0, -1]):
        raise Refused(f"conditions must include ordered keyframes with frame_index [0], [-1], or [0, -1], got {frames}")


def _conditions(fields: Fields) -> list[Fields]:
    if isinstance(fields.values.get("conditions"), str):
        fields = Fields({"conditions": json.loads(fields.text("conditions"))})
    conditions = fields.branches("conditions")
    for index, each in enumerate(conditions):
        if unknown := each.unknown(_CONDITION):
            raise Refused(f"conditions[{index}] has unknown fields: {unknown}")
        if each.text("role") not in ("reference", "keyframe"):
            raise Refused(f"conditions[{index}].role must be keyframe or reference, got {each.text('role')!r}")
    return conditions


def _branch(fields: Fields, name: str) -> Fields:
    """Return an object that a form writes as JSON text."""
    value = fields.values.get(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused(f"{name} is not JSON") from None
    if value is None or isinstance(value, FilePart) or not isinstance(value, dict):
        raise Refused(f"{name} is required and must be an object")
    return Fields(value, name)
