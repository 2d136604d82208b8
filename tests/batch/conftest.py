"""Small notebooks to sweep, and one process for all tests of a worker that keeps kernels ready."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from charkit.batch.executors import InlineExecutor
from charkit.batch.kernels import ready

ready().handed_on = ("CHARKIT_", "PYTEST_")  # pytest says in a variable which test is running

PARAMETERS = """count: int = 1  # how many
word: str = "x"  # a word
share: float = 0.5  # of something
fast: bool = True  # or slow
names: list[str] = ["a"]  # some"""


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    first = new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    others = [new_code_cell(source, id=f"cell-{at}") for at, source in enumerate(cells)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[first, *others], metadata=kernel), path)
    return path


def shown(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[-1].outputs[0].data["text/plain"]


def write_sweep(folder: Path, text: str, *cells: str, parameters: str = PARAMETERS) -> Path:
    """A sweep of a notebook beside it, with its outputs beside both."""
    write_notebook(folder / "tiny.ipynb", *(cells or ("(count, word)",)), parameters=parameters)
    path = folder / "trial.yaml"
    path.write_text(f"notebook: ./tiny.ipynb\noutputs: out\n{text}", encoding="utf-8")
    return path


class Kept(InlineExecutor):
    """In this process, with the kernels' source left running for the next test."""

    def close(self) -> None:
        self._waiting.clear()


@pytest.fixture
def inline() -> Kept:
    return Kept()


@pytest.fixture(autouse=True)
def without_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
