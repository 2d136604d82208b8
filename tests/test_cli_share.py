"""`charkit share` and `charkit reproduce` on the shell; what they do is tested in tests/sharing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import charkit.sharing
import charkit.sharing.reproducing
from charkit.cli import app
from charkit.errors import UsageError
from charkit.sharing import Aspect, BundleRecord, LeftOut, Reproduction, Shared, SharedFile

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("CHARKIT_DATA", raising=False)


RECORD = BundleRecord(
    format=1, production="two", run="first", title="Two", created="2026-11-22", simulated=True, made_by="charkit",
    requests=(), files=(SharedFile(path="a", role="film", digest="sha256:0", size=1, cleaned=("paths",)),),
    left_out=(LeftOut(what="Ada's picture", why="no licence"),), notes=("changed since",),
)  # fmt: skip


def test_share_hands_its_options_on_and_tells_what_stayed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def share(run: str, to: Path, **how: object) -> Shared:
        asked.update(run=run, to=to, **how)
        return Shared(path=to, record=RECORD, bytes=1_500_000)

    monkeypatch.setattr(charkit.sharing, "share", share)
    result = RUN.invoke(app, ["share", "first", "-o", "two.zip", "--data", "elsewhere"])
    assert result.exit_code == 0, result.output
    assert (asked["run"], asked["to"], asked["data"]) == ("first", Path("two.zip"), Path("elsewhere"))
    for words in ("two.zip: 1 files, 1.5 MB", "left out: Ada's picture: no licence", "mind: changed since"):
        assert words in result.output
    told = json.loads(RUN.invoke(app, ["share", "first", "-o", "two.zip", "--json"]).output)
    assert told["left_out"] == [{"what": "Ada's picture", "why": "no licence"}]


def test_a_run_that_is_not_there_is_one_clear_error() -> None:
    result = RUN.invoke(app, ["share", "first", "-o", "two.zip"])
    assert isinstance(result.exception, UsageError)
    assert "--data FOLDER" in str(result.exception)


@pytest.mark.parametrize(("verdict", "status"), [("same", 0), ("noted", 0), ("not comparable", 0), ("differs", 1)])
def test_reproduce_says_what_differs_and_tells_the_shell(
    monkeypatch: pytest.MonkeyPatch, verdict: str, status: int
) -> None:
    def reproduce(bundle: Path, to: Path | None, *, on_step, **how: object) -> Reproduction:
        on_step("shoot")
        aspect = Aspect(name="takes", verdict=verdict, said="3 takes", details=tuple(f"A{n}" for n in range(12)))  # type: ignore[arg-type]
        return Reproduction(
            production="two", run="first", title="Two", live=False, folder=Path("again"), aspects=(aspect,)
        )

    monkeypatch.setattr(charkit.sharing, "reproduce", reproduce)
    result = RUN.invoke(app, ["reproduce", "two.zip", "-o", "again"])
    assert result.exit_code == status, result.output
    assert verdict in result.output
    assert "and 2 more" in result.output
    told = RUN.invoke(app, ["reproduce", "two.zip", "--json"])
    assert json.loads(told.stdout)["same"] is (status == 0)
    assert told.exit_code == status


def test_live_without_a_cap_tells_the_price_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Quote:
        def __repr__(self) -> str:
            return "<Quote: $3.46>"

        def sentences(self, _: object) -> list[str]:
            return ["Ten takes."]

        def facts(self) -> dict[str, object]:
            return {"total_usd": 3.46}

    monkeypatch.setattr(charkit.sharing.reproducing, "price_again", lambda *_, **__: Quote())
    result = RUN.invoke(app, ["reproduce", "two.zip", "--live"])
    assert result.exit_code == 2
    assert "$3.46" in result.output
    assert "Nothing was sent" in result.output
    told = json.loads(RUN.invoke(app, ["reproduce", "two.zip", "--live", "--json"]).stdout)
    assert told == {"total_usd": 3.46, "sent": False}


def test_what_is_no_bundle_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "two.zip").write_bytes(b"hello")
    result = RUN.invoke(app, ["reproduce", "two.zip"])
    assert "not a shared run" in str(result.exception)
