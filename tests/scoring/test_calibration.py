from __future__ import annotations

import numpy as np
import pytest

from charkit.errors import BadDocument
from charkit.scoring import Axis, Threshold
from charkit.scoring.calibration import Calibration, Genuine, Impostor, calibrate, cast_pairs, split_halves

STOCK = Threshold(name="stock", value=0.7, calibrated=False, note="from the workshop")


def drawn(rng, cast: int, images: int = 25, correlation: float = 0.5) -> list[Impostor]:
    """Wrong pairs of a cast with five images each, correlated within each pair as in the notes on scoring, 6.2."""
    found = []
    for a in range(cast):
        for b in range(a):
            shared = rng.normal() * np.sqrt(correlation)
            for _ in range(images):
                score = shared + rng.normal() * np.sqrt(1 - correlation)
                found.append(Impostor(claimed=f"c{a}", actual=f"c{b}", score=float(score)))
    return found


def made(impostors, **more) -> Calibration:
    return calibrate(impostors, axis=Axis.PALETTE, scorer="palette 1", stock=STOCK, **more)


def test_a_small_cast_keeps_the_stock_line_and_says_so():
    found = made(drawn(np.random.default_rng(1), 9))
    assert (found.threshold.value, found.threshold.calibrated, found.cast) == (0.7, False, 9)
    assert found.threshold.note.startswith("stock line: 9 cast members, 10 needed")
    assert found.held_out() is None
    assert str(found.threshold) == "0.700 (uncalibrated)"


def test_no_pairs_at_all_keep_the_stock_line():
    assert made([]).threshold.value == 0.7
    assert "not measured" in made([])._repr_mimebundle_()["text/html"]


def test_ten_characters_set_the_line():
    found = made(drawn(np.random.default_rng(2), 10))
    assert found.threshold.calibrated
    assert found.accepted / len(found.impostors) <= 0.01
    assert str(found.threshold).endswith("(FAR 1 %, 10 cast members)")


@pytest.mark.parametrize(("cast", "highest"), [(10, 0.03), (20, 0.02)])
def test_the_line_keeps_its_promise_on_pairs_that_it_has_not_seen(cast, highest):
    """Standard normal wrong scores, so that the true rate at a line is known; 5 % of casts may do worse."""
    from scipy.stats import norm

    rng = np.random.default_rng(cast)
    realised = [norm.sf(made(drawn(rng, cast)).threshold.value) for _ in range(60)]
    assert np.quantile(realised, 0.95) <= highest
    assert 0.005 <= np.median(realised) <= 0.02


def test_a_character_with_many_takes_counts_no_more_than_another():
    crowd = [Impostor(claimed="c0", actual="c1", score=0.99)] * 500
    quiet = [Impostor(claimed=f"c{a}", actual=f"c{b}", score=0.1) for a in range(15) for b in range(15) if a != b]
    quiet = [pair for pair in quiet if (pair.claimed, pair.actual) != ("c0", "c1")]
    assert made(crowd + quiet).threshold.value < 0.99


def test_characters_held_out_tell_what_the_line_is_worth():
    found = made(drawn(np.random.default_rng(3), 12))
    assert 0 <= found.held_out() < 0.06


def test_the_ceiling_is_what_right_pairs_reach():
    right = [Genuine(character="c0", score=score, kind="turnaround") for score in (0.9, 0.8, 0.6)]
    found = made([], genuine=right)
    assert (found.ceiling.passes, found.ceiling.verifiable) == (2, 3)
    page = found._repr_mimebundle_()["text/html"]
    assert "67 %" in page
    assert "3 turnaround" in page


def test_impostors_on_the_same_background_are_counted_and_shown():
    pairs = drawn(np.random.default_rng(4), 10)
    pairs += [Impostor(claimed="c0", actual="c1", score=0.5, same_background=True)] * 7
    found = made(pairs)
    assert found.same_background == 7
    assert "7 on one background" in repr(found)


def test_it_reads_back_what_it_wrote(tmp_path):
    found = made(drawn(np.random.default_rng(5), 10), genuine=[Genuine(character="c0", score=3.0, kind="re-lit")])
    found.save(tmp_path / "calibration.json")
    assert Calibration.load(tmp_path / "calibration.json") == found
    (tmp_path / "calibration.json").write_text("{}")
    with pytest.raises(BadDocument, match=r"calibration\.json"):
        Calibration.load(tmp_path / "calibration.json")


@pytest.fixture
def shots(bed, tmp_path_factory, make_clip_of):
    """One take of each of three figures, with their references."""
    folder = tmp_path_factory.mktemp("takes")
    found = []
    for number in range(3):
        framing, pictures, _ = bed.figures.shot(
            bed.figures.figure(number), seed=number, light=bed.figures.MILD, frames=8
        )
        clip = make_clip_of(folder / f"{number}.mp4", pictures)
        said = {"shot": f"S{number}", "clip": clip, "character": f"c{number}", "expected": (f"c{number}",)}
        found.append(bed.evidence(framing, bed.references(number), **said))
    return found


@pytest.fixture
def make_clip_of():
    import av

    def make(path, pictures):
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=4, options={"crf": "14"})
            height, width = pictures[0].shape[:2]
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for picture in [p for p in pictures for _ in range(2)]:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode())
        return path

    return make


def test_every_character_is_held_against_every_other_and_halves_against_each_other(shots, tmp_path):
    from charkit.scoring import GrabCut, PaletteScorer

    wrong = cast_pairs(shots, PaletteScorer)
    right = split_halves(shots, PaletteScorer, GrabCut(), tmp_path)
    assert {(pair.claimed, pair.actual) for pair in wrong} == {(a, b) for a in CAST for b in CAST if a != b}
    assert len(right) == 3
    assert min(pair.score for pair in right) > max(pair.score for pair in wrong)


CAST = ("c0", "c1", "c2")


def test_a_take_that_shows_both_is_no_wrong_pair(shots):
    from dataclasses import replace

    from charkit.scoring import PaletteScorer

    both = [replace(entry, expected=CAST) for entry in shots]
    assert cast_pairs(both, PaletteScorer) == ()


def test_a_clip_that_cannot_be_read_gives_no_pair(shots, tmp_path):
    from dataclasses import replace

    from charkit.scoring import GrabCut, PaletteScorer

    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    entries = [replace(entry, clip=broken) for entry in shots]
    assert cast_pairs(entries, PaletteScorer) == ()
    assert split_halves(entries, PaletteScorer, GrabCut(), tmp_path) == ()
