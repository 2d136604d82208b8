"""The history of prompts: every wording, its takes, and which one won."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.errors import StorageError, UnknownName
from charkit.prompts import Filled, Prompt
from charkit.prompts.history import Chosen, Judged, PromptHistory, Rendered, Taken, write_down

LOCKED = (("Mira", "a girl"),)


def prompt(text: str) -> Prompt:
    slots = (Filled(name="action", text=text, optional=True),)
    return Prompt(text=text, template="character_shot", template_digest="sha256:1", locked=LOCKED, slots=slots)


def rendered(text: str, route: str = "omni-1.2", shot: str = "S1", **more: bool) -> Rendered:
    return Rendered(shot=shot, route=route, prompt=prompt(text), sheets=(("Mira", "sha256:" + "a" * 64),), **more)


def taken(text: str, number: int = 1, outcome: str = "succeeded") -> Taken:
    return Taken(
        shot="S1", route="omni-1.2", prompt_digest=prompt(text).digest, take=number, outcome=outcome, simulated=True
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "run" / "prompts.jsonl"


def test_a_wording_is_kept_with_all_that_it_was_made_of(file: Path) -> None:
    write_down(file, [rendered("Mira waves")])
    version = PromptHistory.load(file)["S1"].latest
    assert version.prompt == prompt("Mira waves")
    assert version.routes == ("omni-1.2",)
    assert version.sheets[0][0] == "Mira"
    assert json.loads(file.read_text("utf-8"))["at"].endswith("+00:00")


def test_the_same_news_twice_adds_nothing_and_a_return_to_old_words_is_news(file: Path) -> None:
    assert write_down(file, [rendered("a"), rendered("a")]) == 1
    assert write_down(file, [rendered("a")]) == 0
    assert write_down(file, [rendered("b")]) == 1
    assert write_down(file, [rendered("a")]) == 1
    found = PromptHistory.load(file)["S1"]
    assert [version.prompt.text for version in found] == ["a", "b"]
    assert found.latest.number == 1


def test_a_take_its_score_and_the_choice_lead_to_the_winner(file: Path) -> None:
    write_down(file, [rendered("a"), taken("a", 1), Judged(shot="S1", take=1, verdict="drifted", score=0.41)])
    write_down(file, [rendered("b"), taken("b", 2), Judged(shot="S1", take=2, verdict="consistent", score=0.93)])
    write_down(file, [Chosen(shot="S1", take=2, by="score")])
    found = PromptHistory.load(file)
    winner = found.winners["S1"]
    assert (winner.number, winner.prompt.text, winner.chosen, winner.by) == (2, "b", 2, "score")
    assert [str(take) for version in found["S1"] for take in version.takes] == [
        "take 1: succeeded, drifted, 0.410",
        "take 2: succeeded, consistent, 0.930",
    ]
    assert repr(found) == "<PromptHistory: 1 shots, 2 wordings, 1 winners>"
    assert repr(found["S1"]) == "<ShotHistory S1: 2 wordings, version 2 won>"
    assert ">winner</span>" in found._repr_mimebundle_()["text/html"]


def test_the_difference_goes_from_the_winner_to_the_newest(file: Path) -> None:
    write_down(file, [rendered("a b"), taken("a b"), Chosen(shot="S1", take=1, by="a person")])
    write_down(file, [rendered("a c"), rendered("a d")])
    found = PromptHistory.load(file)["S1"]
    assert found.diff().text == "a [-b-]{+d+}"
    assert found.diff().old == "version 1, winner"
    assert found.diff(2, 3).text == "a [-c-]{+d+}"
    with pytest.raises(UnknownName, match="version of S1"):
        found.diff(9)


def test_without_a_winner_it_goes_from_the_version_before(file: Path) -> None:
    write_down(file, [rendered("a"), rendered("b")])
    assert PromptHistory.load(file)["S1"].diff().text == "[-a-]{+b+}"


def test_a_fallbacks_wording_is_kept_and_is_not_what_comes_next(file: Path) -> None:
    write_down(file, [rendered("a"), rendered("b", route="muse-video", stands_in=True)])
    assert PromptHistory.load(file)["S1"].latest.prompt.text == "a"


def test_nothing_yet_is_an_empty_history(file: Path) -> None:
    found = PromptHistory.load(file)
    assert len(found) == 0
    with pytest.raises(UnknownName, match="shot with a prompt"):
        found["S1"]


def test_a_torn_line_is_counted_and_neither_read_nor_glued_to_the_next(file: Path) -> None:
    write_down(file, [rendered("a")])
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    write_down(file, [rendered("b")])
    found = PromptHistory.load(file)
    assert found.torn == 1
    assert [version.prompt.text for version in found["S1"]] == ["a", "b"]


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be", "utf-8")
    with pytest.raises(StorageError, match="history of prompts"):
        write_down(tmp_path / "run" / "prompts.jsonl", [rendered("a")])


@given(st.text(max_size=40).filter(lambda text: "\ud800" not in text))
def test_whatever_a_prompt_says_comes_back(words: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prompts.jsonl"
        write_down(path, [rendered(words)])
        assert PromptHistory.load(path)["S1"].latest.prompt.text == words


def _write_many(file: str, worker: int) -> None:
    for number in range(10):
        write_down(Path(file), [rendered(f"{worker}/{number}", shot=f"S{worker}")])


def test_several_processes_write_at_once_and_no_line_is_lost_or_torn(file: Path) -> None:
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    workers = [context.Process(target=_write_many, args=(str(file), number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = PromptHistory.load(file)
    assert found.torn == 0
    assert [len(found[f"S{number}"]) for number in range(3)] == [10, 10, 10]
