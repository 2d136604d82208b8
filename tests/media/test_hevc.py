"""Films of H.265: copied, cut at pictures that are no IDR, and rendered at their edges."""

from __future__ import annotations

import subprocess
from itertools import islice
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.media import fit
from charkit.media.hevc import hevc_sets
from charkit.media.probe import probe
from charkit.media.spliced import Crossing, Splice
from charkit.media.stitch import join, splice

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif("libx265" not in av.codecs_available, reason="this FFmpeg cannot encode H.265")

OPEN = "log-level=none:open-gop=1:keyint=12:min-keyint=12:scenecut=0"
IDR, CRA, BLA, RASL = {19, 20}, 21, 18, {8, 9}


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(container.streams.video[0])]


def kinds_of(path: Path) -> list[int]:
    """The type of each packet's picture."""
    with av.open(str(path)) as container:
        packets = [bytes(p) for p in container.demux(container.streams.video[0]) if p.size]
    kinds = []
    for packet in packets:
        at = 0
        while (kind := packet[at + 4] >> 1 & 63) > 31:
            at += 4 + int.from_bytes(packet[at : at + 4], "big")
        kinds.append(kind)
    return kinds


@pytest.fixture(scope="module")
def closed(kept_clip, tmp_path_factory) -> Path:
    return kept_clip(tmp_path_factory.mktemp("closed") / "c.mp4", codec="libx265", keyframe_every=12, rate=None, hue=1)


@pytest.fixture(scope="module")
def opened(kept_clip, tmp_path_factory) -> Path:
    options = (("x265-params", OPEN),)
    return kept_clip(tmp_path_factory.mktemp("open") / "o.mp4", codec="libx265", options=options, rate=None)


