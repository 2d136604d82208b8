"""`charkit recipe` and `charkit rerun` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UsageError
from charkit.recipe import Asked, Recipe, TakeRecipe, keep_beside

RUN = CliRunner()


@pytest.fixture
def picture(tmp_path) -> Path:
    path = tmp_path / "A2-t1.png"
    Image.new("RGB", (4, 4)).save(path)
    asked = Asked(prompt="A girl\x1b[2J with a red coat", model="omni-1.2", size=(1280, 720), seconds=4, seed=7)
    take = TakeRecipe(production="two", run="tour", shot="A2", route="omni-1.2", cost_usd=0.4, asked=asked)
    other = take.model_copy(update={"shot": "A3"})
    keep_beside(path, Recipe(charkit="0.1.0", title="Two", takes=(take, other)))
    return path


def test_it_is_told_in_words_that_a_terminal_does_not_obey(picture):
    result = RUN.invoke(app, ["recipe", str(picture)])
    assert result.exit_code == 0, result.output
    assert "A2 take 1" in result.output
    assert "seed       7" in result.output
    assert "$0.40" in result.output
    assert "\x1b" not in result.output


def test_json_holds_all_of_it_or_one_shot(picture):
    whole = json.loads(RUN.invoke(app, ["recipe", str(picture), "--json"]).stdout)
    assert [take["shot"] for take in whole["takes"]] == ["A2", "A3"]
    one = json.loads(RUN.invoke(app, ["recipe", str(picture), "--shot", "A3", "--json"]).stdout)
    assert [take["shot"] for take in one["takes"]] == ["A3"]
    assert one["takes"][0]["asked"]["prompt"].startswith("A girl")


def test_a_copy_to_pass_on_has_it_inside(picture, tmp_path):
    copy = tmp_path / "copy.png"
    result = RUN.invoke(app, ["recipe", str(picture), "--into", str(copy)])
    assert result.exit_code == 0, result.output
    assert RUN.invoke(app, ["recipe", str(copy), "--json"]).stdout == (
        RUN.invoke(app, ["recipe", str(picture), "--json"]).stdout
    )


def test_a_film_of_several_takes_has_to_be_told_which(picture):
    result = RUN.invoke(app, ["rerun", str(picture)])
    assert isinstance(result.exception, UsageError)
    assert "say which shot: A2, A3" in str(result.exception)


def test_paying_needs_a_cap(picture):
    result = RUN.invoke(app, ["rerun", str(picture), "--shot", "A2", "--live"])
    assert isinstance(result.exception, UsageError)
    assert "--max-spend" in str(result.exception)


@pytest.mark.parametrize("name", ["../../etc", "/etc", "", ".", ".hidden"])
def test_a_production_that_a_recipe_names_can_only_be_a_name(tmp_path, name):
    path = tmp_path / "a.png"
    Image.new("RGB", (4, 4)).save(path)
    keep_beside(path, Recipe(takes=(TakeRecipe(production=name, shot="A2"),)))
    result = RUN.invoke(app, ["rerun", str(path)])
    assert isinstance(result.exception, UsageError)
    assert "no name of a folder" in str(result.exception)
