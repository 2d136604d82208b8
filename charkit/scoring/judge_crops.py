"""What a judge is shown: figures cut out on plain ground, and the blind controls that hide among them.

A control is a picture of which charkit knows what a good judge must say: the reference itself, the reference in other
light, and somebody else. They are cut, sized and encoded like every other picture, so that nothing but what they show
tells them apart.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from charkit.errors import CharkitError
from charkit.media import images
from charkit.providers.base import Blob

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.scoring.oklab import Bytes
    from charkit.scoring.subject import Mask, Masker

__all__ = ["Cut", "cut_out", "cut_reference", "recoloured", "relit"]

SIDE = 512
"""Longest side of a picture in pixels: two of Google's tiles of 384, of which the smaller side is one."""
_GROUND = 198
"""Grey level of the ground: lighter than most clothes, darker than white ones."""
_MARGIN = 0.06
"""Ground that is left around the figure, as a share of its longest side."""
_SLACK = 0.012
"""How far the mask is widened, as a share of the picture's height: masks cut away hat brims and hair ends first."""
_ENLARGE = 2.0
"""No picture is enlarged by more than this."""
_LIGHT, _GAMMA = (1.10, 1.0, 0.86), 1.12
"""The other light of the re-lit control: warm, by channel, and a little darker in the middle. As in scoring.md 4.2,
where mild light has a cast of 0.027 and strong light one of 0.09 per channel, at the strong end."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A figure on plain ground."""

    rgb: Bytes = field(repr=False)
    """sRGB, shape (height, width, 3)."""
    mask: Mask = field(repr=False)
    """True where the figure is."""

    @cached_property
    def jpeg(self) -> bytes:
        """The picture as it goes out."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(self.rgb).save(buffer, "JPEG", quality=92)
        return buffer.getvalue()

    def blob(self, label: str) -> Blob:
        """Return the picture under a name that says nothing about it."""
        return Blob(name=f"{label}.jpg", media_type="image/jpeg", data=self.jpeg)


def cut_out(rgb: Bytes, mask: Mask) -> Cut:
    """Return the figure under a mask on plain ground, cropped to it; see `SIDE`."""
    import cv2

    reach = max(1, round(rgb.shape[0] * _SLACK))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    wide = np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), dtype=np.bool_)
    shown = np.where(wide[..., None], rgb, np.uint8(_GROUND))
    rows, columns = np.flatnonzero(wide.any(axis=1)), np.flatnonzero(wide.any(axis=0))
    box = shown[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    inside = wide[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(_ENLARGE, SIDE / (max(box.shape[:2]) * (1 + 2 * _MARGIN)))
    size = (max(1, round(box.shape[1] * scale)), max(1, round(box.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    edge = max(2, round(max(size) * _MARGIN))
    return Cut(
        rgb=np.pad(_sized(box, size, how), ((edge, edge), (edge, edge), (0, 0)), constant_values=_GROUND),
        mask=np.pad(_sized(inside.astype(np.uint8), size, cv2.INTER_NEAREST) > 0, edge),
    )


def _sized(picture: NDArray[np.uint8], size: tuple[int, int], how: int) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)


def cut_reference(path: Path, masker: Masker) -> Cut | str:
    """Return the figure of a reference picture, or why there is none to show."""
    try:
        picture = images.open_upright(path)
    except (CharkitError, OSError) as error:
        return f"{path.name} cannot be read ({type(error).__name__})"
    picture.thumbnail((1024, 1024))
    alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
    rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    subject = masker.in_reference(rgb, alpha)
    return cut_out(rgb, subject.mask) if subject.found else f"{path.name}: {subject.problem}"


def relit(cut: Cut) -> Cut:
    """Return the same figure in warmer, slightly darker light: a judge has to see past it."""
    lit = np.clip((cut.rgb / 255.0) ** _GAMMA * np.array(_LIGHT), 0, 1) * 255
    return Cut(rgb=np.where(cut.mask[..., None], np.rint(lit), cut.rgb).astype(np.uint8), mask=cut.mask)


def recoloured(cut: Cut) -> Cut:
    """Return the figure with its hues turned by a third: who stands in for a stranger where the cast has nobody else.

    It shares face and build with the reference, so a judge that catches it has only shown that it sees colours.
    """
    import cv2

    hsv = cv2.cvtColor(cut.rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + 60) % 180
    hsv[..., 2] = 255 - hsv[..., 2] // 2
    turned = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return Cut(rgb=np.where(cut.mask[..., None], turned, cut.rgb).astype(np.uint8), mask=cut.mask)
