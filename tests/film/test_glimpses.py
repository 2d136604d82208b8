"""What the record of a film shows of it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from charkit.film import glimpses as module
from charkit.film.assembly import assemble
from charkit.film.cuts import Cut, CutList, Title
from charkit.film.glimpses import around_joins, glimpses
from charkit.media.frames import exactly
from charkit.media.spliced import Crossing, Splice
from charkit.media.stitch import splice


@pytest.fixture(scope="module")
def joined(clips, tmp_path_factory):
    """A film of three clips, the first two with a transition of 6 frames."""
    parts = [Splice(path=clips[0], crossing=Crossing(kind="dissolve", seconds=0.25)), *map(part, clips[1:])]
    return splice(parts, tmp_path_factory.mktemp("glimpses") / "film.mp4")


def part(path):
    return Splice(path=path)


def test_frames_beside_joins_are_those_of_the_film(joined):
    seen = glimpses(joined)
    assert joined.meetings == ((18, 24), (54, 54))
    assert sorted(seen.joins) == [*range(15, 27), *range(51, 57)]
    for frame in exactly(joined.path, [17, 20, 54], height=180):
        assert np.array_equal(seen.joins[frame.index].rgb, frame.rgb)
    assert around_joins(joined).keys() == seen.joins.keys()


def test_every_cut_is_seen_where_it_is_seen_alone(joined):
    assert joined.bodies[0] == (0, 18)
    for (begin, end), frame in zip(joined.bodies, glimpses(joined).cuts, strict=True):
        assert begin <= frame.index < end


def test_a_preview_moves_evenly_over_the_whole_film(joined):
    moving = glimpses(joined).moving
    assert len(moving) == round(joined.seconds * 3)
    assert np.diff([frame.time for frame in moving]) == pytest.approx(1 / 3, abs=0.05)


def test_a_cut_that_is_never_seen_alone_still_has_its_picture(clips, tmp_path):
    over = Crossing(kind="dissolve", seconds=0.5)
    parts = [
        Splice(path=clips[0], crossing=over),
        Splice(path=clips[1], end=1.0, crossing=over),
        Splice(path=clips[2], crossing=None),
    ]
    film = splice(parts, tmp_path / "film.mp4")
    assert film.bodies[1] == (24, 24)
    assert len(glimpses(film).cuts) == 3


def test_a_film_is_decoded_once_for_all_that_its_record_shows(clips, tmp_path, monkeypatch):
    runs = []

    def counted(facts, wanted, **options):
        runs.append(facts.path.name)
        return decoded(facts, wanted, **options)

    decoded = module.decoded
    monkeypatch.setattr(module, "decoded", counted)
    monkeypatch.setattr("charkit.media.tails.decoded", counted)
    monkeypatch.setattr("charkit.media.frames.open_clip", None)
    assemble(CutList(cuts=tuple(Cut(shot=clip.stem, file=str(clip)) for clip in clips)), tmp_path)
    assert runs == ["film.mp4"]


def test_the_contact_sheet_shows_each_cut_as_the_film_does(clips, tmp_path):
    table = "LUT_3D_SIZE 2\n" + "1 0 0\n" * 8  # all red
    (tmp_path / "red.cube").write_text(table)
    title = Title(text="Red", start=0.0, seconds=1.0, place="middle")
    cuts = (
        Cut(shot="S01", file=str(clips[0]), lut="red.cube"),
        Cut(shot="S02", file=str(clips[1]), titles=(title,)),
    )
    CutList(cuts=cuts).save(tmp_path / "cuts.yaml")
    assemble(CutList.load(tmp_path / "cuts.yaml"), tmp_path / "film")
    with Image.open(tmp_path / "film" / "contact_sheet.jpg") as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    reds = (pixels[..., 0] > 200) & (pixels[..., 1:].max(axis=2) < 60)
    assert 0.2 < reds.mean() < 0.6
