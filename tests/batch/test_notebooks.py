"""What notebooks declare, and what they may be told."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from charkit.batch.notebooks import checked, inspected
from charkit.errors import BadDocument, UnknownName


def notebook(path: Path, parameters: str) -> Path:
    cell = nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), path)
    return path


def test_types_are_read_from_annotations_and_else_from_defaults(tmp_path: Path) -> None:
    found = inspected(notebook(tmp_path / "a.ipynb", "a: int = 1  # one\nb = 0.5\nc = ['x']\ne = True\nf = g()"))
    assert {name: one.type for name, one in found.parameters.items()} == {
        "a": "int",
        "b": "float",
        "c": "list[str]",
        "e": "bool",
        "f": "None",
    }
    assert found.parameters["a"].help == "one"
    assert found.parameters["c"].value == ["x"]
    assert found.digest.startswith("sha256:")


def test_values_keep_their_types_and_whole_numbers_may_stand_for_fractions(tmp_path: Path) -> None:
    found = inspected(notebook(tmp_path / "a.ipynb", "a: float = 1.0\nb: list[str] = []\nc: int = 1"))
    told = checked(found, {"a": 2, "b": ["x", "y"], "c": 3}, where="here")
    assert told == {"a": 2.0, "b": ["x", "y"], "c": 3}
    assert isinstance(told["a"], float)


@pytest.mark.parametrize(("name", "value"), [("b", ["x", 1]), ("b", "x"), ("c", "1"), ("a", "1e3"), ("a", None)])
def test_a_value_of_another_type_is_refused_with_its_place(tmp_path: Path, name: str, value: object) -> None:
    found = inspected(notebook(tmp_path / "a.ipynb", "a: float = 1.0\nb: list[str] = []\nc: int = 1"))
    with pytest.raises(BadDocument, match=f"here: parameter '{name}' of a.ipynb"):
        checked(found, {name: value}, where="here")


def test_a_parameter_whose_type_cannot_be_checked_says_how_to_declare_it(tmp_path: Path) -> None:
    found = inspected(notebook(tmp_path / "a.ipynb", "a: complex = 1j"))
    with pytest.raises(BadDocument, match="'complex', which cannot be checked"):
        checked(found, {"a": 1}, where="here")


def test_an_unknown_name_says_which_notebook_and_where_it_was_told(tmp_path: Path) -> None:
    found = inspected(notebook(tmp_path / "a.ipynb", "seed: int = 1"))
    with pytest.raises(UnknownName, match=r"a\.ipynb called 'sed'\. Did you mean 'seed'\? \(sweep\.yaml\)"):
        checked(found, {"sed": 1}, where="sweep.yaml")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 1}', "not a notebook at all"])
def test_a_file_that_is_no_notebook_is_one_clear_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadDocument, match="is not a notebook"):
        inspected(path)
