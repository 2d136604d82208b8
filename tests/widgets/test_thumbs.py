from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

from PIL import Image

from charkit.widgets.thumbs import Thumbs, thumb


def take(path: Path | None, digest: str = "sha256:" + "ab" * 32) -> SimpleNamespace:
    return SimpleNamespace(path=path, digest=digest, ok=path is not None)


def test_a_clip_and_a_picture_have_a_small_jpeg_and_a_ruin_has_none(clips: list[Path], tmp_path: Path) -> None:
    Image.new("RGBA", (900, 1600), "#c83").save(tmp_path / "tall.png")
    small = Image.open(io.BytesIO(thumb(tmp_path / "tall.png") or b""))
    assert small.size == (200, 356)
    assert Image.open(io.BytesIO(thumb(clips[0], 32) or b"")).width == 32
    (tmp_path / "ruin.mp4").write_bytes(b"\0" * 100)
    assert thumb(tmp_path / "ruin.mp4") is None
    assert thumb(tmp_path / "gone.png") is None


def test_a_picture_is_made_once_and_outlives_the_process(clips: list[Path], tmp_path: Path) -> None:
    made = Thumbs(tmp_path / ".thumbs").of(take(clips[0]))
    later = Thumbs(tmp_path / ".thumbs")
    assert later.had(take(None)) == made
    assert later.had(take(None, "sha256:" + "cd" * 32)) is None
    assert [file.suffix for file in (tmp_path / ".thumbs").iterdir()] == [".jpg"]


def test_a_place_that_cannot_be_written_to_only_costs_time(clips: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Thumbs(tmp_path / "file").of(take(clips[0])) is not None
