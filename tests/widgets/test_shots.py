from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

import charkit as ck
from charkit.errors import UsageError
from charkit.takes.decisions import TakeDecisions
from charkit.widgets.shots import ShotBoard
from tests.studio.conftest import on_the_simulator, write_production  # noqa: F401
from tests.widgets.a_run import write_run
from tests.widgets.conftest import Wire

pytestmark = pytest.mark.usefixtures("on_the_simulator")


@pytest.fixture(scope="module")
def written(clips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CHARKIT_TODAY", "2026-11-22")
        return write_run(tmp_path_factory.mktemp("run") / "data", clips, shots=3, takes=3).place.data


@pytest.fixture
def board(written: Path, tmp_path: Path) -> ShotBoard:
    shutil.copytree(written, tmp_path / "data")
    return ShotBoard(ck.open_studio(tmp_path / "data" / "productions" / "two", run="board", max_spend=5.0))


def on_disk(board: ShotBoard) -> dict:
    file = board._studio.place.folder / "decisions.json"
    return json.loads(file.read_text("utf-8"))["shots"] if file.is_file() else {}


def tile(board: ShotBoard, take: str):
    return next(one for one in board._tiles if one._view is not None and one._view.take.id == take)


def order_of(board: ShotBoard) -> list[str]:
    return [view.take.id for page in board._shown() for lane in page for view in lane.takes]


def test_a_scored_run_opens_with_the_worst_frame_first(board: ShotBoard) -> None:
    assert board.order.value == "worst frame first"
    assert order_of(board)[:4] == ["S03-t2", "S03-t1", "S03-t3", "S02-t2"]
    board.order.value = "as in the film"
    assert order_of(board)[0] == "S01-t1"
    assert "0.75" in tile(board, "S01-t1").words.value or "0.88" in tile(board, "S01-t1").words.value
    assert "✓ Ada palette" in tile(board, "S01-t1").words.value
    assert "filter said no" in tile(board, "S01-t3").picture.value


def test_every_click_is_on_disk_before_the_next_one(board: ShotBoard) -> None:
    tile(board, "S01-t2").star.click()
    assert on_disk(board)["S01"]["2"]["starred"] is True
    assert "starred" in board.line.value
    assert tile(board, "S01-t2").star.description == "unstar"
    tile(board, "S01-t1").reject.click()
    assert on_disk(board)["S01"]["1"]["verdict"] == "rejected"
    tile(board, "S02-t1").keep.click()
    tile(board, "S02-t1").note.value = " hat too green "
    assert on_disk(board)["S02"]["1"] == {"starred": False, "verdict": "kept", "note": "hat too green"}
    assert repr(board) == "ShotBoard(board: 9 takes, 1 starred, 1 kept, 1 rejected, 6 undecided)"
    again = ShotBoard(board._studio)
    assert repr(again) == repr(board)
    assert tile(again, "S02-t1").note.value == "hat too green"


def test_rejecting_hides_and_brings_back_and_nothing_is_deleted(board: ShotBoard) -> None:
    path = board._studio.takes().of("S01")[0].path
    tile(board, "S01-t1").reject.click()
    assert "S01-t1" not in order_of(board)
    assert path.is_file()
    board.filter.value = "rejected"
    assert order_of(board) == ["S01-t1"]
    tile(board, "S01-t1").reject.click()
    assert order_of(board) == []
    board.filter.value = "all"
    assert "S01-t1" in order_of(board)


def test_filters_show_what_they_say(board: ShotBoard) -> None:
    tile(board, "S02-t1").star.click()
    shown = {}
    for name in ("starred", "failed", "undecided", "drifted"):
        board.filter.value = name
        shown[name] = sorted(order_of(board))
    assert shown["starred"] == ["S02-t1"]
    assert shown["failed"] == ["S01-t3", "S02-t3", "S03-t3"]
    assert shown["undecided"] == ["S01-t1", "S01-t2", "S02-t2", "S03-t1", "S03-t2"]
    assert shown["drifted"] == []


def test_what_another_notebook_decided_is_seen_and_not_lost(board: ShotBoard) -> None:
    other = TakeDecisions(board._studio.place.folder / "decisions.json")
    other.reject("S03", 1)
    tile(board, "S01-t1").star.click()
    assert "S03-t1" not in order_of(board)
    assert set(on_disk(board)) == {"S01", "S03"}


def test_playing_a_take_puts_it_beside_the_one_in_the_cut_and_choosing_stars_it(board: ShotBoard) -> None:
    tile(board, "S01-t2").look.click()
    assert [clip.label for clip in board.player.clips] == ["S01-t1", "S01-t2"]
    assert "worst frame, Ada, palette" in board.player.clips[0].marks[0].label
    lane = next(lane for lane in board._lanes if lane.shot == "S01")
    assert board.player.box in lane.box.children
    board.player._view.set_state({"winner": "2"})
    assert on_disk(board)["S01"]["2"]["starred"] is True
    board.player._view.set_state({"winner": "1"})
    assert on_disk(board)["S01"]["1"]["starred"] is True
    assert on_disk(board)["S01"]["2"]["starred"] is False
    lane.compare.click()
    assert [clip.label for clip in board.player.clips] == ["S01-t1", "S01-t2"]
    assert board.player.winner == "1"


def test_boxes_are_looked_for_beside_everything_else_and_missing_weights_are_said(
    board: ShotBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "none"))
    assert board.boxes_button.disabled
    tile(board, "S01-t1").look.click()

    async def found() -> None:
        board.boxes_button.click()
        while board.busy:
            await asyncio.sleep(0.01)

    board.player._view.time = 0.5
    asyncio.run(found())
    assert board.failure is None
    assert "0 boxes in 16 frames; faces:" in board.line.value
    assert [len(clip.boxes) for clip in board.player.clips] == [8, 8]
    assert board.player.time == 0.5


