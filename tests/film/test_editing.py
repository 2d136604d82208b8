from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from charkit.errors import BadDocument, UsageError
from charkit.film import Card, Cut, CutList, Title
from charkit.film.editing import CutDesk, changed, left_out, moved, retaken, titled


@pytest.fixture
def desk(clips, tmp_path) -> CutDesk:
    for clip in clips:
        shutil.copy(clip, tmp_path)
    CutList(
        title="The Lantern",
        cuts=(
            Cut(shot="S01", file="S01.mp4", transition="dissolve"),
            Cut(shot="S02", file="S02.mp4", start=0.5),
            Cut(shot="S03", file="S03.mp4"),
        ),
    ).save(tmp_path / "cutlist.yaml")
    return CutDesk(path=tmp_path / "cutlist.yaml")


def shots(cuts: CutList) -> str:
    return " ".join(cut.shot for cut in cuts.cuts)


def test_a_change_is_on_disk_before_it_is_returned(desk):
    assert shots(desk.edit(moved(2, 0))) == "S03 S01 S02"
    assert shots(CutList.load(desk.path)) == "S03 S01 S02"


def test_the_running_length_counts_what_is_seen_twice_once(desk):
    running = desk.running()
    assert running.lasts == (1.0, 1.0, 2.0)
    assert running.starts == (0.0, 0.5, 1.5)
    assert running.seconds == 3.5
    assert desk.running(desk.edit(changed(0, transition=None))).seconds == 4.0


def test_a_dip_takes_no_time_from_the_film(desk):
    desk.edit(changed(0, transition={"kind": "dip", "seconds": 0.5}))
    assert desk.running().seconds == 4.0


def test_nothing_leads_out_of_what_became_the_last_cut(desk):
    cuts = desk.edit(moved(0, 2))
    assert shots(cuts) == "S02 S03 S01"
    assert cuts.cuts[-1].transition is None


def test_a_cut_that_is_left_out_comes_back_by_undo_and_the_last_one_stays(desk):
    assert shots(desk.edit(left_out(1))) == "S01 S03"
    assert shots(desk.edit(left_out(1))) == "S01"
    with pytest.raises(UsageError, match="at least one cut"):
        desk.edit(left_out(0))
    assert shots(desk.undo()) == "S01 S03"
    assert shots(desk.undo()) == "S01 S02 S03"
    assert CutList.load(desk.path).cuts[0].transition is not None
    with pytest.raises(UsageError, match="nothing was changed"):
        desk.undo()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(1, **{"in": -1}), "S02, in: input should be greater than or equal to 0"),
        (changed(1, **{"in": 1.2, "out": 1.0}), "S02 ends at 1.0 s, before it begins at 1.2 s"),
        (changed(1, out=9.0), "S02 ends at 9 s, but its clip lasts only 1.500 s"),
        (changed(0, transition={"kind": "wipe", "seconds": 5}), "S01"),
        (changed(2, transition="wipe"), "nothing follows S03"),
        (changed(0, gain=90), "S01, gain: input should be less than or equal to 24"),
        (changed(0, transition={"kind": "fade"}), "S01, transition.kind: input should be 'dissolve', 'dip' or 'wipe'"),
        (titled(0, "x" * 301), "S01, titles.text: string should have at most 300 characters"),
        (moved(0, 7), "there is no cut 8; the film has 3"),
    ],
)
def test_what_would_not_make_a_film_is_said_in_one_line_and_not_written(desk, change, words):
    before = desk.path.read_bytes()
    with pytest.raises(UsageError, match=re.escape(words)) as caught:
        desk.edit(change)
    assert "\n" not in str(caught.value)
    assert desk.path.read_bytes() == before


def test_comments_stay_with_their_cut_when_it_moves(desk):
    text = desk.path.read_text(encoding="utf-8")
    desk.path.write_text(text.replace("shot: S03", "shot: S03   # her best"), encoding="utf-8")
    desk.edit(moved(2, 0))
    assert re.findall(r"shot: (S\d\d)( +# her best)?", desk.path.read_text(encoding="utf-8"))[0] == (
        "S03",
        "   # her best",
    )
    assert desk.path.read_text(encoding="utf-8").count("her best") == 1


def test_what_another_notebook_wrote_in_between_is_kept(desk):
    other = CutDesk(path=desk.path)
    assert shots(desk.cuts) == "S01 S02 S03"
    other.edit(changed(2, gain=-6))
    cuts = desk.edit(changed(1, gain=-3))
    assert [cut.gain for cut in cuts.cuts] == [0.0, -3.0, -6.0]


def test_a_file_that_a_person_broke_is_named_with_its_line_and_left_alone(desk):
    broken = desk.path.read_text(encoding="utf-8").replace("shot: S02", "shoot: S02")
    desk.path.write_text(broken, encoding="utf-8")
    with pytest.raises(BadDocument, match="shoot"):
        desk.edit(moved(0, 1))
    assert desk.path.read_text(encoding="utf-8") == broken


def test_words_come_and_go_and_keep_their_place_on_the_picture(desk):
    cuts = desk.cuts
    keep = cuts.model_copy(
        update={"cuts": (cuts.cuts[0].model_copy(update={"titles": (Title(text="a", place="top"),)}), *cuts.cuts[1:])}
    )
    keep.save(desk.path)
    assert desk.edit(titled(0, "  The Lantern ")).cuts[0].titles == (Title(text="The Lantern", place="top"),)
    assert desk.edit(titled(0, "")).cuts[0].titles == ()


def test_another_take_of_the_shot_begins_with_its_own_points(desk):
    cuts = desk.edit(changed(1, file="S03.mp4", out=1.0))
    assert cuts.cuts[1].end == 1.0
    with pytest.raises(UsageError, match="no store"):
        desk.edit(retaken(1, 2, "sha256:" + "0" * 64))
    new = retaken(1, 2, "sha256:" + "0" * 64)(cuts).cuts[1]
    assert (new.take, new.start, new.end, new.file) == (2, None, None, None)


def test_cards_count_with_the_clips_around_them_and_alone(desk, tmp_path):
    cards = (Cut(shot="T", card=Card(text="Night", seconds=2.0)),)
    CutList(cuts=(*cards, *desk.cuts.cuts)).save(desk.path)
    assert desk.running().seconds == 5.5
    CutList(cuts=cards).save(tmp_path / "cards.yaml")
    assert CutDesk(path=tmp_path / "cards.yaml").running().seconds == 2.0


def test_the_length_is_that_of_the_film_that_is_made(desk, tmp_path):
    from charkit.film.making import make_film

    desk.edit(changed(1, out=1.3))
    desk.edit(changed(1, transition={"kind": "wipe", "seconds": 0.25}))
    made = make_film(desk.cuts, Path(tmp_path / "film.mp4"))
    assert made.joined.seconds == pytest.approx(desk.running().seconds, abs=1e-6)
    assert [one.start for one in made.joined.clips] == pytest.approx(desk.running().starts, abs=1e-6)
