"""Sound that comes before its picture, or stays after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from charkit.errors import UsageError
from charkit.media import sound
from charkit.media.spliced import Crossing, Splice
from charkit.media.stitch import splice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Clip = Callable[..., Path]


def strength(heard: sound.Sound, pitch: float, start: float, end: float) -> float:
    """The amplitude of a tone between two times."""
    part = heard[0, round(start * sound.RATE) : round(end * sound.RATE)]
    wave = np.exp(-2j * np.pi * pitch * np.arange(part.size) / sound.RATE)
    return float(abs((part * wave).mean()) * 2)


def test_a_j_cut_is_heard_before_it_is_seen_and_an_l_cut_after(clip: Clip, tmp_path: Path) -> None:
    first = Splice(path=clip("a.mp4", pitch=400), end=1.0, sound_lag=0.5)
    second = Splice(path=clip("b.mp4", pitch=900), start=0.5, end=1.5, sound_lead=0.25)
    third = Splice(path=clip("c.mp4", pitch=1500))
    film = splice([first, second, third], tmp_path / "film.mp4")
    assert film.seconds == 4.0
    heard = sound.decode(film.path)
    assert strength(heard, 400, 1.02, 1.48) == pytest.approx(0.4, abs=0.03)
    assert strength(heard, 400, 1.52, 2) < 0.01
    assert strength(heard, 900, 0.5, 0.74) < 0.01
    assert strength(heard, 900, 0.77, 1.98) == pytest.approx(0.4, abs=0.03)
    assert strength(heard, 1500, 1.5, 1.98) < 0.01
    assert strength(heard, 1500, 2.02, 3.9) == pytest.approx(0.4, abs=0.03)


def test_sound_that_leads_stays_in_step_with_its_own_picture(clip: Clip, tmp_path: Path) -> None:
    parts = [
        Splice(path=clip("a.mp4", rate=None), end=1.0),
        Splice(path=clip("b.mp4", pitch=480), start=1.0, end=2.0, sound_lead=0.5),
    ]
    heard = sound.decode(splice(parts, tmp_path / "film.mp4").path)
    own = sound.decode(parts[1].path)
    assert sound.peak(heard[:, :23_000]) < 0.01
    assert np.abs(heard[:, 26_000:90_000] - own[:, 26_000:90_000]).max() < 0.05  # film and clip happen to agree in time


def test_a_dissolve_crosses_sound_over_all_of_its_length(clip: Clip, tmp_path: Path) -> None:
    parts = [
        Splice(path=clip("a.mp4", pitch=400), crossing=Crossing(kind="dissolve", seconds=1.0)),
        Splice(path=clip("b.mp4", pitch=900), gain=-6.0),
    ]
    film = splice(parts, tmp_path / "film.mp4")
    heard = sound.decode(film.path)
    assert film.seconds == 3.0
    assert strength(heard, 400, 1.45, 1.55) == pytest.approx(0.4 * 0.707, abs=0.03)
    assert strength(heard, 900, 1.45, 1.55) == pytest.approx(0.2 * 0.707, abs=0.03)
    assert strength(heard, 900, 2.1, 2.9) == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(
    ("index", "asked", "what"),
    [
        (0, {"sound_lead": 0.1}, "lead by 0.1 s, but there are only 0.000 s before it"),
        (1, {"sound_lead": 0.1}, "lead by 0.1 s, but there are only 0.000 s before it"),
        (1, {"start": 0.5, "sound_lead": 0.75}, "only 0.500 s before it"),
        (1, {"end": 1.5, "sound_lag": 0.1}, "lag by 0.1 s, but there are only 0.000 s after it"),
        (0, {"end": 1.5, "sound_lag": 0.75}, "only 0.5"),
        (0, {"sound_lag": 0.5}, "only 0.0"),
        (2, {"start": 0.5, "sound_lead": 0.1}, "its clip has none"),
    ],
)
def test_sound_that_is_not_there_is_not_promised(
    clip: Clip, tmp_path: Path, index: int, asked: dict[str, float], what: str
) -> None:
    paths = [clip("a.mp4"), clip("b.mp4"), clip("silent.mp4", rate=None)]
    order = [0, 2, 1] if index == 2 else [0, 1]
    parts = [Splice(path=paths[n], name=f"S{n}", **(asked if n == index else {})) for n in order]  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=f"S{index}: its sound") as caught:
        splice(parts, tmp_path / "film.mp4")
    assert what in str(caught.value)
    assert not (tmp_path / "film.mp4").exists()
