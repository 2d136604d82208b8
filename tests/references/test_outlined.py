"""Lines on small pictures: which part is sent, and where the faces are."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.errors import BadReference
from charkit.references.outlined import as_handed_in, as_sent
from charkit.vision import Face
from tests.references.test_framings import store, whole  # noqa: F401  # fixtures


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"), dtype=int)


def test_the_part_that_is_sent_is_drawn_where_it_is(whole) -> None:  # noqa: F811
    plain, drawn = pixels(as_handed_in(whole, None)), pixels(as_handed_in(whole, (0.25, 0.0, 0.75, 1.0)))
    assert drawn.shape == (150, 300, 3)
    yellow = (drawn[75, :, 0] > 180) & (drawn[75, :, 1] > 150) & (drawn[75, :, 2] < 120)
    assert set(np.flatnonzero(yellow) // 10) <= {7, 22}
    assert yellow.any()
    assert not np.array_equal(plain, drawn)


def test_faces_are_drawn_on_what_is_sent_and_stay_inside(whole) -> None:  # noqa: F811
    inside = Face(left=200, top=100, width=200, height=200, landmarks=((0, 0),) * 5, score=0.93)
    outside = Face(left=700, top=-50, width=400, height=200, landmarks=((0, 0),) * 5, score=0.65)
    drawn, plain = pixels(as_sent(whole, (inside, outside))), pixels(as_sent(whole))
    changed = np.abs(drawn - plain).sum(axis=2) > 60
    assert changed[:, 70:80].any()
    assert changed[:5, 260:].any()
    assert not changed[125:, :60].any()


def test_a_source_that_is_gone_is_an_error_of_its_own(whole, tmp_path: Path) -> None:  # noqa: F811
    from dataclasses import replace

    with pytest.raises(BadReference, match="prepare it again"):
        as_handed_in(replace(whole, source=None), None)
    with pytest.raises(BadReference, match="cannot be read"):
        as_handed_in(replace(whole, source=tmp_path / "gone.png"), None)