def judged_by_another(path: Path) -> list[str]:
    """The digests of a file's frames by another build of FFmpeg, which must find no fault."""
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs imageio-ffmpeg's own FFmpeg")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [line.rsplit(",", 1)[1].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def test_whole_clips_are_copied_bit_by_bit_in_the_eyes_of_two_decoders(closed, opened, tmp_path):
    film = join([opened, closed, opened], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 3
    assert probe(film.path).codec == "hevc"
    shown = [frame for path in (opened, closed, opened) for frame in frames_of(path)]
    assert all(np.array_equal(a, b) for a, b in zip(frames_of(film.path), shown, strict=True))
    assert judged_by_another(film.path) == [one for p in (opened, closed, opened) for one in judged_by_another(p)]


def test_a_copy_begins_at_a_picture_that_is_no_idr_and_leaves_its_leading_pictures_out(opened, closed, tmp_path):
    assert CRA in kinds_of(opened)
    film = splice([Splice(path=closed), Splice(path=opened, start=0.5)], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 2
    kinds = kinds_of(film.path)
    assert kinds[48] == BLA  # the standard's own word for a join
    assert not RASL & set(kinds[48:58])
    assert CRA in kinds[49:]
    shown, own = frames_of(film.path), frames_of(opened)
    assert len(shown) == 48 + 36
    assert all(np.array_equal(a, b) for a, b in zip(shown[48:], own[12:], strict=True))
    assert judged_by_another(film.path)[48:] == judged_by_another(opened)[12:]


def test_edges_and_dissolves_are_rendered_and_bodies_stay_what_they_are(opened, closed, tmp_path):
    crossing = Crossing(kind="dissolve", seconds=0.25)
    parts = [
        Splice(path=opened, start=3 / 24, end=40 / 24),
        Splice(path=closed, crossing=crossing),
        Splice(path=opened),
    ]
    film = splice(parts, tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["rendered"] * 3
    origin = (
        [(opened, n) for n in range(3, 40)] + [(closed, n) for n in range(48)] + [(opened, n) for n in range(6, 48)]
    )
    shown, mine = frames_of(film.path), {path: frames_of(path) for path in (opened, closed)}
    seen = judged_by_another(film.path)
    theirs = {path: judged_by_another(path) for path in (opened, closed)}
    exact = [np.array_equal(frame, mine[path][n]) for frame, (path, n) in zip(shown, origin, strict=True)]
    assert sum(exact) == sum(one.copied_frames for one in film.clips) >= 90
    assert exact == [one == theirs[path][n] for one, (path, n) in zip(seen, origin, strict=True)]
    blended = range(37 + 42, 37 + 48)
    off = [
        np.abs(shown[i].astype(int) - mine[path][n]).mean() for i, (path, n) in enumerate(origin) if i not in blended
    ]
    assert max(off) < 1.5
    with av.open(str(film.path)) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hev1"  # its parameter sets travel in band


def test_a_clip_that_begins_with_pictures_nobody_can_decode_is_shown_without_them(opened, closed, begun_at, tmp_path):
    rest = begun_at(opened, tmp_path / "rest.mp4", 10)
    assert kinds_of(rest)[:3] == [CRA, 9, 8]
    facts = probe(rest)
    assert (facts.frames, facts.hidden_frames, facts.clean_start, facts.whole_run) == (36, 2, True, True)
    for clips in ([rest, closed], [closed, rest]):
        film = join(clips, tmp_path / "film.mp4")
        assert [one.action for one in film.clips] == ["copied"] * 2
        whole = [frame for path in clips for frame in (frames_of(opened)[12:] if path == rest else frames_of(path))]
        assert all(np.array_equal(a, b) for a, b in zip(frames_of(film.path), whole, strict=True))


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_renders_of_a_few_frames_are_whole(closed, clip, tmp_path, frames):
    end = (24 + frames) / 24
    single = clip("one.mp4", codec="libx265", frames=frames, rate=None, b_frames=0)
    older = clip("older.mp4", frames=frames, rate=None)
    clips = [Splice(path=closed, end=end), Splice(path=single), Splice(path=older), Splice(path=closed)]
    film = splice(clips, tmp_path / "film.mp4")
    assert [one.frames for one in film.clips] == [24 + frames, frames, frames, 48]
    assert [one.action for one in film.clips][1:] == ["copied", "conformed", "copied"]
    assert len(judged_by_another(film.path)) == 72 + 3 * frames


def test_ten_bits_of_high_dynamic_range_keep_their_depth_and_their_words(clip, tmp_path):
    words = "log-level=none:open-gop=0:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    path = clip(codec="libx265", pixel_format="yuv420p10le", rate=None, frames=24, options=(("x265-params", words),))
    crossing = Crossing(kind="dissolve", seconds=0.25)
    film = splice([Splice(path=path, crossing=crossing), Splice(path=path)], tmp_path / "film.mp4")
    facts = probe(film.path)
    assert (facts.codec, facts.profile, facts.pixel_format, facts.colour.light) == (
        "hevc",
        "Main 10",
        "yuv420p10le",
        "hlg",
    )
    with av.open(str(film.path)) as container:
        tags = {(f.color_trc, f.color_primaries) for f in container.decode(video=0)}
    assert tags == {(18, 9)}  # rendered frames say the same as copied ones


def test_the_lesser_part_of_a_mixed_film_is_brought_to_the_codec_of_the_greater(closed, clip, tmp_path):
    older = clip(frames=24, rate=None)
    film = join([closed, older], tmp_path / "film.mp4")
    assert [(one.action, one.reason) for one in film.clips] == [
        ("copied", ""),
        ("conformed", "its codec is h264, the film's hevc"),
    ]
    want, got = frames_of(older), frames_of(film.path)[48:]
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(want, got, strict=True)) < 1.5


def test_without_an_encoder_whole_groups_are_copied_and_all_else_is_brought_to_h264(closed, tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "can_encode", lambda codec: codec == "h264")
    film = splice([Splice(path=closed), Splice(path=closed, start=0.5)], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["copied"] * 2
    film = splice([Splice(path=closed), Splice(path=closed, start=0.25)], tmp_path / "film.mp4")
    assert [one.action for one in film.clips] == ["conformed"] * 2
    assert "what has to be encoded in this film cannot be encoded so here" in film.clips[0].reason
    assert (probe(film.path).codec, film.frames) == ("h264", 48 + 42)


def test_headers_are_read_as_a_real_encoder_writes_them_and_nothing_else_is(closed):
    header = probe(closed).codec_header
    sets = hevc_sets(header)
    assert sets is not None
    assert [unit[0] >> 1 & 63 for unit in sets.units] == [32, 33, 34]
    assert hevc_sets(None) is None
    assert hevc_sets(b"\0\0\0\1\x40\1" + bytes(40)) is None
    end = 23 + sum(3 + 2 + len(unit) for unit in sets.units)
    assert all(hevc_sets(header[:length]) is None for length in range(min(end, len(header))))


def test_a_delimiter_stays_in_front_of_parameter_sets(closed):
    sets = hevc_sets(probe(closed).codec_header)
    delimiter, picture = b"\0\0\0\3\x46\1\x50", b"\0\0\0\4\x28\1\xc0\xff"
    assert sets.before(delimiter + picture).startswith(delimiter + b"\0\0\0")
    assert sets.before(delimiter + picture).endswith(picture)
    assert sets.begins_afresh(sets.before(picture))


def test_behind_another_clip_nothing_that_was_not_shown_yet_is_thrown_away(closed):
    sets = hevc_sets(probe(closed).codec_header)
    assert sets.at_cut(b"\0\0\0\4\x28\1\xc0\xff") == b"\0\0\0\4\x28\1\x80\xff"  # an IDR picture stays one
    assert sets.at_cut(b"\0\0\0\4\x2a\1\xc0\xff") == b"\0\0\0\4\x24\1\x80\xff"  # CRA becomes BLA
    assert sets.at_cut(b"\0\0\0\4\x02\1\xc0\xff") == b"\0\0\0\4\x02\1\xc0\xff"


def test_pictures_that_a_higher_layer_may_need_are_not_left_out(closed):
    sets = hevc_sets(probe(closed).codec_header)
    with av.open(str(closed)) as container:
        packets = [bytes(p) for p in islice(container.demux(video=0), 4)]
    assert sets.layers == 1
    assert [sets.is_reference(packet) for packet in packets] == [True, True, True, False]
    many = type(sets)(length_size=4, units=sets.units, layers=3)
    assert all(many.is_reference(packet) for packet in packets)
