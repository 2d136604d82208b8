"""Reading an Interactions request: what is asked for, checked against the model's limits (google-wire 1.1, 1.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from charkit.simulator import gemini_tags, gemini_wire, prices
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.gemini_wire import WIRE
from charkit.simulator.intake import Fields, Refused, decoded
from charkit.simulator.jobs import Job, Status
from charkit.simulator.pictures import image_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.simulator.intake import Arrival
    from charkit.simulator.pictures import Arrived
    from charkit.simulator.workshop import Workshop

DURATIONS = {"gemini-omni-1.1-flash": (3, 10), "gemini-omni-1.2-flash": (3, 15)}
"""Seconds that one call makes, least and most."""
DEFAULT_SECONDS = 10.0
"""An empty request was seen to bill about 58,000 video tokens: ten seconds at 720p (google-wire 1.3)."""
LONGEST = 40
"""Seconds of a clip after its extensions."""
LANDSCAPE = {"360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
MAX_REFERENCES = 10
MAX_CLIPS = 3
TASKS = ("text_to_video", "image_to_video", "reference_to_video", "edit", "extend")
_KNOWN = frozenset(
    {
        "model",
        "input",
        "background",
        "store",
        "stream",
        "previous_interaction_id",
        "generation_config",
        "response_format",
        "labels",
        "tools",
        "system_instruction",
        "safety_settings",
        "service_tier",
        "webhook_config",
        "cached_content",
        "continuation_token",
        "response_modalities",
        "response_mime_type",
        "agent",
        "agent_config",
        "environment",
    }
)


@dataclass(frozen=True, kw_only=True)
class InteractionOrder:
    """One Interactions request, understood."""

    brief: Brief
    prompt: str
    """The text as sent."""
    usd: float
    background: bool
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Input:
    prompt: str
    images: list[Arrived]
    videos: int


def read(workshop: Workshop, arrival: Arrival) -> InteractionOrder:
    """Return what an Interactions request asks for.

    Raises:
        Refused: it breaks a documented rule.
    """
    fields = arrival.fields
    if unknown := fields.unknown(_KNOWN):
        raise Refused(f'Invalid JSON payload received. Unknown name "{unknown[0]}": Cannot find field.')
    if fields.flag("stream"):
        raise Refused("The simulator does not stream interactions.")
    background = fields.flag("background")
    if background and not fields.flag("store", default=True):
        raise Refused("store=false is incompatible with background=true.")
    model, given = fields.text("model"), _input(workshop, arrival)
    if model in gemini_wire.NANO_BANANA:
        return _still(workshop, fields, model, given, background=background)
    if model not in gemini_wire.OMNI:
        raise Refused(f"Model {model!r} is no longer available or does not exist.", status=404)
    return _clip(workshop, arrival, model, given, background=background)


def _clip(workshop: Workshop, arrival: Arrival, model: str, given: _Input, *, background: bool) -> InteractionOrder:
    fields = arrival.fields
    config, shape = fields.branch("generation_config"), _format(fields, "video")
    task = config.branch("video_config").text("task")
    if task and task not in TASKS:
        raise Refused(f"Invalid value at 'generation_config.video_config.task': {task}")
    if given.videos > MAX_CLIPS:
        raise Refused(f"At most {MAX_CLIPS} videos are supported per prompt, not {given.videos}.")
    seed = config.whole("seed")
    if seed is not None and model != "gemini-omni-1.2-flash":
        raise Refused(f"seed is not supported by {model}.")
    previous = _previous(workshop, fields)
    resolution, (width, height) = _pixels(shape, previous)
    seconds = _seconds(shape, model)
    delivery = shape.text("delivery", "inline")
    if delivery not in ("inline", "uri"):
        raise Refused(f"Invalid value at 'response_format.delivery': {delivery}")
    details = {"resolution": resolution, "delivery": delivery, "billed_seconds": f"{seconds:g}"}
    if previous:
        brief = _continued(previous.brief, given, task, seconds)
        brief = replace(brief, model=model, width=width, height=height, seed=seed)
        brief = replace(brief, pictures=(*brief.pictures, *_bound(workshop, given, task)))
        details |= {"previous": previous.id, "billed_seconds": _billed(brief, seconds, task)}
    else:
        if task in ("edit", "extend"):
            raise Refused(f"Task {task} needs previous_interaction_id.")
        brief = Brief(
            kind="clip",
            model=model,
            prompt=gemini_tags.plain(given.prompt),
            width=width,
            height=height,
            seconds=seconds,
            pictures=_bound(workshop, given, task),
            seed=seed,
        )
    usd = prices.omni(model, resolution, float(details["billed_seconds"]))
    return InteractionOrder(brief=brief, prompt=given.prompt, usd=usd, background=background, details=details)


def _continued(source: Brief, given: _Input, task: str, seconds: float) -> Brief:
    """Return the brief of an edit (the default) or an extension of an earlier interaction's clip."""
    text = gemini_tags.plain(given.prompt)
    if task != "extend":
        return source.derived(f"{source.prompt}\nChange: {text}")
    total = source.seconds + seconds
    if total > LONGEST:
        raise Refused(f"An extended video may last {LONGEST} seconds at most.")
    return source.derived(f"{source.prompt}\n{text}", seconds=total)


def _billed(brief: Brief, seconds: float, task: str) -> str:
    return f"{seconds if task == 'extend' else brief.seconds:g}"


