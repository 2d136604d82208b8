"""Reading and writing whole documents."""

from __future__ import annotations

import datetime as dt
import errno
import os
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from charkit.documents import read_json, read_yaml, replace_file, whole_file, write_json, write_yaml
from charkit.errors import BadDocument, StorageError, StorageFull

if TYPE_CHECKING:
    from pathlib import Path


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Camera(Strict):
    kind: Literal["camera"] = "camera"
    move: Literal["push in", "pan left", "static"] = "static"
    color: str = "warm"


class Cut(Strict):
    kind: Literal["cut"] = "cut"
    frames: int = 0


class Shot(Strict):
    id: str
    seconds: int = 4
    speed: float = 1.0
    loud: bool = False
    note: str | None = None
    made: dt.date | None = None
    characters: tuple[str, ...] = ()
    camera: Camera = Camera()
    steps: tuple[Annotated[Camera | Cut, Field(discriminator="kind")], ...] = ()
    tint: int | list[int] | None = None
    palette: dict[str, str] = Field(default_factory=dict)

    @field_validator("seconds")
    @classmethod
    def _positive(cls, value: int) -> int:
        if value < 1:
            raise ValueError("A shot lasts at least one second.")
        return value


class Board(Strict):
    title: str
    shots: tuple[Shot, ...] = ()


def board(folder: Path, text: str | bytes) -> Board:
    path = folder / "board.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(path, Board)


def complaint(folder: Path, text: str | bytes) -> BadDocument:
    with pytest.raises(BadDocument) as caught:
        board(folder, text)
    assert str(caught.value).startswith(f"{folder / 'board.yaml'}:")
    return caught.value


def test_a_commented_file_is_read_into_its_model(tmp_path: Path) -> None:
    got = board(
        tmp_path, "# the film\ntitle: Lantern\nshots:\n  - id: S01 # first\n    seconds: 5\n    made: 2026-11-22\n"
    )
    assert got == Board(title="Lantern", shots=(Shot(id="S01", seconds=5, made=dt.date(2026, 11, 22)),))


def test_yaml_1_2_words_stay_words(tmp_path: Path) -> None:
    got = board(tmp_path, "title: on\nshots:\n  - id: no\n    note: 'off'\n    speed: 1e3\n    loud: true\n")
    assert got.title == "on"
    assert got.shots[0].id == "no"
    assert got.shots[0].speed == 1000.0


