"""What is found at the joins of a film."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from charkit.errors import UsageError
from charkit.film.continuity import check_continuity, export_frame
from charkit.media.fit import fit_together
from charkit.media.frames import sample
from charkit.media.probe import probe
from charkit.media.spliced import Crossing, Splice
from charkit.media.stills import write_still
from charkit.media.stitch import splice
from charkit.media.tails import last_frame


def still(folder, like, colour, frames):
    path = folder / f"{colour[0]}-{frames}.mp4"
    write_still(Image.new("RGB", (192, 108), colour), frames / 24, fit_together([probe(like)])[0].shape, path)
    return path


def test_clean_cuts_have_nothing_to_remark(clips, tmp_path):
    found = check_continuity(splice([Splice(path=clip) for clip in clips], tmp_path / "film.mp4"))
    assert found.notes == ()
    assert found.ok
    assert [join.frame for join in found.joins] == [24, 24 + 36]
    first = found.joins[0]
    assert np.abs(first.before.astype(int) - last_frame(clips[0]).rgb).mean() < 1
    assert first.sound is not None
    assert "goes on" in first.label
    assert found.strip().width > 800
    assert found._repr_mimebundle_()["text/html"].count("<img") == 2
    assert repr(found) == "Continuity(2 joins: nothing to remark)"


def test_a_transition_is_looked_at_on_both_its_sides(clips, tmp_path):
    parts = [Splice(path=clips[0], crossing=Crossing(kind="dissolve", seconds=0.25)), Splice(path=clips[1])]
    join = check_continuity(splice(parts, tmp_path / "film.mp4")).joins[0]
    assert (join.frame, join.transition) == (18, 6)
    assert join.ok
    own = sample(clips[1], 36)[6].rgb
    assert np.abs(join.after.astype(int) - own).mean() < 8


def drifting(path, frames=36):
    """A soft pattern that moves to the left, two pixels a frame."""
    noise = np.random.default_rng(5).integers(0, 256, (9, 16, 3), dtype=np.uint8)
    pattern = np.asarray(Image.fromarray(noise).resize((192, 108), Image.Resampling.BICUBIC))
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for number in range(frames):
            moved = np.ascontiguousarray(np.roll(pattern, -2 * number, axis=1))
            out.mux(stream.encode(av.VideoFrame.from_ndarray(moved, format="rgb24")))
        out.mux(stream.encode())
    return path


def test_a_frame_that_stands_twice_is_found(tmp_path):
    clip = drifting(tmp_path / "clip.mp4")
    parts = [Splice(path=clip, end=0.5), Splice(path=clip, start=11 / 24)]
    found = check_continuity(splice(parts, tmp_path / "film.mp4"))
    assert "repeats the last frame" in found.notes[0]
    clean = check_continuity(splice([parts[0], replace(parts[1], start=0.5)], tmp_path / "film.mp4"))
    assert clean.ok


def test_a_picture_that_stands_still_is_no_fault(clips, tmp_path):
    parts = [Splice(path=still(tmp_path, clips[0], (90, 120, 30), 12))] * 2
    assert check_continuity(splice(parts, tmp_path / "film.mp4")).ok


@pytest.mark.media
@pytest.mark.parametrize("name", ["veo3_24fps_stereo48k_a.mp4", "veo3_24fps_stereo48k_b.mp4"])
def test_a_real_take_that_repeats_a_frame_is_told_from_one_that_goes_on(tmp_path, name):
    clip = Path(__file__).resolve().parents[3] / "shared" / "media" / "clips" / name
    if not clip.exists():
        pytest.skip(f"needs the real clip {name} in ../shared/media/clips, which is not there")
    parts = [Splice(path=clip, start=1.0, end=1.5), Splice(path=clip, start=35 / 24, end=2.0)]
    assert not check_continuity(splice(parts, tmp_path / "film.mp4")).ok
    assert check_continuity(splice([parts[0], replace(parts[1], start=1.5)], tmp_path / "film.mp4")).ok


def test_black_at_the_seam_is_found(clips, tmp_path):
    black = still(tmp_path, clips[0], (0, 0, 0), 2)
    parts = [Splice(path=path) for path in (clips[0], black, clips[1])]
    found = check_continuity(splice(parts, tmp_path / "film.mp4"))
    assert any("2 black frames" in note for note in found.notes)
    assert not found.ok


def test_a_single_strange_frame_beside_a_cut_is_found(clips, tmp_path):
    flash = still(tmp_path, clips[0], (255, 255, 255), 1)
    parts = [Splice(path=path) for path in (clips[0], flash, clips[1])]
    found = check_continuity(splice(parts, tmp_path / "film.mp4"))
    assert any("a stray frame" in note for note in found.notes)


def test_a_film_of_one_clip_has_no_joins(clips, tmp_path):
    found = check_continuity(splice([Splice(path=clips[0])], tmp_path / "film.mp4"))
    assert found.joins == ()
    assert found.even
    with pytest.raises(UsageError, match="no joins to show"):
        found.strip()


@pytest.mark.parametrize(("which", "index"), [("first", 0), ("last", 23)])
def test_a_frame_is_written_with_its_source(clips, tmp_path, which, index):
    frame = export_frame(clips[0], tmp_path / "out" / "frame.png", which)
    assert frame.index == index
    with Image.open(tmp_path / "out" / "frame.png") as picture:
        assert (np.asarray(picture) == frame.rgb).all()
        assert picture.text["Source"].startswith(f"frame {index} ({float(Fraction(index, 24)):.3f} s) of S01.mp4")