def _still(workshop: Workshop, fields: Fields, model: str, given: _Input, *, background: bool) -> InteractionOrder:
    shape = _format(fields, "image")
    size = gemini_wire.image_size(model, shape.text("image_size"))
    last = given.images[-1] if given.images else None
    width, height = gemini_wire.image_pixels(shape.text("aspect_ratio"), size, last)
    media_type = shape.text("mime_type", "image/jpeg")
    if media_type not in ("image/jpeg", "image/png"):
        raise Refused(f"Invalid value at 'response_format.mime_type': {media_type}")
    if not given.prompt:
        raise Refused("input is not specified")
    if len(given.images) > gemini_wire.REFERENCES:
        raise Refused(f"At most {gemini_wire.REFERENCES} images are supported, not {len(given.images)}.")
    labels = image_labels(given.prompt, len(given.images))
    shown = [workshop.keep(p.data, role="view", label=label) for p, label in zip(given.images, labels, strict=True)]
    prompt, lineage = given.prompt, None
    if previous := _previous(workshop, fields):
        prompt = f"{previous.brief.prompt}\nChange: {given.prompt}"
        shown, lineage = [*previous.brief.pictures, *shown], previous.brief.direction_seed
    brief = Brief(
        kind="still",
        model=model,
        prompt=prompt,
        width=width,
        height=height,
        pictures=tuple(shown),
        seed=fields.branch("generation_config").whole("seed"),
        lineage=lineage,
    )
    return InteractionOrder(
        brief=brief,
        prompt=given.prompt,
        usd=prices.nano_banana(model, size),
        background=background,
        details={"media_type": media_type, "resolution": size} | ({"previous": previous.id} if previous else {}),
    )


def _input(workshop: Workshop, arrival: Arrival) -> _Input:
    """Return text and pictures of the input: a string, a list of content parts, or a list of steps."""
    value = arrival.fields.values.get("input")
    if isinstance(value, str):
        return _Input(prompt=value, images=[], videos=0)
    parts: list[Fields] = []
    for entry in arrival.fields.branches("input"):
        kind = entry.text("type")
        if kind == "user_input":
            parts += entry.branches("content")
        elif kind in ("text", "image", "video", "audio", "document"):
            parts.append(entry)
        else:
            # The old role-shaped input is accepted and silently ignored by the service (google-wire 1.4).
            arrival.notes.append(f"{entry.path('')} ignored: no input step")
    texts = [part.text("text") for part in parts if part.text("type") == "text"]
    images = [part for part in parts if part.text("type") == "image"]
    return _Input(
        prompt="\n".join(texts),
        images=[gemini_wire.picture(workshop, part, part.path("")) for part in images],
        videos=sum(_clip_in(part) for part in parts if part.text("type") == "video"),
    )


def _clip_in(part: Fields) -> bool:
    """Whether a video part holds an MP4; the simulator notes its bytes, and draws after words and pictures alone."""
    data = decoded(part.text("data"))
    if part.text("mime_type") != "video/mp4" or data is None or data[4:8] != b"ftyp":
        raise Refused(f"Invalid value at '{part.path('')}': a video is an MP4 with its bytes inline.")
    return True


def _bound(workshop: Workshop, given: _Input, task: str) -> tuple[Shown, ...]:
    if len(given.images) > MAX_REFERENCES:
        raise Refused(f"At most {MAX_REFERENCES} images are supported per prompt, not {len(given.images)}.")
    if task == "image_to_video" and not 1 <= len(given.images) <= 2:
        raise Refused("Task image_to_video takes one or two images.")
    if task == "reference_to_video" and not (given.images or given.videos):
        raise Refused("Task reference_to_video needs at least one reference.")
    bindings = gemini_tags.bind(given.prompt, len(given.images), task)
    return tuple(workshop.keep(given.images[each.part].data, role=each.role, label=each.label) for each in bindings)


def _previous(workshop: Workshop, fields: Fields) -> Job | None:
    name = fields.text("previous_interaction_id")
    if not name:
        return None
    job = workshop.jobs.get(name, WIRE)
    if job is None:
        raise Refused("Requested entity was not found.", status=404)
    if job.status is not Status.SUCCEEDED:
        raise Refused("The previous interaction is not completed.")
    return job


def _format(fields: Fields, kind: str) -> Fields:
    """Return the response format of one kind; absent, it is empty."""
    for shape in fields.branches("response_format"):
        if shape.text("type", kind) == kind:
            return shape
    return Fields({}, "response_format")


def _pixels(shape: Fields, previous: Job | None) -> tuple[str, tuple[int, int]]:
    """Return the resolution word and the pixels; what a continued clip does not name stays as it was."""
    resolution, aspect = shape.text("resolution", "720p"), shape.text("aspect_ratio", "16:9")
    if previous is not None:
        upright = previous.brief.height > previous.brief.width
        resolution = shape.text("resolution", previous.details.get("resolution", "720p"))
        aspect = shape.text("aspect_ratio", "9:16" if upright else "16:9")
    if resolution not in LANDSCAPE:
        raise Refused(f"Invalid value at 'response_format.resolution': {resolution}")
    if aspect not in ("16:9", "9:16"):
        raise Refused(f"Invalid value at 'response_format.aspect_ratio': {aspect}")
    width, height = LANDSCAPE[resolution]
    return resolution, (width, height) if aspect == "16:9" else (height, width)


def _seconds(shape: Fields, model: str) -> float:
    value = shape.values.get("duration")
    if value is None:
        return DEFAULT_SECONDS
    match = re.fullmatch(r"(\d+(?:\.\d+)?)s", value) if isinstance(value, str) else None
    if match is None:
        raise Refused("Invalid value at 'response_format.duration': expected a duration string such as \"8s\".")
    seconds, (least, most) = float(match[1]), DURATIONS[model]
    if not least <= seconds <= most:
        raise Refused(f"Duration {value} is not supported by {model}: use {least}s to {most}s.")
    return seconds
