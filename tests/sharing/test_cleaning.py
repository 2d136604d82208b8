"""Notebooks and records without places of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charkit.sharing.cleaning import Places, clean
from charkit.workspace import Workspace


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.chdir(tmp_path)
    return Places.of(Workspace(home=tmp_path / "my films" / "two", data=tmp_path / "data", run="first"))


def test_folders_get_the_names_that_they_have_in_the_bundle(places: Places, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for said, wanted in [
        (f"{data}/runs/first/film.mp4", "runs/first/film.mp4"),
        (f"{data}/store/sha256/ab", "data/store/sha256/ab"),
        (f"'{tmp_path}/my films/two/storyboard.yaml'", "'productions/two/storyboard.yaml'"),
        (f"file://{tmp_path}/my%20films/two/a.png", "productions/two/a.png"),
        ("../../../../my films/two", "../../../productions/two"),
        (f"{Path.home()}/x", "~/x"),
        (f"https://example.org{data}/x", f"https://example.org{data}/x"),
    ]:
        assert places.left_out_of(said) == wanted


def test_a_folder_whose_name_only_begins_like_one_is_another(places: Places, tmp_path: Path) -> None:
    assert "data-old" in places.left_out_of(f"{tmp_path}/data-old/x")


def test_a_file_without_places_goes_along_byte_for_byte(places: Places, tmp_path: Path) -> None:
    for name, data in (("a.json", b'{"a":  1}\r\n'), ("b.mp4", b"\x00\xff"), ("c.srt", b"\xff broken \xfe")):
        (tmp_path / name).write_bytes(data)
        cleaned = clean(tmp_path / name, places, pictures=True)
        assert (cleaned.data, cleaned.changes) == (data, ())


def test_what_is_no_notebook_under_a_notebooks_name_is_cleaned_as_text(places: Places, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(f"broken at {tmp_path}/data/x", encoding="utf-8")
    assert clean(tmp_path / "a.ipynb", places, pictures=True).data == b"broken at data/x"


def test_without_pictures_no_output_attachment_or_widget_keeps_one(places: Places, tmp_path: Path) -> None:
    uri = "data:image/png;base64,iVBORw0KGgo="
    notebook = {
        "cells": [
            {"cell_type": "markdown", "attachments": {"a.png": {"image/png": "iVBORw0KGgo="}}, "source": ["see"]},
            {
                "cell_type": "code",
                "outputs": [
                    {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]}},
                    {"output_type": "display_data", "data": {"text/html": [f'<img src="{uri}"', ' alt="Ada">']}},
                    {"output_type": "stream", "name": "stdout", "text": ["said"]},
                ],
                "source": [],
            },
        ],
        "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}},
    }
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    cleaned = clean(tmp_path / "a.ipynb", places, pictures=False)
    assert cleaned.changes == ("without its pictures",)
    assert b"iVBORw0KGgo" not in cleaned.data
    assert b"widgets" not in cleaned.data
    assert b"<Figure>" in cleaned.data
    assert b'alt=\\"Ada\\"' in cleaned.data
