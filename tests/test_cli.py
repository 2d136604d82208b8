"""The commands, through the shell's door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import charkit
from charkit import cli


def charkit_command(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHARKIT_")}
    return subprocess.run(
        [sys.executable, "-m", "charkit", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**clean, "COLUMNS": "200", **environment},
        check=False,
    )


def test_a_new_production_can_be_opened_as_it_is(tmp_path: Path) -> None:
    done = charkit_command("new", "mine", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    home = tmp_path / json.loads(done.stdout)["folder"]
    studio = charkit.open_studio(home, run="look")
    assert len(studio.storyboard) >= 2
    assert len(studio.cast) >= 1


def test_an_existing_production_is_never_written_over(tmp_path: Path) -> None:
    charkit_command("new", "mine", cwd=tmp_path)
    done = charkit_command("new", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_is_one_clear_message_and_no_traceback(tmp_path: Path) -> None:
    done = charkit_command("run", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert "charkit new NAME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("place:", "plaec:", "place"),  # an unknown key names the nearest
        ("seconds: 4", "seconds: four", "seconds"),  # a wrong type
        ("characters: [", "characters: [Nobody, ", "Nobody"),  # a character that is not in the cast
    ],
)
def test_a_mistake_in_the_storyboard_names_file_line_and_word(tmp_path: Path, old: str, new: str, said: str) -> None:
    charkit_command("new", "mine", cwd=tmp_path)
    file = tmp_path / "data" / "productions" / "mine" / "storyboard.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = file.read_text("utf-8")[: file.read_text("utf-8").index(new)].count("\n") + 1
    done = charkit_command("run", "data/productions/mine", cwd=tmp_path)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert f"storyboard.yaml:{line}" in done.stdout + done.stderr


def test_routes_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    table = charkit_command("routes", cwd=tmp_path)
    assert table.returncode == 0, table.stderr
    assert "omni-1.2" in table.stdout
    assert "sora-2" not in table.stdout
    rows = json.loads(charkit_command("routes", "--all", "--json", cwd=tmp_path).stdout)
    assert any(row["route"] == "sora-2" for row in rows)


def test_a_parameter_that_is_no_pair_is_refused(tmp_path: Path) -> None:
    charkit_command("new", "mine", cwd=tmp_path)
    done = charkit_command("run", "data/productions/mine", "-p", "resolution", cwd=tmp_path)
    assert done.returncode == 2
    assert "NAME=VALUE" in done.stderr


def test_the_version_is_told(tmp_path: Path) -> None:
    assert charkit_command("version", cwd=tmp_path).stdout.strip() == charkit.__version__


def test_the_version_is_said_as_option_and_as_command() -> None:
    for asked in ("--version", "version"):
        assert CliRunner().invoke(cli.app, [asked]).output == f"{charkit.__version__}\n"


def test_the_help_begins_with_the_way_to_a_film() -> None:
    said = CliRunner().invoke(cli.app, ["--help"]).output
    assert said.index("The way to a film") < said.index(" new ") < said.index(" run ") < said.index("Routes, jobs")


def test_a_live_run_is_told_how_much_it_may_spend_before_anything_begins(tmp_path: Path) -> None:
    made = charkit_command("new", "mine", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    refused = charkit_command("run", "mine", "--live", cwd=tmp_path, GEMINI_API_KEY="k")
    assert refused.returncode == 2
    assert "--max-spend" in refused.stderr
    assert not (tmp_path / "data" / "runs").exists()