@pytest.mark.parametrize(
    ("text", "line", "parts"),
    [
        (
            "title: x\nshots:\n  - id: S01\n    camera:\n      colour: red\n",
            5,
            ["unknown key 'colour' in shots[0].camera", "Did you mean 'color'?"],
        ),
        ("title: x\nshot: []\n", 2, ["unknown key 'shot'.", "Did you mean 'shots'?"]),
        ("title: x\nshots:\n  - id: S01\n    seconds: five\n", 4, ["shots[0].seconds", "a whole number", "'five'"]),
        ("title: x\nshots:\n  - id: S01\n    seconds: [1]\n", 4, ["a whole number", "found a list"]),
        ("title: x\nshots:\n  - id: 12\n", 3, ["shots[0].id: expected text, found 12", "quotes"]),
        ("title: x\nshots:\n  - id: 2026-11-22\n", 3, ["found 2026-11-22", "quotes"]),
        ("title: x\nshots:\n  - seconds: 5\n", 3, ["the key 'id' is missing in shots[0]"]),
        ("\n\nshots: []\n", 1, ["the key 'title' is missing"]),
        ("title: x\nshots: 3\n", 2, ["shots: expected a list, found 3"]),
        ("title: x\nshots:\n  - id: a\n  - just words\n", 4, ["shots[1]: expected a mapping", "'just words'"]),
        (
            "title: x\nshots:\n  - id: a\n    camera: {move: push im}\n",
            4,
            ["one of 'push in', 'pan left', 'static'", "Did you mean 'push in'?"],
        ),
        (
            "title: x\nshots:\n  - id: a\n    steps:\n      - {kind: cut, frame: 3}\n",
            5,
            ["unknown key 'frame' in shots[0].steps[0]", "Did you mean 'frames'?"],
        ),
        ("title: x\nshots:\n  - id: a\n    seconds: 0\n", 4, ["shots[0].seconds: a shot lasts at least one second."]),
        ("title: x\nshots:\n  - id: a\n    tint: warm\n", 4, ["expected a whole number or a list, found 'warm'"]),
        ("title: x\ntitle: y\n", 2, ["a second time", '"title"']),
        ("title: a: b\n", 1, ["colon", "quotes"]),
        ("title: x\nshots:\n\t- id: a\n", 3, ["tab"]),
        ("title: x\nshots: [1,\n", 3, ["not valid YAML"]),
        ("title: x\n---\ntitle: y\n", 2, ["another document"]),
        ("title: !!python/object:os.system ls\n", 1, ["tag"]),
        ("title: !secret x\n", 1, ["the tag !secret is not allowed"]),
        ("1: x\n", 1, ["key 1 is not text"]),
        ("- a\n", 1, ["expected a mapping"]),
        ("title: x\nshots: &s\n  - id: a\n    palette: *s\n", 4, ["found nothing"]),
        (b"title: x\nshots: caf\xe9\n", 2, ["not UTF-8"]),
        ("", None, ["is empty. It needs the keys: title"]),
        ("# only a comment\n", None, ["is empty"]),
        ("title: 2026-13-45\n", None, ["date or number that does not exist"]),
        ("title: \x00\n", None, ["cannot be read as YAML"]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str | bytes, line: int | None, parts: list[str]
) -> None:
    error = complaint(tmp_path, text)
    assert error.line == line, str(error)
    for part in parts:
        assert part in str(error)


def test_all_problems_are_listed_the_first_line_first(tmp_path: Path) -> None:
    error = complaint(tmp_path, "shots:\n  - id: a\n    camera: {colour: red}\n    seconds: x\nextra: 1\n")
    lines = str(error).splitlines()
    assert error.line == 1
    assert [part.split(":")[1] for part in lines] == ["1", "3", "4", "5"]


def test_an_alias_bomb_is_refused_quickly(tmp_path: Path) -> None:
    rows = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    rows += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "more than 100,000 values" in str(complaint(tmp_path, "\n".join(rows)))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    assert "at most 2,000,000" in str(complaint(tmp_path, b"title: " + b"x" * 2_000_001))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    assert "nests deeper than 40" in str(complaint(tmp_path, "title: " + "[" * 60 + "]" * 60))
    assert "nests" in str(complaint(tmp_path, "title: " + "[" * 1200 + "]" * 1200))


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "storyboard.yaml").write_text("title: x\n")
    with pytest.raises(BadDocument, match=r"no such file\. Did you mean 'storyboard\.yaml'"):
        read_yaml(tmp_path / "storybord.yaml", Board)
    with pytest.raises(BadDocument, match="is a folder"):
        read_yaml(tmp_path, Board)
    with pytest.raises(BadDocument, match=r"folder .* is not there either"):
        read_yaml(tmp_path / "gone" / "a.yaml", Board)


def test_writing_into_a_file_keeps_its_comments_and_spelling(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    path.write_text(
        "# my film\ntitle: 'Lantern' # working title\nshots:\n"
        "  # opening\n  - id: S01\n    seconds: 5 # long\n  # Fenn\n  - id: S02\n    seconds: 4\n"
    )
    old = read_yaml(path, Board)
    second = old.shots[1].model_copy(update={"seconds": 6})
    write_yaml(path, old.model_copy(update={"shots": (old.shots[0], second, Shot(id="S03"))}))
    text = path.read_text()
    assert text.startswith("# my film\ntitle: 'Lantern' # working title\n")
    assert "seconds: 5 # long" in text
    assert "# Fenn\n  - id: S02\n    seconds: 6\n" in text
    assert "made" not in text
    assert read_yaml(path, Board).shots[2] == Shot(id="S03")


def test_a_file_that_is_written_again_and_again_is_parsed_once_a_time_and_by_others_changes_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charkit.documents import files

    whole, parsed = files.load, []
    monkeypatch.setattr(files, "load", lambda text, path: parsed.append(text) or whole(text, path))
    path = tmp_path / "board.yaml"
    path.write_text("# mine\ntitle: one\n")
    write_yaml(path, Board(title="two"))
    write_yaml(path, Board(title="three"))
    assert parsed == ["# mine\ntitle: one\n", "# mine\ntitle: two\n", "# mine\ntitle: three\n"]
    path.write_text("# yours\ntitle: three\n")
    write_yaml(path, Board(title="four"))
    assert path.read_text() == "# yours\ntitle: four\n"
    other = tmp_path / "other.yaml"
    other.write_text("# yours\ntitle: four\n")
    write_yaml(other, Board(title="five"))
    write_yaml(path, Board(title="six"))
    assert (other.read_text(), path.read_text()) == ("# yours\ntitle: five\n", "# yours\ntitle: six\n")


def test_entries_keep_their_own_values_when_one_before_them_goes(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    path.write_text("title: x\nshots:\n  - id: a\n  - id: b\n    seconds: 6 # b's\n  - {id: c, seconds: 7}\n")
    old = read_yaml(path, Board)
    write_yaml(path, old.model_copy(update={"shots": old.shots[1:]}))
    assert path.read_text() == "title: x\nshots:\n  - id: b\n    seconds: 6 # b's\n  - {id: c, seconds: 7}\n"


def test_values_shared_by_an_alias_are_told_apart_when_they_differ(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    path.write_text("title: x\nshots:\n  - id: a\n    camera: &c {color: red}\n  - id: b\n    camera: *c\n")
    old = read_yaml(path, Board)
    blue = old.shots[1].model_copy(update={"camera": Camera(color="blue")})
    new = old.model_copy(update={"shots": (old.shots[0], blue)})
    write_yaml(path, new)
    assert read_yaml(path, Board) == new


def test_a_new_file_carries_its_header_and_blocks_of_text(tmp_path: Path) -> None:
    path = tmp_path / "new" / "board.yaml"
    write_yaml(path, Board(title="x", shots=(Shot(id="a", note="one\ntwo\n"),)), header="What this is.\nEdit me.")
    assert path.read_text().startswith("# What this is.\n# Edit me.\ntitle: x\n")
    assert "note: |\n" in path.read_text()


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    path.write_text("title: [\n")
    with pytest.raises(BadDocument):
        write_yaml(path, Board(title="x"))
    assert path.read_text() == "title: [\n"


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
shots = st.builds(
    Shot,
    id=words,
    seconds=st.integers(min_value=1, max_value=2**60),
    speed=st.floats(allow_nan=False),
    loud=st.booleans(),
    note=st.none() | words,
    made=st.none() | st.dates(),
    characters=st.lists(words, max_size=3).map(tuple),
    steps=st.lists(st.builds(Camera) | st.builds(Cut, frames=st.integers()), max_size=3).map(tuple),
    tint=st.none() | st.integers() | st.lists(st.integers(), max_size=3),
    palette=st.dictionaries(words, words, max_size=3),
)
boards = st.builds(Board, title=words, shots=st.lists(shots, max_size=4).map(tuple))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=boards, second=boards)
def test_whatever_is_written_reads_back_the_same(tmp_path: Path, first: Board, second: Board) -> None:
    path = tmp_path / "board.yaml"
    path.unlink(missing_ok=True)
    for document in (first, second):  # the second is merged into the first
        write_yaml(path, document)
        assert read_yaml(path, Board) == document
        write_json(tmp_path / "board.json", document)
        if all(abs(shot.speed) != float("inf") for shot in document.shots):
            assert read_json(tmp_path / "board.json", Board) == document


def test_json_complaints_name_the_line_of_a_syntax_error_and_the_key_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    path.write_text('{\n "title": "x",\n "shots": [}\n')
    with pytest.raises(BadDocument) as caught:
        read_json(path, Board)
    assert caught.value.line == 3
    path.write_text('{"titel": "x"}')
    with pytest.raises(BadDocument, match="Did you mean 'title'"):
        read_json(path, Board)


def test_plain_values_are_written_as_readable_json(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "Mira’s", "n": [1, 2]})
    assert (tmp_path / "a.json").read_text("utf-8").startswith('{\n  "name": "Mira’s"')
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"n": float("nan")})
    assert "Mira" in (tmp_path / "a.json").read_text("utf-8")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": True})

    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull, match="no space left"):
        write_json(path, {"new": True})
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert "old" in path.read_text()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        replace_file(tmp_path / "file" / "inside.txt", b"x")


