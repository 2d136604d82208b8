"""Prompts and small measurements that the tests of the simulator's drawing share."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from charkit.simulator.clip import frames_of
from charkit.simulator.direction import Direction, Drift

MIRA = (
    "Mira (<IMAGE_REF_0>, <IMAGE_REF_1>): a girl of about ten with a round face, freckles, big green eyes and a "
    "chin-length copper bob. She wears a mustard-yellow raincoat, a teal scarf, navy leggings and brown boots, and "
    "carries a round paper lantern."
)
FENN = (
    "Fenn: a small fox-like forest creature with moss-green fur, a cream belly, amber eyes, very large ears, a leaf at "
    "the tip of his tail and a red neckerchief."
)
STAIRS = f"""# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2
One single continuous shot, no cuts.
Style: hand-painted 2D animation, soft ink outlines, warm paper texture.
{MIRA}
{FENN}
Shot: medium shot at eye level, Mira on the left, Fenn on the right.
Place: the stone harbour stairs of a small fishing town.
Light: blue dusk.
Action: Mira lifts her paper lantern and looks out to sea.
Camera: slow push in.
Dialogue: Mira says: "The light is out."
Sound: waves, distant gulls.
The reference images show who the characters are; do not take them as literal opening frames."""
VIEW = f"{MIRA}\nView: front view, full body.\nBackground: plain light grey background, even light."
STEADY = Drift(text=0.0, references=0.0, character=0.0, off_model=0.0)
"""No drift at all."""


def small(prompt: str, **changes: object) -> Direction:
    """A direction for a small, short clip."""
    return Direction(**({"prompt": prompt, "width": 320, "height": 180, "seconds": 0.5, "seed": 5} | changes))


def frame_of(prompt: str, drift: Drift = STEADY, **changes: object) -> np.ndarray:
    """The first frame of a clip."""
    return next(iter(frames_of(small(prompt, **changes), drift)))


def png(pixels: np.ndarray) -> bytes:
    """Pixels as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def near(pixels: np.ndarray, colour: tuple[float, float, float], within: float = 40) -> float:
    """Share of the pixels that lie near a colour."""
    return float((np.abs(pixels.astype(float) - np.array(colour)).max(axis=2) < within).mean())
