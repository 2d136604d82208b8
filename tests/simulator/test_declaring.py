from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from charkit.simulator.briefs import Brief, Declared, read_brief
from charkit.simulator.casting import cast_looks, truths
from charkit.simulator.declaring import Declaration, Declarations
from charkit.simulator.direction import Conditioning, Direction, Drift, Leaning, Picture
from charkit.simulator.words import read_prompt
from tests.simulator.drawn_views import FULL, drawn
from tests.simulator.stories import MIRA, STEADY, png

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.conftest import Server

PROMPT = f"{MIRA}\nShot: medium shot.\nAction: Mira waves."
"""One character, by words."""
VIEW = f"{MIRA}\nView: {FULL}.\nBackground: plain light grey background, even light."
PICTURE = png(drawn(MIRA, cast_looks(read_prompt(VIEW), Direction(prompt=VIEW, width=64, height=64), STEADY)[0], FULL))


def direction(*roles: str, seed: int = 0) -> Direction:
    pictures = tuple(Picture(data=PICTURE, role=role, label="Mira") for role in roles)
    return Direction(prompt=PROMPT, width=320, height=180, pictures=pictures, seed=seed)


def conditionings(shown: Direction, drift: Drift | None = None) -> list[str]:
    script = read_prompt(shown.prompt, ())
    return [str(truth["conditioning"]) for truth in truths(script, shown, drift or Drift())]


@pytest.mark.parametrize(
    ("roles", "conditioning"),
    [
        ((), "text"),
        (("character",), "one picture"),
        (("character", "character", "character"), "pictures"),
        (("first frame",), "first frame"),
        (("first frame", "character"), "one picture"),
    ],
)
def test_a_take_is_conditioned_by_what_came_with_it(roles: tuple[str, ...], conditioning: str) -> None:
    assert conditionings(direction(*roles)) == [conditioning]


def test_the_truth_that_is_told_is_what_is_drawn() -> None:
    half = Drift(declared=(Leaning(conditioning=Conditioning.TEXT, size=0.0, off_model=0.5),))
    steady = Drift(declared=(Leaning(conditioning=Conditioning.TEXT, size=0.0, off_model=0.0),))
    script = read_prompt(PROMPT, ())
    told, seen = [], []
    for seed in range(40):
        shown = direction(seed=seed)
        told.append(truths(script, shown, half)[0]["off_model"])
        seen.append(cast_looks(script, shown, half) != cast_looks(script, shown, steady))
    assert told == seen
    assert 10 < sum(map(bool, told)) < 30


def test_what_is_not_declared_drifts_as_before() -> None:
    declared = Drift(declared=(Leaning(conditioning=Conditioning.CHARACTER, size=0.9, off_model=0.9),))
    script = read_prompt(PROMPT, ())
    for seed in range(5):
        assert cast_looks(script, direction(seed=seed), declared) == cast_looks(script, direction(seed=seed), Drift())


def test_a_brief_of_which_nothing_is_declared_keeps_its_digest_and_a_declared_one_its_staging() -> None:
    brief = Brief(kind="clip", model="m", prompt="p", width=2, height=2)
    declared = Declarations()
    declared.declare(Declaration.model_validate({"drift": {"text": {"size": 0.1, "off_model": 0.4}}}))
    other = declared.applied(brief)
    assert "declared" not in brief.document()
    assert read_brief(other.document()) == other
    assert other.declared == (Declared(conditioning="text", size=0.1, off_model=0.4),)
    assert other.digest != brief.digest
    assert other.direction_seed == brief.direction_seed


def test_of_several_declarations_the_newest_that_the_prompt_names_holds() -> None:
    made = Declarations()
    for words, share in (("", 0.1), ("flip-book", 0.2), ("flip-book", 0.3), ("woodcut", 0.4)):
        drift = {"text": {"size": 0.0, "off_model": share}}
        made.declare(Declaration.model_validate({"prompt": words, "drift": drift}))
    brief = Brief(kind="clip", model="m", prompt="a flip-book", width=2, height=2)
    assert made.applied(brief).declared[0].off_model == 0.3
    assert len(made.standing()) == 3
    assert made.withdraw() == 3
    assert made.applied(brief) == brief


def job_of(server: Server, prompt: str) -> dict[str, Any]:
    key = {"authorization": "Bearer k"}
    body = {"model": "sim-1", "prompt": prompt, "seconds": "4", "size": "320x180"}
    job = httpx2.post(f"{server.url}/openai/v1/videos", headers=key, json=body).json()
    until = time.monotonic() + 20
    while job["status"] not in ("completed", "failed") and time.monotonic() < until:
        time.sleep(0.05)
        job = httpx2.get(f"{server.url}/openai/v1/videos/{job['id']}", headers=key).json()
    return job


def test_the_simulator_tells_the_declared_truth_of_every_job(make_server: Callable[..., Server]) -> None:
    server = make_server()
    control = f"{server.url}/control/drift"
    declared = {"prompt": "waves", "drift": {"text": {"size": 0.25, "off_model": 1.0}}}
    assert httpx2.post(control, json=declared).status_code == 201
    assert httpx2.get(control).json()["declared"] == [declared]
    met, spared = job_of(server, PROMPT), job_of(server, PROMPT.replace("waves", "sings"))
    (truth,) = httpx2.get(f"{control}/{met['id']}").json()
    assert truth == {
        "name": "Mira",
        "conditioning": "text",
        "size": 0.25,
        "probability": 1.0,
        "off_model": True,
    }
    assert httpx2.get(f"{control}/{spared['id']}").json()[0]["probability"] == 0.1
    assert httpx2.get(f"{control}/nobody").status_code == 404
    assert httpx2.delete(control).json() == {"taken_away": 1}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"nonsense", "JSON"),
        (b'{"drift": {}}', "drift"),
        (b'{"drift": {"by ear": {"size": 1, "off_model": 1}}}', "text"),
    ],
)
def test_a_declaration_that_says_nothing_is_refused(server: Server, body: bytes, word: str) -> None:
    answer = httpx2.post(f"{server.url}/control/drift", content=body)
    assert answer.status_code == 400
    assert word in json.dumps(answer.json())
