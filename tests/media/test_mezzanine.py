from __future__ import annotations

import av
import numpy as np
import pytest

from charkit.errors import UsageError
from charkit.media.chapters import read_chapters
from charkit.media.frames import exactly
from charkit.media.mezzanine import can_encode, mezzanine
from charkit.media.sound import decode
from charkit.media.spliced import Splice
from charkit.media.stitch import splice

KINDS = {"prores": ("prores", "HQ"), "dnxhr": ("dnxhd", "DNXHR HQX")}


@pytest.fixture
def film(clip, tmp_path):
    source = clip(size=(320, 180))
    parts = [Splice(path=source, chapter="S01"), Splice(path=source, chapter="S02")]
    return splice(parts, tmp_path / "film.mp4", metadata={"title": "The Lantern"})


@pytest.mark.parametrize("kind", list(KINDS))
def test_picture_and_sound_of_the_film_come_back_in_ten_bits(film, tmp_path, kind):
    if not can_encode(kind):
        pytest.skip(f"the FFmpeg of this installation cannot encode {kind}")
    shares = []
    out = mezzanine(film.path, tmp_path / "film.mov", kind, on_progress=shares.append)
    with av.open(str(out)) as opened:
        video, audio = opened.streams.video[0], opened.streams.audio[0]
        codec = video.codec_context
        assert (codec.name, codec.profile.upper()) == KINDS[kind]
        assert (codec.pix_fmt, audio.codec_context.name) == ("yuv422p10le", "pcm_s24le")
        assert video.metadata["timecode"] == "01:00:00:00"
        assert opened.metadata["title"] == "The Lantern"
        assert sum(1 for _ in opened.decode(video)) == film.frames
        assert float(audio.duration * audio.time_base) == pytest.approx(film.seconds, abs=1e-4)
    assert [one.title for one in read_chapters(out)] == ["S01", "S02"]
    for before, after in zip(exactly(film.path, (8, 40, 80)), exactly(out, (8, 40, 80)), strict=True):
        assert np.abs(before.rgb.astype(int) - after.rgb).mean() < 1.5
    before, after = decode(film.path), decode(out)
    frames = min(before.shape[1], after.shape[1])
    assert np.abs(before[:, :frames] - after[:, :frames]).max() < 1e-3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_silent_film_becomes_a_silent_mezzanine(clip, tmp_path):
    source = clip(size=(320, 180), rate=None)
    with av.open(str(mezzanine(source, tmp_path / "film.mov", "prores"))) as opened:
        assert not opened.streams.audio


def test_what_cannot_be_is_refused_before_anything_is_written(clip, tmp_path):
    small = clip()
    with pytest.raises(UsageError, match=r"let the name end in \.mov"):
        mezzanine(small, tmp_path / "film.mp4", "prores")
    with pytest.raises(UsageError, match="DNxHR begins at 256x120"):
        mezzanine(small, tmp_path / "film.mov", "dnxhr")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_cancelling_leaves_nothing(film, tmp_path):
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mezzanine(film.path, tmp_path / "film.mov", "prores", on_progress=stop)
    assert {path.name for path in tmp_path.iterdir()} == {"clip.mp4", "film.mp4"}
