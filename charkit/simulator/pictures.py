"""Pictures and clips that requests carry: what they are, how large, and where their bytes come from."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from charkit.simulator.intake import Refused, decoded


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A picture that came with a request, decoded as far as its header."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    """Pixels, after the orientation that the file asks for."""
    height: int


MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heif",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
_SAYS = re.compile(r"[Ii]mage ?(\d+)(?: \([^)]*\))?(?::| is| shows) +")
_DESCRIBED = re.compile(r"^([^\W\d_][^:(\n]{0,79}?) ?[:(]", re.MULTILINE)
"""A line's head: a name in any script, as long as a service allows (`Mira:`, `小雪:`, `Old Fenn (small):`)."""
_LONGEST_NAME = 80
_TURNED = (5, 6, 7, 8)
"""Values of the EXIF orientation tag that swap width and height."""
_ORIENTATION = 0x0112


def measured(data: bytes, accepted: frozenset[str], param: str) -> Arrived:
    """Return what a picture is and how large.

    Args:
        data: the file.
        accepted: the media types that this wire takes.
        param: the field it came in, for the error.

    Raises:
        Refused: it is no picture, or of a type that the wire does not take.
    """
    from PIL import Image, UnidentifiedImageError

    _know_heic()
    try:
        with Image.open(io.BytesIO(data)) as picture:
            media_type = MEDIA_TYPES.get(picture.format or "", "")
            width, height = picture.size
            if picture.getexif().get(_ORIENTATION) in _TURNED:
                width, height = height, width
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise Refused(f"Invalid image file for '{param}': {problem}", code="invalid_image", param=param) from None
    if media_type not in accepted:
        raise Refused(
            f"Unsupported image type for '{param}': {media_type or 'unknown'}. "
            f"Supported: {', '.join(sorted(accepted))}.",
            code="unsupported_image_type",
            param=param,
        )
    return Arrived(data=data, media_type=media_type, width=width, height=height)


def from_url(url: str, param: str) -> bytes:
    """Return the bytes of a data URL.

    Raises:
        Refused: another kind of URL. A real service would download it; the simulator reaches nothing beyond its own
            machine, and says so rather than draw without the reference.
    """
    if not url.startswith("data:"):
        raise Refused(
            f"The simulator downloads nothing: send '{param}' as a data URL or a file.",
            code="invalid_image_url",
            param=param,
        )
    data = decoded(url)
    if data is None:
        raise Refused(f"Invalid data URL for '{param}'.", code="invalid_image_url", param=param)
    return data


def image_labels(prompt: str, count: int) -> list[str]:
    """Return, per picture, the name that the prompt gives it: `Image 1: Mira, front`, `Image 2 (profile) shows Mira`.

    Only names of characters that the prompt also describes (`Mira: a girl ...`) count; `Image 1: A sheet` names nobody.
    """
    names: dict[int, str] = {}
    for said in _SAYS.finditer(prompt):
        if found := named_at(prompt, said.end()):
            names[int(said[1])] = found
    return [names.get(number, "") for number in range(1, count + 1)]


def named_at(prompt: str, place: int) -> str:
    """Return the name of a described character that stands at a place of the prompt; empty where none does."""
    described = sorted(set(_DESCRIBED.findall(prompt)), key=len, reverse=True)
    rest = prompt[place : place + _LONGEST_NAME + 1]
    return next((name for name in described if rest.startswith(name) and _ends(rest[len(name) :])), "")


def _ends(rest: str) -> bool:
    """Whether a name is over here; in scripts without spaces a letter that follows makes it a longer name."""
    return not (rest[:1].isalnum() or rest[:1] in {"'", "’", "-", "_"})


def _know_heic() -> None:
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()
