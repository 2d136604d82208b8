"""Looking at what came: whether it can be decoded to its end, and whether it is what was asked for."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from charkit.errors import UnreadableMedia

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.providers.base import Blob
    from charkit.takes.slates import Slate

__all__ = ["SUFFIXES", "MediaFacts", "differences", "inspect_clip", "inspect_picture", "measured"]

SUFFIXES = {
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "application/json": ".json",
}
"""Media type -> how its files end."""

_TOO_SHORT = 0.25
"""Seconds by which a clip may be shorter than asked for without a word: encoders drop part of the last frames."""

_TOO_LONG = 1.5
"""Seconds by which it may be longer: MiniMax H3 rounds up to 17n + 5 frames (openai-video-wire.md, 4.3)."""


@dataclass(frozen=True, kw_only=True)
class MediaFacts:
    """What was measured of a clip or picture."""

    width: int
    """Pixels."""
    height: int
    """Pixels."""
    seconds: float | None = None
    """None for a picture."""
    fps: float | None = None
    sound: bool = False

    def text(self) -> str:
        """Return the facts as JSON text, for the ledger."""
        return json.dumps(asdict(self), sort_keys=True)


def measured(text: str) -> MediaFacts:
    """Return the facts that `MediaFacts.text` wrote."""
    return MediaFacts(**json.loads(text))


def inspect_clip(path: Path) -> MediaFacts:
    """Make sure that a clip is whole, and measure it; see `charkit.media.verify` for what that finds.

    Raises:
        UnreadableMedia: it cannot be decoded, it is damaged, or its end is missing.
    """
    from charkit.media.verify import verify_clip

    try:
        whole = verify_clip(path)
    except UnreadableMedia as error:
        # The file has a passing name that says nothing to anybody.
        raise UnreadableMedia("the clip " + str(error).removeprefix(f"{path}: ")) from error
    return MediaFacts(width=whole.width, height=whole.height, seconds=whole.seconds, fps=whole.fps, sound=whole.sound)


def inspect_picture(blob: Blob) -> MediaFacts:
    """Decode a picture; of a judge's answer, make sure that it can be read.

    Raises:
        UnreadableMedia: it cannot be decoded.
    """
    if blob.media_type == "application/json":
        try:
            json.loads(blob.data)
        except (ValueError, RecursionError) as error:
            raise UnreadableMedia(f"the answer {blob.name} is no JSON") from error
        return MediaFacts(width=0, height=0)
    from PIL import Image

    try:
        with Image.open(io.BytesIO(blob.data)) as image:
            image.load()
            return MediaFacts(width=image.width, height=image.height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableMedia(f"the picture {blob.name} cannot be decoded: {error}") from error


def differences(facts: MediaFacts, asked: Slate) -> str:
    """Say in what a result differs from what was asked for; empty if in nothing that matters."""
    words = []
    if (facts.width, facts.height) != (asked.width, asked.height):
        words.append(f"{facts.width}×{facts.height} pixels came, {asked.width}×{asked.height} were asked for")
    if asked.seconds is not None and facts.seconds is not None:
        more = facts.seconds - asked.seconds
        if not -_TOO_SHORT <= more <= _TOO_LONG:
            words.append(f"{facts.seconds:.1f} s came, {asked.seconds} s were asked for")
    return "; ".join(words)
