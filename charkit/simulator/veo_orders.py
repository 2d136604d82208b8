"""Reading a Veo request: what is asked for, checked against the last official table (reference google-wire 2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charkit.simulator import pictures, prices
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.gemini_files import OPERATION
from charkit.simulator.gemini_wire import WIRE
from charkit.simulator.intake import Fields, Refused, decoded
from charkit.simulator.jobs import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.simulator.intake import Arrival
    from charkit.simulator.jobs import Job
    from charkit.simulator.workshop import Workshop

LANDSCAPE = {"720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
SECONDS = (4, 6, 8)
ADDED = 7.0
"""Seconds that an extension adds."""
LONGEST = {"vertex": 37.0, "developer": 148.0}
"""Seconds of a clip after its extensions."""
MAX_PICTURE = 20_000_000
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
_NOT_HERE = "`{}` isn't supported by this model. Please remove it or refer to the Gemini API documentation."
_VERTEX_ONLY = ("seed", "generateAudio", "fps", "storageUri", "pubsubTopic", "compressionQuality", "resizeMode")
_KNOWN = frozenset(
    {
        *("sampleCount", "durationSeconds", "aspectRatio", "resolution", "personGeneration", "negativePrompt"),
        *("enhancePrompt", *_VERTEX_ONLY),
    }
)
_ID = re.compile(r"([0-9a-f]{32})")


@dataclass(frozen=True, kw_only=True)
class VeoOrder:
    """One Veo request, understood."""

    brief: Brief
    prompt: str
    usd: float
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What the request shows, before the rules are held against it."""

    prompt: str
    frames: tuple[Shown, ...]
    references: tuple[Shown, ...]
    extends: bool

    @property
    def mode(self) -> str:
        if self.extends:
            return "video extension"
        if self.references:
            return "reference images"
        return "image to video" if self.frames else "text to video"


async def read(workshop: Workshop, arrival: Arrival, surface: str) -> VeoOrder:
    """Return what a request asks for.

    Args:
        workshop: where the pictures are kept, and the clips that can be extended.
        arrival: the request.
        surface: `vertex` or `developer`.

    Raises:
        Refused: it breaks a rule.
    """
    fields, model = arrival.fields, _model(arrival.path_part("model"), surface)
    instances = fields.branches("instances")
    if len(instances) != 1:
        raise Refused(f"instances must hold exactly one entry, not {len(instances)}.")
    instance, shape = instances[0], fields.branch("parameters")
    arrival.notes += [f"parameters.{name} ignored: not documented" for name in shape.unknown(_KNOWN)]
    _check_surface(instance, shape, surface)
    asked = _Asked(
        prompt=instance.text("prompt"),
        frames=tuple(_frames(workshop, instance)),
        references=tuple(_references(workshop, instance)),
        extends="video" in instance,
    )
    resolution, (width, height) = _pixels(shape)
    seconds = _seconds(shape)
    _check(asked, model, resolution, seconds)
    _check_people(shape.text("personGeneration"), asked, surface)
    seed = shape.whole("seed")
    details = {"surface": surface, "resolution": resolution, "storage": shape.text("storageUri")}
    if asked.extends:
        source = await _source(workshop, instance.branch("video"), surface)
        brief = source.brief.derived(f"{source.brief.prompt}\n{asked.prompt}", seconds=source.brief.seconds + ADDED)
        billed = ADDED
    else:
        shown = (*asked.frames, *asked.references)
        brief = Brief(
            kind="clip",
            model=model,
            prompt=asked.prompt,
            width=width,
            height=height,
            seconds=float(seconds),
            pictures=shown,
            seed=seed,
        )
        billed = float(seconds)
    usd = prices.veo(model, resolution, billed, sound=shape.flag("generateAudio", default=True))
    return VeoOrder(brief=brief, prompt=asked.prompt, usd=usd, details=details)


def _model(model: str, surface: str) -> str:
    """Return the model of a path; the two surfaces have their own names (google-wire, section 0)."""
    suffix = "-001" if surface == "vertex" else "-preview"
    family = model.removesuffix(suffix)
    if family == model or family not in prices.VEO:
        raise Refused(f"models/{model} is not found, or is not supported for predictLongRunning.", status=404)
    return model


def _check_surface(instance: Fields, shape: Fields, surface: str) -> None:
    if surface == "developer" and (extra := [name for name in _VERTEX_ONLY if name in shape]):
        raise Refused(_NOT_HERE.format(extra[0]))
    count = shape.whole("sampleCount")
    if count not in (None, 1):
        raise Refused(f"The simulator makes one video per request, not {count}.")
    if not any(name in instance for name in ("prompt", "image", "video")):
        raise Refused("instances[0] needs a prompt, an image or a video.")


