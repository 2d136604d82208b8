"""Sound as arrays."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from charkit.errors import UnreadableMedia
from charkit.media import sound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Clip = Callable[..., Path]


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (44_100, 1), (96_000, 2), (22_050, 1)])
def test_every_sound_comes_out_stereo_at_48_khz_in_place_and_at_its_level(clip: Clip, rate: int, channels: int) -> None:
    heard = sound.decode(clip(rate=rate, channels=channels, pitch=480))
    assert heard.dtype == np.float32
    assert heard.shape[0] == 2
    assert heard.shape[1] == pytest.approx(96_000, abs=2_400)  # AAC pads to whole frames
    assert np.abs(heard[0] - heard[1])[10_000:80_000].max() < 0.02
    steady = heard[0, 10_000:80_000]
    time = np.arange(10_000, 80_000) / sound.RATE
    assert np.abs(steady - 0.4 * np.cos(2 * np.pi * 480 * time)).max() < 0.05  # neither late nor early, nor quieter


def test_a_length_is_kept_to_the_sample(clip: Clip) -> None:
    path = clip(sound_seconds=1.5)
    assert sound.decode(path, length=96_000).shape == (2, 96_000)
    assert sound.peak(sound.decode(path, length=96_000)[:, 75_000:]) == 0
    assert sound.decode(path, length=1_000).shape == (2, 1_000)


def test_a_start_moves_the_clock(clip: Clip) -> None:
    path = clip(pitch=480)
    whole = sound.decode(path, length=90_000)
    later = sound.decode(path, start=Fraction(1, 4), length=60_000)
    assert np.array_equal(later, whole[:, 12_000:72_000])
    earlier = sound.decode(path, start=Fraction(-1, 4), length=60_000)
    assert sound.peak(earlier[:, :12_000]) == 0
    assert np.array_equal(earlier[:, 12_000:], whole[:, :48_000])


def test_holes_in_the_timestamps_become_silence(tmp_path: Path) -> None:
    path = tmp_path / "holes.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_f32le", rate=sound.RATE, layout="stereo")
        for at in (0, 480, 4_800, 5_280):  # the third begins 80 ms late
            made = av.AudioFrame.from_ndarray(np.ones((1, 960), np.float32), format="flt", layout="stereo")
            made.sample_rate, made.pts, made.time_base = sound.RATE, at, Fraction(1, sound.RATE)
            out.mux(stream.encode(made))
        out.mux(stream.encode())
    heard = sound.decode(path)[0]
    assert heard.tolist() == [1.0] * 960 + [0.0] * 3_840 + [1.0] * 960
    source = sound.Source(path)
    parts = [source.read(700) for _ in range(10)]
    assert source.ended
    assert np.array_equal(np.concatenate(parts, axis=1)[0, : heard.size], heard)


def test_what_an_edit_list_and_an_encoder_s_priming_hide_is_not_heard(clip: Clip, tmp_path: Path) -> None:
    path = clip(pitch=480)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.audio[0]) if p.size]
        assert packets[0].pts < 0  # an encoder's first packet, which the container's edit list hides
    heard = sound.decode(path)[0]
    assert heard[:200] == pytest.approx(0.4 * np.cos(2 * np.pi * 480 * np.arange(200) / sound.RATE), abs=0.1)


@pytest.mark.parametrize("at", [0.0, 3.0, 4.5])
def test_a_part_of_a_long_file_is_the_same_wherever_reading_begins(clip: Clip, at: float) -> None:
    path = clip(frames=144, pitch=480)
    whole, part = sound.decode(path), sound.decode(path, start=Fraction(at), length=48_000)
    assert np.abs(part - whole[:, round(at * 48_000) :][:, :48_000]).max() < 1e-5


def test_six_channels_are_mixed_down_as_itu_r_bs_775_says(tmp_path: Path) -> None:
    path = tmp_path / "six.mkv"
    time = np.arange(48_000) / sound.RATE
    pitches = (400, 700, 1_100, 60, 1_900, 2_500)  # left, right, centre, low, left and right surround
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_f32le", rate=sound.RATE, layout="5.1")
        waves = np.stack([0.1 * np.sin(2 * np.pi * pitch * time) for pitch in pitches]).astype(np.float32)
        made = av.AudioFrame.from_ndarray(np.ascontiguousarray(waves.T.reshape(1, -1)), format="flt", layout="5.1")
        made.sample_rate, made.time_base = sound.RATE, Fraction(1, sound.RATE)
        out.mux(stream.encode(made))
        out.mux(stream.encode())
    spectra = np.abs(np.fft.rfft(sound.decode(path)[:, :48_000], axis=1)) / 24_000 / 0.1
    wanted = np.array([[1, 0, 0.707, 0, 0.707, 0], [0, 1, 0.707, 0, 0, 0.707]])
    assert np.abs(spectra[:, pitches] - wanted).max() < 0.002


def test_a_silent_clip_is_silence(clip: Clip) -> None:
    path = clip(rate=None)
    assert sound.decode(path).shape == (2, 0)
    assert sound.peak(sound.decode(path, length=500)) == 0


def test_sound_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"no clip")
    with pytest.raises(UnreadableMedia, match="sound cannot be decoded"):
        sound.decode(tmp_path / "x.mp4")


def test_fades_start_and_end_at_nothing_and_have_equal_power() -> None:
    ones = np.ones((2, 1_000), np.float32)
    out = sound.faded(ones, head=200, tail=200)
    assert out[0, 0] == 0
    assert out[0, -1] == 0
    assert np.all(out[:, 200:800] == 1)
    rising, falling = out[0, 1:200], out[0, 800:999]
    assert np.allclose(rising**2 + falling**2, 1, atol=1e-5)
    assert np.all(ones == 1)
    assert sound.faded(np.ones((2, 3), np.float32), head=99, tail=99).shape == (2, 3)


def test_levels_and_steps_are_shares_of_full_scale() -> None:
    half = np.full((2, 100), -0.5, np.float32)
    assert sound.peak(half) == 0.5
    assert sound.rms(half) == pytest.approx(0.5)
    assert sound.step(half, np.full((2, 5), 0.25, np.float32)) == 0.75
    empty = sound.silence(0)
    assert (sound.peak(empty), sound.rms(empty), sound.step(empty, half)) == (0, 0, 0)
