"""`/v1/videos` as vLLM-Omni 0.30.0 serves MiniMax H3: dialect C of reference openai-video-wire, section 4.3.

Its traps are kept: forms only; unknown fields ignored without a word; pictures without a task word are frames; uploads
without a type are videos; a failed job is an HTTP error on GET but not in the list; no progress between 0 and 100.
"""

from __future__ import annotations

import json
import secrets
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import minimax_h3, pictures
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed
from charkit.simulator.intake import Arrival, Fields, FilePart, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.video_desk import VideoDesk, pixels, taken
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.intake import Value
    from charkit.simulator.workshop import Workshop

WIRE = "vllm"
_LOST = "Video with id {id} not found"
_PLAIN = (
    "prompt model seconds size width height num_frames fps aspect_ratio short_edge num_outputs_per_prompt "
    "start_time_seconds quality negative_prompt num_inference_steps guidance_scale guidance_scale_2 true_cfg_scale "
    "boundary_ratio flow_shift seed generate_sound sound_duration lora extra_params user return_stage_metrics "
    "image_reference video_reference audio_reference input_reference input_references control_reference control_type "
    "source_video source_audio video_noise_mask audio_noise_mask enable_frame_interpolation frame_interpolation_exp "
    "frame_interpolation_scale frame_interpolation_model_path"
)
_KNOWN = frozenset(_PLAIN.split())
_ASPECT = (0.4, 2.5)
_WORDS = {
    Status.QUEUED: "queued",
    Status.RUNNING: "in_progress",
    Status.SUCCEEDED: "completed",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "failed",
}
_SUFFIXES = {".png": "image", ".jpg": "image", ".jpeg": "image", ".webp": "image", ".mp3": "audio", ".wav": "audio"}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors under `/vllm/v1`."""
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
    """Return vLLM's error body, whose code is the HTTP status."""
    kind = HTTPStatus(refusal.status_code).phrase
    param = refusal.param or None
    return {"error": {"message": refusal.detail, "type": kind, "param": param, "code": refusal.status_code}}


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._desk = VideoDesk(workshop, WIRE)

    async def models(self, _: Arrival) -> Response:
        model = {"id": minimax_h3.SERVED, "object": "model", "created": 1758941485, "owned_by": "vllm-omni"}
        return JSONResponse({"object": "list", "data": [model]})

    async def create(self, arrival: Arrival) -> Response:
        fields = taken(arrival, _KNOWN)
        if arrival.encoding != "multipart" or not fields.text("prompt"):
            raise Refused("[{'type': 'missing', 'loc': ('body', 'prompt'), 'msg': 'Field required', 'input': None}]")
        model = fields.text("model")
        if not minimax_h3.is_served(model):
            running = f"Model mismatch: request specifies '{model}' but server is running '{minimax_h3.SERVED}'."
            raise Refused(running, param="model")
        extra = _tree(fields, "extra_params")
        task, shown = self._conditions(fields, str(extra.get("task", "")))
        asked = _seconds(fields, task)
        width, height = _canvas(fields, task, self._opening(shown))
        brief = Brief(
            kind="clip",
            model=minimax_h3.SERVED,
            prompt=minimax_h3.plain(fields.text("prompt")),
            width=width,
            height=height,
            seconds=minimax_h3.seconds(asked),
            pictures=shown,
            seed=fields.whole("seed"),
        )
        job = self._desk.accept(
            arrival,
            brief,
            job_id=f"video_gen_{secrets.token_hex(16)}",
            usd=0.0,
            refusal=Refused("The request was refused by the server's safety policy.", code="invalid_request"),
            details={"size": fields.text("size"), "seconds": fields.text("seconds") or "4", "model": model},
        )
        return JSONResponse(video(job))

    async def retrieve(self, arrival: Arrival) -> Response:
        job = self._desk.find(arrival, _LOST)
        return JSONResponse(video(job), 500 if _failed(job) else 200)

    async def listing(self, arrival: Arrival) -> Response:
        page, more = self._desk.page(arrival, limit=None, least=0)
        ends = {"first_id": page[0].id if page else None, "last_id": page[-1].id if page else None}
        return JSONResponse({"object": "list", "data": [video(job) for job in page], **ends, "has_more": more})

    async def delete(self, arrival: Arrival) -> Response:
        job = self._desk.find(arrival, _LOST)
        self._desk.workshop.cancel(job)
        self._desk.workshop.jobs.delete(job.id)
        return JSONResponse({"id": job.id, "deleted": True, "object": "video.deleted"})

    async def content(self, arrival: Arrival) -> Response:
        job = self._desk.find(arrival, _LOST)
        if _failed(job):
            raise Refused("Video generation failed. Check job status for error details.", status=422)
        if job.status is not Status.SUCCEEDED:
            raise Refused("Generation is still in-progress", status=404)
        return await self._desk.clip(job)  # `variant` is ignored: always the clip

    def _conditions(self, fields: Fields, asked: str) -> tuple[str, tuple[Shown, ...]]:
        """Return the task and the pictures with their roles."""
        given = _media(fields)
        images = [data for kind, data in given if kind == "image"]
        videos = sum(kind == "video" for kind, _ in given)
        audios = sum(kind == "audio" for kind, _ in given)
        # Without a word for it, pictures alone are first and last frames (reference openai-video-wire 0.8).
        task = asked or ("ref2va" if videos or audios else "fl2va" if images else "t2va")
        if task == "ref2va":
            minimax_h3.check_counts(len(images), videos, audios)
        elif task == "fl2va" and not 1 <= len(images) <= 2:
            raise Refused(f"MiniMax H3 FL2VA accepts one or two images, got {len(images)}")
        elif task not in ("t2va", "fl2va"):
            raise Refused(f"unsupported MiniMax H3 task {task!r}")
        labels = minimax_h3.names(fields.text("prompt"), len(images))
        roles = minimax_h3.shown_as(task, len(images))
        kept = []
        for index, (data, role, label) in enumerate(zip(images, roles, labels, strict=True)):
            if role == "character":
                minimax_h3.reference(data, f"input_references[{index}]", *_ASPECT)
            else:
                pictures.measured(data, minimax_h3.IMAGES, f"input_references[{index}]")
            kept.append(self._desk.workshop.keep(data, role=role, label=label if role == "character" else ""))
        return task, tuple(kept)

    def _opening(self, shown: tuple[Shown, ...]) -> tuple[int, int] | None:
        """Return width and height of the first picture, whose aspect a clip between frames takes."""
        if not shown:
            return None
        data = self._desk.workshop.shelf.input(shown[0].digest).read_bytes()
        first = pictures.measured(data, minimax_h3.IMAGES, "input_references")
        return first.width, first.height


