from __future__ import annotations

import asyncio
import re
import shutil

import pytest

from charkit.film import Card, Cut, CutList
from charkit.film.editing import CutDesk
from charkit.store import Store
from charkit.widgets.cuts import CutEditor
from tests.film.conftest import write_clip


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    return [write_clip(folder / f"{n}.mp4", hue=n, seconds=0.5 + n / 4) for n in range(3)]


@pytest.fixture
def desk(takes, tmp_path) -> CutDesk:
    store = Store(tmp_path / "store")
    digests = [store.put(take.read_bytes(), suffix=".mp4").digest for take in takes]
    cuts = [Cut(shot=f"S0{n + 1}", clip=digest) for n, digest in enumerate(digests)]
    CutList(title="The <Lantern>", cuts=tuple(cuts)).save(tmp_path / "cutlist.yaml")
    offered = {"S01": {1: digests[0], 2: digests[2]}}
    return CutDesk(path=tmp_path / "cutlist.yaml", store=store, takes=offered)


def on_disk(desk: CutDesk) -> CutList:
    return CutList.load(desk.path)


def said(board: CutEditor) -> str:
    return re.sub(r"<[^>]+>", "", board.line.value)


def test_order_is_changed_by_buttons_and_by_number_and_is_on_disk_at_once(desk):
    board = CutEditor(desk)
    assert board.earlier.disabled
    board.later.click()
    assert [cut.shot for cut in on_disk(desk).cuts] == ["S02", "S01", "S03"]
    assert board.list.value == 1  # the hand stays on the cut that was moved
    board.fields.place.value = 3
    assert [cut.shot for cut in on_disk(desk).cuts] == ["S02", "S03", "S01"]
    assert board.later.disabled
    assert said(board) == "✓ S01: now at place 3, saved in cutlist.yaml"


def test_points_transitions_gain_and_words_of_the_chosen_cut_are_written(desk):
    board = CutEditor(desk)
    board.list.value = 1
    board.fields.begins.value = 0.25
    board.fields.ends.value = 0.625
    board.fields.way.value = "wipe"
    assert said(board).startswith("✗ S02")  # half a second is too long for it
    board.fields.seconds.value = 0.2
    board.fields.way.value = "wipe"
    board.fields.gain.value = -3
    board.fields.words.value = "Night"
    cut = on_disk(desk).cuts[1]
    assert (cut.start, cut.end, cut.gain) == (0.25, 0.625, -3.0)
    assert (cut.transition.kind, cut.transition.seconds) == ("wipe", 0.2)
    assert cut.titles[0].text == "Night"
    board.whole.click()
    board.fields.way.value = "cut"
    cut = on_disk(desk).cuts[1]
    assert (cut.start, cut.end, cut.transition) == (None, None, None)
    board.fields.ends.value = 0.75  # where the clip ends anyway
    assert on_disk(desk).cuts[1].end is None


