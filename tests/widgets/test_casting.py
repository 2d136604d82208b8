from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path

import pytest

import charkit as ck
from charkit.errors import UsageError
from charkit.widgets.casting import CastingBoard
from tests.studio.conftest import on_the_simulator, write_production  # noqa: F401
from tests.widgets.conftest import Wire

pytestmark = pytest.mark.usefixtures("on_the_simulator")


def posts(simulator: str) -> int:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310
        found = json.load(answer)
    return sum(entry["method"] == "POST" for entry in (found["requests"] if isinstance(found, dict) else found))


def test_candidates_are_made_kept_rejected_and_locked_and_all_of_it_is_on_disk(
    tmp_path: Path,
    on_the_simulator: str,  # noqa: F811
    wire: Wire,
) -> None:
    home = write_production(tmp_path / "data")
    studio = ck.open_studio(home, run="cast", max_spend=5.0)
    sent = posts(on_the_simulator)
    board = CastingBoard(studio, "Ada")
    assert repr(board) == "CastingBoard(Ada: 0 candidates)"
    assert board.make_button.description.startswith("make 3 more, $0.")
    assert posts(on_the_simulator) == sent  # opening makes nothing

    async def clicked() -> None:
        board.make_button.click()
        assert board.make_button.disabled
        while board.busy:
            await asyncio.sleep(0.01)

    asyncio.run(clicked())
    assert posts(on_the_simulator) == sent + 3
    assert [len(board._row.children), board.make_button.description] == [3, "all are made"]
    board.count.value = 4
    assert not board.make_button.disabled
    board.count.value = 3
    wire.reset()
    board._tiles[2].keep.click()
    board._tiles[1].reject.click()
    assert not [each for each in wire.sent if each["type"] == "comm_open"]  # no click makes new controls
    assert repr(board) == "CastingBoard(Ada: 3 candidates, candidate 2 kept, 1 rejected)"
    assert json.loads((studio.place.folder / "casting.json").read_text("utf-8"))["anchors"] == {"ada": 2}
    assert len(board._row.children) == 2
    board.note.value = "approved"
    board.lock_button.click()
    assert "locked" in board.line.value
    assert board.still().count("<figure") == 2

    again = CastingBoard(ck.open_studio(home, run="cast", max_spend=0.0), "ada", count=4)
    assert repr(again) == repr(board)
    assert again.make_button.disabled
    assert "left" in again.make_button.tooltip
    again.hidden.value = True
    assert len(again._row.children) == 3
    again.reject(3)
    again._tiles[1].keep.click()
    assert "candidate 1 is the anchor" in again.head.value
    assert posts(on_the_simulator) == sent + 3
    with pytest.raises(UsageError, match="anchor"):
        again.reject(1)
    again.handler(lambda: again.reject(1))(None)
    assert "keep another one first" in again.line.value


def test_a_count_that_no_casting_offers_is_refused(tmp_path: Path) -> None:
    studio = ck.open_studio(write_production(tmp_path / "data"), run="cast", max_spend=5.0)
    with pytest.raises(UsageError, match="1 to 8"):
        CastingBoard(studio, "ada", count=9)
