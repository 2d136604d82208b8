"""Whole sound tracks, heard in the finished film."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media import sound
from charkit.media.sounding import Bed, Sounding, SoundPlan, measure
from charkit.media.spliced import Splice
from charkit.media.stitch import join, splice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Clip = Callable[..., Path]
    Wav = Callable[[str, sound.Sound], Path]


def flash_and_click(path: Path, *, fps: Fraction, rate: int, channels: int, seconds: float) -> Path:
    """A dark clip of 8 s with one white frame near 4 s, and a click in its sound when that frame begins."""
    frames = round(8 * fps)
    bright = round(4 * fps)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "30"})
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        video.codec_context.gop_size = 1000
        audio = out.add_stream("aac", rate=rate, layout="stereo" if channels == 2 else "mono")
        for index in range(frames):
            rgb = np.full((36, 64, 3), 235 if index == bright else 30, np.uint8)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = index, 1 / fps
            out.mux(video.encode(frame))
        out.mux(video.encode())
        heard = np.zeros((channels, round(seconds * rate)), np.float32)
        begins = round(float(bright / fps) * rate)
        heard[:, begins : begins + rate // 500] = 0.8
        for at in range(0, heard.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(heard[:, at : at + 1024]), format="fltp", layout=audio.layout.name
            )
            block.sample_rate, block.pts, block.time_base = rate, at, Fraction(1, rate)
            out.mux(audio.encode(block))
        out.mux(audio.encode())
    return path


def clicks(path: Path, film: list[float]) -> list[float]:
    """When something is heard within each of the 8 s after some times."""
    found = []
    source, at, rest = sound.Source(path), 0, sound.silence(0)
    for start in film:
        begins = round((start + 2) * sound.RATE)
        source.read(begins - at)
        rest = source.read(4 * sound.RATE)
        at = begins + rest.shape[1]
        found.append((begins + int(np.argmax(np.abs(rest[0]) > 0.2))) / sound.RATE)
    source.close()
    return found


def flashes(path: Path) -> list[float]:
    """When bright frames after dark ones are shown."""
    with av.open(str(path)) as container:
        light = [(f.time, f.to_ndarray(format="gray").mean() > 130) for f in container.decode(video=0)]
    return [when for (_, before), (when, now) in pairwise(light) if now and not before]


@pytest.mark.thorough
def test_in_ten_minutes_of_clips_of_all_kinds_sound_leaves_its_picture_by_ten_milliseconds_at_most(
    tmp_path: Path,
) -> None:
    plain = flash_and_click(tmp_path / "24.mp4", fps=Fraction(24), rate=44_100, channels=1, seconds=7.905)
    long = flash_and_click(tmp_path / "long.mp4", fps=Fraction(24), rate=96_000, channels=2, seconds=8.1)
    odd = [
        flash_and_click(tmp_path / f"{i}.mp4", fps=fps, rate=48_000, channels=2, seconds=8.0)
        for i, fps in enumerate((Fraction(24000, 1001), Fraction(25), Fraction(30)))
    ]
    clips = ([plain, long] * 3 + [odd[0], plain, odd[1], long, odd[2]]) * 7
    film = join(clips, tmp_path / "film.mp4", fade=0.005)
    assert 600 < film.seconds < 640
    starts = [clip.start for clip in film.clips]
    heard, seen = clicks(film.path, starts), flashes(film.path)
    assert len(heard) == len(seen) == len(clips)
    for clip, start, sounds, shows in zip(clips, starts, heard, seen, strict=True):
        if clip in (plain, long):
            assert sounds == pytest.approx(shows, abs=0.010)
        else:  # a frame of another rate is shown on the film's nearest one; sound does not move with it
            meant = 4 * 1.001 if clip == odd[0] else 4.0
            assert sounds == pytest.approx(start + meant, abs=0.010)
            assert shows == pytest.approx(start + meant, abs=1 / 24)


def test_a_film_is_as_loud_as_asked_and_its_peaks_stay_under_the_limit(clip: Clip, tmp_path: Path) -> None:
    clips = [clip("a.mp4", pitch=331), clip("b.mp4", pitch=449), clip("none.mp4", rate=None)]
    for target in (-23.0, -14.0, -0.5):
        film = splice([Splice(path=p) for p in clips], tmp_path / "film.mp4", sound=SoundPlan(loudness=target))
        heard = measure(film.path)
        assert film.levelled is not None
        assert heard.integrated == pytest.approx(film.levelled.loudness.integrated, abs=0.1)
        assert heard.true_peak < -1
        if target < -10:
            assert heard.integrated == pytest.approx(target, abs=0.2)
            assert film.largest_step < 0.001
    assert "off its target of -0.5" in film.levelled.account


def test_clips_are_evened_out_only_if_asked(clip: Clip, tmp_path: Path) -> None:
    loud, soft = Splice(path=clip("a.mp4")), Splice(path=clip("b.mp4"), gain=-9.0)
    apart = splice([loud, soft, loud], tmp_path / "apart.mp4", sound=SoundPlan(loudness=-20))
    jumps = [boundary.level_jump for boundary in apart.boundaries]
    assert jumps == [pytest.approx(-9, abs=0.3), pytest.approx(9, abs=0.3)]
    other = clip("c.mp4", pitch=2500)  # K-weighting hears it louder than 330 Hz
    even = splice(
        [Splice(path=loud.path), Splice(path=other)], tmp_path / "even.mp4", sound=SoundPlan(loudness=-20, even=True)
    )
    assert even.boundaries[0].level_jump == pytest.approx(0, abs=0.3)
    odd = splice([Splice(path=loud.path), Splice(path=other)], tmp_path / "odd.mp4")
    assert odd.boundaries[0].level_jump == pytest.approx(3.1, abs=0.8)


def test_music_gives_silent_clips_a_sound_track(clip: Clip, wav: Wav, tmp_path: Path) -> None:
    time_ = np.arange(sound.RATE) / sound.RATE
    music = wav("music.wav", np.tile(0.2 * np.sin(2 * np.pi * 220 * time_), (2, 1)).astype(np.float32))
    plan = SoundPlan(bed=Bed(path=music), loudness=-20)
    film = splice([Splice(path=clip("a.mp4", rate=None, frames=96))], tmp_path / "film.mp4", sound=plan)
    assert film.has_sound
    assert measure(film.path).integrated == pytest.approx(-20, abs=0.3)


def test_missing_music_is_named_and_nothing_is_left(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "films" / "film.mp4"
    with pytest.raises(UnreadableMedia, match="gone.wav"):
        splice([Splice(path=clip())], out, sound=SoundPlan(bed=Bed(path=tmp_path / "gone.wav")))
    assert not out.parent.exists()


def test_nobody_goes_on_making_sound_that_nobody_waits_for() -> None:
    begun = threading.Event()

    def endless(watch: Callable[[], None]) -> None:
        while True:
            begun.set()
            watch()
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt), Sounding(make=endless) as track:
        assert begun.wait(5)
        track.result(_interrupt)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sound")]


def _interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.media
def test_real_clips_of_veo_and_sora_are_brought_to_the_web_s_level(
    real_clip: Callable[[str], Path], tmp_path: Path
) -> None:
    clips = [real_clip(f"{n}.mp4") for n in ("veo3_24fps_stereo48k_a", "veo3_24fps_mono44k", "veo3_24fps_stereo48k_b")]
    film = splice([Splice(path=path) for path in clips], tmp_path / "film.mp4", sound=SoundPlan(loudness=-14.0))
    heard = measure(film.path)
    assert heard.integrated == pytest.approx(-14, abs=0.3)
    assert heard.true_peak < -1
    assert heard.seconds == pytest.approx(film.seconds, abs=1024 / sound.RATE)
