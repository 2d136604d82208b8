from __future__ import annotations

import numpy as np
import pytest

from charkit.media.picture.reel import Reel


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_frames_come_back_in_order_and_leave_no_file_behind(tmp_path, kind):
    rng = np.random.default_rng(1)
    frames = [tuple(rng.integers(0, 200, size, dtype=kind) for size in ((6, 8), (3, 4), (3, 4))) for _ in range(5)]
    reel = Reel(path=tmp_path / "tail.raw")
    for frame in frames:
        reel.add(frame)
    for one, other in zip(frames, reel, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    reel.drop()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_reel_gives_nothing(tmp_path):
    reel = Reel(path=tmp_path / "none.raw")
    assert list(reel) == []
    reel.drop()