def test_a_step_of_the_arrow_keys_is_a_frame_and_both_frames_are_shown(desk):
    board = CutEditor(desk)
    assert board.fields.begins.step == pytest.approx(1 / 24, abs=1e-4)
    before = board.frames.value
    assert "first frame, 0.00 s | last frame, 0.46 s, of 0.50 s" in before
    board.fields.begins.value = 3 / 24
    assert "first frame, 0.12 s" in board.frames.value
    assert re.search(r"base64,[^\"]+", before)[0] != re.search(r"base64,[^\"]+", board.frames.value)[0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("begins", 9.0, "✗ S01 begins at 9 s, but its clip lasts only 0.500 s"),
        ("begins", -1.0, "✗ S01, in: input should be greater than or equal to 0"),
        ("gain", 99.0, "✗ S01, gain: input should be less than or equal to 24"),
        ("words", "x" * 400, "✗ S01, titles.text: string should have at most 300 characters"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_the_field_shows_what_is_on_disk(desk, field, value, words):
    board = CutEditor(desk)
    control = getattr(board.fields, field)
    was, before = control.value, desk.path.read_bytes()
    control.value = value
    assert said(board).startswith(words)
    assert "\n" not in said(board)
    assert control.value == was
    assert desk.path.read_bytes() == before
    assert board.failure is None


def test_another_take_of_the_shot_is_chosen_and_undone(desk):
    board = CutEditor(desk)
    assert [number for _, number in board.fields.take.options] == [1, 2]
    board.fields.take.value = 2
    assert on_disk(desk).cuts[0].clip == desk.takes["S01"][2]
    board.undo.click()
    assert on_disk(desk).cuts[0].clip == desk.takes["S01"][1]
    assert board.undo.disabled


def test_what_is_left_out_comes_back(desk):
    board = CutEditor(desk)
    board.list.value = 2
    board.leave_out.click()
    assert [cut.shot for cut in on_disk(desk).cuts] == ["S01", "S02"]
    assert board.list.value == 1
    board.undo.click()
    assert [cut.shot for cut in on_disk(desk).cuts] == ["S01", "S02", "S03"]


def test_a_reopened_editor_and_one_beside_it_show_the_same(desk):
    first, second = CutEditor(desk), CutEditor(CutDesk(path=desk.path, store=desk.store))
    first.fields.gain.value = -6
    second.list.value = 1
    second.fields.gain.value = -3
    assert [cut.gain for cut in on_disk(desk).cuts] == [-6.0, -3.0, 0.0]
    assert CutEditor(desk).fields.gain.value == -6.0


def test_a_file_that_a_person_broke_is_said_with_its_line(desk):
    board = CutEditor(desk)
    desk.path.write_text(desk.path.read_text(encoding="utf-8").replace("shot: S02", "shoot: S02"), encoding="utf-8")
    board.fields.gain.value = -6
    assert re.match(r"✗ .*cutlist.yaml:\d+: .*shoot", said(board))
    board.list.value = 1
    assert "shoot" in said(board)
    assert board.failure is None


def test_a_preview_is_made_of_the_cuts_and_shown(desk):
    board = CutEditor(desk)
    assert board.screen.children == ()
    assert asyncio.run(board.preview(0, 2)) == "preview of 2 cuts, 1.25 s"
    (video,) = board.screen.children
    assert video.value[4:8] == b"ftyp"
    assert len(video.value) < 200_000
    assert board.bar.layout.visibility == "hidden"


def test_a_preview_that_fails_says_so_and_leaves_the_buttons_as_they_were(desk, tmp_path):
    board = CutEditor(desk)
    shutil.rmtree(tmp_path / "store")

    async def press() -> None:
        board.try_join.click()
        while board.busy:
            await asyncio.sleep(0.01)

    asyncio.run(press())
    assert said(board).startswith("✗ ")
    assert board.bar.layout.visibility == "hidden"


def test_a_saved_notebook_shows_the_cuts_as_pictures_and_cards_as_words(desk):
    cuts = on_disk(desk).cuts
    CutList(title="The <Lantern>", cuts=(*cuts, Cut(shot="T", card=Card(text="The <end>")))).save(desk.path)
    board = CutEditor(desk)
    page = board.still()
    assert page.count("<img") == 3
    assert "The &lt;end&gt;" in page
    assert "The &lt;Lantern&gt;" in page
    assert "<script" not in page
    assert repr(board) == "CutEditor('The <Lantern>': 4 cuts, 5.25 s)"
    board.list.value = 3
    assert "A card: The &lt;end&gt;" in board.frames.value
    assert board.fields.begins.disabled
    assert board.fields.way.disabled
    board.fields.place.value = 1
    assert on_disk(desk).cuts[0].shot == "T"


def test_a_long_film_shows_its_first_cuts_as_pictures_and_all_in_a_table(desk):
    cut = on_disk(desk).cuts[0]
    CutList(cuts=(cut,) * 100).save(desk.path)
    board = CutEditor(desk)
    page = board.still()
    assert page.count("<img") == 24
    assert page.count("<tr") > 100
    assert len(page) < 400_000


def test_a_film_of_a_hundred_cuts_opens_in_few_bytes_and_a_decision_sends_fewer(desk, wire):
    cut = on_disk(desk).cuts[0]
    CutList(cuts=(cut,) * 100).save(desk.path)
    board = CutEditor(desk)
    assert wire.messages > 0
    assert wire.total + len(board.still()) < 500_000
    wire.reset()
    board.list.value = 50
    board.fields.gain.value = -3
    assert 0 < wire.total < 40_000


def test_nothing_on_it_needs_the_mouse_or_an_eye_for_colours(desk):
    board = CutEditor(desk)
    controls = [board.earlier, board.later, board.leave_out, board.undo, board.whole, board.try_join, board.try_film]
    assert all(len(button.tooltip) > len(button.description) for button in controls)
    assert all(re.search(r"[a-z]{4}", button.description) for button in controls)
