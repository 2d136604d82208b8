"""Where in a picture its subject is, by what stands out; for crops that nobody drew a box for.

Two measures on a thumbnail, multiplied by a mild preference for the middle: how much a place's colour differs from the
picture's border (most references stand on a plain ground), and the spectral residual (Hou and Zhang, "Saliency
Detection: A Spectral Residual Approach", CVPR 2007), which finds what is unexpected in a picture full of detail. No
weights, no face detection: whoever has a detector passes its boxes instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.media.scaling import Box

__all__ = ["alpha_box", "subject_box"]

_SIDE: Final = 64
"""Pixels of the thumbnail's longer side: the scale at which the paper works, and faces in a full figure still count."""

_HELD: Final = 0.9
"""Share of what stands out that the box holds."""

_PLAIN: Final = 4.0
"""Levels by which a border may vary and still be one plain ground: studio paper, JPEG's noise."""

_MOST: Final = 0.9
"""Share of a picture from which an outline says nothing: the ground is shaded, not the subject."""

_FLAT: Final = 6.0
"""Levels of spread under which nothing in a picture stands out."""


def alpha_box(image: Image.Image) -> Box | None:
    """Return the box of what is not transparent, or None where nothing is transparent, or all."""
    if image.mode != "RGBA":
        return None
    found = image.getchannel("A").getbbox()
    return None if found is None else _shares(found, image.size)


def subject_box(image: Image.Image) -> Box | None:
    """Return the box of the picture's subject, or None where nothing stands out.

    Args:
        image: The picture, `RGB` or `RGBA`; what is not transparent is the subject.
    """
    cut_out = alpha_box(image)
    if cut_out is not None:
        return cut_out
    small = image.convert("RGB")
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    rgb = np.asarray(small, dtype=np.float32)
    if min(rgb.shape[:2]) < 8 or float(rgb.std(axis=(0, 1)).max()) < _FLAT:
        return None
    border = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    ground = np.median(border, axis=0)
    even = float(np.median(np.abs(border - ground)))  # a plain border tells more than a busy one
    apart = np.clip(np.linalg.norm(rgb - ground, axis=2) - 3 * even - 8, 0, None)
    outline = _outline(apart) if even <= _PLAIN else None
    if outline is not None and (outline[2] - outline[0]) * (outline[3] - outline[1]) < _MOST:
        return outline
    strength = _standing_out(rgb, apart, even)
    return _held(strength) if strength.sum() > 0 else None


def _outline(apart: NDArray[np.float32]) -> Box | None:
    """Return the box of what is not the plain ground, specks left out, with a pixel of the thumbnail around it."""
    specks = Image.fromarray(((apart > 0) * 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    found = specks.getbbox()
    if found is None:
        return None
    width, height = specks.size
    left, top, right, bottom = found
    return _shares((max(0, left - 1), max(0, top - 1), min(width, right + 1), min(height, bottom + 1)), specks.size)


def _standing_out(rgb: NDArray[np.float32], apart: NDArray[np.float32], even: float) -> NDArray[np.float64]:
    height, width = rgb.shape[:2]
    strange = _residual(rgb.mean(axis=2))
    weight = 1 / (1 + even / 8)
    mixed = weight * _unit(apart) + (1 - weight) * _unit(strange)
    y = np.linspace(-1, 1, height)[:, None]
    x = np.linspace(-1, 1, width)[None, :]
    smooth = np.asarray(
        Image.fromarray((255 * _unit(mixed)).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.5)), dtype=np.float64
    )
    strength = smooth * np.exp(-(x**2 + y**2) / 4)
    return np.asarray(np.where(strength > strength.mean() + 0.5 * strength.std(), strength, 0.0))


def _residual(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    spectrum = np.fft.fft2(grey)
    logs = np.log(np.abs(spectrum) + 1e-9)
    padded = np.pad(logs, 1, mode="wrap")
    height, width = grey.shape
    mean = sum(padded[i : i + height, j : j + width] for i in range(3) for j in range(3)) / 9
    back = np.fft.ifft2(np.exp(logs - mean + 1j * np.angle(spectrum)))
    return np.asarray(np.abs(back) ** 2)


def _unit(values: NDArray[np.floating]) -> NDArray[np.floating]:
    top = float(np.quantile(values, 0.99))
    return np.clip(values / top, 0, 1) if top > 0 else np.zeros_like(values)


def _held(strength: NDArray[np.float64]) -> Box:
    """Return the box that leaves out as much on each side as lies beyond the share that is held."""
    tail = (1 - _HELD) / 4
    edges = []
    for axis in (0, 1):
        mass = np.cumsum(strength.sum(axis=axis)) / strength.sum()
        first, last = int(np.searchsorted(mass, tail)), int(np.searchsorted(mass, 1 - tail)) + 1
        edges.append((first / mass.size, min(1.0, last / mass.size)))
    (left, right), (top, bottom) = edges
    return (left, top, right, bottom)


def _shares(box: tuple[int, int, int, int], size: tuple[int, int]) -> Box:
    return (box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1])
