from __future__ import annotations

import io
from typing import get_args

import av
import pytest
from PIL import Image

from charkit.errors import MissingDependency, UsageError
from charkit.film import Cue, Cut, CutList, assemble
from charkit.film.cuts import OutputName
from charkit.film.making import make_film
from charkit.film.outputs import OUTPUTS, make_outputs, named_outputs
from charkit.media.picture.reading import decoded
from charkit.media.probe import probe


@pytest.fixture(scope="module")
def cuts(clips) -> CutList:
    first, second, _ = (str(clip) for clip in clips)
    return CutList(
        title="The Lantern",
        cuts=(Cut(shot="S01", file=first, transition="dissolve"), Cut(shot="S02", file=second)),
        outputs=("vtt", "poster", "otio", "edl"),
    )


@pytest.fixture(scope="module")
def made(cuts, tmp_path_factory):
    return make_film(cuts, tmp_path_factory.mktemp("outputs") / "lantern.mp4")


def test_every_output_that_can_be_named_has_a_place_of_its_own():
    assert set(OUTPUTS) == set(get_args(OutputName))
    assert len(set(OUTPUTS.values())) == len(OUTPUTS)


def test_outputs_are_named_after_the_film_and_say_what_they_lack(made, cuts):
    cues = [Cue(shot="S02", text="The light is out, and nobody has seen it but me.")]
    wanted = named_outputs(["srt,vtt", "poster", "sheet,preview,otio,fcp7,edl"])
    found = {one.kind: one for one in make_outputs(made, cuts, wanted, cues=cues, simulated=True)}
    folder = made.joined.path.parent
    assert [one.name for one in found.values()] == ["lantern" + OUTPUTS[kind] for kind in wanted]
    assert all((folder / one.name).stat().st_size for one in found.values())
    assert "characters a second" in found["srt"].notes[0]
    assert found["edl"].notes[0].startswith("does not carry loudness, transitions (cut in their middle), sound, ")
    with Image.open(folder / found["poster"].name) as poster:
        assert poster.size == (192, 108)
    with Image.open(io.BytesIO((folder / found["preview"].name).read_bytes())) as preview:
        assert preview.n_frames > 1


def test_all_pictures_of_a_film_come_out_of_one_reading_of_it(made, cuts, monkeypatch):
    opened = []

    def counted(facts, runs, *, threads=1):
        opened.append(facts.path)
        return decoded(facts, runs, threads=threads)

    alone = {}
    for kind in ("poster", "sheet", "preview"):
        (one,) = make_outputs(made, cuts, [kind])
        alone[kind] = (made.joined.path.parent / one.name).read_bytes()
    monkeypatch.setattr("charkit.film.glimpses.decoded", counted)
    together = make_outputs(made, cuts, ["poster", "sheet", "preview", "edl"])
    assert opened == [made.joined.path]
    for one in together[:3]:  # and are the same whether others are asked for or not
        assert (made.joined.path.parent / one.name).read_bytes() == alone[one.kind]


def test_an_output_does_not_take_the_place_of_a_clip(clips, tmp_path):
    clip = tmp_path / "scene.mov"
    clip.write_bytes(clips[0].read_bytes())
    cuts = CutList(cuts=(Cut(shot="S01", file=str(clip)),))
    made = make_film(cuts, tmp_path / "scene.mp4")
    with pytest.raises(UsageError, match=r"scene\.mov: prores would replace one of the film's own clips"):
        make_outputs(made, cuts, ["edl", "prores"])
    assert clip.read_bytes() == clips[0].read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scene.mov", "scene.mp4"]


def test_subtitles_of_an_earlier_film_do_not_stay(made, cuts):
    cues = [Cue(shot="S01", text="Yip!")]
    make_outputs(made, cuts, ["srt"], cues=cues)
    (silent,) = make_outputs(made, cuts, ["srt"])
    assert (silent.name, silent.notes) == ("", ("nobody speaks",))
    assert not made.joined.path.with_suffix(".srt").exists()


def test_a_mezzanine_stands_beside_the_film_and_tells_how_far_it_is(made, cuts):
    shares = []
    (one,) = make_outputs(made, cuts, ["prores"], on_progress=shares.append)
    with av.open(str(made.joined.path.parent / one.name)) as opened:
        assert opened.streams.video[0].codec_context.name == "prores"
    assert shares[-1] == 1.0


def test_a_film_can_be_had_upright_and_square(made, cuts):
    shapes = {}
    for one in make_outputs(made, cuts, ["vertical", "square"]):
        facts = probe(made.joined.path.parent / one.name)
        shapes[one.kind] = (facts.width, facts.height, facts.frames, facts.has_sound)
    assert shapes == {"vertical": (60, 108, made.joined.frames, True), "square": (108, 108, made.joined.frames, True)}


def test_an_unknown_output_is_refused_with_the_nearest():
    assert named_outputs(["otio, srt", "otio"]) == ("otio", "srt")
    assert named_outputs([]) == ()
    with pytest.raises(UsageError, match="no output 'otoi'.*Did you mean 'otio'"):
        named_outputs(["otoi"])


def test_the_cut_list_says_what_is_made_and_the_film_remembers_it(cuts, tmp_path):
    film = assemble(cuts, tmp_path, cues=[Cue(shot="S01", text="Yip!")], about={"S01": {"characters": "Fenn"}})
    assert [one.kind for one in film.outputs] == ["vtt", "poster", "otio", "edl"]
    assert {"film.vtt", "film.poster.jpg", "film.otio", "film.edl", "film.srt"} <= {path.name for path in film.files}
    assert "Fenn" in (tmp_path / "film.otio").read_text()
    assert type(film).load(tmp_path) == film
    assert "film.otio" in film._repr_mimebundle_()["text/html"]


def test_a_film_without_subtitles_beside_it_has_none(clips, tmp_path):
    cue = [Cue(shot="S01", text="Yip!")]
    beside = CutList(cuts=(Cut(shot="S01", file=str(clips[0])),))
    assert assemble(beside, tmp_path, cues=cue).subtitles is not None
    film = assemble(beside.model_copy(update={"subtitles": "none"}), tmp_path, cues=cue)
    assert film.subtitles is None
    assert not (tmp_path / "film.srt").exists()


def test_an_output_whose_package_is_missing_is_named_and_the_others_are_made(made, cuts, monkeypatch):
    def lacking(*_: object, **__: object) -> None:
        raise MissingDependency("OpenTimelineIO", extra="timeline")

    monkeypatch.setattr("charkit.film.outputs.write_timeline", lacking)
    timeline, poster = make_outputs(made, cuts, ["otio", "poster"])
    assert (timeline.name, poster.name) == ("", "lantern.poster.jpg")
    assert "charkit[timeline]" in timeline.notes[0]
