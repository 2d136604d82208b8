"""Keys, places and people in what would be given away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.sharing.leaks import Leaks

NONE = Leaks(values={}, roots=(), people=())


def found(tmp_path: Path, said: str, leaks: Leaks = NONE, name: str = "a.json") -> list[str]:
    (tmp_path / name).write_text(said, encoding="utf-8")
    return leaks.found_in(tmp_path / name, name)


@pytest.mark.parametrize(
    "said",
    [
        "sk-proj-abcdefghijklmnopqrstuvwx",
        "AIzaSyA" + "b" * 32,
        "ya29.a0AfH6SMBx-abcdefghijklmnop",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "hf_" + "a1" * 18,
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-1234567890-abcdef",
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "https://storage.example/clip.mp4?token=abcdefghijklmnop",
        "https://bucket.example/a.mp4?X-Amz-Signature=0123456789abcdef0123",
        "postgresql://mira:hunter2@db/films",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_key_is_found_with_its_line_and_never_shown_whole(tmp_path: Path, said: str) -> None:
    (line,) = found(tmp_path, f"one\ntwo {said}\nthree")
    assert line.startswith("a.json, line 2: has what looks like a key: ")
    assert said not in line


@pytest.mark.parametrize(
    "said",
    [
        "the task-based approach of a skeleton-like figure",
        "https://ai.google.dev/gemini-api/docs/pricing?hl=en",
        "a Bearer token goes into the header",
        "data:image/png;base64," + "AIza" + "Ab3" * 80,
        "and/or, 1/2, </td></tr>, /v1/videos, ../../store/sha256/ab/cd.mp4, https://example.org/home/mira",
        "~/films and ./runs and runs/first/film.mp4",
    ],
)
def test_what_only_resembles_one_is_left_alone(tmp_path: Path, said: str) -> None:
    assert found(tmp_path, said) == []


@pytest.mark.parametrize("said", ["look in /mnt/nas/films/a.mp4", "file: /home/somebody/film", "(/etc/passwd)"])
def test_a_place_on_this_machine_is_found(tmp_path: Path, said: str) -> None:
    (line,) = found(tmp_path, said)
    assert "names a place on this machine: /" in line


def test_a_place_on_windows_is_found(tmp_path: Path) -> None:
    (line,) = found(tmp_path, json.dumps({"file": r"C:\\Users\\somebody\\film.mp4".replace("\\\\", "\\")}))
    assert "Users" in line


def test_the_value_of_a_key_is_found_however_it_is_spelled_and_in_media_too(tmp_path: Path) -> None:
    leaks = Leaks(values={"MY_TOKEN": 'of/no="shape'}, roots=(), people=())
    for said in ('of/no="shape', json.dumps('of/no="shape'), "of%2Fno%3D%22shape"):
        (line,) = found(tmp_path, f"... {said} ...", leaks)
        assert line == "a.json: holds the value of MY_TOKEN"
    assert found(tmp_path, 'Exif of/no="shape', leaks, "film.mp4") == ["film.mp4: holds the value of MY_TOKEN"]


def test_a_folder_of_the_person_is_found_in_text_and_in_media(tmp_path: Path) -> None:
    leaks = Leaks(values={}, roots=("/films/of annegret",), people=())
    assert "names the folder" in found(tmp_path, "at ../../films/of annegret/a", leaks)[0]
    assert "names the folder" in found(tmp_path, "xx/films/of annegret/a", leaks, "a.mp4")[0]


def test_an_account_is_found_as_a_word_and_with_its_cell(tmp_path: Path) -> None:
    leaks = Leaks(values={}, roots=(), people=("annegret",))
    notebook = {"cells": [{"source": ["1 + 1"]}, {"source": ["kernel of annegret@studio"]}], "metadata": {}}
    assert found(tmp_path, json.dumps(notebook), leaks, "a.ipynb") == [
        "a.ipynb, cell 2: names 'annegret', an account or machine here"
    ]
    notebook = {"cells": [], "metadata": {"author": "annegret"}}
    assert "its metadata" in found(tmp_path, json.dumps(notebook), leaks, "a.ipynb")[0]
    assert found(tmp_path, "annegrets", leaks) == []


def test_a_name_that_the_person_wrote_into_the_story_is_no_secret(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from charkit.routes import RouteMatrix
    from charkit.workspace import Workspace

    monkeypatch.setattr("charkit.sharing.leaks._names", lambda: ["annegret", "harbour"])
    (tmp_path / "storyboard.yaml").write_text("place: a harbour", encoding="utf-8")
    place = Workspace(home=tmp_path, data=tmp_path, run="first")
    matrix = RouteMatrix(routes={}, endpoints={})
    assert Leaks.of(place, matrix, [tmp_path / "storyboard.yaml"]).people == ("annegret",)


@given(st.text(max_size=200))
def test_looking_never_fails(tmp_path_factory: pytest.TempPathFactory, said: str) -> None:
    leaks = Leaks(values={"K": "some-secret"}, roots=("/a/b",), people=("annegret",))
    found(tmp_path_factory.getbasetemp(), said.encode("utf-8", "replace").decode(), leaks, "fuzz.ipynb")
