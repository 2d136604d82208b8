"""The recipe as data: what it says, how it travels, and what hostile ones can do (nothing)."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from charkit.errors import BadDocument, UsageError
from charkit.film import Cut, CutList
from charkit.film.making import make_film
from charkit.media.words import read_words, write_words
from charkit.providers.base import Outcome
from charkit.recipe import KEY, Recipe, beside, find_recipe, keep_beside, recipe_in, recipe_of, share
from charkit.takes import Take

REQUEST = json.dumps(
    {
        "version": 1,
        "endpoint": "omni",
        "simulated": True,
        "kind": "video",
        "model": "omni-1.2",
        "prompt": "A girl with a red coat",
        "size": [1280, 720],
        "references": [{"role": "character", "character": "Ada", "view": "front", "digest": f"sha256:{'a' * 64}"}],
        "seconds": 4,
        "seed": 7,
        "characters": [],
    }
)


def make_take(path: Path | None = None, **changes) -> Take:
    facts = {
        "production": "two",
        "run": "tour",
        "subject": "A2",
        "number": 1,
        "kind": "video",
        "route": "omni-1.2",
        "endpoint": "omni",
        "model": "omni-1.2-001",
        "outcome": Outcome.SUCCEEDED,
        "digest": f"sha256:{'b' * 64}",
        "path": path,
        "price_usd": 0.4,
        "simulated": True,
        "job_id": "J1",
    }
    return Take(**{**facts, **changes})


@pytest.fixture
def recipe() -> Recipe:
    return recipe_of([make_take()], {"J1": REQUEST}, sheets={"A2": {"Ada": "sha256:cc"}})


@pytest.fixture
def clip(tmp_path) -> Path:
    path = tmp_path / "A2-t1.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        for number in range(6):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), 40 * number, np.uint8), format="rgb24")
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


def test_it_says_all_that_determined_the_take_and_what_it_cost(recipe):
    (take,) = recipe.takes
    assert (take.production, take.run, take.shot, take.take) == ("two", "tour", "A2", 1)
    assert (take.route, take.model, take.asked.model) == ("omni-1.2", "omni-1.2-001", "omni-1.2")
    assert (take.asked.seed, take.asked.seconds, take.asked.size) == (7, 4, (1280, 720))
    assert take.asked.prompt == "A girl with a red coat"
    assert [one.digest for one in take.asked.references] == [f"sha256:{'a' * 64}"]
    assert (take.cost_usd, take.sheets) == (0.4, {"Ada": "sha256:cc"})
    assert "sha256:" in recipe._repr_mimebundle_()["text/html"] or "aaaaaaaa" in recipe._repr_mimebundle_()["text/html"]
    assert repr(recipe) == "Recipe(A2/1)"


def test_no_place_on_this_machine_is_in_it(tmp_path):
    text = recipe_of([make_take(tmp_path / "a.mp4")], {}).text()
    assert str(tmp_path) not in text
    assert "path" not in text


def test_a_take_keeps_its_bytes_and_a_copy_to_pass_on_has_the_recipe_inside(recipe, clip, tmp_path):
    before = clip.read_bytes()
    keep_beside(clip, recipe)
    assert clip.read_bytes() == before
    assert recipe_in(clip) == recipe
    copy = share(clip, tmp_path / "shared" / "take.mp4")
    assert not beside(copy).exists()
    assert recipe_in(copy) == recipe


def test_a_picture_carries_it_too(recipe, tmp_path):
    picture = tmp_path / "front.png"
    Image.new("RGB", (4, 4)).save(picture)
    keep_beside(picture, recipe)
    assert recipe_in(share(picture, tmp_path / "copy.png")) == recipe


def test_a_film_of_clips_collects_their_recipes_each_once(recipe, clip, tmp_path):
    keep_beside(clip, recipe)
    cuts = CutList(title="Two", cuts=(Cut(shot="A", file=str(clip)), Cut(shot="B", file=str(clip))))
    made = make_film(cuts, tmp_path / "film.mp4")
    found = recipe_in(made.joined.path)
    assert (found.title, found.takes) == ("Two", recipe.takes)


def test_a_file_without_one_says_where_there_are_some(clip):
    assert find_recipe(clip) is None
    with pytest.raises(UsageError, match="no recipe inside"):
        recipe_in(clip)


def test_a_film_asks_which_shot_is_meant(recipe):
    two = Recipe(takes=(*recipe.takes, recipe.takes[0].model_copy(update={"shot": "A3"})))
    assert two.of("A3").shot == "A3"
    with pytest.raises(UsageError, match="say which shot: A2, A3"):
        two.of()
    with pytest.raises(UsageError, match="no recipe of 'A9'; there are: A2, A3"):
        two.of("A9")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ({"takes": [{"take": -1}]}, "takes.0.take"),
        ({"takes": [{"cost_usd": "NaN"}]}, "takes.0.cost_usd"),
        ({"takes": [{"digest": "sha256:../../etc/passwd"}]}, "takes.0.digest"),
        ({"takes": [{"asked": {"size": [1]}}]}, "takes.0.asked.size"),
        ({"takes": [{"shot": "S" * 501}]}, "takes.0.shot"),
        ({}, "takes"),
    ],
)
def test_a_damaged_or_hostile_one_is_refused_by_name(clip, tmp_path, damage, named):
    text = json.dumps({"format": "charkit recipe 1", **damage}, separators=(",", ":"))
    out = write_words(clip, tmp_path / "copy.mp4", {KEY: text})
    with pytest.raises(BadDocument, match=f"damaged recipe: {named}"):
        recipe_in(out)
    assert find_recipe(out) is None


def test_hostile_words_stay_words(recipe, tmp_path, clip):
    evil = '<script>alert(1)</script>{{ 7*7 }}\x1b[31m"; rm -rf /'
    take = recipe.takes[0].model_copy(update={"asked": recipe.takes[0].asked.model_copy(update={"prompt": evil})})
    keep_beside(clip, Recipe(takes=(take,)))
    found = recipe_in(share(clip, tmp_path / "copy.mp4"))
    assert found.takes[0].asked.prompt == evil
    page = found._repr_mimebundle_()["text/html"]
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@given(st.text(max_size=300))
def test_whatever_stands_in_the_word_it_is_a_recipe_or_a_clear_error(text):
    from charkit.recipe import _parsed

    try:
        assert isinstance(_parsed(text, Path("a.mp4")), Recipe)
    except BadDocument as error:
        assert "damaged recipe" in str(error)


def test_a_player_sees_the_recipe_as_the_long_description(recipe, clip, tmp_path):
    keep_beside(clip, recipe)
    words = read_words(share(clip, tmp_path / "copy.mp4"))
    assert words["synopsis"].startswith('{"format":"charkit recipe 1"')
