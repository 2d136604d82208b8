from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import UnknownName, UsageError
from charkit.settings import Settings
from charkit.workspace import Workspace, find_production, new_production


@pytest.fixture
def production(tmp_path: Path) -> Path:
    home = tmp_path / "data" / "productions" / "lantern"
    home.mkdir(parents=True)
    (home / "storyboard.yaml").write_text("title: x\n", encoding="utf-8")
    return home


def test_a_relative_production_is_found_from_a_folder_below(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = production.parent.parent.parent / "notebooks"
    below.mkdir()
    monkeypatch.chdir(below)
    assert find_production("data/productions/lantern") == production.resolve()


def test_runs_lie_in_the_data_folder_that_holds_the_productions(production: Path) -> None:
    place = Workspace.locate(production, "tour", Settings())
    assert place.folder == production.parent.parent.resolve() / "runs" / "tour"
    assert place.ledger.parent == place.store.parent == place.simulator.parent


def test_a_production_that_stands_alone_keeps_its_data_inside(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "storyboard.yaml").touch()
    assert Workspace.locate(tmp_path / "alone", "a", Settings()).data == (tmp_path / "alone" / "data").resolve()


def test_charkit_data_wins(production: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_DATA", str(tmp_path / "elsewhere"))
    assert Workspace.locate(production, "a").data == (tmp_path / "elsewhere").resolve()


def test_a_misspelt_production_names_the_nearest(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(production.parent.parent.parent)
    with pytest.raises(UnknownName, match="Did you mean 'data/productions/lantern'"):
        find_production("data/productions/lanten")


def test_a_folder_without_a_storyboard_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no storyboard.yaml"):
        find_production(tmp_path)


@pytest.mark.parametrize("name", ["../up", "", ".hidden", "a/b", "a" * 81, "semi;colon"])
def test_a_run_name_cannot_leave_its_folder(production: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a run's name"):
        Workspace.locate(production, name, Settings())


def test_names_may_be_in_any_script(production: Path) -> None:
    assert Workspace.locate(production, "灯-1", Settings()).folder.name == "灯-1"


def test_a_new_production_is_made_once_and_never_overwritten(tmp_path: Path) -> None:
    home = new_production("mine", tmp_path)
    assert find_production(home) == home.resolve()
    with pytest.raises(UsageError, match="is there already"):
        new_production("mine", tmp_path)


def test_a_production_is_found_by_its_name_alone(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(production.parent.parent.parent)
    assert find_production("lantern") == production.resolve()


def test_a_run_belongs_to_the_production_that_began_it(production: Path) -> None:
    other = new_production("mine", production.parent)
    Workspace.locate(production, "first", Settings()).claim()
    Workspace.locate(production, "first", Settings()).claim()
    (Workspace.locate(production, "first", Settings()).folder / "takes.json").touch()
    assert Workspace.locate(production, "next", Settings()).runs("takes.json") == ["first"]
    assert Workspace.locate(other, "next", Settings()).runs("takes.json") == []
    with pytest.raises(UsageError, match=r"'first' is a run of lantern, not of mine; .* --run mine"):
        Workspace.locate(other, "first", Settings())
