from __future__ import annotations

import asyncio
import re
import sqlite3
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response

from charkit.simulator.faults import Faults
from charkit.simulator.intake import Arrival, Refused
from charkit.simulator.record import Record
from charkit.simulator.wires import Door, Wire, mount

if TYPE_CHECKING:
    from pathlib import Path


def client_of(record: Record, problem: Exception | None = None) -> httpx2.AsyncClient:
    async def handler(arrival: Arrival) -> Response:
        if problem is not None:
            raise problem
        arrival.notes.append("seen")
        return JSONResponse({"fine": True})

    wire = Wire(
        name="test",
        prefix="/test",
        doors=[
            Door(path="/open", method="POST", handler=handler, keyless=True),
            Door(path="/closed", method="POST", handler=handler),
        ],
        say=lambda refusal: {"wrong": refusal.detail},
        without_key=Refused("No key.", status=401),
    )
    app = Starlette(routes=[mount(wire, record, Faults())])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1")


async def post(record: Record, path: str, problem: Exception | None = None, **headers: str) -> httpx2.Response:
    async with client_of(record, problem) as client:
        return await client.post(f"/test/{path}", headers=headers, json={"a": 1})


def answered(record: Record, path: str, problem: Exception | None = None, **headers: str) -> httpx2.Response:
    return asyncio.run(post(record, path, problem, **headers))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "record.jsonl")


def test_a_door_without_a_key_is_closed_unless_it_is_keyless(record: Record) -> None:
    assert answered(record, "open").json() == {"fine": True}
    assert (answered(record, "closed").status_code, answered(record, "closed").json()) == (401, {"wrong": "No key."})
    assert answered(record, "closed", authorization="Bearer k").status_code == 200


def test_every_answer_is_recorded_with_its_status_and_notes(record: Record) -> None:
    answered(record, "open")
    answered(record, "closed")
    answered(record, "nowhere", authorization="Bearer k")
    assert [(line["status"], line["notes"]) for line in record.since(0)] == [(200, ["seen"]), (401, []), (404, [])]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (OSError(28, "No space left on device"), "could not store the request: .*No space"),
        (sqlite3.OperationalError("database or disk is full"), "could not store the request: .*full"),
        (ZeroDivisionError(), "made a mistake"),
    ],
)
def test_whatever_breaks_is_a_500_in_the_wires_own_shape(record: Record, problem: Exception, words: str) -> None:
    answer = answered(record, "open", problem)
    assert answer.status_code == 500
    assert answer.json()["wrong"]
    assert re.search(words, answer.json()["wrong"])


def test_a_record_that_cannot_be_written_does_not_cost_the_answer(record: Record, tmp_path: Path) -> None:
    (tmp_path / "record.jsonl").mkdir()
    assert answered(record, "open").json() == {"fine": True}
