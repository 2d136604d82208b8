"""`/v1/images/generations` and `/v1/images/edits`: the GPT Image models (reference image-models, section 2)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import openai_wire, pictures, prices
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed, Fault, refuse
from charkit.simulator.intake import Arrival, Fields, FilePart, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.openai_wire import WIRE
from charkit.simulator.pictures import image_labels
from charkit.simulator.wires import Door, Said
from charkit.simulator.workshop import REFUSED_TEXT

if TYPE_CHECKING:
    from charkit.simulator.intake import Value
    from charkit.simulator.workshop import Workshop

MAX_IMAGES = 16
MAX_IMAGE_BYTES = 50_000_000
"""Size of one input picture; the documentation says under 50 MB."""
MODELS = re.compile(r"gpt-image-2(\.[56]-(sunburst|flare))?(-\d{4}-\d\d-\d\d)?|sim-.+")
TOKENS = {"low": 196, "medium": 439, "high": 1756, "xhigh": 3122, "max": 7024}
"""Output tokens of gpt-image-2.5 at 1024x1024 (sanand0/blog, 2026-09-26)."""
THRIFTY_FACTOR = 3.5
"""2.6 uses three to four times the tokens of 2.5 at low and medium (docs.laozhang.ai)."""
MIN_PIXELS, MAX_PIXELS, MAX_EDGE = 655_360, 8_294_400, 3840
_FORMATS = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}
_GENERATE = frozenset(
    {
        "model",
        "prompt",
        "size",
        "quality",
        "complexity",
        "n",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "stream",
        "partial_images",
        "safety_identifier",
        "user",
    }
)
_EDIT = _GENERATE | {"image", "images", "mask", "markup"}


@dataclass(frozen=True, kw_only=True)
class _Asked:
    prompt: str
    model: str
    size: tuple[int, int]
    quality: str
    output_format: str
    background: str
    count: int


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors of `/images`."""
    desk = _Desk(workshop)
    return [
        Door(path="/images/generations", method="POST", handler=desk.generate, deed=Deed.ORDER),
        Door(path="/images/edits", method="POST", handler=desk.edit, deed=Deed.ORDER),
    ]


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def generate(self, arrival: Arrival) -> Response:
        openai_wire.only(arrival.fields, _GENERATE)
        return await self._made(arrival, _asked(arrival.fields), ())

    async def edit(self, arrival: Arrival) -> Response:
        fields = arrival.fields
        openai_wire.only(fields, _EDIT)
        asked = _asked(fields)
        found = self._inputs(fields)
        self._check_mask(fields, found[0])
        shown = tuple(
            self._workshop.keep(picture.data, role="view", label=label)
            for label, picture in zip(image_labels(asked.prompt, len(found)), found, strict=True)
        )
        return await self._made(arrival, asked, shown)

    def _inputs(self, fields: Fields) -> list[pictures.Arrived]:
        name = "images" if "images" in fields else "image"
        values = fields.several(name)
        if not 1 <= len(values) <= MAX_IMAGES:
            text = f"'{name}' needs 1 to {MAX_IMAGES} pictures, not {len(values)}."
            raise Refused(text, code="invalid_value", param=name)
        found = [openai_wire.picture(self._workshop, value, f"{name}[{i}]") for i, value in enumerate(values)]
        if any(len(picture.data) >= MAX_IMAGE_BYTES for picture in found):
            raise Refused("Each image must be smaller than 50MB.", code="image_too_large", param=name)
        return found

    def _check_mask(self, fields: Fields, first: pictures.Arrived) -> None:
        value: Value = fields.values.get("mask")
        if value is None:
            return
        if isinstance(value, FilePart):
            mask = pictures.measured(value.data, frozenset({"image/png"}), "mask")
        else:
            mask = openai_wire.picture(self._workshop, value, "mask")
        if (mask.width, mask.height) != (first.width, first.height):
            raise Refused("The mask must have the size of the first image.", code="invalid_value", param="mask")

    async def _made(self, arrival: Arrival, asked: _Asked, shown: tuple[Shown, ...]) -> Response:
        fault = self._workshop.faults.meet(arrival, WIRE, asked.prompt)
        refuse(fault, _blocked("input"))
        width, height = asked.size
        brief = Brief(kind="still", model=asked.model, prompt=asked.prompt, width=width, height=height, pictures=shown)
        usage = _usage(asked, len(shown))
        media_type = _FORMATS[asked.output_format]
        job = self._workshop.accept(
            job_id=f"img_{secrets.token_hex(16)}",
            wire=WIRE,
            brief=brief,
            prompt=asked.prompt,
            usd=prices.gpt_image(usage.text_in, usage.image_in, usage.image_out),
            fault=fault,
            details={"media_type": media_type},
        )
        arrival.job = job.id
        _check(await self._workshop.finished(job.id))
        renderer = self._workshop.renderer
        count = 0 if fault is Fault.EMPTY else asked.count
        variants = [replace(brief, variant=number) for number in range(count)]
        paths = await asyncio.gather(*(renderer.make(variant, media_type) for variant in variants))
        data = [{"b64_json": base64.b64encode(path.read_bytes()).decode()} for path in paths]
        return JSONResponse(
            {
                "created": int(time.time()),
                "data": data,
                "size": f"{width}x{height}",
                "quality": asked.quality,
                "output_format": asked.output_format,
                "background": asked.background,
                "usage": usage.said(),
            }
        )


