"""The picture of a film's sound."""

from __future__ import annotations

import numpy as np
import pytest

from charkit.media import sound
from charkit.media.sounding import Meter

pytest.importorskip("matplotlib", reason="draws with matplotlib")


def test_it_draws_waveform_loudness_and_target_on_any_ground() -> None:
    from charkit.media.sounding.figure import loudness_figure

    meter = Meter()
    meter.add(np.random.default_rng(1).standard_normal((2, 5 * sound.RATE)).astype(np.float32) * 0.1)
    drawn = loudness_figure(meter.finish(target=-14)).decode()
    assert drawn.lstrip().startswith("<?xml")
    for words in ("momentary", "short-term", "integrated", "target -14", "LUFS", "seconds"):
        assert words in drawn
    assert "#ffffff" not in drawn  # nothing is painted behind it


def test_silence_can_be_drawn_too() -> None:
    from charkit.media.sounding.figure import loudness_figure

    assert b"</svg>" in loudness_figure(Meter().finish())