def video(job: Job) -> Said:
    """Return a job as vLLM-Omni's Video object."""
    done, failed = job.status is Status.SUCCEEDED, _failed(job)
    return {
        "id": job.id,
        "object": "video",
        "model": job.details.get("model") or minimax_h3.SERVED,
        "status": _WORDS[job.status],
        "progress": 100 if done else 0,
        "created_at": int(job.created),
        "completed_at": int(job.finished or 0) if job.status.terminal else None,
        "expires_at": None,
        "prompt": job.prompt,
        "seconds": job.details["seconds"],
        "size": job.details["size"] or None,
        "quality": "default",
        "fps": minimax_h3.FPS if done else None,
        "num_frames": round(job.brief.seconds * minimax_h3.FPS) if done else None,
        "duration_s": job.brief.seconds if done else None,
        "file_name": f"{job.id}.mp4" if done else None,
        "media_type": "video/mp4" if done else None,
        "inference_time_s": round((job.finished or time.time()) - (job.started or job.created), 3) if done else None,
        "error": {"code": 500, "message": job.message} if failed else None,
    }


def _failed(job: Job) -> bool:
    return job.status.terminal and job.status is not Status.SUCCEEDED


def _media(fields: Fields) -> list[tuple[str, bytes]]:
    """Return kind and bytes of every picture, clip and sound, in the order of their labels."""
    uploads = fields.several("input_references")
    single = fields.values.get("input_reference")
    urls = [(kind, _urls(fields, kind)) for kind in ("image", "video", "audio")]
    if uploads and (single is not None or any(found for _, found in urls)):
        raise Refused("input_references cannot be combined with input_reference, image_reference or video_reference")
    if single is not None and any(found for kind, found in urls if kind != "audio"):
        raise Refused("input_reference cannot be combined with image_reference or video_reference")
    files = uploads or ([] if single is None else [single])
    given = [_upload(each) for each in files]
    return given + [(kind, pictures.from_url(url, f"{kind}_reference")) for kind, found in urls for url in found]


def _upload(part: Value) -> tuple[str, bytes]:
    if not isinstance(part, FilePart):
        raise Refused("Value error, Expected UploadFile, received: <class 'str'>", param="input_references")
    kind = part.media_type.partition("/")[0]
    if kind not in ("image", "video", "audio"):
        dot = part.name.rfind(".")
        kind = _SUFFIXES.get(part.name[dot:].lower(), "video") if dot >= 0 else "video"
    if kind == "video" and part.data[4:8] != b"ftyp":
        raise Refused(f"Failed to decode reference video {part.name!r}", param="input_references")
    return kind, part.data


def _urls(fields: Fields, kind: str) -> list[str]:
    found = _json(fields, f"{kind}_reference")
    members = found if isinstance(found, list) else [] if found is None else [found]
    urls = []
    for member in members:
        if isinstance(member, dict) and "file_id" in member:
            raise Refused(f"{kind}_reference.file_id is not supported yet.")
        if not isinstance(member, dict) or set(member) != {f"{kind}_url"}:
            raise Refused(f"Invalid {kind}_reference: expected an object with {kind}_url alone")
        urls.append(str(member[f"{kind}_url"]))
    return urls


def _json(fields: Fields, name: str) -> object:
    text = fields.text(name)
    if not text:
        return None
    try:
        found: object = json.loads(text)
    except ValueError:
        raise Refused(f"Invalid JSON in form field '{name}'", param=name) from None
    return found


def _tree(fields: Fields, name: str) -> dict[str, object]:
    found = _json(fields, name)
    if found is not None and not isinstance(found, dict):
        raise Refused(f"{name} must be a JSON object", param=name)
    return found or {}


def _seconds(fields: Fields, task: str) -> float:
    text = fields.text("seconds")
    if not text:
        return (124 if task == "ref2va" else 209) / minimax_h3.FPS
    if not text.isdigit() or text.startswith("0"):
        raise Refused("String should match pattern '^[1-9]\\d*$'", param="seconds")
    minimax_h3.check_length(int(text))
    return float(text)


def _canvas(fields: Fields, task: str, opening: tuple[int, int] | None) -> tuple[int, int]:
    aspect = fields.text("aspect_ratio")
    if task == "t2va" and not aspect:
        raise Refused("t2va requires an explicit aspect_ratio")
    if aspect and aspect not in minimax_h3.CANVASES:
        raise Refused(f"MiniMax H3 aspect_ratio must be one of {', '.join(minimax_h3.CANVASES)}, got {aspect!r}")
    if size := fields.text("size"):
        width, height = pixels(size)
        width, height = width // 32 * 32, height // 32 * 32
        if not 0 < max(width, height) <= 4 * min(width, height):
            raise Refused("MiniMax H3 canvas aspect ratio must be in [1:4, 4:1]")
        return width, height
    if task == "fl2va" and opening:
        return min(
            minimax_h3.CANVASES.values(), key=lambda canvas: abs(canvas[0] / canvas[1] - opening[0] / opening[1])
        )
    return minimax_h3.CANVASES[aspect or "16:9"]
