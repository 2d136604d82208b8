"""`/v1/chat/completions`: questions about pictures, answered in the form of a schema (openai 3.54.0, types/chat)."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import judge_desk, openai_wire, pictures
from charkit.simulator.faults import Deed, Fault, refuse
from charkit.simulator.intake import Arrival, Fields, Refused
from charkit.simulator.openai_wire import WIRE
from charkit.simulator.wires import Door, Said
from charkit.simulator.workshop import REFUSED_TEXT

if TYPE_CHECKING:
    from charkit.simulator.judge_desk import Told
    from charkit.simulator.pictures import Arrived
    from charkit.simulator.workshop import Workshop

_KNOWN = frozenset(
    {
        "model",
        "messages",
        "response_format",
        "max_completion_tokens",
        "max_tokens",
        "n",
        "reasoning_effort",
        "seed",
        "store",
        "temperature",
        "user",
    }
)


def doors(workshop: Workshop) -> list[Door]:
    """Return the door of chat completions."""

    async def complete(arrival: Arrival) -> Response:
        fields = arrival.fields
        openai_wire.only(fields, _KNOWN)
        model = fields.text("model")
        if not model:
            raise Refused("you must provide a model parameter", param="model")
        form = fields.branch("response_format")
        schema = form.branch("json_schema").values.get("schema")
        if form.text("type") != "json_schema" or not isinstance(schema, dict):
            raise Refused(
                "The simulator's judge answers in JSON only: give a json_schema.",
                code="invalid_value",
                param="response_format",
            )
        prompt, shown = _read(fields)
        told = await judge_desk.ask(
            workshop, arrival, wire=WIRE, model=model, prompt=prompt, schema=schema, pictures=shown
        )
        refuse(told.fault, Refused(REFUSED_TEXT, code="moderation_blocked", kind="invalid_request_error"))
        if told.fault is Fault.FAIL:
            raise Refused("The server had an error while processing your request.", status=500)
        return JSONResponse(_answer(model, told))

    return [Door(path="/chat/completions", method="POST", handler=complete, deed=Deed.ORDER)]


def _read(fields: Fields) -> tuple[str, list[Arrived]]:
    """Return the text and the pictures of all turns, in order."""
    texts: list[str] = []
    shown: list[Arrived] = []
    for turn in fields.branches("messages"):
        if isinstance(said := turn.values.get("content"), str):
            texts.append(said)
            continue
        for part in turn.branches("content"):
            if part.text("type") == "image_url":
                where = part.path("image_url.url")
                data = pictures.from_url(part.branch("image_url").text("url"), where)
                shown.append(pictures.measured(data, openai_wire.IMAGES, where))
            else:
                texts.append(part.text("text"))
    if not any(texts):
        raise Refused("Missing required parameter: 'messages'.", param="messages")
    return "\n".join(texts), shown


def _answer(model: str, told: Told) -> Said:
    withheld = told.fault is Fault.REFUSE_OUTPUT
    message = {
        "role": "assistant",
        "content": None if withheld else told.text,
        "refusal": "I'm sorry, I can't help with that." if withheld else None,
    }
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": told.tokens_in,
            "completion_tokens": told.tokens_out,
            "total_tokens": told.tokens_in + told.tokens_out,
        },
    }
