from __future__ import annotations

import errno
import resource

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


def test_a_disk_that_is_full_says_so_by_its_number(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (10_000, hard)
    )  # the system refuses to write further, as a full disk does
    try:
        with pytest.raises(OSError) as caught:
            Reel(path=tmp_path / "tail.raw").add((np.zeros((200, 200), np.uint8),))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG
