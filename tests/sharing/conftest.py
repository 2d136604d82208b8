"""A finished run of two shots with an own picture, made once on the simulator that paints flat colours."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import charkit as ck
from charkit.sharing import Shared, share

STORYBOARD = """\
title: Two
style: flat colours
seed: 3
resolution: 360p
shots:
  - id: A1
    seconds: 5
    framing: wide
    place: the sea at night
  - id: A2
    seconds: 4
    framing: medium
    place: a harbour
    characters: [Ada]
    dialogue:
      - {character: Ada, text: Hello.}
"""
SHEET = """\
# Ada's sheet
name: Ada
description:
  what: a girl
  pronoun: she
  hair: short black hair
wardrobe:
  default: a red coat
provider_ids:
  by-hand: "@ada.two"
references:
  - {file: ada/front.png, view: front, origin: drawing, licence: CC-BY-4.0}
"""


@dataclass(frozen=True)
class Run:
    """A data folder with one finished run."""

    data: Path
    simulator: str

    @property
    def folder(self) -> Path:
        return self.data / "runs" / "first"

    @property
    def home(self) -> Path:
        return self.data / "productions" / "two"

    def share(self, to: Path, **how: object) -> Shared:
        return share("first", to, data=self.data, **how)

    def rewrite(self, file: str, old: str, new: str) -> None:
        path = self.data / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def executed_notebook(folder: Path, said: str = "a table") -> dict:
    """Return a notebook as papermill leaves it, with paths of this machine."""
    home = folder.parents[1] / "productions" / "two"
    return {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": 1,
                "id": "a",
                "metadata": {"tags": ["injected-parameters"]},
                "outputs": [
                    {"name": "stdout", "output_type": "stream", "text": [f"wrote {folder}/film.mp4\n", said]},
                    {
                        "data": {
                            "image/png": "iVBORw0KGgo=\n",
                            "text/html": ['<img src="data:image/webp;base64,UklGRg==" alt="Ada">'],
                            "text/plain": ["<Reference>"],
                        },
                        "execution_count": 1,
                        "metadata": {},
                        "output_type": "execute_result",
                    },
                ],
                "source": [f'production = "{home}"\n'],
            }
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "papermill": {
                "input_path": f"{folder}/in/00_first_film.ipynb",
                "output_path": f"{folder}/notebooks/00_first_film.ipynb",
                "parameters": {"production": str(home), "live": False},
                "environment_variables": {},
                "version": "2.7.0",
            },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture(scope="session")
def _finished(simulator: str, picture, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("shared") / "data"
    home = data / "productions" / "two"
    (home / "characters" / "ada").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(STORYBOARD, encoding="utf-8")
    (home / "characters" / "ada.yaml").write_text(SHEET, encoding="utf-8")
    (home / "characters" / "ada" / "front.png").write_bytes(picture(400, 400))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARKIT_SIMULATOR_URL", simulator)
        patch.setenv("CHARKIT_PROGRESS", "off")
        patch.setenv("CHARKIT_TODAY", "2026-11-22")
        for name in ("CHARKIT_DATA", "CHARKIT_LEDGER", "CHARKIT_ROUTES"):
            patch.delenv(name, raising=False)
        studio = ck.open_studio(home, run="first", max_spend=5.0)
        studio.shoot()
        studio.retakes([("A2", "once more, with feeling")])
        studio.assemble(studio.cut_list().also("vtt"))
        studio.report()
    folder = data / "runs" / "first"
    (folder / "notebooks").mkdir()
    notebook = executed_notebook(folder)
    (folder / "notebooks" / "00_first_film.ipynb").write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")
    return data


@pytest.fixture
def run(_finished: Path, simulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A copy of the finished run, to spoil; `here` is another, empty folder."""
    data = tmp_path / "film" / "data"
    shutil.copytree(_finished, data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    monkeypatch.setenv("COLUMNS", "160")
    for name in ("CHARKIT_DATA", "CHARKIT_LEDGER", "CHARKIT_ROUTES", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    # The notebook tells of the folder that it is in now.
    folder = data / "runs" / "first"
    file = folder / "notebooks" / "00_first_film.ipynb"
    file.write_text(json.dumps(executed_notebook(folder), indent=1) + "\n", encoding="utf-8")
    return Run(data=data, simulator=simulator)
