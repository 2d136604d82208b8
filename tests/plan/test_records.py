"""The plan as a record: seeds, requests, files, display."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from charkit.character import Cast
from charkit.errors import BadDocument, BadReference, UnknownName
from charkit.plan import Plan, plan_film
from charkit.providers.base import Role
from charkit.references import Reference, prepare
from charkit.routes import RouteMatrix
from charkit.shots import Storyboard
from charkit.store import Store

LANTERN = Path(__file__).parents[2] / "data" / "productions" / "lantern"
CAST = Cast.load(LANTERN / "characters")
BOARD = Storyboard.load(LANTERN / "storyboard.yaml", CAST)


def prepared(folder: Path) -> list[Reference]:
    made = []
    for number, sheet in enumerate(CAST.values()):
        source = folder / f"{sheet.slug}.png"
        Image.new("RGB", (300, 300), (40 * number, 90, 120)).save(source)
        made.append(prepare(source, view="front", character=sheet, store=Store(folder / "data" / "store")))
    return made


@pytest.fixture
def made(tmp_path: Path) -> Plan:
    return plan_film(BOARD, CAST, prepared(tmp_path), RouteMatrix.load(), on=dt.date(2026, 11, 22))


def test_a_seed_follows_from_root_shot_and_take_and_from_nothing_else(made: Plan) -> None:
    shot = made["S02"]
    seeds = [shot.seed(1), shot.seed(2), made["S03"].seed(1), replace(shot, root_seed=1).seed(1)]
    assert len(set(seeds)) == 4
    assert all(seed is not None and 0 <= seed < 2**31 for seed in seeds)
    assert replace(shot, price_usd=9.0).seed(1) == shot.seed(1)


def test_a_route_without_seeds_gets_none(made: Plan) -> None:
    assert made["S01"].route == "muse-video"
    assert made["S01"].seed(1) is None
    assert made["S01"].request(1).seed is None


def test_a_request_carries_the_planned_words_and_bytes(made: Plan) -> None:
    request = made["S04"].request(2)
    assert (request.model, request.seconds, request.width, request.height) == ("gemini-omni-1.2-flash", 4, 1280, 720)
    assert request.prompt == made["S04"].prompt.text
    assert [(r.role, r.character, r.view) for r in request.references] == [
        (Role.CHARACTER, "Mira", "front"),
        (Role.CHARACTER, "Fenn", "front"),
    ]
    assert [r.blob.digest for r in request.references] == [r.digest for r in made["S04"].references]
    assert request.seed == made["S04"].seed(2)


def test_a_request_with_a_picture_that_is_gone_is_refused(made: Plan) -> None:
    made["S02"].references[0].path.unlink()
    with pytest.raises(BadReference):
        made["S02"].request(1)


def test_a_plan_comes_back_from_its_file_as_it_was_even_after_the_folder_moved(made: Plan, tmp_path: Path) -> None:
    file = tmp_path / "data" / "runs" / "demo" / "plan.json"
    made.save(file)
    again = Plan.load(file)
    assert again.total_usd == made.total_usd
    assert [shot.prompt for shot in again] == [shot.prompt for shot in made]
    assert again["S04"].request(1) == made["S04"].request(1)
    shutil.move(tmp_path / "data", tmp_path / "moved")
    moved = Plan.load(tmp_path / "moved" / "runs" / "demo" / "plan.json")
    assert [r.blob.digest for r in moved["S04"].request(1).references] == [r.digest for r in made["S04"].references]


def test_the_file_names_no_place_of_this_machine(made: Plan, tmp_path: Path) -> None:
    file = tmp_path / "data" / "runs" / "demo" / "plan.json"
    made.save(file)
    assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_a_plan_that_is_not_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"plan": {"title": "x"}}', encoding="utf-8")
    with pytest.raises(BadDocument):
        Plan.load(tmp_path / "plan.json")
    with pytest.raises(BadDocument):
        Plan.load(tmp_path / "none.json")


def test_every_sheet_of_a_shot_is_recorded_with_its_version(made: Plan) -> None:
    assert dict(made["S04"].sheets) == {"Mira": CAST["mira"].digest, "Fenn": CAST["fenn"].digest}
    assert made["S01"].sheets == ()


def test_an_unknown_shot_is_refused(made: Plan) -> None:
    with pytest.raises(UnknownName, match="S09"):
        made["S9"]


def test_a_plan_shows_itself_in_one_line_and_as_a_table(made: Plan) -> None:
    shown = made._repr_mimebundle_()
    assert shown["text/plain"] == "<Plan 'The Lantern': 10 shots, 43 s at 720p, $2.846>"
    assert "7 on omni-1.2" in shown["text/html"]
    assert "have sound is not established" in shown["text/html"]
    card = made["S02"]._repr_mimebundle_()
    assert card["text/plain"] == "<PlannedShot S02: omni-1.2, 4 s at 720p, 1 picture, $0.278>"
    assert "omni-1.1: $0.40 instead of $0.278" in re.sub("</?span>", "", card["text/html"])
    assert "omni-1.1, $0.40 a take" in card["text/html"]
    assert "omni-1.2-vertex, omni-1.1-vertex" in card["text/html"]
