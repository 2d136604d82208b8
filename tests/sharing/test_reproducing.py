"""A shared run, made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from charkit.errors import BadBundle, UsageError
from charkit.sharing import reproduce
from charkit.sharing.reproducing import price_again


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
