from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import pytest

from charkit.errors import UsageError
from charkit.film import Card, Cut, CutList, Music
from charkit.film.making import Made
from charkit.film.outputs import make_outputs
from charkit.film.timeline import write_timeline
from charkit.media.spliced import Joined, JoinedClip

otio = pytest.importorskip("opentimelineio", reason="timelines need the extra `timeline`")

RATES = {
    "24": Fraction(24),
    "23.976": Fraction(24000, 1001),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
}


def made_of(cuts: list[Cut], lengths: list[int], overlaps: list[int], fps: Fraction = RATES["24"]) -> Made:
    """A film whose parts have these lengths in frames, and share so many with the next; nothing is rendered."""
    joined, at = [], 0
    for cut, frames, shared in zip(cuts, lengths, [*overlaps, 0], strict=True):
        joined.append(
            JoinedClip(
                path=Path(cut.file or "card"),
                action="copied",
                reason="",
                start=float(at / fps),
                seconds=float(frames / fps),
                frames=frames,
                copied_frames=frames,
                sound="laid",
            )
        )
        at += frames - shared
    film = Joined(
        path=Path("film.mp4"),
        seconds=float(at / fps),
        frames=at,
        fps=fps,
        clips=tuple(joined),
        boundaries=(),
        has_sound=True,
    )
    return Made(joined=film, cuts=tuple(cuts), clips=tuple(one.path for one in joined))


def three(clips, **of_second) -> list[Cut]:
    return [
        Cut(shot="S01", file=str(clips[0]), transition="dissolve"),
        Cut(shot="S02", take=2, file=str(clips[1]), start=0.25, **of_second),
        Cut(shot="S03", file=str(clips[2]), end=1.0),
    ]


def write(made, path, **options):
    cuts = options.pop("cuts", None) or CutList(title="The Lantern & Co", cuts=made.cuts)
    return write_timeline(made, cuts, path, **options)


def read(path: Path, rate: float = 24.0):
    found = otio.adapters.read_from_file(str(path), **({"rate": rate} if path.suffix == ".edl" else {}))
    return found if isinstance(found, otio.schema.Timeline) else found[0]


def items(track):
    """What stands on a track, in frames."""
    return [
        (one.name, one.in_offset.value, one.out_offset.value)
        if isinstance(one, otio.schema.Transition)
        else (one.name, one.source_range.start_time.value, one.source_range.duration.value)
        for one in track
    ]


@pytest.mark.parametrize("kind", [".otio", ".otioz", ".xml"])
@pytest.mark.parametrize("rate", list(RATES))
def test_cuts_dissolves_and_sound_come_back_at_every_rate(clips, tmp_path, kind, rate):
    fps = RATES[rate]
    cuts = three(clips)
    lead = round(Fraction(1, 4) * fps)
    found = read(write(made_of(cuts, [24, 22, 24], [7, 0], fps), tmp_path / f"film{kind}").path)
    video, audio = found.tracks
    assert (video.kind, audio.kind) == ("Video", "Audio")
    expected = [
        ("S01 take 1", 0, 24 - 4),
        ("Cross Dissolve", 3, 4),
        ("S02 take 2", lead + 3, 22 - 3),
        ("S03 take 1", 0, 24),
    ]
    assert items(video) == items(audio) == expected
    assert video.duration().value == 24 + 22 + 24 - 7
    assert video.duration().rate == pytest.approx(float(fps), abs=1e-9)
    assert found.global_start_time.to_seconds() == pytest.approx(3600 if fps.denominator == 1 else 3603.6, abs=1e-6)


@pytest.mark.parametrize("rate", list(RATES))
def test_an_edl_keeps_the_cuts_at_every_rate(clips, tmp_path, rate):
    fps = RATES[rate]
    cuts = three(clips)
    written = write(made_of(cuts, [24, 22, 24], [7, 0], fps), tmp_path / "film.edl")
    found = read(written.path, float(fps))
    lead = round(Fraction(1, 4) * fps)
    assert items(found.tracks[0]) == [("S01 take 1", 0, 20), ("S02 take 2", lead + 3, 19), ("S03 take 1", 0, 24)]
    media = [unquote(clip.media_reference.target_url) for clip in found.find_clips()]
    assert [Path(url).name for url in media] == ["S01.mp4", "S02.mp4", "S03.mp4"]
    assert {"transitions (cut in their middle)", "sound"} <= set(written.lost)


