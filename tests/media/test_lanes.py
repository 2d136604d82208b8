"""The two streams of a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from charkit.media.lanes import Part, Picture, VideoLane
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_decoding_times_rise_steadily_across_a_cut_into_a_clip_that_reorders_more(
    clip: Callable[..., Path], tmp_path: Path
) -> None:
    facts = [probe(clip("plain.mp4", b_frames=0, frames=20)), probe(clip("reordered.mp4", frames=20))]
    assert facts[0].reorder < facts[1].reorder
    pictures = [Picture.of(one) for one in facts]
    with av.open(str(tmp_path / "film.mp4"), "w") as film:
        parts = [
            Part(picture=picture, first=0, last=20, start=20 * i, copied=True) for i, picture in enumerate(pictures)
        ]
        lane = VideoLane(film=film, parts=parts, fps=facts[0].fps)
        film.start_encoding()
        for part in parts:
            lane.write(part)
    with av.open(str(tmp_path / "film.mp4")) as film:
        packets = [p for p in film.demux(film.streams.video[0]) if p.size]
    stored = [p.dts for p in packets]
    assert np.all(np.diff(stored) == 512)
    assert sorted(p.pts for p in packets) == [512 * i for i in range(40)]
    assert all(p.dts <= p.pts for p in packets)
