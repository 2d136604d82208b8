"""`generateContent` of models that answer in text: questions about pictures, in the form that a schema asks for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import gemini_wire, judge_desk
from charkit.simulator.faults import Fault
from charkit.simulator.gemini_wire import WIRE
from charkit.simulator.intake import Arrival, Refused

if TYPE_CHECKING:
    from charkit.simulator.intake import Fields
    from charkit.simulator.judge_desk import Told
    from charkit.simulator.pictures import Arrived
    from charkit.simulator.wires import Said
    from charkit.simulator.workshop import Workshop

_JSON = "application/json"


async def judge(workshop: Workshop, arrival: Arrival) -> Response:
    """Answer a question about pictures."""
    model = arrival.path_part("model")
    config = arrival.fields.branch("generationConfig")
    if config.text("responseMimeType") != _JSON:
        raise Refused("The simulator's judge answers in JSON only: set responseMimeType and responseSchema.")
    schema = config.values.get("responseSchema") or config.values.get("responseJsonSchema")
    if not isinstance(schema, dict):
        raise Refused("generationConfig.responseSchema: must be an object.")
    prompt, pictures = _read(workshop, arrival.fields)
    told = await judge_desk.ask(
        workshop, arrival, wire=WIRE, model=model, prompt=prompt, schema=schema, pictures=pictures
    )
    if told.fault is Fault.FAIL:
        raise Refused("An internal error has occurred.", status=500)
    return JSONResponse(_answer(model, told))


def _read(workshop: Workshop, fields: Fields) -> tuple[str, list[Arrived]]:
    texts: list[str] = []
    pictures: list[Arrived] = []
    for turn in fields.branches("contents"):
        for part in turn.branches("parts"):
            inline = part.branch("inlineData" if "inlineData" in part else "inline_data")
            if inline:
                pictures.append(gemini_wire.picture(workshop, inline, inline.path("")))
            elif text := part.text("text"):
                texts.append(text)
    if not texts:
        raise Refused("GenerateContentRequest.contents: contents is not specified")
    return "\n".join(texts), pictures


def _answer(model: str, told: Told) -> Said:
    usage = {
        "promptTokenCount": told.tokens_in,
        "candidatesTokenCount": told.tokens_out,
        "totalTokenCount": told.tokens_in + told.tokens_out,
    }
    trailer: Said = {"usageMetadata": usage, "modelVersion": model, "responseId": secrets.token_urlsafe(16)}
    if told.fault in (Fault.REFUSE_INPUT, Fault.REFUSE_FACE):
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **trailer}
    if told.fault is Fault.REFUSE_OUTPUT:
        return {"candidates": [{"finishReason": "SAFETY", "index": 0}], **trailer}
    parts = [{"text": told.text}] if told.text else []
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], **trailer}
