from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.errors import BadDocument, StorageError, UsageError
from charkit.takes.decisions import MAX_NOTE, TakeDecisions


@pytest.fixture
def said(tmp_path: Path) -> TakeDecisions:
    return TakeDecisions(tmp_path / "run" / "decisions.json")


def test_nothing_was_said_of_a_new_take(said: TakeDecisions) -> None:
    assert not said.of("S01", 1).decided
    assert said.of("S01", 1).word == "undecided"
    assert repr(said) == "TakeDecisions(none yet)"
    assert not said._file.exists()


def test_every_decision_is_on_disk_when_the_call_returns(said: TakeDecisions) -> None:
    said.star("S01", 2)
    said.reject("S01", 1)
    said.note("S02", 1, " hat missing \n")
    later = TakeDecisions(said._file)
    assert later.starred == {("S01", 2)}
    assert later.rejected == {("S01", 1)}
    assert later.of("S02", 1).note == "hat missing"
    assert repr(later) == "TakeDecisions(1 starred, 1 kept, 1 rejected, 1 with a note)"


def test_a_rejected_take_loses_its_star_and_a_star_or_a_keep_brings_it_back(said: TakeDecisions) -> None:
    said.star("S01", 1)
    said.reject("S01", 1)
    assert said.starred == frozenset()
    said.star("S01", 1)
    assert said.rejected == frozenset()
    said.reject("S01", 1)
    assert said.keep("S01", 1).word == "kept"


def test_taking_it_all_back_leaves_the_note_and_taking_that_back_leaves_nothing(said: TakeDecisions) -> None:
    said.star("S01", 1)
    said.note("S01", 1, "soft focus")
    assert said.undecide("S01", 1).note == "soft focus"
    said.note("S01", 1, "")
    assert json.loads(said._file.read_text("utf-8"))["shots"] == {}


def test_a_star_taken_back_leaves_the_take_kept(said: TakeDecisions) -> None:
    said.star("S01", 1)
    assert said.star("S01", 1, on=False).word == "kept"


def test_two_programs_that_write_at_once_lose_nothing_of_each_other(said: TakeDecisions) -> None:
    code = (
        "import sys; from pathlib import Path; from charkit.takes.decisions import TakeDecisions; "
        "said = TakeDecisions(Path(sys.argv[1])); [said.keep(sys.argv[2], n) for n in range(1, 16)]"
    )
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    both = [subprocess.Popen([sys.executable, "-c", code, str(said._file), shot], env=paths) for shot in ("A", "B")]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    assert len(said.all()) == 30


def test_a_program_that_never_lets_go_is_said_and_nothing_is_changed(
    said: TakeDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    said.keep("S01", 1)
    monkeypatch.setattr("charkit.documents.holding.PATIENCE", 0.05)
    with FileLock(said._file.with_name(".decisions.json.lock")), pytest.raises(StorageError, match="try again"):
        TakeDecisions(said._file).reject("S01", 1)
    assert said.of("S01", 1).word == "kept"


def test_a_note_that_is_a_novel_is_refused(said: TakeDecisions) -> None:
    with pytest.raises(UsageError, match="at most"):
        said.note("S01", 1, "x" * (MAX_NOTE + 1))


def test_a_damaged_file_is_named_and_left_alone(said: TakeDecisions) -> None:
    said.keep("S01", 1)
    said._file.write_text("{", encoding="utf-8")
    with pytest.raises(BadDocument, match="decisions.json"):
        said.reject("S01", 1)
    assert said._file.read_text("utf-8") == "{"


ACTS = st.tuples(
    st.sampled_from(["star", "keep", "reject", "undecide"]), st.sampled_from(["A", "B-t1"]), st.integers(1, 3)
)


@settings(max_examples=20)
@given(st.lists(ACTS, max_size=6))
def test_no_take_is_ever_both_starred_and_rejected(acts: list[tuple[str, str, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        said = TakeDecisions(Path(folder) / "decisions.json")
        for act, shot, take in acts:
            getattr(said, act)(shot, take)
        assert not said.starred & said.rejected
        if acts:
            act, shot, take = acts[-1]
            words = {"star": "starred", "keep": ("kept", "starred"), "reject": "rejected", "undecide": "undecided"}
            assert said.of(shot, take).word in words[act]
