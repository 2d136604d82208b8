from __future__ import annotations

import re

import typer.main

from charkit.cli import app
from charkit.touring.scenes import SCENES


def test_every_stop_says_its_promise_why_and_what_one_would_type() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES) >= 10
    for scene in SCENES:
        assert scene.promise
        assert not scene.promise.endswith(".")
        assert scene.explains.endswith(".")


def test_commands_that_are_shown_exist_with_their_options() -> None:
    commands = typer.main.get_command(app).commands
    for scene in SCENES:
        if not scene.typed.startswith("charkit "):
            continue
        _, name, *words = scene.typed.split()
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert {word for word in words if re.fullmatch(r"--?[a-z-]+", word)} <= options, scene.typed