@pytest.mark.parametrize("kind", [".otio", ".xml", ".edl"])
def test_clips_are_named_relative_to_the_timeline_and_no_machine_is(clips, tmp_path, kind):
    folder = clips[0].parent / "timelines of mine"
    path = write(made_of(three(clips), [24, 30, 24], [12, 0]), folder / f"film{kind}").path
    for clip in read(path).tracks[0].find_clips():
        url = unquote(clip.media_reference.target_url)
        assert not url.startswith(("/", "file:"))
        assert (folder / url).resolve().is_file()
    assert str(clips[0].parent) not in path.read_text()


def test_a_bundle_holds_the_very_bytes_of_the_clips(clips, tmp_path):
    path = write(made_of(three(clips), [24, 30, 24], [12, 0]), tmp_path / "film.otioz").path
    with zipfile.ZipFile(path) as bundle:
        for clip in clips:
            assert bundle.read(f"media/{clip.name}") == clip.read_bytes()
        assert str(clips[0].parent).encode() not in bundle.read("content.otio")


def test_facts_about_shots_go_along_and_characters_even_into_final_cut(clips, tmp_path):
    about = {"S02": {"characters": "Mira, Fenn", "route": "omni"}}
    made = made_of(three(clips), [24, 30, 24], [12, 0])
    whole = read(write(made, tmp_path / "film.otio", about=about).path)
    second = list(whole.tracks[0].find_clips())[1]
    expected = {"item": "2", "shot": "S02", "take": "2", "characters": "Mira, Fenn", "route": "omni"}
    assert dict(second.metadata["charkit"]) == expected
    final_cut = list(read(write(made, tmp_path / "film.xml", about=about).path).tracks[0].find_clips())[1]
    assert final_cut.metadata["fcp_xml"]["logginginfo"]["description"] == "Mira, Fenn"
    text = write(made, tmp_path / "film.edl", about=about).path.read_text()
    assert "* CHARACTERS: Mira, Fenn" in text


def test_dips_and_wipes_keep_their_names_in_final_cut(clips, tmp_path):
    cuts = three(clips, transition={"kind": "dip", "seconds": 0.5})
    cuts[0] = cuts[0].model_copy(update={"transition": cuts[0].transition.model_copy(update={"kind": "wipe"})})
    path = write(made_of(cuts, [24, 30, 24], [12, 0]), tmp_path / "film.xml").path
    whole = read(path)
    found = [one for one in whole.tracks[0] if isinstance(one, otio.schema.Transition)]
    assert [(one.name, one.in_offset.value, one.out_offset.value) for one in found] == [
        ("Edge Wipe", 6, 6),
        ("Dip to Color Dissolve", 6, 6),
    ]


def test_j_and_l_cuts_put_the_sound_on_two_tracks_in_turns(clips, tmp_path):
    cuts = [
        Cut(shot="S01", file=str(clips[0]), sound_lag=0.25, end=0.5),
        Cut(shot="S02", file=str(clips[1]), start=0.5),
        Cut(shot="S03", file=str(clips[2]), start=1.0, sound_lead=0.5),
    ]
    found = read(write(made_of(cuts, [12, 24, 24], [0, 0]), tmp_path / "film.otio").path)
    video, first, second = found.tracks
    assert items(video) == [("S01 take 1", 0, 12), ("S02 take 1", 12, 24), ("S03 take 1", 24, 24)]
    assert items(first) == [("S01 take 1", 0, 12 + 6), ("", 0, 36 - 18 - 12), ("S03 take 1", 24 - 12, 24 + 12)]
    assert items(second) == [("", 0, 12), ("S02 take 1", 12, 24)]


def test_sound_cannot_be_lent_from_before_its_clip_or_the_film_began(clips, tmp_path):
    cuts = [
        Cut(shot="S01", file=str(clips[0]), start=0.5, sound_lead=5.0),
        Cut(shot="S02", file=str(clips[1]), start=0.25, sound_lead=5.0, sound_lag=5.0),
    ]
    found = read(write(made_of(cuts, [12, 30], [0]), tmp_path / "film.otio").path)
    assert items(found.tracks[1]) == [("S01 take 1", 12, 12)]
    assert items(found.tracks[2]) == [("", 0, 6), ("S02 take 1", 0, 36)]


