"""Looks at one picture: its size, sharpness, faces, and a fingerprint by which copies are known.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000) of the picture at 512 pixels of the longer side,
taken in the tiles around the largest face, else in the sharpest tiles, since that is where the subject is: a portrait
before a soft ground is not blurred. The fingerprint is a difference hash (dHash, N. Krawetz 2013) of 16 by 16 bits,
beside the mean colours, both without a plain border.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageChops

from charkit.errors import BadReference, MissingDependency
from charkit.vision import Faces

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.vision import Face, FaceFinder

__all__ = ["BLURRED", "COLOURS", "COPY", "Looked", "look", "unlike"]

BLURRED: Final = 40.0
"""Sharpness under which a picture counts as blurred: 14 sharp real and drawn pictures, also as JPEG 40 and at a third
of their size, measured 220 and more, the same blurred by a Gaussian of 0.4 % of the longer side (4 pixels of 1024) 29
and less; half as much blur lies between (26 to 330)."""

COPY: Final = 26
"""Bits of 256 up to which two fingerprints are one picture. Saved as JPEG 40, at a third of its size, mirrored, or a
fifth brighter, 14 pictures differed from themselves by at most 23; their edges cut by 2 %, by 8 to 38; the two most
alike views of one character by 53, other pictures by 99 and more."""

COLOURS: Final = 36.0
"""Mean difference of 8-bit colours up to which they are; a fifth brighter made 26. Keeps empty pictures apart."""

SMALL: Final = 512
"""Pixels of the longer side at which sharpness is measured and evidence is kept."""

_TILES: Final = 6
_SIDE: Final = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Looked:
    """What was seen in one picture."""

    digest: str = ""
    """`sha256:` of the file's bytes."""
    width: int = 0
    height: int = 0
    size: int = 0
    """Bytes of the file."""
    media_type: str = ""
    faces: Faces = field(default_factory=Faces)
    sharpness: float = 0.0
    bits: NDArray[np.bool_] | None = None
    """The fingerprint, and that of its mirror image: shape (2, 16, 16)."""
    colours: NDArray[np.float32] | None = None
    """Mean colours of a grid, shape (16, 16, 3)."""
    small: bytes = b""
    """The picture at `SMALL` pixels as JPEG, to prove findings with."""
    warnings: tuple[str, ...] = ()
    """What is odd about the file, such as that it moves or is named as another kind."""
    problem: str = ""
    """Why it cannot be read; then nothing else is known."""


def look(path: Path, finder: FaceFinder) -> Looked:
    """Look at a picture; one that cannot be read says why.

    Args:
        path: Whatever a person gives.
        finder: Finds faces, or says why it cannot.
    """
    from charkit.media.encoding import encode_jpeg
    from charkit.media.images import open_picture

    try:
        opened = open_picture(path)
        facts = _kind(path), path.stat().st_size
    except (BadReference, MissingDependency, OSError) as error:
        return Looked(problem=str(error))
    image = opened.image if opened.image.mode == "RGB" else _on_grey(opened.image)
    faces = finder.find(np.asarray(image, dtype=np.uint8))
    small = image.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.BOX, reducing_gap=2.0)
    grid = _trimmed(small)
    return Looked(
        digest=opened.digest,
        width=image.width,
        height=image.height,
        size=facts[1],
        media_type=facts[0],
        faces=faces,
        sharpness=_sharpness(small, faces.sure[0] if faces.sure else None, small.width / image.width),
        bits=_bits(grid),
        colours=np.asarray(grid.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float32),
        small=encode_jpeg(small, quality=85),
        warnings=opened.warnings,
    )


def unlike(one: Looked, other: Looked) -> tuple[int, float] | None:
    """Return by how many bits, and by how much colour, two pictures differ, the nearer of straight and mirrored.

    None where one of them could not be read.
    """
    if one.bits is None or other.bits is None or one.colours is None or other.colours is None:
        return None
    straight = int((one.bits[0] != other.bits[0]).sum()), float(np.abs(one.colours - other.colours).mean())
    turned = int((one.bits[0] != other.bits[1]).sum()), float(np.abs(one.colours - other.colours[:, ::-1]).mean())
    return min(straight, turned)


def _kind(path: Path) -> str:
    with Image.open(path) as opened:
        return Image.MIME.get(opened.format or "", "")


def _on_grey(image: Image.Image) -> Image.Image:
    """Put what is transparent on grey: on white or black, hair of that colour would be lost to the detector."""
    page = Image.new("RGBA", image.size, "#808080")
    return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")


def _sharpness(small: Image.Image, face: Face | None, scale: float) -> float:
    light = np.asarray(small.convert("L"), dtype=np.float32)
    if min(light.shape) < 3 * _TILES:
        return float("inf")  # too small to tell
    edges = light[:-2, 1:-1] + light[2:, 1:-1] + light[1:-1, :-2] + light[1:-1, 2:] - 4 * light[1:-1, 1:-1]
    if face is not None:
        left, right = (face.left - face.width / 2) * scale, (face.left + 1.5 * face.width) * scale
        top, bottom = (face.top - face.height / 2) * scale, (face.top + 2 * face.height) * scale
        around = edges[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
        if min(around.shape) >= 3 * _TILES:
            edges = around
    tiles = [tile.var() for row in np.array_split(edges, _TILES) for tile in np.array_split(row, _TILES, axis=1)]
    return float(np.percentile(tiles, 90))


def _trimmed(small: Image.Image) -> Image.Image:
    """Cut off a plain border, so that a copy on a larger page is known."""
    corner = small.getpixel((0, 0))
    ground = Image.new("RGB", small.size, corner)
    box = ImageChops.difference(small, ground).convert("L").point(lambda v: 255 * (v > 16)).getbbox()
    return small.crop(box) if box is not None and box[2] - box[0] > _SIDE and box[3] - box[1] > _SIDE else small


def _bits(grid: Image.Image) -> NDArray[np.bool_]:
    light = np.asarray(grid.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS), dtype=np.int16)
    mirrored = light[:, ::-1]
    return np.stack([light[:, 1:] > light[:, :-1], mirrored[:, 1:] > mirrored[:, :-1]])