def test_a_replaced_file_keeps_its_mode_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a"
    replace_file(path, b"1")
    old = os.umask(0o022)
    os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o666 & ~old
    path.chmod(0o640)
    replace_file(path, b"2")
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_bytes() == b"2"


def test_a_file_that_another_library_writes_gets_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "films" / "film.mp4"
    with whole_file(target) as temporary:
        temporary.write_bytes(b"film")
        assert temporary.suffix == ".mp4"
        assert not target.exists()
    assert target.read_bytes() == b"film"
    with pytest.raises(ZeroDivisionError), whole_file(target) as temporary:
        temporary.write_bytes(b"half")
        raise ZeroDivisionError
    assert target.read_bytes() == b"film"
    assert list(target.parent.iterdir()) == [target]


def test_a_disk_that_fills_up_while_another_library_writes_is_named_as_that(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="nothing was changed"), whole_file(tmp_path / "film.mp4") as temporary:
        temporary.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageError, match="cannot be written"), whole_file(tmp_path / "film.mp4"):
        pass  # the library wrote nothing
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"  # as a device, which only root can make
    os.mkfifo(pipe)
    (tmp_path / "to").symlink_to(pipe)
    for place, kind in ((pipe, "a device or a pipe"), (tmp_path / "to", "a device or a pipe"), (tmp_path, "a folder")):
        with pytest.raises(StorageError, match=f"is {kind}"):
            replace_file(place, b"film")
        with pytest.raises(StorageError, match=f"is {kind}"), whole_file(place) as temporary:
            temporary.write_bytes(b"film")
    assert pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "to"]
