"""What makes a notebook good to read and safe to commit, as assertions. That they run is checked by `make nbval`."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import papermill
import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
SECRET = re.compile(r"sk-[A-Za-z0-9_-]{16,}|AIza[0-9A-Za-z_-]{30,}|-----BEGIN|Bearer [A-Za-z0-9._-]{16,}")
PLACES = re.compile(r"/(home|root|Users|tmp|work|private)/|[A-Z]:\\\\")
A_NOTEBOOK = 900_000
"""Bytes; the film's preview and ten takes' are in it."""
AN_OUTPUT = 450_000
A_PREVIEW = 300_000

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def code(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def test_it_says_what_it_needs_makes_costs_and_how_long_it_takes(path: Path) -> None:
    title = nbformat.read(path, as_version=4).cells[0].source
    assert title.startswith("# ")
    for word in ("*Needs*", "*Makes*", "*Cost*", "*Time*"):
        assert word in title


def test_the_first_code_cell_is_the_only_parameters_cell(path: Path) -> None:
    cells = code(path)
    assert tags(cells[0]) == ["parameters"]
    assert sum("parameters" in tags(cell) for cell in cells) == 1
    assert not any("injected-parameters" in tags(cell) for cell in cells)
    assert "papermill" not in nbformat.read(path, as_version=4).metadata


def test_every_parameter_is_typed_explained_and_no_secret(path: Path) -> None:
    found = papermill.inspect_notebook(str(path))
    assert {"production", "run", "live", "max_spend", "resolution"} <= set(found)
    for name, about in found.items():
        assert about["inferred_type_name"] in {"str", "int", "float", "bool"}, name
        assert about["help"], name
        assert not re.search("key|token|secret|password", name)


def test_it_was_run_from_top_to_bottom(path: Path) -> None:
    cells = code(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_its_cells_are_thin_and_define_nothing(path: Path) -> None:
    for cell in code(path):
        assert len(cell.source.splitlines()) <= 15
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try}
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"print", "display"}


def test_every_beat_is_said_before_it_is_done(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    prose = sum(cell.cell_type == "markdown" for cell in cells)
    assert prose >= len(cells) / 3


def test_its_outputs_are_small_clean_and_tell_no_secret_and_no_place(path: Path) -> None:
    assert path.stat().st_size < A_NOTEBOOK
    for cell in code(path):
        for output in cell.outputs:
            text = json.dumps(output)
            assert output.output_type != "error"
            assert output.get("name") != "stderr", text[:300]
            assert len(text) < AN_OUTPUT
            plain = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
            assert not SECRET.search(plain)
            assert not PLACES.search(plain), PLACES.search(plain)
            assert "video/mp4;base64" not in text


def test_every_picture_in_it_is_a_preview_of_a_few_hundred_kilobytes_at_most(path: Path) -> None:
    for match in re.finditer(r"base64,([A-Za-z0-9+/=]+)", path.read_text(encoding="utf-8")):
        assert len(match[1]) * 3 / 4 <= A_PREVIEW


def test_every_shown_object_has_a_plain_line_that_stands_alone(path: Path) -> None:
    for cell in code(path):
        for output in cell.outputs:
            if output.output_type in {"execute_result", "display_data"}:
                plain = output.data.get("text/plain", "")
                assert plain
                assert "object at 0x" not in plain
