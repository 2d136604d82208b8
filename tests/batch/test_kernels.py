"""A forked kernel gives what a started one gives, and nothing of one run reaches the next."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from charkit.batch.kernels import can_fork, ready
from charkit.batch.notebooks import NotebookFailed, execute

from .conftest import write_notebook

pytestmark = pytest.mark.skipif(
    not can_fork(), reason="KERNELS CANNOT BE FORKED HERE: Linux only; papermill's own are used"
)

LOOK = """import os, sys, signal
{"argv": sys.argv[0][-24:], "path": sys.path[0], "folder": os.getcwd(), "name": __name__,
 "backend": os.environ.get("MPLBACKEND"), "said": os.environ.get("CHARKIT_TRIAL", ""),
 "child": signal.getsignal(signal.SIGCHLD).name, "leader": os.getsid(0) == os.getpid(), "count": count}"""


def ran(folder: Path, *cells: str, warm: bool = True, **parameters) -> nbformat.NotebookNode:
    source = write_notebook(folder / "in.ipynb", *cells)
    kept = folder / ("warm.ipynb" if warm else "cold.ipynb")
    execute(source, kept, parameters, warm=warm)
    return nbformat.read(kept, as_version=4)


def told(notebook: nbformat.NotebookNode) -> object:
    return eval(notebook.cells[-1].outputs[0].data["text/plain"])  # noqa: S307  # what our own cell showed


def test_what_is_kept_is_the_same_as_from_papermills_own_kernel(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CHARKIT_TRIAL", "yes")
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getpid()))  # as in a notebook that starts others
    cells = ("print('out')", "import os; os.system('echo below'); import sys; print('err', file=sys.stderr)", LOOK)
    warm, cold = ran(tmp_path, *cells, count=3), ran(tmp_path, *cells, warm=False, count=3)
    assert told(warm) == told(cold)
    assert [cell.source for cell in warm.cells] == [cell.source for cell in cold.cells]
    assert [cell.get("outputs") for cell in warm.cells] == [cell.get("outputs") for cell in cold.cells]
    assert warm.metadata.papermill.parameters == {"count": 3}
    assert _shape(warm.metadata) == _shape(cold.metadata)


def _shape(value: object) -> object:
    return {name: _shape(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value).__name__


def test_no_run_sees_what_another_left_behind(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CHARKIT_TRIAL", "first")
    dirty = """import sys, os, random, builtins, charkit
charkit.__version__ = builtins.left = "behind"; os.environ["CHARKIT_TRIAL"] = os.environ["LEFT"] = "behind"
sys.modules["left_behind"] = sys; random.seed(1); os.chdir("/")"""
    ran(tmp_path, dirty)
    monkeypatch.delenv("CHARKIT_TRIAL")
    clean = """import sys, os, random, builtins, charkit
(charkit.__version__ == "behind", hasattr(builtins, "left"), os.environ.get("LEFT"),
 os.environ.get("CHARKIT_TRIAL", ""), "left_behind" in sys.modules, os.getcwd() == "/",
 "matplotlib.pyplot" in sys.modules)"""
    assert told(ran(tmp_path, clean)) == (False, False, None, "", False, False, False)


def test_forked_kernels_do_not_draw_the_same_random_numbers(tmp_path: Path) -> None:
    draw = "import random, numpy, uuid\n(random.random(), float(numpy.random.random()), uuid.uuid4().hex)"
    first, second = told(ran(tmp_path, draw)), told(ran(tmp_path, draw))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_cell_that_fails_and_a_kernel_that_is_killed_are_named_and_the_notebook_is_kept(tmp_path: Path) -> None:
    with pytest.raises(NotebookFailed, match="ValueError: no light"):
        ran(tmp_path, "1", "raise ValueError('no light')")
    assert "no light" in (tmp_path / "warm.ipynb").read_text(encoding="utf-8")
    with pytest.raises(NotebookFailed, match="its kernel died"):
        ran(tmp_path, "import os; os.kill(os.getpid(), 9)")
    assert told(ran(tmp_path, "count", count=4)) == 4


def test_exit_functions_run_and_the_kernel_is_gone_afterwards(tmp_path: Path) -> None:
    mark = tmp_path / "mark.json"
    cell = f"""import atexit, json, os
atexit.register(open({str(mark)!r}, "w").write, json.dumps(os.getpid()))
os.getpid()"""
    pid = told(ran(tmp_path, cell))
    assert json.loads(mark.read_text()) == pid
    assert not psutil.pid_exists(pid)


def test_when_the_source_of_kernels_is_killed_its_kernels_end_and_the_next_run_has_a_new_one(tmp_path: Path) -> None:
    source = ready()
    source.start()
    process = psutil.Process(source._process.pid)
    cell = f"import os, time; os.kill({process.pid}, 9); time.sleep(30)"
    began = time.monotonic()
    with pytest.raises(NotebookFailed, match="its kernel died"):
        ran(tmp_path, cell)
    assert time.monotonic() - began < 25
    assert told(ran(tmp_path, "count", count=5)) == 5


def test_another_kernel_than_ours_is_started_as_papermill_does() -> None:
    from jupyter_client.kernelspec import KernelSpec

    from charkit.batch.kernels import WarmKernelManager

    manager = WarmKernelManager()
    manager._kernel_spec = KernelSpec(argv=["xeus", "-f", "{connection_file}"])
    assert not manager._is_ours()
    manager._kernel_spec = KernelSpec(argv=["/another/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    assert not manager._is_ours()
    manager._kernel_spec = KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    assert manager._is_ours()


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end():
    yield
    ready().close()
    assert not [child for child in psutil.Process().children() if "charkit.batch.forking" in _words(child)]


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.ZombieProcess, psutil.NoSuchProcess):  # it has ended
        return ""
