import dataclasses

import numpy as np
import pytest

from charkit.simulator.casting import cast_looks
from charkit.simulator.colours import rgb
from charkit.simulator.direction import Known, Picture
from charkit.simulator.looks import to_json
from charkit.simulator.seeing import decode, look_at, subject_mask
from charkit.simulator.wardrobe import describe
from charkit.simulator.words import read_prompt
from tests.simulator.stories import FENN, MIRA, STEADY, VIEW, frame_of, png, small

SCENE = f"{MIRA}\nShot: full.\nPlace: a meadow.\nLight: day."


def cast(prompt, *pictures, **changes):
    direction = small(prompt, pictures=pictures, **changes)
    script = read_prompt(prompt, tuple(k.name for k in direction.known))
    return cast_looks(script, direction, STEADY)


def view(text, **changes):
    return frame_of(
        f"{text}\nView: front view, full body.\nBackground: plain light grey background.",
        width=384,
        height=512,
        **changes,
    )


def test_the_subject_is_told_from_a_plain_ground():
    mask = subject_mask(np.dstack((view(MIRA), np.full((512, 384), 255, np.uint8))))
    assert 0.1 < mask.mean() < 0.5
    assert not mask[:20].any()
    assert mask[200:300, 170:210].mean() > 0.9


def test_a_reference_that_agrees_with_the_words_changes_little():
    plain, seen = cast(SCENE)[0], cast(SCENE, Picture(data=png(view(MIRA)), role="character", label="Mira"))[0]
    assert seen.hair == pytest.approx(plain.hair, abs=26)
    for piece in plain.pieces:
        if piece.slot in ("outer", "neck", "bottom"):
            assert seen.piece(piece.slot).colour == pytest.approx(piece.colour, abs=30), piece.slot


def test_a_recoloured_reference_wins_over_the_words():
    other = MIRA.replace("mustard-yellow raincoat", "purple raincoat").replace("copper bob", "blonde bob")
    look = cast(SCENE, Picture(data=png(view(other)), role="character", label="Mira"))[0]
    red, green, blue = look.piece("outer").colour
    assert blue > green + 25 and red > green
    assert sum(look.hair) > sum(rgb("#b8602f")) + 120


def test_a_recoloured_creature_wins_over_the_words():
    prompt = f"{FENN}\nShot: full.\nPlace: a meadow.\nLight: day."
    look = cast(prompt, Picture(data=png(view(FENN.replace("moss-green fur", "navy fur"))), role="unknown"))[0]
    assert look.skin[2] > look.skin[1] > 0
    assert look.skin == pytest.approx(rgb("#2b3a5e"), abs=34)


def test_pictures_without_a_name_go_to_whom_they_resemble():
    prompt = f"{MIRA}\n{FENN}\nShot: wide.\nPlace: a meadow.\nLight: day."
    fur = png(view(FENN.replace("moss-green fur", "olive fur")))
    mira, fenn = cast(prompt, Picture(data=fur, role="character"))
    assert mira == cast(prompt)[0]
    assert fenn.skin != cast(prompt)[1].skin


def test_a_face_alone_serves_as_a_reference():
    face = frame_of(VIEW.replace("full body", "large face"), width=384, height=384)
    look = cast(SCENE, Picture(data=png(face), role="view", label="Mira"))[0]
    assert look.hair == pytest.approx(describe(MIRA, name="Mira").hair, abs=30)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_what_cannot_be_decoded_is_passed_over(data):
    assert decode(data) is None
    assert cast(SCENE, Picture(data=data, role="character", label="Mira")) == cast(SCENE)


def test_noise_and_tiny_pictures_do_no_harm():
    noise = np.random.default_rng(1).integers(0, 255, (90, 70, 3)).astype(np.uint8)
    for pixels in (noise, noise[:1, :1], np.zeros((40, 40, 3), np.uint8)):
        assert cast(SCENE, Picture(data=png(pixels), role="character", label="Mira"))
        look_at(decode(png(pixels)))


def test_a_known_character_keeps_the_look_that_was_learned():
    look = dataclasses.replace(describe(MIRA, name="Mira"), hair=(10.0, 20.0, 200.0))
    prompt = "mira_7 stands in a meadow by day, full shot"
    played = cast(prompt, known=(Known(name="mira_7", look=to_json(look)),))[0]
    assert played.name == "mira_7"
    assert played.hair == pytest.approx((10, 20, 200), abs=2)
    assert cast(prompt, known=(Known(name="mira_7", look="rubbish"),))
