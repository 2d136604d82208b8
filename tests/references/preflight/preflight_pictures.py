"""Pictures made on the spot: each seed another one, sharp, with a look of its own."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from charkit.vision import Face, Faces

SHARED = Path(__file__).resolve().parents[4] / "shared" / "media"


def drawing(seed: int, size: tuple[int, int] = (600, 800)) -> Image.Image:
    """Return rectangles and ellipses in colours of their own on a plain ground."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(int(v) for v in random.integers(200, 255, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y = random.integers(0, size[0] - 80), random.integers(0, size[1] - 80)
        w, h = random.integers(40, 260, 2)
        ink = tuple(int(v) for v in random.integers(0, 200, 3))
        (draw.rectangle if random.random() < 0.5 else draw.ellipse)((x, y, x + w, y + h), fill=ink)
    return picture


def face(score: float = 0.9, size: float = 200.0, left: float = 100.0) -> Face:
    """Return a face that looks into the camera."""
    points = tuple(
        (left + x * size, 100 + y * size) for x, y in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    )
    return Face(left=left, top=100, width=size, height=size, landmarks=points, score=score)


class Sees:
    """A finder that sees the same in every picture, or by the picture's red value at the corner."""

    def __init__(self, *found: Face, unknown: str = "") -> None:
        self.faces = Faces(found=found, unknown=unknown)
        self.problem = unknown
        self.asked = 0

    def find(self, rgb: np.ndarray) -> Faces:
        self.asked += 1
        assert rgb.dtype == np.uint8
        return self.faces
