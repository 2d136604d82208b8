from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from charkit.simulator.intake import FilePart, read, tagged
from charkit.simulator.record import Record, has_key, listed
from tests.simulator.conftest import png

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.simulator.intake import Arrival


def arrived(body: bytes = b"", *, query: bytes = b"", **headers: str) -> Arrival:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": raw, "query_string": query}
    return asyncio.run(read(Request({**scope, "server": ("127.0.0.1", 1), "scheme": "http"}, receive)))


def test_every_leaf_is_listed_with_its_path_and_media_by_digest() -> None:
    data = png()
    text = base64.b64encode(data).decode()
    tree: dict[str, Any] = {
        "prompt": "x" * 500 + " words",
        "n": 2,
        "flag": False,
        "nothing": None,
        "input": [{"content": [{"data": text}, {"image_url": f"data:image/png;base64,{text}"}]}],
        "file": FilePart(name="a.png", media_type="image/png", data=data),
    }
    lines = {str(line["name"]): line for line in listed(tree)}
    assert lines["prompt"]["value"] == "x" * 500 + " words"
    assert (lines["n"]["value"], lines["flag"]["value"], lines["nothing"]["value"]) == (2, False, None)
    assert lines["input[0].content[0].data"]["digest"] == tagged(data)
    assert lines["input[0].content[1].image_url"] == {
        "name": "input[0].content[1].image_url",
        "type": "image/png",
        "size": len(data),
        "digest": tagged(data),
    }
    assert lines["file"]["digest"] == tagged(data)


def test_media_in_a_form_field_of_json_text_are_listed_by_digest_too() -> None:
    data = png()
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    tree: dict[str, Any] = {
        "image_reference": json.dumps([{"image_url": url}]),
        "extra_params": '{"task":"ref2va"}',
        "broken": '["data:image/png;base64,AAAA',
    }
    lines = {str(line["name"]): line for line in listed(tree)}
    assert lines["image_reference[0].image_url"]["digest"] == tagged(data)
    assert lines["extra_params"]["value"] == '{"task":"ref2va"}'
    assert "broken" in lines


def test_keys_are_noticed_in_every_place_and_kept_in_none(tmp_path: Path) -> None:
    record = Record(tmp_path / "record.jsonl")
    ways = [
        arrived(authorization="Bearer secret"),
        arrived(x_goog_api_key="secret"),
        arrived(query=b"key=secret"),
    ]
    for arrival in ways:
        assert has_key(arrival)
        record.append("openai", arrival, 200)
    assert not has_key(arrived(authorization="Bearer "))
    assert "secret" not in (tmp_path / "record.jsonl").read_text()
    assert [line["keyed"] for line in record.since(0)] == [True] * 3


def test_a_line_that_a_crash_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    Record(path).append("openai", arrived(), 200)
    whole = path.read_text()
    path.write_text(whole + whole[:20])
    record = Record(path)
    assert [line["seq"] for line in record.since(0)] == [1]
    assert json.loads(whole)["status"] == 200


def test_numbering_goes_on_and_a_record_after_a_torn_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    Record(path).append("openai", arrived(), 200)
    with path.open("a") as file:
        file.write('{"seq": 2, "at"')
    Record(path).append("muse", arrived(), 400)
    assert [(line["seq"], line["wire"]) for line in Record(path).since(0)] == [(1, "openai"), (2, "muse")]
