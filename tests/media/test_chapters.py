from __future__ import annotations

import av
import pytest

from charkit.errors import UnreadableMedia
from charkit.media.chapters import Chapter, read_chapters
from charkit.media.spliced import Splice
from charkit.media.stitch import join, splice


def test_every_part_with_a_name_begins_a_chapter_and_one_without_goes_on(clip, tmp_path):
    source = clip()
    parts = [
        Splice(path=source, chapter="Das Leuchtfeuer ☀"),
        Splice(path=source, end=0.5),
        Splice(path=source, chapter="S02"),
    ]
    film = splice(parts, tmp_path / "film.mp4")
    second = film.clips[2].start
    assert read_chapters(film.path) == (
        Chapter(title="Das Leuchtfeuer ☀", start=0.0, end=pytest.approx(second, abs=0.001)),
        Chapter(title="S02", start=pytest.approx(second, abs=0.001), end=pytest.approx(film.seconds, abs=0.001)),
    )


def test_chapters_do_not_move_the_picture_or_the_start_of_the_file(clip, tmp_path):
    source = clip()
    with_chapters = splice([Splice(path=source, chapter="S01")], tmp_path / "with.mp4")
    without = join([source], tmp_path / "without.mp4")
    shown = []
    for film in (with_chapters, without):
        with av.open(str(film.path)) as opened:
            shown.append([(p.pts, p.dts, bytes(p)) for p in opened.demux(opened.streams.video[0]) if p.size])
    assert shown[0] == shown[1]
    head = with_chapters.path.read_bytes()
    assert 0 < head.find(b"moov") < head.find(b"mdat")  # a player can begin before all is there
    assert read_chapters(without.path) == ()


def test_a_file_that_is_no_film_is_named(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"nothing")
    with pytest.raises(UnreadableMedia, match=r"film\.mp4"):
        read_chapters(tmp_path / "film.mp4")
