"""The main job, on small notebooks; that the real ones run is checked by `make nbval` and `make demo`."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_notebook

from charkit import batch
from charkit.batch import notebooks as shelf
from charkit.errors import BadDocument, RunBusy, UnknownName, UsageError
from charkit.settings import Settings
from charkit.workspace import new_production

PARAMETERS = """production: str = "data/productions/lantern"  # folder
run: str = "tour"  # names the folder
live: bool = False  # pays
max_spend: float = 1.0  # dollars
count: int = 3  # how many"""


@pytest.fixture
def production(tmp_path: Path) -> Path:
    return new_production("small", tmp_path / "data" / "productions")


@pytest.fixture(autouse=True)
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(folder / "00_first_film.ipynb", "f'{run} {count} {live} {max_spend}'")
    write(folder / "01_second.ipynb", "import pathlib; pathlib.Path(production).is_dir()")
    monkeypatch.setattr(shelf, "notebooks_folder", lambda: folder)
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    monkeypatch.delenv("CHARKIT_DATA", raising=False)
    return folder


def write(path: Path, source: str, parameters: str = PARAMETERS) -> None:
    first = new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[first, new_code_cell(source, id="work")], metadata=kernel), path)


def shown(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[-1].outputs[0].data["text/plain"]


def test_every_notebook_is_executed_with_typed_parameters_and_kept(production: Path) -> None:
    seen: list[tuple[str, bool]] = []
    made = batch.run_production(
        production,
        run="mine",
        max_spend=2.5,
        parameters={"count": "7"},
        on_notebook=lambda name, seconds: seen.append((name, seconds is not None)),
    )
    assert [nb.name for nb in made.notebooks] == ["00_first_film", "01_second"]
    assert shown(made.notebooks[0].path) == "'mine 7 False 2.5'"
    assert shown(made.notebooks[1].path) == "True"  # the relative production is found from the kernel's folder
    assert seen == [("00_first_film", False), ("00_first_film", True), ("01_second", False), ("01_second", True)]


def test_an_executed_notebook_names_no_place_on_this_machine(production: Path, tmp_path: Path) -> None:
    made = batch.run_production(production, run="clean")
    sources = "".join(cell.source for cell in nbformat.read(made.notebooks[0].path, as_version=4).cells)
    assert str(tmp_path) not in sources


def test_an_unknown_parameter_is_refused_before_a_kernel_starts(production: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'count'"):
        batch.run_production(production, run="r", parameters={"counts": "7"})
    assert not (production.parent.parent / "runs").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "seven"),  # no number
        ("live", "yes"),  # papermill alone would inject a true string
        ("max_spend", "$4"),  # no number
    ],
)
def test_a_value_of_the_wrong_type_is_refused(production: Path, name: str, text: str) -> None:
    with pytest.raises(BadDocument, match=name):
        batch.run_production(production, run="r", parameters={name: text})


def test_a_parameter_that_looks_like_a_secret_is_refused(production: Path, notebooks: Path) -> None:
    write(notebooks / "00_first_film.ipynb", "1", PARAMETERS + '\napi_key: str = ""  # no')
    with pytest.raises(UsageError, match="looks like a secret"):
        batch.run_production(production, run="r", parameters={"api_key": "sk-1234"})


def test_a_failing_cell_stops_the_run_and_keeps_the_notebook(production: Path, notebooks: Path) -> None:
    write(notebooks / "01_second.ipynb", "raise ValueError('no light')")
    with pytest.raises(batch.NotebookFailed, match="ValueError: no light") as caught:
        batch.run_production(production, run="r")
    assert caught.value.kept.is_file()
    assert (caught.value.kept.parent / "00_first_film.ipynb").is_file()


def test_a_second_run_while_the_first_runs_is_told_so(production: Path) -> None:
    folder = production.parent.parent / "runs" / "busy"
    folder.mkdir(parents=True)
    with FileLock(folder / ".batch.lock"), pytest.raises(RunBusy, match="busy"):
        batch.run_production(production, run="busy")


def test_without_notebooks_it_says_so(production: Path, notebooks: Path) -> None:
    for path in notebooks.glob("*.ipynb"):
        path.unlink()
    with pytest.raises(UsageError, match="no notebooks"):
        batch.run_production(production, run="r")


def test_the_productions_cap_reaches_every_notebook_and_stays_in_no_one_elses_way(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def execute(*_: object, **__: object) -> list:
        seen.append(Settings.load().production_cap)
        return []

    monkeypatch.setenv("CHARKIT_PRODUCTION_CAP", "7.5")
    monkeypatch.setattr(batch.production, "_execute_all", execute)
    for cap in (None, 2.25, 99.0):
        batch.run_production(production, run="capped", production_cap=cap)
        assert Settings.load().production_cap == 7.5
    assert seen == [7.5, 2.25, 7.5]
    with pytest.raises(UsageError, match="production_cap"):
        batch.run_production(production, run="capped", production_cap=-1.0)


def test_a_film_that_shows_nobody_leaves_out_the_notebooks_about_characters(production: Path, notebooks: Path) -> None:
    write(notebooks / "01_character_design.ipynb", "1 / 0")
    write(notebooks / "02_references.ipynb", "1 / 0")
    write(notebooks / "05_score.ipynb", "1 / 0")
    (production / "characters" / "robin.yaml").unlink()
    board = "title: T\nstyle: ink\nshots:\n  - {id: A, seconds: 5, place: the sea}\n"
    (production / "storyboard.yaml").write_text(board, encoding="utf-8")
    made = batch.run_production(production, run="sea")
    assert [done.name for done in made.notebooks] == ["00_first_film", "01_second"]
