from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.scoring.base import ShotEvidence
from charkit.vision.faces import Face, Faces
from charkit.widgets.clip_boxes import FRAMES, find_boxes


class Finder:
    """Sees one face in frames that are lighter on the left, and nobody in others."""

    def __init__(self, unknown: str = "") -> None:
        self.unknown = unknown

    def find(self, rgb: np.ndarray) -> Faces:
        if self.unknown:
            return Faces(unknown=self.unknown)
        height, width = rgb.shape[:2]
        if rgb[:, : width // 2].mean() <= rgb[:, width // 2 :].mean():
            return Faces()
        face = Face(left=-4, top=0, width=width / 2 + 4, height=height / 2, landmarks=((0.0, 0.0),) * 5, score=0.7)
        return Faces(found=(face,))


def test_faces_are_shares_of_the_frame_and_frames_without_any_say_so(clips: list[Path]) -> None:
    found = find_boxes(clips[0], finder=Finder())  # the white bar wanders from left to right
    assert len({box.time for box in found.boxes}) == FRAMES
    seen, nobody = [b for b in found.boxes if b.label], [b for b in found.boxes if not b.label]
    assert seen
    assert nobody
    assert (seen[0].left, seen[0].right, seen[0].bottom) == (0.0, 0.5, 0.5)
    assert seen[0].label == "face 0.70?"
    assert max(box.time for box in seen) < max(box.time for box in nobody)


def test_a_detector_that_cannot_look_is_said_and_is_no_clip_without_faces(clips: list[Path]) -> None:
    found = find_boxes(clips[0], finder=Finder("yunet is not there: charkit weights get yunet"))
    assert found.problems == ("faces: yunet is not there: charkit weights get yunet",)


def test_a_character_is_boxed_as_the_scorers_cut_it_out(tmp_path: Path) -> None:
    clip = tmp_path / "figure.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("h264", rate=8, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        rgb = np.full((120, 160, 3), (90, 120, 90), np.uint8)
        rgb[30:115, 62:98] = (200, 60, 40)
        for _ in range(8):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
    look = ShotEvidence(shot="S01", clip=clip, character="Mira", expected=("Mira",), framing="medium")
    boxes = [box for box in find_boxes(clip, [look], finder=Finder("no")).boxes if box.label == "Mira"]
    assert len(boxes) == FRAMES
    assert boxes[0].left == pytest.approx(62 / 160, abs=0.05)
    assert boxes[0].right == pytest.approx(98 / 160, abs=0.05)
    assert boxes[0].top == pytest.approx(30 / 120, abs=0.08)


def test_a_ruin_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ruin.mp4").write_bytes(b"no clip")
    with pytest.raises(UnreadableMedia):
        find_boxes(tmp_path / "ruin.mp4", finder=Finder())
