from __future__ import annotations

import json
from pathlib import Path

import av
import pytest
from PIL import Image

from charkit.errors import BadDocument, UnreadableMedia, UsageError
from charkit.film import Cue, Cut, CutList, Film, assemble


def make_cuts(clips, **more) -> CutList:
    cuts = tuple(Cut(shot=clip.stem, file=str(clip), **more) for clip in clips)
    return CutList(title="The Lantern", cuts=cuts)


@pytest.fixture(scope="module")
def film(clips, tmp_path_factory) -> Film:
    return assemble(
        make_cuts(clips),
        tmp_path_factory.mktemp("demo"),
        cues=(Cue(shot="S02", text="The light is out.", speaker="Mira"),),
        captions={"S02": "Mira"},
        simulated=True,
    )


def test_the_film_holds_every_frame_of_its_takes(film):
    with av.open(film.path) as opened:
        frames = sum(1 for _ in opened.decode(video=0))
        assert opened.streams.video[0].codec_context.name == "h264"
        assert opened.streams.audio[0].codec_context.name == "aac"
        assert "SIMULATED" in opened.metadata["comment"]
        assert opened.metadata["title"] == "The Lantern"
    assert frames == film.frames == 24 + 36 + 48
    assert [shot.start for shot in film.shots] == pytest.approx([0.0, 1.0, 2.5])
    assert film.seconds == pytest.approx(4.5)


def test_a_contact_sheet_and_subtitles_stand_beside_it(film):
    with Image.open(film.contact_sheet) as sheet:
        assert sheet.format == "JPEG"
        assert sheet.width > 3 * 300
    assert "00:00:01," in film.subtitles.read_text()
    assert [path.name for path in film.files] == ["film.mp4", "contact_sheet.jpg", "film.srt", "film.json"]
    assert len(film.preview) <= 220_000


def test_another_notebook_reads_the_same_film(film):
    again = Film.load(film.folder)
    assert again == film
    with pytest.raises(BadDocument, match="film.json"):
        Film.load(film.folder / "elsewhere")


def test_it_shows_itself_without_naming_this_machine(film):
    shown = film._repr_mimebundle_()
    assert shown["text/plain"] == "Film('The Lantern': 3 shots, 4 s, 24 fps, simulated)"
    page = shown["text/html"]
    assert "image/webp" in page
    assert "simulated" in page
    assert 'href="/' not in page


def test_points_that_leave_a_clip_whole_are_fine(clips, tmp_path):
    cut = Cut(shot="S01", file=str(clips[0]), start=0.0, end=1.0)
    assert assemble(CutList(cuts=(cut,)), tmp_path).frames == 24


def test_points_inside_a_clip_show_just_that_part(clips, tmp_path):
    film = assemble(make_cuts(clips[:1], start=0.25, end=0.75), tmp_path)
    assert (film.frames, film.shots[0].seconds) == (12, 0.5)
    assert film.shots[0].action == "rendered"
    assert "in point" in film.shots[0].reason


def test_points_outside_of_a_clip_are_named_with_their_shot(clips, tmp_path):
    with pytest.raises(UsageError, match=r"S01 ends at 3 s, but its clip lasts only 1.000 s"):
        assemble(make_cuts(clips[:1], end=3.0), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_dissolve_shortens_the_film_and_a_dip_does_not(clips, tmp_path):
    whole = [{"shot": f"S0{i}", "file": str(clip)} for i, clip in enumerate(clips[:3])]
    whole[0]["transition"] = {"kind": "dissolve", "seconds": 0.25}
    whole[1]["transition"] = {"kind": "dip", "seconds": 0.5, "colour": "#ffffff"}
    film = assemble(CutList.model_validate({"cuts": whole}), tmp_path)
    assert film.frames == 24 + 36 + 48 - 6
    with av.open(str(film.path)) as container:
        light = [frame.to_ndarray(format="gray").mean() for frame in container.decode(video=0)]
    assert max(light[50:58]) > 225
    assert max(light[:44]) < 200


def test_a_missing_clip_is_named_and_nothing_is_left(clips, tmp_path):
    with pytest.raises(UnreadableMedia, match=r"the cut of gone: gone.mp4"):
        assemble(make_cuts([clips[0], Path("gone.mp4")]), tmp_path)
    assert not (tmp_path / "film.mp4").exists()


def test_old_subtitles_do_not_outlive_their_film(clips, tmp_path):
    assemble(make_cuts(clips[:1]), tmp_path, cues=(Cue(shot="S01", text="Oh."),))
    film = assemble(make_cuts(clips[:1]), tmp_path)
    assert film.subtitles is None
    assert not (tmp_path / "film.srt").exists()


def test_the_film_remembers_how_it_sounds_and_what_was_made_anew(film):
    assert film.encoded_frames == 0
    assert film.sound.lufs == pytest.approx(-14.0, abs=0.6)
    assert film.sound.true_peak <= -1.0
    assert [join.time for join in film.joins] == pytest.approx([1.0, 2.5])
    assert "LUFS" in film._repr_mimebundle_()["text/html"]


def test_a_film_of_before_these_were_counted_can_still_be_read(film, tmp_path):
    old = json.loads((film.folder / "film.json").read_text())
    for name in ("encoded_frames", "sound", "joins", "outputs"):
        del old[name]
    (tmp_path / "film.json").write_text(json.dumps(old))
    again = Film.load(tmp_path)
    assert (again.encoded_frames, again.sound, again.joins, again.outputs) == (None, None, (), ())
    assert again._repr_mimebundle_()["text/plain"] == repr(film)
