import numpy as np
import pytest

from charkit.simulator.clip import stage_of
from charkit.simulator.sound import PEAK, make_sound
from tests.simulator.stories import FENN, MIRA, STEADY, small

RATE = 48000
QUIET = "Shot: wide.\nPlace: a kitchen.\nLight: day."


def heard(prompt, seconds=2.0, seed=3):
    stage = stage_of(small(prompt, seconds=seconds, seed=seed), STEADY)
    return make_sound(stage, seconds, RATE, seed), stage


def loudness(sound, start, length):
    part = sound[:, round(start * RATE) : round((start + length) * RATE)]
    return 20 * np.log10(part.std() + 1e-9)


@pytest.mark.parametrize(
    "place", ["harbour", "forest at night", "kitchen", "city", "desert", "open sea in rain and storm"]
)
def test_every_clip_sounds_at_a_gentle_level_without_clipping(place):
    sound, _ = heard(f"Shot: wide.\nPlace: {place}.\nLight: dusk.")
    assert sound.shape == (2, 2 * RATE)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() <= PEAK
    assert -25 < loudness(sound, 0, 2) < -17


def test_clips_begin_and_end_without_a_click_but_not_in_silence():
    sound, _ = heard("Shot: wide.\nPlace: the open sea.\nLight: day.")
    assert np.abs(sound[:, [0, -1]]).max() < 0.002
    assert loudness(sound, 0.02, 0.1) > -45
    assert loudness(sound, 1.88, 0.1) > -45


def test_the_same_take_sounds_the_same_and_another_does_not():
    assert np.array_equal(heard(QUIET)[0], heard(QUIET)[0])
    assert not np.array_equal(heard(QUIET)[0], heard(QUIET, seed=4)[0])


def test_dialogue_is_heard_where_the_mouth_moves():
    sound, stage = heard(f'{MIRA}\n{QUIET}\nDialogue: Mira says: "The light is out."', seconds=3.0)
    first, last = stage.timing.syllables[0], stage.timing.syllables[-1]
    speech = loudness(sound, first.start, last.start + last.length - first.start)
    assert speech > loudness(sound, last.start + last.length + 0.2, 0.5) + 6
    mouths = {stage.players[0].acting.pose(k).mouth for k in range(36)}
    assert {0, 1} < mouths


def test_a_yip_comes_when_the_mouth_opens():
    sound, stage = heard(f"{FENN}\nShot: close-up.\nPlace: a kitchen.\nLight: day.\nAction: Fenn yips.", seconds=3.0)
    at = stage.timing.yips[0][0]
    assert loudness(sound, at + 0.02, 0.12) > loudness(sound, 0.3, 0.4) + 6
    assert stage.players[0].acting.pose(int((at + 0.05) * 12) + 1).mouth == 2


def test_thunder_follows_lightning():
    sound, stage = heard("Shot: wide.\nPlace: a hill.\nLight: storm.\nAction: lightning flashes.", seconds=4.0)
    flash = stage.timing.flashes[0]
    assert loudness(sound, flash + 0.3, 0.5) > loudness(sound, 0.1, flash - 0.15) + 6


def test_steps_are_heard_when_somebody_walks():
    walking = f"{MIRA}\nShot: full.\nPlace: a kitchen.\nLight: day.\nAction: Mira walks."
    sound, _ = heard(walking, seconds=3.0)
    blocks = sound[0, : 3 * RATE].reshape(-1, 2400).std(axis=1)
    assert blocks.max() > 4 * np.median(blocks)
