"""A film of a cut list: nothing that the list says is passed over."""

from __future__ import annotations

import av
import numpy as np
import pytest

from charkit.errors import BadCut, EncodingFailed, StorageFull, UnreadableMedia, UsageError
from charkit.film.cuts import Card, Cut, CutList, Title, Transition
from charkit.film.making import make_film
from charkit.film.outputs import make_outputs
from charkit.film.subtitles import Cue
from charkit.media.frames import to_rgb
from charkit.media.opening import open_clip
from charkit.media.probe import probe


def frames_of(path):
    facts = probe(path)
    with av.open(str(path)) as film:
        return [to_rgb(frame, facts).astype(int) for frame in film.decode(video=0)]


def test_every_clip_is_looked_into_once(clips, tmp_path, monkeypatch):
    opened = []

    def counted(path, **options):
        opened.append(path)
        return open_clip(path, **options)

    for module in ("probe", "words", "frames", "conform"):
        monkeypatch.setattr(f"charkit.media.{module}.open_clip", counted)
    make_film(CutList(cuts=tuple(Cut(shot=clip.stem, file=str(clip)) for clip in clips)), tmp_path / "film.mp4")
    assert sorted(opened) == sorted(clips)


def test_a_card_opens_the_film_and_clips_are_still_copied(clips, tmp_path):
    cuts = CutList(
        cuts=(
            Cut(shot="opening", card=Card(text="The Lantern", seconds=0.5, ground="#203060")),
            Cut(shot="S01", file=str(clips[0])),
        )
    )
    made = make_film(cuts, tmp_path / "film.mp4")
    seen = frames_of(tmp_path / "film.mp4")
    assert len(seen) == 12 + 24
    assert np.abs(seen[3][4, 4] - (0x20, 0x30, 0x60)).max() <= 4
    assert seen[3].max() > 200
    assert (seen[12] == frames_of(clips[0])[0]).all()
    assert [clip.copied_frames for clip in made.joined.clips] == [12, 24]
    assert made.joined.has_sound


def test_cards_alone_make_a_film(tmp_path):
    made = make_film(CutList(cuts=(Cut(shot="end", card=Card(text="The End", seconds=1)),)), tmp_path / "film.mp4")
    facts = probe(tmp_path / "film.mp4")
    assert (facts.width, facts.height, facts.frames, made.joined.has_sound) == (1920, 1080, 24, False)


def test_a_title_touches_only_its_frames(clips, tmp_path):
    title = Title(text="Chapter", start=0.25, seconds=0.5, place="middle")
    cuts = CutList(cuts=(Cut(shot="S01", file=str(clips[0])), Cut(shot="S02", file=str(clips[1]), titles=(title,))))
    made = make_film(cuts, tmp_path / "film.mp4")
    assert made.joined.clips[0].action == "copied"
    assert made.joined.clips[1].action == "rendered"
    own, seen = frames_of(clips[1]), frames_of(tmp_path / "film.mp4")[24:]
    changed = [index for index, (a, b) in enumerate(zip(own, seen, strict=True)) if np.abs(a - b).max() > 90]
    assert changed
    assert set(changed) <= set(range(6, 18))
    assert (own[0] == seen[0]).all()


def test_a_table_changes_every_frame_of_its_cut_and_no_other(clips, tmp_path):
    (tmp_path / "negative.cube").write_text("LUT_1D_SIZE 2\n1 1 1\n0 0 0\n")
    (tmp_path / "cuts.yaml").write_text(
        f"cuts:\n  - {{shot: S01, file: {clips[0]}, lut: negative.cube}}\n  - {{shot: S02, file: {clips[1]}}}\n"
    )
    made = make_film(CutList.load(tmp_path / "cuts.yaml"), tmp_path / "film.mp4")
    seen, first, second = frames_of(tmp_path / "film.mp4"), frames_of(clips[0]), frames_of(clips[1])
    for index in range(24):
        assert np.abs(seen[index] - (255 - first[index])).mean() < 6
    assert all((a == b).all() for a, b in zip(seen[24:], second, strict=True))
    assert [look.shot for look in made.looks] == ["S01"]


