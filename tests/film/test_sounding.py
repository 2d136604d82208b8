from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from charkit.errors import UsageError
from charkit.film import CutList
from charkit.film.making import make_film
from charkit.film.sounding import sound_account, sound_plan
from charkit.media import sound
from charkit.media.sounding import measure


def cut_list(clips, **more) -> CutList:
    return CutList.model_validate({"cuts": [{"shot": clip.stem, "file": str(clip)} for clip in clips], **more})


def strength(path, pitch: float, start: float, end: float) -> float:
    part = sound.decode(path)[0, round(start * sound.RATE) : round(end * sound.RATE)]
    return float(abs((part * np.exp(-2j * np.pi * pitch * np.arange(part.size) / sound.RATE)).mean()) * 2)


def test_a_film_is_brought_to_the_level_of_the_web_unless_the_list_says_otherwise(clips, tmp_path):
    made = make_film(cut_list(clips), tmp_path / "film.mp4")
    assert measure(made.joined.path).integrated == pytest.approx(-14, abs=0.3)
    assert "LUFS" in sound_account(made.joined)
    quiet = make_film(cut_list(clips, loudness=-23), tmp_path / "film.mp4")
    assert measure(quiet.joined.path).integrated == pytest.approx(-23, abs=0.3)
    asis = make_film(cut_list(clips, loudness=None), tmp_path / "film.mp4")
    assert asis.joined.levelled.gain == 0
    assert strength(asis.joined.path, 220, 0.2, 0.8) == pytest.approx(0.2, abs=0.01)


def test_what_the_list_says_of_sound_is_what_is_heard(clips, tmp_path):
    whole = cut_list(clips, loudness=None).model_dump(by_alias=True, exclude_none=True)
    whole["loudness"] = None
    whole["cuts"][0].update({"out": 0.75, "sound_lag": 0.2, "gain": -6.0})
    whole["cuts"][2].update({"in": 0.5, "sound_lead": 0.25})
    film = make_film(CutList.model_validate(whole), tmp_path / "film.mp4").joined.path
    assert strength(film, 220, 0.77, 0.93) == pytest.approx(0.1, abs=0.01)
    assert strength(film, 220, 0.97, 1.2) < 0.01
    assert strength(film, 660, 2.02, 2.24) == pytest.approx(0.2, abs=0.02)


def test_music_lies_under_the_clips_from_beside_the_list(clips, tmp_path):
    music = tmp_path / "music.m4a"
    music.write_bytes(clips[2].read_bytes())  # a clip of 2 s stands for a piece of music: its sound loops
    cuts = cut_list(clips[:2], music={"file": str(music), "gain": -6, "duck": 0, "fade_in": 0, "fade_out": 0})
    film = make_film(cuts, tmp_path / "film.mp4").joined.path
    ratio = strength(film, 660, 0.2, 0.9) / strength(film, 220, 0.2, 0.9)
    assert -9 < 20 * math.log10(ratio) < -4  # K-weighting hears 660 Hz a little louder than 220


def test_copied_sound_keeps_its_level_and_says_what_that_costs(clips, tmp_path):
    made = make_film(cut_list(clips), tmp_path / "film.mp4", copy_sound=True)
    assert strength(made.joined.path, 220, 0.2, 0.8) == pytest.approx(0.2, abs=0.01)
    assert "may click" in sound_account(made.joined)
    with pytest.raises(UsageError, match="cannot be put under music"):
        sound_plan(cut_list(clips, music={"file": "x.mp3"}), copied=True)
    with pytest.raises(UsageError, match="cannot be evened out"):
        sound_plan(cut_list(clips, even_out=True), copied=True)


def test_a_silent_card_promises_no_sound():
    for wish in ("gain", "sound_lead", "sound_lag"):
        with pytest.raises(ValidationError, match="the card S01 is silent"):
            CutList.model_validate({"cuts": [{"shot": "S01", "card": {"text": "Later"}, wish: 1.0}]})