def test_a_clip_that_is_gone_is_one_line_and_the_board_goes_on(board: ShotBoard) -> None:
    (board._studio.takes().of("S01")[0].path).write_bytes(b"ruin")
    tile(board, "S01-t1").look.click()
    assert "✗" in board.line.value
    assert board.failure is None
    tile(board, "S01-t2").star.click()
    assert "✓" in board.line.value


def test_a_damaged_file_of_decisions_is_said_and_left_alone(board: ShotBoard) -> None:
    file = board._studio.place.folder / "decisions.json"
    file.write_text("[]", encoding="utf-8")
    tile(board, "S01-t2").star.click()
    assert "decisions.json" in board.line.value
    assert file.read_text("utf-8") == "[]"


def test_a_hundred_takes_open_in_pages_and_few_bytes(clips: list[Path], tmp_path: Path, wire: Wire) -> None:
    studio = write_run(tmp_path / "data", clips, shots=34, takes=3)
    wire.reset()
    board = ShotBoard(studio)
    assert "of 9, 102 of 102 takes" in board.where.value
    assert wire.total + len(board.still()) < 1_000_000
    wire.reset()
    board.on.click()
    turned = wire.total
    assert "page 2" in board.where.value
    assert turned < 150_000
    assert not [one for one in wire.sent if one["type"] == "comm_open"]
    wire.reset()
    board._tiles[0].star.click()
    assert wire.total < 10_000
    assert board.still().count("<figure") == 24
    assert board.still().count("<tr") > 78


def test_pictures_that_are_not_made_yet_come_while_the_board_can_be_used(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "data")
    studio = ck.open_studio(tmp_path / "data" / "productions" / "two", run="board", max_spend=5.0)

    async def opened() -> list[str]:
        board = ShotBoard(studio, takes_per_page=3)
        shutil.rmtree(studio.place.folder / ".thumbs")
        board.thumbs._known.clear()
        board.on.click()
        before = board._tiles[0].picture.value
        while board._aside:
            await asyncio.sleep(0.01)
        assert board.failure is None
        return [before, board._tiles[0].picture.value]

    before, after = asyncio.run(opened())
    assert "<img" in before  # the worst frame, which the scorecard has
    assert before != after


def test_nonsense_is_refused_in_words(board: ShotBoard) -> None:
    with pytest.raises(UsageError, match="undecided"):
        ShotBoard(board._studio, show="good ones")


def test_shooting_and_retaking_go_through_the_studio_with_the_price_before_the_click(tmp_path: Path) -> None:
    studio = ck.open_studio(write_production(tmp_path / "data"), run="live", max_spend=5.0)
    studio.plan()
    board = ShotBoard(studio)
    assert board.shoot_button.description.startswith("shoot 2 missing, $")
    assert not board.shoot_button.disabled

    async def by_buttons() -> None:
        board.shoot_button.click()
        assert board.shoot_button.disabled
        while board.busy:
            await asyncio.sleep(0.01)
        assert [view.take.id for view in board._views] == ["A1-t1", "A2-t1"]
        assert "2 of 2 made" in board.jobs.value
        tile(board, "A2-t1").note.value = "her coat is blue"
        lane = next(lane for lane in board._lanes if lane.shot == "A2")
        assert lane.retake.description.startswith("retake $0.")
        lane.retake.click()
        lane.retake.click()  # disabled in the browser; here it is refused
        assert "still at work" in board.line.value
        while board.busy:
            await asyncio.sleep(0.01)

        assert not lane.retake.disabled
        assert board.score_button.description == "score 3 new, free"
        assert not board.score_button.disabled
        board.score_button.click()
        while board.busy:
            await asyncio.sleep(0.01)
        assert board.score_button.description == "all are scored"
        assert "scoring: Scorecard(2 shots" in board.line.value

    asyncio.run(by_buttons())
    retaken = board._views[-1].take
    assert (retaken.id, retaken.why) == ("A2-t2", "her coat is blue")
    board.retake("A2")
    assert [view.take.id for view in board._views] == ["A1-t1", "A2-t1", "A2-t2", "A2-t3"]
    assert board.shoot_button.disabled


def test_the_cap_greys_the_button_and_holds_when_it_is_asked_all_the_same(tmp_path: Path) -> None:
    home = write_production(tmp_path / "data")
    ck.open_studio(home, run="cap", max_spend=5.0).plan()
    board = ShotBoard(ck.open_studio(home, run="cap", max_spend=0.12))
    assert board.shoot_button.disabled
    assert "left" in board.shoot_button.tooltip
    asyncio.run(_clicked(board))
    assert "Raise max_spend" in board.line.value


async def _clicked(board: ShotBoard) -> None:
    board._start_shooting()
    while board.busy:
        await asyncio.sleep(0.01)
