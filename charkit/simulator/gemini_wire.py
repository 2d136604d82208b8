"""What the Gemini endpoints have in common: error bodies, pictures, Nano Banana's shapes and prices."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from charkit.simulator import pictures, prices
from charkit.simulator.intake import Refused, decoded

if TYPE_CHECKING:
    from charkit.simulator.intake import Fields
    from charkit.simulator.wires import Said
    from charkit.simulator.workshop import Workshop

WIRE = "google"
FILES = "https://generativelanguage.googleapis.com/v1beta/files/"
"""Start of every file's address. The SDK cuts the id out of it and asks its own base URL (google-wire 4.3)."""
IMAGES = frozenset(pictures.MEDIA_TYPES.values()) | {"image/heic"}
NO_KEY = Refused(
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API.",
    status=403,
)
_STATUS_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
NANO_BANANA = tuple(prices.NANO_BANANA)
OMNI = tuple(prices.OMNI)
JUDGES = tuple(prices.JUDGES)
REFERENCES = 14
"""Pictures that one Nano Banana call takes (google-wire 6)."""
TOKENS_PER_IMAGE = {"1K": 1120, "2K": 1680, "4K": 2520}
"""Output tokens; 2520 at 4K is quoted (image-models 6), the others follow from price over $30/M."""
TOKENS_IN = 258
"""Input tokens per picture: what Google gives for one video frame (google-wire 5), taken for pictures too."""
_ASPECTS = {
    name: tuple(map(int, name.split(":")))
    for name in ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "1:4", "4:1", "1:8", "8:1"]
}


def say(refusal: Refused) -> Said:
    """Return Google's error body."""
    word = refusal.kind or _STATUS_WORDS.get(refusal.status_code, "UNKNOWN")
    return {"error": {"code": refusal.status_code, "message": refusal.detail, "status": word}}


def picture(workshop: Workshop, part: Fields, path: str) -> pictures.Arrived:
    """Return the picture of an image part, inline (`data`) or uploaded (`uri`, `fileUri`)."""
    if text := part.text("data"):
        data = decoded(text)
        if data is None:
            raise Refused(f"Invalid value at '{path}.data': Base64 decoding failed.")
    else:
        data = uploaded(workshop, part.text("uri") or part.text("fileUri") or part.text("file_uri"), path)
    return pictures.measured(data, IMAGES, path)


def uploaded(workshop: Workshop, uri: str, path: str) -> bytes:
    """Return the bytes of a file named by its address or as `files/ID`; data URLs count too."""
    if uri.startswith("data:"):
        return pictures.from_url(uri, path)
    match = re.search(r"files/([a-z0-9]+)", uri)
    data = workshop.upload_bytes(match[1], WIRE) if match else None
    if data is None:
        text = f"You do not have permission to access the File {uri or '(none)'} or it may not exist."
        raise Refused(text, status=403)
    return data


def image_size(model: str, size: str) -> str:
    """Return the size word of an image request, checked against the model.

    Raises:
        Refused: the model does not make that size (google-wire 6: 512 is a 400 on 2.1).
    """
    chosen = size or "1K"
    if chosen not in prices.NANO_BANANA[model]:
        raise Refused(f"Image size {chosen} is not supported by {model}.")
    return chosen


def image_pixels(aspect: str, size: str, last: pictures.Arrived | None) -> tuple[int, int]:
    """Return width and height of an image.

    The area is that of 1024 by 1024, each side rounded up to a multiple of 16, doubled at 2K and again at 4K. This
    gives the three documented shapes (1376x768, 768x1376, 2752x1536); the others are not documented.

    Args:
        aspect: such as `16:9`; empty to follow the last input picture.
        size: 1K, 2K or 4K.
        last: the last input picture, if any.
    """
    if aspect and aspect not in _ASPECTS:
        raise Refused(f"Aspect ratio {aspect} is not supported; use one of {', '.join(_ASPECTS)}.")
    if aspect:
        across, down = _ASPECTS[aspect]
    elif last is not None:
        across, down = min(
            _ASPECTS.values(), key=lambda ratio: abs(math.log(ratio[0] / ratio[1] * last.height / last.width))
        )
    else:
        across, down = 1, 1
    scale = {"1K": 1, "2K": 2, "4K": 4}[size]
    width, height = (scale * _sixteen(1024 * math.sqrt(ratio)) for ratio in (across / down, down / across))
    return width, height


def _sixteen(side: float) -> int:
    return 16 * math.ceil(round(side / 16, 6))