def test_a_card_is_a_generator_and_has_no_sound(clips, tmp_path):
    cuts = [Cut(shot="T01", card=Card(text="The Lantern")), Cut(shot="S01", file=str(clips[0]))]
    made = made_of(cuts, [72, 24], [0])
    for kind in (".otio", ".xml"):
        video, audio = read(write(made, tmp_path / f"film{kind}").path).tracks
        assert [one[1:] for one in items(video)] == [(0, 72), (0, 24)]
        assert isinstance(video[0].media_reference, otio.schema.GeneratorReference)
        assert isinstance(audio[0], otio.schema.Gap)
        assert "The Lantern" in str(video[0].media_reference)
    written = write(made, tmp_path / "film.edl")
    assert "001  T01      V     C        00:00:00:00 00:00:03:00" in written.path.read_text()
    assert "the words of cards (each is a reel of its own)" in written.lost


def test_the_same_part_of_a_clip_can_stand_in_the_film_twice(clips, tmp_path):
    cuts = [Cut(shot="S01", file=str(clips[0])), Cut(shot="S01", file=str(clips[0]))]
    path = write(made_of(cuts, [24, 24], [0]), tmp_path / "film.xml").path
    whole = read(path)
    assert [items(track) for track in whole.tracks] == [[("S01 take 1", 0, 24)] * 2] * 2
    text = path.read_text()
    assert text.count("<clipitem") == len(set(re.findall(r'<clipitem [^>]*id="([^"]+)"', text))) == 4


def test_music_lies_on_a_track_of_its_own_as_often_as_it_is_needed(clips, tmp_path):
    cuts = CutList(cuts=(Cut(shot="S03", file=str(clips[2])),), music=Music(file=str(clips[0])))
    written = write(made_of(list(cuts.cuts), [60], []), tmp_path / "film.xml", cuts=cuts)
    whole = read(written.path)
    assert items(whole.tracks[2]) == [("S01", 0, 24), ("S01", 0, 24), ("S01", 0, 12)]
    assert "ducking and fades of the music" in written.lost


def test_what_a_timeline_cannot_say_is_named(clips, tmp_path):
    cuts = CutList(
        cuts=(Cut(shot="S01", file=str(clips[0]), gain=-3, match=True, titles=[{"text": "Once"}]),),
        subtitles="burned",
        loudness=None,
    )
    made = made_of(list(cuts.cuts), [24], [])
    lost = write(made, tmp_path / "film.xml", cuts=cuts).lost
    assert set(lost) == {
        "titles",
        "colour (lut, match)",
        "burned subtitles",
        "gain",
        "metadata but shot, take and characters",
    }


def test_the_first_timecode_can_be_chosen_and_a_wrong_one_is_refused(clips, tmp_path):
    made = made_of(three(clips), [24, 30, 24], [12, 0])
    for kind in (".otio", ".xml"):
        found = read(write(made, tmp_path / f"film{kind}", start="10:00:00:12").path)
        assert found.global_start_time.value == 36000 * 24 + 12
    with pytest.raises(UsageError, match="no timecode"):
        write(made, tmp_path / "film.otio", start="ten o'clock")


def test_a_name_that_is_no_timeline_is_refused_and_a_failure_leaves_the_old_file(clips, tmp_path):
    made = made_of(three(clips), [24, 30, 24], [12, 0])
    with pytest.raises(UsageError, match=r"\.otio, \.otioz, \.xml, \.edl"):
        write(made, tmp_path / "film.fcpxml")
    old = tmp_path / "film.otio"
    old.write_text("mine")
    with pytest.raises(UsageError):
        write(made, old, start="")
    assert old.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["film.otio"]


@pytest.mark.parametrize("kind", [".otio", ".otioz"])
def test_a_rate_without_timecode_still_has_a_timeline_that_says_what_it_lost(clips, tmp_path, kind):
    made = made_of(three(clips), [24, 22, 24], [7, 0], Fraction(16))
    written = write(made, tmp_path / f"film{kind}")
    found = read(written.path)
    assert (found.global_start_time.value, found.global_start_time.rate) == (0, 16)
    assert found.tracks[0].duration().value == 24 + 22 + 24 - 7
    assert "the start timecode (SMPTE has none at this rate)" in written.lost


@pytest.mark.parametrize("kind", [".xml", ".edl"])
def test_a_format_of_timecodes_is_refused_at_a_rate_that_has_none(clips, tmp_path, kind):
    made = made_of(three(clips), [24, 22, 24], [7, 0], Fraction(16))
    with pytest.raises(UsageError, match=r"SMPTE timecode, and there is none for 16 frames per second; take \.otio"):
        write(made, tmp_path / f"film{kind}")
    cuts = CutList(title="T", cuts=made.cuts)
    made = replace(made, joined=replace(made.joined, path=tmp_path / "film.mp4"))
    (none,) = make_outputs(made, cuts, ["edl"])
    assert none.name == ""
    assert "16 frames per second" in none.notes[0]
