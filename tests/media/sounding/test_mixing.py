"""Pieces of sound added up."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charkit.media import sound
from charkit.media.sounding import SoundPiece, mixed, mixing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Wav = Callable[[str, sound.Sound], Path]


def whole(pieces: list[SoundPiece], length: int, **more: object) -> sound.Sound:
    return np.concatenate(list(mixed(pieces, length, **more)), axis=1)  # type: ignore[arg-type]


def test_pieces_stand_where_they_belong_and_add_up(wav: Wav) -> None:
    ones = wav("ones.wav", np.ones((2, 5_000), np.float32))
    pieces = [
        SoundPiece(path=ones, start=Fraction(0), at=1_000, length=3_000),
        SoundPiece(path=ones, start=Fraction(1, 48), at=2_000, length=6_000, gain=20 * np.log10(0.5)),
    ]
    heard = whole(pieces, 9_000)[0]
    wanted = np.zeros(9_000)
    wanted[1_000:4_000] += 1
    wanted[2_000:6_000] += 0.5  # the file has 5,000 samples, of which the second piece skips 1,000
    assert np.allclose(heard, wanted)


def test_a_crossfade_of_unlike_sounds_keeps_its_power(wav: Wav) -> None:
    random = np.random.default_rng(1)
    one, two = (wav(f"{n}.wav", random.standard_normal((2, 96_000)).astype(np.float32) * 0.1) for n in "ab")
    pieces = [
        SoundPiece(path=one, start=Fraction(0), at=0, length=96_000, fall=48_000),
        SoundPiece(path=two, start=Fraction(0), at=48_000, length=96_000, rise=48_000),
    ]
    heard = whole(pieces, 144_000)
    powers = [sound.rms(heard[:, at : at + 4_800]) for at in range(0, 144_000, 4_800)]
    assert max(powers) / min(powers) < 1.08


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, 2 * mixing.BLOCK),
    length=st.integers(2, 2 * mixing.BLOCK),
    rise=st.integers(0, 60_000),
    fall=st.integers(0, 60_000),
)
def test_it_does_not_show_where_blocks_end(wav: Wav, at: int, length: int, rise: int, fall: int) -> None:
    rise, fall = min(rise, length // 2), min(fall, length // 2)
    path = wav("ones.wav", np.ones((2, 2 * mixing.BLOCK), np.float32))
    piece = SoundPiece(path=path, start=Fraction(0), at=at, length=length, rise=rise, fall=fall)
    film = 3 * mixing.BLOCK
    wanted = sound.silence(film)
    laid = sound.faded(np.ones((2, length), np.float32), head=rise, tail=fall)
    wanted[:, at : at + length] = laid[:, : film - at]
    assert np.allclose(whole([piece], film), wanted, atol=1e-6)


def test_single_samples_are_handed_out_as_they_were(wav: Wav) -> None:
    ramp = np.tile(np.arange(90_000, dtype=np.float32) / 90_000, (2, 1))
    piece = SoundPiece(path=wav("ramp.wav", ramp), start=Fraction(0), at=100, length=80_000, rise=70_000, gain=-6.0)
    taps = {(0, 100): sound.silence(1), (0, 60_100): sound.silence(1), (0, 99): sound.silence(1)}
    whole([piece], 90_000, taps=taps)
    assert taps[0, 60_100][0, 0] == pytest.approx(60_000 / 90_000 * 10 ** (-6 / 20))
    assert (taps[0, 100][0, 0], taps[0, 99][0, 0]) == (0, 0)


def test_no_more_than_needed_is_decoded_at_once(wav: Wav, monkeypatch: pytest.MonkeyPatch) -> None:
    long = wav("long.wav", np.zeros((2, 20 * sound.RATE), np.float32))
    pieces = [SoundPiece(path=long, start=Fraction(0), at=n * sound.RATE, length=sound.RATE) for n in range(20)]
    opened: set[int] = set()
    most = 0

    class Counted(sound.Source):
        def read(self, length: int) -> sound.Sound:
            nonlocal most
            opened.add(id(self))
            most = max(most, len(opened))
            return super().read(length)

        def close(self) -> None:
            opened.discard(id(self))
            super().close()

    monkeypatch.setattr(mixing, "Source", Counted)
    assert sum(block.shape[1] for block in mixed(pieces, 20 * sound.RATE)) == 20 * sound.RATE
    assert most <= 3
    assert not opened
