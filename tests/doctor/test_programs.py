from __future__ import annotations

import shutil
import sys
from importlib import metadata

import pytest

from charkit.doctor import programs
from charkit.doctor.checkup import Check

REQUIRES = [
    "one<2,>=1",
    "two>=3",
    'three>=1; extra == "scoring"',
    'four>=1; extra == "scoring"',
    'five>=1; extra == "timeline"',
    'six>=1; python_version < "3.0"',
    'charkit[scoring]; extra == "all"',
]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    versions = {"charkit": "0.1.0", "one": "1.5", "two": "3.1", "three": "1.0", "four": "2.0"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(metadata, "requires", lambda _: REQUIRES)
    monkeypatch.setattr(metadata, "version", version)
    return versions


def told() -> dict[str, Check]:
    return {check.what: check for check in programs.packages()}


def test_packages_within_their_bounds_are_counted_and_extras_that_are_missing_are_notes(installed) -> None:
    found = told()
    assert found["charkit"].said == "0.1.0, its 2 packages within their bounds"
    assert found["[scoring]"].state == "ok"
    assert (found["[timeline]"].state, found["[timeline]"].then) == (
        "note",
        "if you want it: pip install 'charkit[timeline]'",
    )
    assert "[all]" not in found


def test_a_package_outside_of_its_bounds_is_a_fault_with_the_command(installed) -> None:
    installed["one"] = "2.1"
    check = told()["one"]
    assert (check.state, check.then) == ("fault", "pip install 'one<2,>=1'")
    assert "2.1" in check.said


def test_a_package_that_charkit_cannot_do_without_is_a_fault(installed) -> None:
    del installed["two"]
    assert (told()["charkit"].state, told()["charkit"].said) == ("fault", "not installed: two")


def test_an_old_python_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.platform, "python_version", lambda: "3.9.1")
    first = next(programs.python())
    assert first.state == "fault"
    assert "3.9.1; charkit wants >=3.11" in first.said


def test_codecs_are_those_of_pyav_and_a_missing_one_says_what_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(programs.media()).state == "ok"
    real = programs._has
    monkeypatch.setattr(programs, "_has", lambda name, mode: name != "libx264" and real(name, mode))
    codecs = next(programs.media())
    assert codecs.state == "fault"
    assert "libx264 (transitions and drafts)" in codecs.said


def test_the_kernel_of_notebooks_is_this_python_or_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client import kernelspec

    class Spec:
        argv = (sys.executable,)

    monkeypatch.setattr(kernelspec.KernelSpecManager, "get_kernel_spec", lambda *_: Spec)
    assert programs._kernel().state == "ok"
    Spec.argv = (shutil.which("sh"),)
    assert "another Python" in programs._kernel().said
    Spec.argv = ("/nowhere/python",)
    assert "which is not there" in programs._kernel().said


def test_without_jupyter_that_is_a_note(installed) -> None:
    (first, *_) = list(programs.notebooks())
    assert (first.state, first.said) == ("note", "jupyterlab is not installed")


def test_scripts_without_a_font_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_LETTERS", {"English": "Aa", "Nobody's": "\U0010fffd"})
    assert programs._fonts().said == "no letters for Nobody's"