def _frames(workshop: Workshop, instance: Fields) -> list[Shown]:
    frames = []
    for name, role in (("image", "first frame"), ("lastFrame", "last frame")):
        if name in instance:
            frames.append(_picture(workshop, instance.branch(name), role))
    if "lastFrame" in instance and "image" not in instance:
        raise Refused("lastFrame needs image.")
    return frames


def _references(workshop: Workshop, instance: Fields) -> list[Shown]:
    given = instance.branches("referenceImages")
    if len(given) > 3:
        raise Refused(f"At most 3 reference images are supported, not {len(given)}.")
    for one in given:
        if one.text("referenceType").upper() != "ASSET":
            raise Refused(f"Reference type {one.text('referenceType') or '(none)'} is not supported: use ASSET.")
    return [_picture(workshop, one.branch("image"), "character") for one in given]


def _picture(workshop: Workshop, part: Fields, role: str) -> Shown:
    for trap in ("inlineData", "fileUri", "fileData"):
        if trap in part:
            raise Refused(_NOT_HERE.format(trap))
    data = decoded(part.text("bytesBase64Encoded"))
    if not data:
        raise Refused(f"Invalid value at '{part.path('bytesBase64Encoded')}': Base64 decoding failed.")
    if len(data) > MAX_PICTURE:
        raise Refused(f"'{part.path('bytesBase64Encoded')}' is larger than 20 MB.")
    pictures.measured(data, IMAGES, part.path("bytesBase64Encoded"))
    return workshop.keep(data, role=role)


def _pixels(shape: Fields) -> tuple[str, tuple[int, int]]:
    resolution, aspect = shape.text("resolution", "720p"), shape.text("aspectRatio", "16:9")
    if resolution not in LANDSCAPE:
        raise Refused(f"Resolution {resolution} is not supported: use {', '.join(LANDSCAPE)}.")
    if aspect not in ("16:9", "9:16"):
        raise Refused(f"Aspect ratio {aspect} is not supported: use 16:9 or 9:16.")
    width, height = LANDSCAPE[resolution]
    return resolution, (width, height) if aspect == "16:9" else (height, width)


def _seconds(shape: Fields) -> int:
    seconds = shape.whole("durationSeconds")
    if seconds is None:
        return 8
    if seconds not in SECONDS:
        raise Refused(f"durationSeconds {seconds} is not supported: use 4, 6 or 8.")
    return seconds


def _check(asked: _Asked, model: str, resolution: str, seconds: int) -> None:
    lite = "lite" in model
    long = asked.extends or asked.references or resolution != "720p"
    for broken, message in (
        (long and seconds != 8, f"Your use case is currently not supported: durationSeconds must be 8, not {seconds}."),
        (bool(asked.references and asked.frames), "referenceImages cannot be combined with image or lastFrame."),
        (lite and resolution == "4k", "4k is not supported by this model."),
        (lite and bool(asked.references), _NOT_HERE.format("referenceImages")),
        (lite and asked.extends, _NOT_HERE.format("video")),
        (asked.extends and resolution != "720p", f"Videos can be extended at 720p only, not {resolution}."),
        (
            asked.extends and bool(asked.frames or asked.references),
            "video cannot be combined with image or referenceImages.",
        ),
    ):
        if broken:
            raise Refused(message)


def _check_people(word: str, asked: _Asked, surface: str) -> None:
    """Hold the word against the surface; which region a caller is in is not played."""
    allowed = {"", "allow_adult", "allow_all", "dont_allow"}
    if surface == "developer":
        allowed = {"", "allow_adult"} if asked.frames or asked.references else {"", "allow_adult", "allow_all"}
    if word not in allowed:
        raise Refused(f"{word} for personGeneration is currently not supported for {asked.mode}.")


async def _source(workshop: Workshop, video: Fields, surface: str) -> Job:
    """Return the job whose clip is to be extended: by its address, or by its bytes."""
    uri = video.text("gcsUri") or video.text("uri")
    found = _ID.search(uri)
    job = workshop.jobs.get(OPERATION + found[1], WIRE) if found else None
    if not uri:
        job = await _made(workshop, decoded(video.text("bytesBase64Encoded")) or b"")
    if job is None or job.status is not Status.SUCCEEDED:
        raise Refused("The input video must be a video that was generated by Veo.")
    if min(job.brief.width, job.brief.height) != 720:
        raise Refused("The input video must be 720p.")
    total = job.brief.seconds + ADDED
    if total > LONGEST[surface]:
        raise Refused(f"An extended video may last {LONGEST[surface]:g} seconds at most, not {total:g}.")
    return job


async def _made(workshop: Workshop, data: bytes) -> Job | None:
    for job in workshop.jobs.newest(WIRE):
        if job.id.startswith(OPERATION) and job.status is Status.SUCCEEDED:
            path = await workshop.renderer.make(job.brief)
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return job
    return None
