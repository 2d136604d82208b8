"""`models/ID:generateContent`: Nano Banana's pictures, and answers in text (google-wire, sections 5 and 6)."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import gemini_judging, gemini_wire, prices
from charkit.simulator.briefs import Brief, Shown
from charkit.simulator.faults import Deed, Fault
from charkit.simulator.gemini_wire import WIRE
from charkit.simulator.intake import Arrival, Fields, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.pictures import image_labels
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.pictures import Arrived
    from charkit.simulator.workshop import Workshop

_KNOWN = frozenset(
    {
        "contents",
        "generationConfig",
        "generation_config",
        "systemInstruction",
        "system_instruction",
        "safetySettings",
        "safety_settings",
        "tools",
        "toolConfig",
        "tool_config",
        "cachedContent",
        "cached_content",
        "labels",
        "store",
        "serviceTier",
    }
)
DECLINED = "I can't make that picture for you, but I can help with a different idea."


def doors(workshop: Workshop) -> list[Door]:
    """Return the door of generateContent."""
    desk = _Desk(workshop)
    return [
        Door(path="/{version}/models/{model}:generateContent", method="POST", handler=desk.generate, deed=Deed.ORDER)
    ]


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def generate(self, arrival: Arrival) -> Response:
        if arrival.path_part("model") in gemini_wire.JUDGES:
            return await gemini_judging.judge(self._workshop, arrival)
        model = _model(arrival.path_part("model"))
        fields = arrival.fields
        if unknown := fields.unknown(_KNOWN):
            raise Refused(f'Invalid JSON payload received. Unknown name "{unknown[0]}": Cannot find field.')
        config = either(fields, "generationConfig", "generation_config")
        prompt, shown, last = self._read(fields)
        if not _wants_image(config):
            return JSONResponse(_answer(model, [{"text": DECLINED}], "STOP", prompt, len(shown), 0))
        shape = either(config, "imageConfig", "image_config")
        size = gemini_wire.image_size(model, word(shape, "imageSize", "image_size"))
        width, height = gemini_wire.image_pixels(word(shape, "aspectRatio", "aspect_ratio"), size, last)
        fault = self._workshop.faults.meet(arrival, WIRE, prompt)
        if fault in (Fault.REFUSE_INPUT, Fault.REFUSE_FACE):
            return JSONResponse(_blocked(model, prompt))
        brief = Brief(
            kind="still",
            model=model,
            prompt=prompt,
            width=width,
            height=height,
            pictures=shown,
            seed=config.whole("seed"),
        )
        job = self._workshop.accept(
            job_id=f"gc_{secrets.token_hex(12)}",
            wire=WIRE,
            brief=brief,
            prompt=prompt,
            usd=prices.nano_banana(model, size),
            fault=fault,
        )
        arrival.job = job.id
        done = await self._workshop.finished(job.id)
        if done.status is not Status.SUCCEEDED:
            return _withheld(done, len(shown))
        data = (await self._workshop.renderer.make(brief)).read_bytes()
        tokens = gemini_wire.TOKENS_PER_IMAGE[size]
        return JSONResponse(_answer(model, _parts(config, data), "STOP", prompt, len(shown), tokens))

    def _read(self, fields: Fields) -> tuple[str, tuple[Shown, ...], Arrived | None]:
        """Return the text, the pictures in order, and the last of them."""
        texts: list[str] = []
        found: list[Arrived] = []
        for turn in fields.branches("contents"):
            said_by_model = turn.text("role", "user") == "model"
            for part in turn.branches("parts"):
                inline = either(part, "inlineData", "inline_data") or either(part, "fileData", "file_data")
                if inline:
                    if said_by_model and not word(part, "thoughtSignature", "thought_signature"):
                        raise Refused("Image part is missing a thought_signature in the model's turn.")
                    found.append(gemini_wire.picture(self._workshop, inline, inline.path("")))
                elif not said_by_model and (text := part.text("text")):
                    texts.append(text)
        if not texts:
            raise Refused("GenerateContentRequest.contents: contents is not specified")
        if len(found) > gemini_wire.REFERENCES:
            raise Refused(f"At most {gemini_wire.REFERENCES} images are supported, not {len(found)}.")
        prompt = "\n".join(texts)
        labels = image_labels(prompt, len(found))
        shown = [self._workshop.keep(p.data, role="view", label=label) for p, label in zip(found, labels, strict=True)]
        return prompt, tuple(shown), found[-1] if found else None


def either(fields: Fields, camel: str, snake: str) -> Fields:
    """Return an object field under either spelling; the SDK mixes both (google-wire 6.1)."""
    return fields.branch(camel if camel in fields else snake)


def word(fields: Fields, camel: str, snake: str) -> str:
    """Return a text field under either spelling."""
    return fields.text(camel) or fields.text(snake)


def _model(model: str) -> str:
    if model in gemini_wire.OMNI:
        raise Refused("This model only supports Interactions API.")
    if model not in gemini_wire.NANO_BANANA:
        text = f"models/{model} is not found for API version v1, or is not supported for generateContent."
        raise Refused(text, status=404)
    return model


def _wants_image(config: Fields) -> bool:
    modalities = config.several("responseModalities") or config.several("response_modalities")
    return not modalities or any(str(each).upper() == "IMAGE" for each in modalities)


def _parts(config: Fields, data: bytes) -> list[Said]:
    parts: list[Said] = []
    thinking = either(config, "thinkingConfig", "thinking_config")
    if thinking.flag("includeThoughts") or thinking.flag("include_thoughts"):
        parts.append({"text": "Composing the picture from the description and the references.", "thought": True})
    inline = {"mimeType": "image/png", "data": base64.b64encode(data).decode()}
    signature = base64.b64encode(b"simulated:" + secrets.token_bytes(24)).decode()
    return [*parts, {"inlineData": inline, "thoughtSignature": signature}]


def _answer(model: str, parts: list[Said], finish: str, prompt: str, inputs: int, image_tokens: int) -> Said:
    candidate: Said = {"finishReason": finish, "index": 0}
    if parts:
        candidate["content"] = {"role": "model", "parts": parts}
    return {"candidates": [candidate], **_trailer(model, prompt, inputs, image_tokens)}


def _blocked(model: str, prompt: str) -> Said:
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **_trailer(model, prompt, 0, 0)}


def _trailer(model: str, prompt: str, inputs: int, image_tokens: int) -> Said:
    text, images = max(1, len(prompt) // 4), gemini_wire.TOKENS_IN * inputs
    details = [{"modality": "TEXT", "tokenCount": text}]
    if images:
        details.append({"modality": "IMAGE", "tokenCount": images})
    usage: Said = {
        "promptTokenCount": text + images,
        "promptTokensDetails": details,
        "candidatesTokenCount": image_tokens,
        "totalTokenCount": text + images + image_tokens,
    }
    if image_tokens:
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": image_tokens}]
    return {"usageMetadata": usage, "modelVersion": model, "responseId": secrets.token_urlsafe(16)}


def _withheld(job: Job, inputs: int) -> Response:
    if job.status is not Status.REFUSED:
        raise Refused(job.message, status=500)
    model, prompt = job.brief.model, job.prompt
    if job.fault == Fault.EMPTY:
        return JSONResponse(_answer(model, [], "STOP", prompt, inputs, 0))
    if job.fault == Fault.DECLINE:
        return JSONResponse(_answer(model, [{"text": DECLINED}], "STOP", prompt, inputs, 0))
    return JSONResponse(_answer(model, [], "IMAGE_SAFETY", prompt, inputs, 0))
