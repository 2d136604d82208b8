from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image

from charkit.media.frames import Frame
from charkit.scoring.proof import proof


def test_the_subject_stays_and_the_rest_fades() -> None:
    rgb = np.full((360, 640, 3), (20, 90, 40), np.uint8)
    shown = np.zeros((360, 640), np.bool_)
    shown[:, :320] = True
    found = proof(Frame(index=3, time=1.23456, rgb=rgb), shown, 0.123456)
    picture = np.asarray(Image.open(io.BytesIO(found.jpeg)).convert("RGB")).astype(int)
    assert picture.shape == (120, 213, 3)
    assert np.abs(picture[60, 40] - (20, 90, 40)).max() < 12
    assert picture[60, 180].min() > 170
    assert (found.time, found.score) == (1.235, 0.1235)
    assert found.digest == f"sha256:{hashlib.sha256(found.jpeg).hexdigest()}"
    assert (rgb == (20, 90, 40)).all(), "the frame itself is left alone"