def test_subtitles_are_burned_in_if_the_list_says_so(clips, tmp_path):
    cuts = CutList(subtitles="burned", cuts=(Cut(shot="S02", file=str(clips[1])),))
    with pytest.raises(UsageError, match="its file has no dialogue"):
        make_film(cuts, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
    make_film(cuts, tmp_path / "film.mp4", cues=[Cue(shot="S02", text="Who goes there?")])
    own, seen = frames_of(clips[1]), frames_of(tmp_path / "film.mp4")
    middle = len(own) // 2
    assert np.abs(own[middle] - seen[middle])[60:].max() > 90
    assert np.abs(own[middle] - seen[middle])[:50].max() < 40


def test_other_shapes_and_the_sheet_of_a_film_with_a_card(clips, tmp_path):
    cuts = CutList(
        cuts=(
            Cut(shot="opening", card=Card(text="The Lantern", seconds=0.5, ground="#203060"), transition="cut"),
            Cut(shot="S01", file=str(clips[0])),
            Cut(shot="S02", file=str(clips[1])),
        )
    )
    made = make_film(cuts, tmp_path / "film.mp4")
    outputs = make_outputs(made, cuts, ("vertical", "square", "sheet"))
    assert [output.kind for output in outputs] == ["vertical", "square", "sheet"]
    upright, square = probe(tmp_path / "film.vertical.mp4"), probe(tmp_path / "film.square.mp4")
    assert (upright.width, upright.height, square.width, square.height) == (60, 108, 108, 108)
    assert upright.frames == square.frames == made.joined.frames
    assert upright.has_sound


def test_a_look_is_known_after_the_film_is_made_and_a_font_that_is_no_font_before(clips, tmp_path):
    cuts = CutList(
        font="no.ttf", cuts=(Cut(shot="S01", file=str(clips[0]), titles=(Title(text="Chapter", seconds=0.5),)),)
    )
    with pytest.raises(UsageError, match="no.ttf is no font"):
        make_film(cuts, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
    matched = CutList(cuts=(Cut(shot="S01", file=str(clips[0])), Cut(shot="S02", file=str(clips[1]), match=True)))
    made = make_film(matched, tmp_path / "film.mp4")
    assert [clip.action for clip in made.joined.clips] == ["copied", "rendered"]
    assert made.looks[0].match is not None


def cut(shot, path, **points):
    return Cut(shot=shot, file=str(path), **points)


def test_what_cannot_be_shown_is_left_out_if_asked_and_named(clips, tmp_path):
    short, empty = tmp_path / "short.mp4", tmp_path / "empty.mp4"
    short.write_bytes(clips[0].read_bytes()[:4000])
    empty.write_bytes(b"")
    long = Transition(kind="dissolve", seconds=0.75)
    cuts = CutList(
        cuts=(
            cut("S01", clips[0]),
            cut("S02", tmp_path / "gone.mp4"),
            cut("S03", short),
            cut("S04", empty),
            cut("S05", clips[1], start=4.0),
            cut("S06", clips[1], end=0.5, transition=long),
            cut("S07", clips[2], transition=Transition(kind="dissolve", seconds=0.25)),
            cut("S08", clips[1], start=9.0),
        )
    )
    made = make_film(cuts, tmp_path / "film.mp4", keep_going=True)
    assert [one.shot for one in made.cuts] == ["S01", "S07"]
    why = {one.shot: one.why for one in made.left_out}
    assert sorted(why) == ["S02", "S03", "S04", "S05", "S06", "S08"]
    for shot, words in {
        "S02": "no such file",
        "S03": "cut off",
        "S04": "empty",
        "S05": "S05 begins at 4 s, but its clip lasts only 1.500 s",
        "S06": "S06 lasts 0.50 s, but the transitions after it take 0.75 s",
        "S08": "begins at 9 s",
    }.items():
        assert words in why[shot], shot
    assert probe(tmp_path / "film.mp4").frames == 24 + 48
    with pytest.raises(UnreadableMedia, match="S02"):
        make_film(cuts, tmp_path / "all.mp4")
    with pytest.raises(BadCut, match="S05"):
        make_film(CutList(cuts=(cuts.cuts[0], cuts.cuts[4])), tmp_path / "all.mp4")
    with pytest.raises(UsageError, match="no cut is left to make a film of: .*S05 begins"):
        make_film(CutList(cuts=(cuts.cuts[4],)), tmp_path / "all.mp4", keep_going=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.mp4", "film.mp4", "short.mp4"]


def damaged(path, out, first):
    """A clip whose pictures are zeroes from the packet of a number on."""
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        for packet in [p for p in container.demux(video=0) if p.size][first:]:
            data[packet.pos + 4 : packet.pos + packet.size] = bytes(packet.size - 4)
    out.write_bytes(data)
    return out


@pytest.mark.parametrize("conformed", [False, True])
def test_of_a_clip_that_is_damaged_near_its_end_what_comes_before_is_still_shown(clips, clip_of, tmp_path, conformed):
    bad = damaged(clips[2], tmp_path / "bad.mp4", 32)
    cuts = CutList(
        cuts=(
            cut("S01", clips[1]),
            cut("S02", bad, start=0.25, end=0.75),
            cut("S03", bad, start=0.5),
            cut("S04", bad, start=0.125, end=0.5),
        )
    )
    if conformed:
        small = clip_of(tmp_path / "other.mp4", seconds=9, size=(96, 54))
        cuts = cuts.model_copy(update={"cuts": (cut("S01", small), *cuts.cuts[1:])})
    with pytest.raises(UnreadableMedia, match="cannot be decoded|damaged"):
        make_film(cuts, tmp_path / "film.mp4")
    made = make_film(cuts, tmp_path / "film.mp4", keep_going=True)
    assert [one.shot for one in made.cuts] == ["S01", "S02", "S04"]
    assert [one.shot for one in made.left_out] == ["S03"]
    assert str(bad) in made.left_out[0].why
    assert made.joined.clips[1].action == ("conformed" if conformed else "rendered")
    assert made.joined.frames == probe(tmp_path / "film.mp4").frames == (216 if conformed else 36) + 12 + 9


def test_sound_that_cannot_lead_leaves_its_cut_out_if_asked(clips, tmp_path):
    cuts = CutList(cuts=(cut("S01", clips[0]), cut("S02", clips[1], sound_lead=0.5), cut("S03", clips[2])))
    with pytest.raises(BadCut, match="S02: its sound shall lead by 0.5 s, but there are only 0.000 s before it"):
        make_film(cuts, tmp_path / "film.mp4")
    made = make_film(cuts, tmp_path / "film.mp4", keep_going=True)
    assert [one.shot for one in made.cuts] == ["S01", "S03"]


def test_a_clip_that_breaks_while_it_is_worked_on_is_left_out_if_asked(clips, tmp_path, monkeypatch):
    def dying(frames, shape, path, threads):
        raise av.error.ExternalError(1, "Generic error in an external library")

    monkeypatch.setattr("charkit.media.picture.rendering._encode", dying)
    cuts = CutList(cuts=(cut("S01", clips[0]), cut("S02", clips[1], start=0.5), cut("S03", clips[2])))
    with pytest.raises(EncodingFailed, match="Generic error"):
        make_film(cuts, tmp_path / "film.mp4")
    made = make_film(cuts, tmp_path / "film.mp4", keep_going=True)
    assert [one.shot for one in made.cuts] == ["S01", "S03"]
    assert [(one.shot, "Generic error" in one.why) for one in made.left_out] == [("S02", True)]
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_film_takes_no_name_that_says_it_is_something_else(clips, tmp_path):
    (tmp_path / "cuts.yaml").write_text(f"cuts: [{{shot: S01, file: {clips[0]}}}]\n")
    cuts = CutList.load(tmp_path / "cuts.yaml")
    for name in ("cuts.yaml", "film.mov", "film", ""):
        with pytest.raises(UsageError, match=r"a film is an MP4; let its name end in \.mp4"):
            make_film(cuts, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["cuts.yaml"]
    assert CutList.load(tmp_path / "cuts.yaml") == cuts


def test_a_dip_that_is_longer_than_its_cut_is_named_and_left_out_if_asked(clips, tmp_path):
    dip = Transition(kind="dip", seconds=0.75)
    cuts = CutList(
        cuts=(cut("S01", clips[0], transition=dip), cut("S02", clips[1], end=0.5, transition=dip), cut("S03", clips[2]))
    )
    with pytest.raises(BadCut, match="S02 lasts 0.50 s, but the dips beside it take 0.75 s of it") as caught:
        make_film(cuts, tmp_path / "film.mp4")
    assert caught.value.index == 1
    made = make_film(cuts, tmp_path / "film.mp4", keep_going=True)
    assert [one.shot for one in made.cuts] == ["S01", "S03"]
    assert made.joined.frames == 24 + 48


def test_a_full_disk_is_not_taken_for_a_bad_clip(clips, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("charkit.film.making.write_still", full)
    cuts = CutList(cuts=(Cut(shot="opening", card=Card(text="The Lantern", seconds=0.5)), cut("S01", clips[0])))
    with pytest.raises(StorageFull):
        make_film(cuts, tmp_path / "films" / "film.mp4", keep_going=True)
    assert list(tmp_path.iterdir()) == []
