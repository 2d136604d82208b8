import dataclasses
import itertools
import unicodedata

import numpy as np
import pytest

from charkit.simulator.casting import cast_looks
from charkit.simulator.colours import rgb
from charkit.simulator.direction import Drift, Known, Picture
from charkit.simulator.looks import to_json
from charkit.simulator.reading import sight
from charkit.simulator.seeing import decode, look_at, match, subject_mask
from charkit.simulator.wardrobe import describe
from charkit.simulator.words import read_prompt
from tests.simulator.drawn_views import FACE, FULL, TURNED, VIEWS, apart, drawn, painted
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


GIRL, FOX = cast(SCENE)[0], cast(f"{FENN}\nPlace: a meadow.")[0]
OUTFITS = [
    {"outer": "#3d6fb5", "neck": "#ecc63c", "bottom": "#7a2438", "feet": "#2b2930", "hair": "#e9c46f"},
    {"outer": "#f1e4c6", "neck": "#c23b35", "bottom": "#5b6776", "feet": "#4d8c4e", "hair": "#2b2930"},
    {"outer": "#2a8783", "neck": "#d9a22c", "bottom": "#7a4e32", "feet": "#3d6fb5", "hair": "#b9bfc6"},
]
"""The last one wears the colours that the words give her, each in another place."""


def pictures(text, look, views=VIEWS):
    return [look_at(np.dstack((p, np.full(p.shape[:2], 255, np.uint8)))) for p in (drawn(text, look, v) for v in views)]


@pytest.mark.parametrize("outfit", OUTFITS)
def test_every_part_takes_its_colour_from_the_pictures_whatever_the_words_say(outfit):
    shown = painted(GIRL, **{part: rgb(colour) for part, colour in outfit.items()})
    seen = match(GIRL, pictures(MIRA, shown))
    assert max(apart(shown, seen).values()) < 16, apart(shown, seen)
    assert min(v for k, v in apart(GIRL, seen).items() if k != "skin") > 30


@pytest.mark.parametrize(("fur", "kerchief"), [("#3d6fb5", "#ecc63c"), ("#cc6a2c", "#2a8783"), ("#6d8547", "#71498f")])
def test_a_creatures_kerchief_is_neither_its_fur_nor_the_leaf_at_its_tail(fur, kerchief):
    shown = painted(FOX, skin=rgb(fur), neck=rgb(kerchief))
    seen = match(FOX, pictures(FENN, shown))
    assert max(apart(shown, seen).values()) < 12, apart(shown, seen)


def test_the_order_of_the_views_makes_no_difference():
    shown = painted(GIRL, **{part: rgb(colour) for part, colour in OUTFITS[0].items()})
    looks = [match(GIRL, list(order)) for order in itertools.permutations(pictures(MIRA, shown))]
    assert all(look == looks[0] for look in looks)


@pytest.mark.parametrize("bare", [FULL, TURNED, FACE])
def test_a_view_without_the_scarf_does_not_lend_it_another_garments_colour(bare):
    without = pictures(MIRA, GIRL.dressed("neck", None), (bare,))
    assert "neck" not in sight(GIRL, without[0])
    assert match(GIRL, without).piece("neck") == GIRL.piece("neck")
    blue = painted(GIRL, neck=rgb("#3d6fb5"))
    others = pictures(MIRA, blue, tuple(v for v in VIEWS if v != bare))
    assert apart(blue, match(GIRL, without + others))["neck"] < 16


@pytest.mark.parametrize("view", VIEWS)
def test_a_creature_without_a_kerchief_keeps_the_one_that_the_words_give_it(view):
    bare = pictures(FENN, FOX.dressed("neck", None), (view,))
    assert match(FOX, bare).piece("neck") == FOX.piece("neck")


def test_garments_are_read_off_a_bust_too():
    shown = painted(GIRL, outer=rgb("#71498f"), neck=rgb("#f1e4c6"), hair=rgb("#2b2930"))
    whole = drawn(MIRA, shown, FULL)
    bust = whole[: round(0.66 * len(whole))]
    seen = match(GIRL, [look_at(np.dstack((bust, np.full(bust.shape[:2], 255, np.uint8))))])
    found = apart(shown, seen)
    assert max(found[part] for part in ("hair", "skin", "outer", "neck")) < 16, found
    assert seen.piece("feet") == GIRL.piece("feet")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_take_with_references_looks_like_them(order):
    shown = painted(GIRL, outer=rgb("#c06a1e"), hair=rgb("#a8432e"), neck=rgb("#2f6f86"))
    files = [Picture(data=png(drawn(MIRA, shown, VIEWS[i])), role="character", label="Mira") for i in order]
    assert max(apart(shown, cast(SCENE, *files)[0]).values()) < 16


def test_a_label_that_nobody_bears_does_not_lose_the_picture():
    prompt = f"{MIRA}\n{FENN}\nShot: wide.\nPlace: a meadow.\nLight: day."
    blue = png(drawn(FENN, painted(FOX, skin=rgb("#3d6fb5")), FULL))
    mira, fenn = cast(prompt, Picture(data=blue, role="character", label="Fen the fox"))
    assert fenn.skin == pytest.approx(rgb("#3d6fb5"), abs=8)
    assert mira == cast(prompt)[0]


@pytest.mark.parametrize("name", ["\u5c0f\u96ea", "Mira Moon", "Jos\u00e9", "\u041c\u0438\u0440\u0430"])
def test_names_of_any_script_bind_their_pictures(name):
    one, two = MIRA.replace("Mira (<IMAGE_REF_0>, <IMAGE_REF_1>)", name), MIRA.replace("Mira (<IMAGE_REF_0>, ", "Ada (")
    prompt = f"{one}\n{two}\nShot: wide.\nPlace: a meadow.\nLight: day."
    blue = png(drawn(MIRA, painted(GIRL, outer=rgb("#3d6fb5")), FULL))
    named, ada = cast(prompt, Picture(data=blue, role="character", label=name))
    assert (named.name, ada.name) == (name, "Ada")
    assert named.piece("outer").colour[2] > 150 > ada.piece("outer").colour[2]
    accented = cast(prompt, Picture(data=blue, role="character", label=unicodedata.normalize("NFD", name)))[0]
    assert accented == named


def test_a_design_from_words_has_all_that_they_name_in_the_colours_that_they_name():
    prompt = f"{MIRA}\nView: front view, full body.\nBackground: plain light grey background."
    wild = Drift(text=0.55, off_model=1.0)
    designs = [cast_looks(read_prompt(prompt), small(prompt, seed=seed), wild)[0] for seed in range(60)]
    base = cast(prompt)[0]
    assert len({d.hair for d in designs}) == 60
    for design in designs:
        assert [p.style for p in design.pieces] == [p.style for p in base.pieces]
        assert design.style == base.style
        assert max(apart(base, design).values()) < 45
        red, green, blue = design.hair
        assert 0.33 * red < green < 0.72 * red and blue < 0.8 * green, "copper stays copper"


def test_views_made_from_an_anchor_look_like_it():
    anchor = png(drawn(MIRA, painted(GIRL, outer=rgb("#71498f")), FULL))
    prompt = f"{MIRA}\nView: three-quarter view, full body.\nBackground: plain light grey background."
    for seed in range(30):
        direction = small(prompt, seed=seed, pictures=(Picture(data=anchor, role="view"),))
        look = cast_looks(read_prompt(prompt), direction, Drift(off_model=1.0))[0]
        assert max(apart(painted(GIRL, outer=rgb("#71498f")), look).values()) < 32
        assert look.style == GIRL.style and look.piece("neck") is not None
