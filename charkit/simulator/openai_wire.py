"""What OpenAI's endpoints have in common: error bodies, references by URL or file id, models, uploaded files."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import pictures
from charkit.simulator.intake import Arrival, FilePart, Refused
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.intake import Fields, Value
    from charkit.simulator.workshop import Workshop

WIRE = "openai"
MODELS = (
    "sora-2",
    "sora-2-pro",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-flare",
    "gpt-image-2",
    "gpt-5.6-luna",
)
"""The models that `GET /models` lists. The simulator keeps Sora alive, because the protocol outlived the service."""
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Media types that OpenAI takes (reference openai-video-wire 2.2, image-models 1)."""
MAX_IMAGE_URL = 20_971_520
"""Characters of an `image_url` (reference openai-video-wire 2.2)."""
NO_KEY = Refused("You didn't provide an API key.", status=401)
_TYPES = {401: "invalid_request_error", 429: "rate_limit_error", 500: "server_error", 503: "server_error"}


def say(refusal: Refused) -> Said:
    """Return OpenAI's error body."""
    error: Said = {
        "message": refusal.detail,
        "type": refusal.kind or _TYPES.get(refusal.status_code, "invalid_request_error"),
        "param": refusal.param or None,
        "code": refusal.code or None,
    }
    if refusal.reason:
        error.update(json.loads(refusal.reason))
    return {"error": error}


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors for models and files."""

    async def models(_: Arrival) -> Response:
        return JSONResponse({"object": "list", "data": [_model(name) for name in MODELS]})

    async def model(arrival: Arrival) -> Response:
        name = arrival.path_part("model")
        if name not in MODELS:
            raise Refused(f"The model '{name}' does not exist", status=404, code="model_not_found", param="model")
        return JSONResponse(_model(name))

    async def upload(arrival: Arrival) -> Response:
        part = arrival.fields.values.get("file")
        if not isinstance(part, FilePart):
            raise Refused("Missing required parameter: 'file'.", code="missing_required_parameter", param="file")
        kept = workshop.keep_upload(WIRE, "file-", part.name, part.media_type, part.data)
        said = {"id": kept.id, "object": "file", "bytes": kept.size, "created_at": int(time.time())}
        purpose = arrival.fields.text("purpose", "vision")
        return JSONResponse({**said, "filename": kept.name, "purpose": purpose, "status": "processed"})

    return [
        Door(path="/models", method="GET", handler=models),
        Door(path="/models/{model}", method="GET", handler=model),
        Door(path="/files", method="POST", handler=upload),
    ]


def picture(workshop: Workshop, value: Value, param: str) -> pictures.Arrived:
    """Return the picture in a field: a file, or an object with exactly one of `image_url` and `file_id`.

    Raises:
        Refused: neither of them, or no picture.
    """
    if isinstance(value, FilePart):
        return pictures.measured(value.data, IMAGES, param)
    if not isinstance(value, dict):
        text = f"Invalid type for '{param}': expected an object, but got a string instead."
        raise Refused(text, code="invalid_type", param=param)
    url, file_id = value.get("image_url"), value.get("file_id")
    if (url is None) == (file_id is None):
        raise Refused(f"'{param}' needs exactly one of 'image_url' and 'file_id'.", code="invalid_value", param=param)
    if isinstance(url, str):
        if len(url) > MAX_IMAGE_URL:
            text = f"'{param}.image_url' is longer than {MAX_IMAGE_URL}."
            raise Refused(text, code="string_above_max_length", param=param)
        return pictures.measured(pictures.from_url(url, f"{param}.image_url"), IMAGES, param)
    data = workshop.upload_bytes(str(file_id), WIRE)
    if data is None:
        raise Refused(f"No such File object: {file_id}", status=404, param=f"{param}.file_id")
    return pictures.measured(data, IMAGES, param)


def prompt_of(fields: Fields) -> str:
    """Return the prompt, 1 to 32000 characters."""
    prompt = fields.text("prompt")
    if not prompt:
        raise Refused("Missing required parameter: 'prompt'.", code="missing_required_parameter", param="prompt")
    if len(prompt) > 32_000:
        raise Refused("'prompt' is longer than 32000 characters.", code="string_above_max_length", param="prompt")
    return prompt


def only(fields: Fields, known: frozenset[str]) -> None:
    """Refuse fields that are not documented, as OpenAI does."""
    if unknown := fields.unknown(known):
        raise Refused(f"Unknown parameter: '{unknown[0]}'.", code="unknown_parameter", param=unknown[0])


def _model(name: str) -> Said:
    return {"id": name, "object": "model", "created": 1758941485, "owned_by": "openai", "shutdown_date": None}