@dataclass(frozen=True, kw_only=True)
class _Usage:
    text_in: int
    image_in: int
    image_out: int

    def said(self) -> Said:
        total_in = self.text_in + self.image_in
        return {
            "input_tokens": total_in,
            "input_tokens_details": {"text_tokens": self.text_in, "image_tokens": self.image_in},
            "output_tokens": self.image_out,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": self.image_out},
            "total_tokens": total_in + self.image_out,
        }


def _usage(asked: _Asked, inputs: int) -> _Usage:
    """Estimate tokens: output by the table, scaled with the pixels; input prices per picture were never published."""
    per_image = float(TOKENS[asked.quality]) * asked.size[0] * asked.size[1] / 1024**2
    if asked.model.startswith("gpt-image-2.6") and asked.quality in ("low", "medium"):
        per_image *= THRIFTY_FACTOR
    return _Usage(
        text_in=max(1, len(asked.prompt) // 4), image_in=1024 * inputs, image_out=round(per_image) * asked.count
    )


def _asked(fields: Fields) -> _Asked:
    model = fields.text("model", "gpt-image-2.6-sunburst")
    if not MODELS.fullmatch(model):
        raise Refused(f"The model '{model}' does not exist.", status=404, code="model_not_found", param="model")
    count = fields.whole("n") or 1
    if not 1 <= count <= 10:
        raise Refused("'n' must be between 1 and 10.", code="invalid_value", param="n")
    if fields.values.get("stream") in (True, "true"):
        raise Refused("The simulator does not stream images.", code="unsupported_value", param="stream")
    quality = _one_of(fields, "quality", ("auto", *TOKENS), "auto")
    output_format = _one_of(fields, "output_format", tuple(_FORMATS), "png")
    background = _one_of(fields, "background", ("auto", "opaque", "transparent"), "auto")
    if background == "transparent" and output_format == "jpeg":
        raise Refused("A transparent background needs png or webp.", code="invalid_value", param="background")
    return _Asked(
        prompt=openai_wire.prompt_of(fields),
        model=model,
        size=_size(fields.text("size", "auto")),
        quality="medium" if quality == "auto" else quality,
        output_format=output_format,
        background="opaque" if background == "auto" else background,
        count=count,
    )


def _one_of(fields: Fields, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = fields.text(name, default)
    if value not in allowed:
        choice = ", ".join(f"'{each}'" for each in allowed)
        text = f"Invalid value: '{value}'. Supported values are: {choice}."
        raise Refused(text, code="invalid_value", param=name)
    return value


def _size(size: str) -> tuple[int, int]:
    if size == "auto":
        return 1024, 1024
    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    if match is None:
        raise Refused(f"Invalid size '{size}': expected WIDTHxHEIGHT.", code="invalid_value", param="size")
    width, height = int(match[1]), int(match[2])
    rules = {
        "both sides must be divisible by 16": width % 16 == 0 and height % 16 == 0,
        "the ratio must lie between 1:3 and 3:1": max(width, height) <= 3 * min(width, height),
        f"the pixels must number {MIN_PIXELS} to {MAX_PIXELS}": MIN_PIXELS <= width * height <= MAX_PIXELS,
        f"no edge may exceed {MAX_EDGE}": max(width, height) <= MAX_EDGE,
    }
    broken = [rule for rule, holds in rules.items() if not holds]
    if broken:
        raise Refused(f"Invalid size '{size}': {'; '.join(broken)}.", code="invalid_value", param="size")
    return width, height


def _check(job: Job) -> None:
    if job.status is Status.REFUSED:
        raise _blocked("output")
    if job.status is not Status.SUCCEEDED:
        raise Refused(job.message, status=500, code=job.code)


def _blocked(stage: str) -> Refused:
    details = {"moderation_details": {"moderation_stage": stage, "categories": ["violence"]}}
    return Refused(
        REFUSED_TEXT, kind="image_generation_user_error", code="moderation_blocked", reason=json.dumps(details)
    )
