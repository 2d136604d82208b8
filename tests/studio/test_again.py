"""Takes ordered again from their recipe, on the simulator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import charkit as ck
from charkit.cli import app
from charkit.errors import RouteClosed, SpendLimit, UnknownName, UnsupportedRequest, UsageError
from charkit.recipe import Recipe, recipe_in
from charkit.studio.again import seed_of

pytestmark = pytest.mark.usefixtures("on_the_simulator")


@pytest.fixture
def studio(production: Path) -> ck.Studio:
    found = ck.open_studio(production, run="first", max_spend=5.0)
    found.shoot()
    return found


@pytest.fixture
def recipe(studio: ck.Studio):
    return recipe_in(studio.place.folder / "takes" / "A2-t1.mp4").of()


def changed(recipe, **asked):
    return recipe.model_copy(update={"asked": recipe.asked.model_copy(update=asked)})


def test_every_take_and_the_film_know_how_they_were_made(studio: ck.Studio, recipe) -> None:
    take = next(take for take in studio.takes() if take.subject == "A2")
    assert recipe.asked.prompt == take.prompt
    assert [one.digest for one in recipe.asked.references] == [sent.digest for sent in take.sent]
    assert (recipe.digest, recipe.cost_usd, recipe.simulated) == (take.digest, take.price_usd, True)
    assert list(recipe.sheets) == ["Ada"]
    film = studio.assemble()
    inside = recipe_in(film.path)
    assert [one.shot for one in inside.takes] == ["A1", "A2"]
    assert inside.of("A2") == recipe
    assert str(studio.place.data).encode() not in film.path.read_bytes()


def test_the_same_order_again_is_one_more_take_of_the_same_request(studio: ck.Studio, recipe) -> None:
    order = studio.again(recipe)
    assert (order.number, order.price_usd) == (2, pytest.approx(recipe.cost_usd))
    assert order.request.prompt == recipe.asked.prompt
    assert [one.blob.digest for one in order.request.references] == [one.digest for one in recipe.asked.references]
    (take,) = studio.rerun(order)
    assert (take.id, take.ok) == ("A2-t2", True)
    assert recipe_in(take.path).of().asked == recipe.asked
    assert [one.id for one in studio.takes()] == ["A1-t1", "A2-t1", "A2-t2"]


def test_another_run_may_order_it_too_and_never_gets_the_old_take_for_it(production: Path, recipe) -> None:
    other = ck.open_studio(production, run="second", max_spend=5.0)
    order = other.again(recipe)
    assert order.number == 2  # of this request there is one already, in the first run
    (take,) = other.rerun(order)
    assert take.run == "second"
    assert take.price_usd > 0


def test_it_stays_under_the_cap(production: Path, recipe) -> None:
    poor = ck.open_studio(production, run="poor", max_spend=0.01)
    with pytest.raises(SpendLimit):
        poor.rerun(poor.again(recipe))
    assert poor.spend.committed == 0


def test_a_recipe_cannot_name_what_is_not_there(studio: ck.Studio, recipe) -> None:
    missing = recipe.asked.references[0].model_copy(update={"digest": f"sha256:{'0' * 64}"})
    with pytest.raises(UsageError, match="not in this production's store"):
        studio.again(changed(recipe, references=(missing,)))
    with pytest.raises(UsageError, match="no role"):
        studio.again(changed(recipe, references=(missing.model_copy(update={"role": "spy"}),)))
    with pytest.raises(UnknownName):
        studio.again(recipe.model_copy(update={"route": "omni-9"}))
    with pytest.raises(UnsupportedRequest, match="1x1"):
        studio.again(changed(recipe, size=(1, 1)))
    with pytest.raises(UnsupportedRequest, match="asked of model 'other'"):
        studio.again(changed(recipe, model="other"))
    with pytest.raises(UsageError, match="lacks prompt"):
        studio.again(changed(recipe, prompt=""))
    with pytest.raises(UsageError, match="is a picture"):
        studio.again(recipe.model_copy(update={"kind": "image"}))


def test_a_route_that_has_ended_names_its_replacement(studio: ck.Studio, recipe) -> None:
    with pytest.raises(RouteClosed):
        studio.again(recipe.model_copy(update={"route": "sora-2"}))


def test_seeds_count_from_the_takes_own(recipe) -> None:
    seven = changed(recipe, seed=7)
    assert [seed_of(seven, change) for change in (None, "+1", "-2", "9")] == [7, 8, 5, 9]
    with pytest.raises(UsageError, match="no number"):
        seed_of(seven, "next")
    with pytest.raises(UsageError, match="between 0"):
        seed_of(seven, "-8")
    with pytest.raises(UsageError, match="without a seed"):
        seed_of(changed(recipe, seed=None), "+1")


def test_an_empty_recipe_says_so() -> None:
    with pytest.raises(UsageError, match="there are: none"):
        Recipe(takes=()).of()


def test_the_shell_orders_it_and_says_the_price_before_and_that_nothing_was_paid(production: Path, studio) -> None:
    film = studio.assemble().path
    asked = ["rerun", str(film), "--shot", "A2", "--production", str(production)]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert "A2 take 2 on omni-1.2: $" in told.output
    assert "simulated: nothing was paid" in told.output
    record = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert (record["take"], record["outcome"], record["simulated"]) == ("A2-t3", "succeeded", True)
    assert record["price_usd"] > 0
