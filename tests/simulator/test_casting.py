"""The demo's characters in every shot of its film, against the pictures that are sent along."""

from pathlib import Path

import numpy as np
import pytest

from charkit.character import Cast
from charkit.scoring import oklab
from charkit.shots import Storyboard
from charkit.simulator.casting import cast_looks
from charkit.simulator.direction import Drift, Picture
from charkit.simulator.words import read_prompt
from tests.simulator.drawn_views import VIEWS, drawn
from tests.simulator.stories import STEADY, png, small

HOME = Path(__file__).resolve().parents[2] / "data" / "productions" / "lantern"
CAST = Cast.load(HOME / "characters")
BOARD = Storyboard.load(HOME / "storyboard.yaml", CAST)
SHOTS = [shot for shot in BOARD.shots if shot.characters]
WANDER = 0.04
"""OKLab distance that the drift with references (0.18) may add to the error of measuring: two standard deviations of
lightness come to 0.04; hue and saturation move less."""


def line(name):
    return f"{name}: {CAST[name].locked_text()}"


@pytest.fixture(scope="module")
def models():
    """Designs as the words alone give them, and their three views."""
    found = {}
    for name in ("Mira", "Fenn"):
        prompt = f"{line(name)}\nView: front view, full body.\nBackground: plain light grey background."
        look = cast_looks(read_prompt(prompt), small(prompt, seed=8), Drift())[0]
        found[name] = (look, [png(drawn(line(name), look, view)) for view in VIEWS])
    return found


def lightness_and_tint(colour):
    return oklab.from_linear(oklab.linear(np.array([colour]).round().astype(np.uint8)))[0]


def apart(one, other):
    """OKLab distance of every part but what is held, which glows."""
    body = ("skin", "hair") if one.kind == "human" else ("skin", "belly")
    pairs = {part: (getattr(one, part), getattr(other, part)) for part in body}
    pairs |= {p.slot: (p.colour, other.piece(p.slot).colour) for p in one.pieces if p.slot != "held"}
    return {k: float(np.linalg.norm(lightness_and_tint(a) - lightness_and_tint(b))) for k, (a, b) in pairs.items()}


def looks(shot, models, drift, order=(0, 1, 2)):
    names = [who.name for who in shot.characters]
    prompt = "\n".join(
        [*(line(name) for name in names), f"Shot: {shot.framing}.", f"Place: {shot.place}.", f"Action: {shot.action}."]
    )
    sent = tuple(Picture(data=models[n][1][i], role="character", label=n) for n in names for i in order)
    played = cast_looks(read_prompt(prompt), small(prompt, pictures=sent, seed=int(shot.id[1:])), drift)
    return {look.name: look for look in played}


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.id)
def test_everybody_looks_like_their_pictures_in_every_shot(shot, models):
    steady = looks(shot, models, STEADY)
    wandered = looks(shot, models, Drift(off_model=0.0))
    assert set(steady) == {who.name for who in shot.characters}
    for name in steady:
        model = models[name][0]
        assert max(apart(model, steady[name]).values()) < 0.05, apart(model, steady[name])
        assert max(apart(model, wandered[name]).values()) < 0.05 + WANDER, apart(model, wandered[name])
        assert [p.style for p in wandered[name].pieces] == [p.style for p in model.pieces]


def test_the_order_of_the_pictures_changes_nothing(models):
    shot = next(shot for shot in SHOTS if len(shot.characters) == 2)
    assert looks(shot, models, STEADY, (0, 1, 2)) == looks(shot, models, STEADY, (2, 1, 0))


def test_off_model_takes_differ_in_what_one_sees_first(models):
    for shot in SHOTS:
        for name, look in looks(shot, models, Drift(off_model=1.0)).items():
            parts = apart(models[name][0], look)
            shown = ("hair", "outer", "neck") if look.kind == "human" else ("skin", "neck")
            assert all(parts[part] > 0.15 for part in shown), (shot.id, parts)


@pytest.mark.parametrize(("said", "keeps"), [("Only the view changes.", True), ("Only the outfit changes.", False)])
def test_clothes_follow_the_words_only_where_the_prompt_says_that_the_outfit_changes(models, said, keeps):
    look, views = models["Mira"]
    words = line("Mira").replace("a teal scarf", "a pink scarf")
    prompt = f"References: Image 1: Mira, full figure.\nThe same character. {said}\n{words}\nView: front, full body."
    pictures = (Picture(data=views[0], role="view", label="Mira"),)
    found = cast_looks(read_prompt(prompt), small(prompt, seed=8, pictures=pictures), Drift(references=0.0))[0]
    scarf, before = (np.array(who.piece("neck").colour) for who in (found, look))
    assert (float(np.abs(scarf - before).max()) < 40) is keeps
    assert float(np.abs(np.array(found.hair) - np.array(look.hair)).max()) < 40
