"""What reviewers would otherwise repeat: the public names, the light import, and rules no linter has."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import charkit

PACKAGE = Path(charkit.__file__).parent
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "notebooks" not in p.parts)


def test_public_names_are_sorted_and_all_there() -> None:
    assert charkit.__all__ == sorted(charkit.__all__)
    for name in charkit.__all__:
        assert getattr(charkit, name) is not None


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no 'Camera'"):
        charkit.Camera  # noqa: B018


def test_importing_charkit_loads_no_sdk_no_numpy_no_notebook_machinery() -> None:
    heavy = "openai google.genai numpy av PIL cv2 scipy sqlalchemy papermill IPython ipywidgets pydantic matplotlib"
    code = f"import sys, charkit; print([m for m in {heavy.split()!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert found == "[]"


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_settings_reads_the_environment(module: Path) -> None:
    if module.name == "settings.py":
        return
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "putenv"}
        assert not reads, f"{module}:{node.lineno}"


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_raises_an_anonymous_error_or_catches_everything(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            assert node.exc.func.id not in {"Exception", "RuntimeError", "BaseException"}, f"{module}:{node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{module}:{node.lineno} catches everything"


@pytest.mark.parametrize("module", sorted((PACKAGE / "simulator").glob("*.py")), ids=lambda p: p.stem)
def test_the_simulator_is_the_other_half_and_shares_only_errors(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            if name.split(".")[0] == "charkit":
                assert name == "charkit.errors" or name.startswith("charkit.simulator"), f"{module}:{node.lineno}"


def test_every_module_and_package_of_the_first_level_has_its_tests_at_the_parallel_path() -> None:
    tests = Path(__file__).parent
    modules = {m.stem for m in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    packages = {m.parent.name for m in PACKAGE.glob("*/__init__.py")}
    assert [name for name in sorted(modules) if not (tests / f"test_{name}.py").is_file()] == []
    assert [name for name in sorted(packages) if not list((tests / name).glob("test_*.py"))] == []


def test_every_test_stands_at_the_path_of_what_it_tests() -> None:
    tests = Path(__file__).parent
    across = {
        "test_any_visits",
        "test_litellm",
        "test_mishaps",
        "test_resuming",
        "test_server_models",
        "test_soak",
        "test_video_servers",
        "test_video_wires",
        "test_contract",
        "test_crashes",
        "test_state_machine",
        "test_conventions",
        "test_notebooks",
        "test_on_the_simulator",
        "test_own_input",
        "test_workbench",
    }
    strays = []
    for test in tests.rglob("test_*.py"):
        folder = PACKAGE / test.relative_to(tests).parent
        name = test.stem.removeprefix("test_")
        if test.stem not in across and not ((folder / f"{name}.py").is_file() or (folder / name).is_dir()):
            strays.append(str(test.relative_to(tests)))
    assert strays == []
