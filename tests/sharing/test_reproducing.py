"""A shared run, made again."""

from __future__ import annotations

import json
import shutil
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from charkit.errors import BadBundle, UsageError
from charkit.ledger import Ledger
from charkit.sharing import reproduce
from charkit.sharing.bundles import BundleRecord
from charkit.sharing.reproducing import _Again, price_again


def test_a_run_made_again_elsewhere_is_bit_for_bit_the_same(run, tmp_path: Path, monkeypatch) -> None:
    run.share(tmp_path / "two.zip")
    shutil.rmtree(run.data)
    monkeypatch.setenv("CHARKIT_TODAY", "2027-05-01")  # routes are those of the run's day
    monkeypatch.setenv("CHARKIT_LEDGER", "postgresql://nobody@127.0.0.1:1/none")  # a rehearsal keeps books of its own
    steps = []
    found = reproduce(tmp_path / "two.zip", tmp_path / "again", on_step=steps.append)
    assert {aspect.name: aspect.verdict for aspect in found.aspects} == dict.fromkeys(
        ("files", "environment", "plan", "prompts", "requests", "takes", "scores", "film", "money"), "same"
    ), found.aspects
    assert found.same
    assert found["film"].said == "bit for bit"
    assert found["takes"].said.startswith("3 takes")
    assert steps == ["check", "plan", "shoot", "retake", "score", "assemble", "compare"]
    assert (tmp_path / "again" / "runs" / "first" / "film.vtt").is_file()
    assert (tmp_path / "again" / "reproduction.json").is_file()
    assert repr(found) == "<Reproduction of two/first, simulated: same>"
    assert "made again" in found._repr_mimebundle_()["text/html"]


def test_a_picture_that_was_left_out_is_asked_for_and_taken_by_its_digest(run, tmp_path: Path) -> None:
    run.rewrite("productions/two/characters/ada.yaml", ", licence: CC-BY-4.0", "")
    run.share(tmp_path / "two.zip")
    with pytest.raises(UsageError, match=r"front\.png .*--references FOLDER"):
        price_again(tmp_path / "two.zip")
    given = tmp_path / "given"
    given.mkdir()
    shutil.copy(run.home / "characters" / "ada" / "front.png", given / "another name.png")
    quote = price_again(tmp_path / "two.zip", references=given)
    assert "2 shots" in repr(quote) or len(quote.cells()) >= 2


def test_paying_needs_a_cap_and_the_price_is_told_without_any_key(run, tmp_path: Path) -> None:
    run.share(tmp_path / "two.zip")
    with pytest.raises(UsageError, match="--max-spend"):
        reproduce(tmp_path / "two.zip", tmp_path / "again", live=True)
    assert not (tmp_path / "again").exists()
    assert "$" in repr(price_again(tmp_path / "two.zip"))


def test_nothing_is_written_over_and_nothing_is_made_of_a_bad_bundle(run, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    run.share(tmp_path / "two")
    with pytest.raises(UsageError, match="there already"):
        reproduce(tmp_path / "two", tmp_path / "again")
    (tmp_path / "two" / "runs" / "first" / "film.mp4").write_bytes(b"another film")
    with pytest.raises(BadBundle, match=r"film\.mp4 was changed"):
        reproduce(tmp_path / "two", tmp_path / "other")
    assert not (tmp_path / "other").exists()
    with pytest.raises(UsageError, match="there is no"):
        reproduce(tmp_path / "nowhere.zip")


OWN = """\
endpoints:
  google:
    protocol: gemini-omni
    base_url: "%s"
    key: GEMINI_API_KEY
    as_of: 2026-11-22
    source: ours
    confidence: convention
"""


def _posts(simulator: str) -> int:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310  # loopback
        found = json.load(answer)
    return sum(entry["method"] == "POST" for entry in (found["requests"] if isinstance(found, dict) else found))


def test_a_run_made_again_live_goes_to_the_persons_own_endpoints_under_their_cap(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.share(tmp_path / "two.zip")
    shutil.rmtree(run.data)
    (tmp_path / "ours.yaml").write_text(OWN % f"{run.simulator}/google", encoding="utf-8")
    monkeypatch.setenv("CHARKIT_ROUTES", str(tmp_path / "ours.yaml"))
    monkeypatch.setenv("CHARKIT_LEDGER", str(tmp_path / "budget.sqlite"))
    monkeypatch.setenv("GEMINI_API_KEY", "a-key-of-ours")
    monkeypatch.delenv("CHARKIT_SIMULATOR_URL")  # it is spoken to as a service is
    before = _posts(run.simulator)
    found = reproduce(tmp_path / "two.zip", tmp_path / "again", live=True, max_spend=5.0)
    assert _posts(run.simulator) == before + 3
    assert [found[name].verdict for name in ("plan", "prompts", "requests")] == ["same"] * 3
    assert (found.live, found["takes"].said) == (True, "3 takes, bit for bit")
    with Ledger.open(tmp_path / "budget.sqlite") as ledger:  # the person's own budget
        jobs = ledger.jobs()
    assert [(job.simulated, job.state) for job in jobs] == [(False, "succeeded")] * 3
    assert "a-key-of-ours" not in (tmp_path / "again" / "runs" / "first" / "manifest.json").read_text("utf-8")


def test_no_key_goes_to_an_address_out_of_a_bundle(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.share(tmp_path / "two")
    record = json.loads((tmp_path / "two" / "charkit-bundle.json").read_text("utf-8"))
    seen = []
    monkeypatch.setattr("charkit.sharing.reproducing.open_studio", lambda *_, **how: seen.append(how) or 1 / 0)
    again = _Again(
        record=BundleRecord.model_validate({**record, "routes": "routes.yaml"}),
        bundle=tmp_path / "two",
        data=tmp_path / "data",
        live=True,
        references=None,
    )
    (tmp_path / "two" / "routes.yaml").write_text(OWN % "http://127.0.0.1:9", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        again.studio(1.0)
    assert seen[0]["settings"].routes is None
    manifest = tmp_path / "two" / "runs" / "first" / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"omni-1.2"', '"trap"'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"routes of its own: trap\. .* look at its routes\.yaml"):
        replace(again, data=tmp_path / "other").studio(1.0)
