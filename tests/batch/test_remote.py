"""A depot holds what runs made, whole or not at all, and nothing in it can write elsewhere."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from pathlib import Path

import pytest

from charkit.batch import plan_sweep, run_sweep
from charkit.batch.kernels import ready
from charkit.batch.records import RunOrder
from charkit.batch.remote import Depot, pack, relocated
from charkit.errors import StorageError, UsageError
from charkit.workspace import new_production

from .conftest import Kept, shown, write_sweep

pytest.importorskip("fsspec", reason="REMOTE RUNS NOT TESTED: fsspec is not installed (extra `cluster`)")


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end():
    yield
    ready().close()


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"file://{tmp_path}/depot" if request.param == "file" else f"memory://{uuid.uuid4().hex}"


def order(url: str, production: str = "") -> RunOrder:
    return RunOrder(
        sweep="trial",
        run="one",
        notebook="tiny",
        notebook_digest="sha256:0",
        source="{}",
        folder="/somewhere/else",
        parameters={"production": "../../productions/small"} if production else {},
        told={},
        axes={},
        home=url,
        production=production,
    )


def test_a_folder_comes_back_as_it_was_without_what_is_hidden(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "takes").mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (folder / "takes" / "S01 é.mp4").write_bytes(b"clip")
    (folder / ".lock").touch()
    depot = Depot(url)
    depot.check()
    depot.put(folder, "runs/one")
    assert Depot(url).get("runs/one", tmp_path / "back") == 2
    assert (tmp_path / "back" / "takes" / "S01 é.mp4").read_bytes() == b"clip"
    assert not (tmp_path / "back" / ".lock").exists()
    assert depot.get("runs/two", tmp_path / "none") == 0


def test_the_record_goes_up_last_so_that_half_a_run_never_counts(url: str, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "run"
    (folder / "z").mkdir(parents=True)
    (folder / "a-run.json").touch()
    (folder / "run.json").write_text("{}")
    (folder / "z" / "last.mp4").touch()
    depot = Depot(url)
    sent: list[str] = []
    monkeypatch.setattr(Depot, "put_bytes", lambda _self, _data, name: sent.append(name))
    depot.put(folder, "x")
    assert sent == ["x/a-run.json", "x/z/last.mp4", "x/run.json"]


def test_a_production_travels_under_the_digest_of_its_files(url: str, tmp_path: Path) -> None:
    home = new_production("small", tmp_path)
    data, name = pack(home)
    assert (data, name) == pack(home)
    Depot(url).put_bytes(data, name)
    told = relocated(order(url, name), tmp_path / "machine")
    folder = Path(told.folder)
    assert folder == tmp_path / "machine" / "data" / "sweeps" / "trial" / "one"
    found = (folder / str(told.parameters["production"])).resolve()
    assert found == tmp_path / "machine" / "data" / "productions" / "small"
    assert (found / "storyboard.yaml").read_bytes() == (home / "storyboard.yaml").read_bytes()
    (home / "storyboard.yaml").write_text("title: other")
    data, later = pack(home)
    assert later != name
    Depot(url).put_bytes(data, later)
    relocated(order(url, later), tmp_path / "machine")
    assert (found / "storyboard.yaml").read_text() == "title: other"


def test_a_machine_with_a_ledger_of_its_own_does_not_pay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"memory://{uuid.uuid4().hex}"
    paying = order(url).model_copy(update={"one_budget": True})
    monkeypatch.delenv("CHARKIT_LEDGER", raising=False)
    with pytest.raises(UsageError, match="no ledger that all share: set CHARKIT_LEDGER"):
        relocated(paying, tmp_path)
    monkeypatch.setenv("CHARKIT_LEDGER", "postgresql://somewhere/film")
    assert relocated(paying, tmp_path).folder.startswith(str(tmp_path))


@pytest.mark.parametrize("hostile", ["../../outside.yaml", "/outside.yaml"])
def test_a_packed_production_that_reaches_outside_is_refused(tmp_path: Path, hostile: str) -> None:
    url = f"memory://{uuid.uuid4().hex}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(hostile, "x")
    name = f"productions/small@{hashlib.sha256(packed.getvalue()).hexdigest()[:16]}.zip"
    Depot(url).put_bytes(packed.getvalue(), name)
    with pytest.raises(StorageError, match="would lie elsewhere"):
        relocated(order(url, name), tmp_path / "machine")
    Depot(url).put_bytes(b"altered", name)
    with pytest.raises(StorageError, match="not what its name says"):
        relocated(order(url, name), tmp_path / "machine")
    assert not list(tmp_path.rglob("outside.yaml"))


def test_a_sweep_is_gone_on_with_on_another_machine_that_has_only_the_depot(
    tmp_path: Path, inline: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def machine(name: str, counts: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        path = write_sweep(folder, f"grid: {{count: {counts}}}", "count, word")
        path.write_text(path.read_text().replace("outputs: out", f"outputs: 'file://{tmp_path}/depot'"))
        return path

    assert len(run_sweep(machine("first", "[1, 2]"), executor=inline).done) == 2
    kept = [path.relative_to(tmp_path / "depot") for path in (tmp_path / "depot").rglob("*.ipynb")]
    assert len(kept) == 2
    assert all(path.parts[:2] == ("sweeps", "trial") for path in kept)
    second = machine("second", "[1, 2, 3]")
    assert [run.standing for run in plan_sweep(second).runs] == ["done", "done", "new"]
    ran: list[str] = []
    results = run_sweep(second, executor=inline, on_run=lambda record: ran.append(record.run))
    assert len(ran) == 1
    assert len(results.done) == 3
    brought = tmp_path / "depot" / "sweeps" / "trial" / ran[0]
    assert json.loads((brought / "run.json").read_text())["state"] == "done"
    assert shown(brought / "tiny.ipynb") == "(3, 'x')"


def test_a_place_that_cannot_be_used_is_refused_before_anything_starts(tmp_path: Path, inline: Kept) -> None:
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}")
    (tmp_path / "file").touch()
    path.write_text(path.read_text().replace("outputs: out", f"outputs: 'file://{tmp_path}/file'"))
    with pytest.raises(StorageError, match="cannot be used"):
        run_sweep(path, executor=inline)
    path.write_text(path.read_text().replace(f"file://{tmp_path}/file", "s3://me:secret@bucket"))
    with pytest.raises(UsageError, match="holds credentials"):
        plan_sweep(path)
