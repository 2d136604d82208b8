"""One JupyterLab and one browser for all tests of the module, on a copy of the project's notebooks and productions.

Playwright's loop runs in this thread as long as the browser does, and no other test could run one of its own: so all
ends with the module.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from charkit.rehearsal import start_simulator
from tests.browser.lab import HOW_TO_GET_IT, QUIET, VARIABLE, Lab, find_chromium, major

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.browser.notebook import Notebook

PROJECT = Path(__file__).parents[2]
SHOTS = ("S02", "S03", "S06")
DAY = "2026-11-22"
"""The day on which the notebooks are run, since routes are dated; as in tests/check_notebooks.py."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that is installed on this machine, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason=f"BROWSER: playwright is not installed; {HOW_TO_GET_IT}")
    with api.sync_playwright() as playwright:
        program = find_chromium(playwright.chromium.executable_path)
        if program is None:
            pytest.skip(f"BROWSER: there is none; {HOW_TO_GET_IT}")
        if not program.is_file():  # somebody wants one, so that skipping would hide a mistake
            pytest.fail(f"there is no browser at {program}, which {VARIABLE} names", pytrace=False)
        running = playwright.chromium.launch(executable_path=program, args=list(QUIET), headless=True)
        yield running
        running.close()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a person has: notebooks and productions, and nothing that was made yet."""
    folder = tmp_path_factory.mktemp("a workspace")
    shutil.copytree(PROJECT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(PROJECT / "data" / "productions", folder / "data" / "productions")
    _shorten(folder / "data" / "productions" / "lantern" / "storyboard.yaml")
    return folder


def _shorten(storyboard: Path) -> None:
    """Leave the shots that the tests look at: both characters, and one shot that goes off model."""
    yaml = YAML()
    said = yaml.load(storyboard.read_text(encoding="utf-8"))
    said["shots"] = [shot for shot in said["shots"] if shot["id"] in SHOTS]
    with storyboard.open("w", encoding="utf-8") as file:
        yaml.dump(said, file)


@pytest.fixture(scope="module")
def lab(browser: Browser, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on the workspace, with a simulator that stays between notebooks."""
    simulator = start_simulator(workspace / "data" / "simulator")
    home = tmp_path_factory.mktemp("jupyter")
    variables = {
        "CHARKIT_PROGRESS": "off",
        "CHARKIT_TODAY": DAY,
        "CHARKIT_WEIGHTS": str(home / "no weights"),
        "PYTHONPATH": os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    try:
        with Lab(root=workspace, home=home, variables=variables) as running:
            yield running
    finally:
        simulator.close()


@pytest.fixture
def opened(
    browser: Browser, lab: Lab, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Iterator[Callable[[str], Notebook]]:
    """Open notebooks by name, each in a window of its own; whatever went wrong in one fails the test."""
    from tests.browser.notebook import Notebook

    record_property("browser", major(browser.version))
    books: list[Notebook] = []

    def open_notebook(name: str) -> Notebook:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        books.append(Notebook(page=page, lab=lab, path=f"notebooks/{name}.ipynb"))
        record_property("notebook", name)
        return books[-1]

    yield open_notebook
    for book in books:
        book.close()
    assert [fault for book in books for fault in book.faults] == []


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept to be looked at: the folder in CHARKIT_ARTEFACTS, else pytest's own."""
    named = os.environ.get("CHARKIT_ARTEFACTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")
