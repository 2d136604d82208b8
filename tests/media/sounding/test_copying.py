"""Films whose sound is copied packet by packet."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.errors import UsageError
from charkit.media import sound
from charkit.media.probe import probe
from charkit.media.sounding import Bed, SoundPlan
from charkit.media.spliced import Crossing, Joined, Splice
from charkit.media.stitch import splice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Clip = Callable[..., Path]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


def copied(parts: list[Splice], out: Path) -> Joined:
    return splice(parts, out, sound=SoundPlan(copied=True))


def test_packets_are_the_clips_own_and_follow_each_other_without_a_hole(clip: Clip, tmp_path: Path) -> None:
    clips = [clip("a.mp4", pitch=400), clip("b.mp4", pitch=900), clip("c.mp4", pitch=1500)]
    film = copied([Splice(path=path) for path in clips], tmp_path / "film.mp4")
    theirs = [set(packets(path)) for path in clips]
    ours = packets(film.path)
    assert all(any(packet in own for own in theirs) for packet in ours)
    assert len(ours) * 1024 == pytest.approx(6 * 48_000, abs=2 * 1024)
    with av.open(str(film.path)) as container:
        stream = container.streams.audio[0]
        times = [p.pts * p.time_base for p in container.demux(stream) if p.size]
    assert np.allclose(np.diff([float(time) for time in times]), 1024 / 48_000, atol=1e-4)
    assert [one.sound for one in film.clips] == ["copied"] * 3
    assert (film.levelled, film.boundaries) == (None, ())


def test_the_error_of_whole_packets_does_not_grow(clip: Clip, tmp_path: Path) -> None:
    odd = clip("odd.mp4", frames=31, pitch=20)  # 62,000 samples: 60 packets and a half
    film = copied([Splice(path=odd)] * 24, tmp_path / "film.mp4")
    heard, own = sound.decode(film.path), sound.decode(odd)[0, 20_000:40_000]
    for index in (0, 1, 10, 11, 22, 23):
        begins = index * 62_000 + 20_000
        likeness = [float(own @ heard[0, begins + late : begins + late + 20_000]) for late in range(-1_200, 1_200, 8)]
        assert abs(int(np.argmax(likeness)) * 8 - 1_200) <= 512 + 16


def test_points_inside_clips_keep_sound_and_picture_together(clip: Clip, tmp_path: Path) -> None:
    parts = [
        Splice(path=clip("a.mp4", keyframe_every=12), start=0.5, end=1.5),
        Splice(path=clip("b.mp4", pitch=900, keyframe_every=12), start=1.0),
    ]
    film = copied(parts, tmp_path / "film.mp4")
    facts = probe(film.path)
    assert (facts.frames, facts.audio_seconds) == (48, pytest.approx(2.0, abs=0.022))


def test_what_keeps_it_from_being_copied_is_named(clip: Clip, tmp_path: Path) -> None:
    plain = Splice(path=clip("a.mp4"), name="S01")
    out = tmp_path / "film.mp4"
    for other, why in (
        (Splice(path=clip("mono.mp4", channels=1), name="S02"), "S02: it has other sound than S01"),
        (Splice(path=clip("slow.mp4", rate=44_100), name="S02"), "S02: it has other sound than S01"),
        (Splice(path=clip("none.mp4", rate=None), name="S02"), "S02: it has no sound"),
        (Splice(path=plain.path, name="S02", gain=3), "S02: its sound shall be made louder"),
        (Splice(path=plain.path, name="S02", sound_lead=0.1), "S02: its sound leads"),
        (Splice(path=clip("short.mp4", sound_seconds=1.0), name="S02"), "S02: it ends 0.9"),
    ):
        with pytest.raises(UsageError) as caught:
            copied([plain, other, plain], out)
        assert why in str(caught.value)
    crossed = Splice(path=plain.path, name="S02", crossing=Crossing(kind="wipe", seconds=0.5))
    with pytest.raises(UsageError, match="by a wipe"):
        copied([crossed, plain], out)
    assert not out.exists()


def test_a_plan_does_not_promise_what_copying_cannot_do(tmp_path: Path) -> None:
    for more in ({"loudness": -14.0}, {"even": True}, {"bed": Bed(path=tmp_path / "x.wav")}):
        with pytest.raises(UsageError, match="sound that is copied cannot be"):
            SoundPlan(copied=True, **more)  # type: ignore[arg-type]
    assert Fraction(SoundPlan().fade) > 0
