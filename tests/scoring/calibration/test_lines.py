from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring import Axis, Threshold
from charkit.scoring.calibration import Calibration, Genuine, Impostor, calibrate

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


def test_ten_names_of_which_one_alone_met_the_others_set_no_line():
    star = [
        Impostor(claimed=f"c{number}", actual="c0", score=0.1 * take) for number in range(1, 12) for take in range(9)
    ]
    found = made(star)
    assert (found.threshold.value, found.threshold.calibrated, found.cast) == (0.7, False, 12)
    assert "of 12 cast members 1 were held against enough others, 10 needed" in found.threshold.note


def test_without_a_stock_line_a_small_cast_has_none_and_nothing_passes():
    found = calibrate(
        drawn(np.random.default_rng(6), 4),
        axis=Axis.APPEARANCE,
        scorer="appearance 1",
        stock=None,
        genuine=[Genuine(character="c0", score=0.99, kind="re-lit")],
    )
    assert (found.threshold, found.calibrated, found.accepted, found.ceiling.value) == (None, False, 0, None)
    assert (found.ceiling.passes, found.ceiling.expected) == (0, 1)
    assert "no line" in repr(found)
    assert "too small to set one" in found._repr_mimebundle_()["text/html"]
