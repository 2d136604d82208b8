"""Who is who: the best pairs over all, nobody by force, and the same answer in any order."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from charkit.errors import MissingDependency
from charkit.scoring import CastMember, PaletteScorer, Verdict
from charkit.scoring.assignment import ColourAssigned, assign, candidates, places_of
from charkit.scoring.subject import GrabCut

LINE = 0.5


def names(count: int) -> tuple[str, ...]:
    return tuple(f"character {i}" for i in range(count))


likenesses = st.tuples(st.integers(0, 5), st.integers(0, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(0, 1, width=32), unique=True)
)


def best_by_trying(values: np.ndarray) -> float:
    """Return the largest sum of likeness above the line, by trying every way."""
    rows, columns = values.shape
    free = [*range(columns), *[None] * rows]
    sums = [
        sum(max(0.0, values[row, column] - LINE) for row, column in enumerate(way) if column is not None)
        for way in set(itertools.permutations(free, rows))
    ]
    return max(sums)


@given(likenesses.filter(lambda values: values.shape[0] <= 3 and values.shape[1] <= 3))
def test_it_finds_the_largest_likeness_above_the_line_of_all_ways(values) -> None:
    found = assign(values, names(len(values)), line=LINE)
    assert sum(match.score - LINE for match in found.matches.values()) == pytest.approx(
        best_by_trying(values), abs=1e-6
    )


@given(likenesses)
def test_every_detection_and_every_character_is_accounted_for_once(values) -> None:
    who = names(len(values))
    found = assign(values, who, line=LINE)
    taken = [match.detection for match in found.matches.values()]
    assert sorted((*taken, *found.unclaimed)) == list(range(values.shape[1]))
    assert set(found.matches) | set(found.unmatched) == set(who)
    assert not set(found.matches) & set(found.unmatched)


@given(likenesses)
def test_nobody_is_assigned_below_the_line(values) -> None:
    who = names(len(values))
    found = assign(values, who, line=LINE)
    for name, match in found.matches.items():
        assert match.score == values[who.index(name), match.detection] >= LINE
    for name, nearest in found.nearest.items():
        assert nearest == max(values[who.index(name)], default=0.0)


@given(likenesses, st.randoms())
def test_the_order_of_characters_and_detections_does_not_matter(values, random) -> None:
    who = names(len(values))
    rows, columns = (random.sample(range(count), count) for count in values.shape)
    plain = assign(values, who, line=LINE)
    mixed = assign(values[np.ix_(rows, columns)], [who[row] for row in rows], line=LINE)
    # Several ways may be best; what is above the line in all is the same.
    total, again = (sum(match.score - LINE for match in one.matches.values()) for one in (plain, mixed))
    assert again == pytest.approx(total, abs=1e-6)


def test_the_best_over_all_is_not_the_best_for_the_first() -> None:
    found = assign(np.array([[0.90, 0.85], [0.88, 0.10]]), ("Mira", "Tom"), line=LINE)
    assert {name: match.detection for name, match in found.matches.items()} == {"Mira": 1, "Tom": 0}


def test_a_stranger_is_not_handed_to_whoever_is_left_over() -> None:
    found = assign(np.array([[0.9, 0.1], [0.2, 0.3]]), ("Mira", "Tom"), line=LINE)
    assert set(found.matches) == {"Mira"}
    assert found.nearest == {"Tom": 0.3}
    assert found.unclaimed == (1,)
    assert repr(found) == "<Assignment: Mira at 0 (0.90); not found: Tom>"


def test_more_detections_than_cast_and_the_reverse() -> None:
    crowd = assign(np.array([[0.2, 0.6, 0.9, 0.7]]), ("Mira",), line=LINE)
    assert crowd.matches["Mira"].detection == 2
    assert crowd.unclaimed == (0, 1, 3)
    alone = assign(np.array([[0.6], [0.9], [0.7]]), ("Mira", "Tom", "Fenn"), line=LINE)
    assert set(alone.matches) == {"Tom"}
    assert alone.unmatched == ("Mira", "Fenn")


def test_exactly_on_the_line_counts_and_nobody_there_is_nobody() -> None:
    assert assign(np.array([[LINE]]), ("Mira",), line=LINE).matches["Mira"].score == LINE
    nobody = assign(np.zeros((2, 0)), ("Mira", "Tom"), line=LINE)
    assert nobody.nearest == {"Mira": 0.0, "Tom": 0.0}
    assert repr(nobody) == "<Assignment: nobody; not found: Mira, Tom>"


@pytest.mark.parametrize(
    ("values", "who"),
    [
        (np.zeros(3), ("Mira",)),
        (np.zeros((2, 1)), ("Mira",)),
        (np.zeros((2, 1)), ("Mira", "Mira")),
        ([[np.nan]], ("Mira",)),
    ],
)
def test_a_table_that_does_not_fit_is_refused(values, who) -> None:
    with pytest.raises(ValueError, match="needs one row|not a number"):
        assign(np.asarray(values), who, line=LINE)


def test_without_scipy_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(MissingDependency, match="scoring"):
        assign(np.ones((1, 1)), ("Mira",), line=LINE)


def test_the_places_of_one_two_and_more() -> None:
    assert [places_of(count) for count in (0, 1, 2, 3)] == [
        ("centre",),
        ("centre",),
        ("left", "right"),
        ("left", "centre", "right"),
    ]


@pytest.fixture
def two(bed):
    """Return frames with two figures side by side, and the evidence of either, by name."""

    def make(left: int, right: int, *, cast=(("Mira", 1), ("Tom", 4))):
        members = tuple(
            CastMember(name=name, references=bed.references(number), domain="other") for name, number in cast
        )
        _, one, _ = bed.figures.shot(bed.figures.figure(left), seed=31, framing="full", place="left", frames=4)
        _, other, _ = bed.figures.shot(bed.figures.figure(right), seed=31, framing="full", place="right", frames=4)
        half = one[0].shape[1] // 2
        frames = bed.frames(
            [np.concatenate([a[:, :half], b[:, half:]], axis=1) for a, b in zip(one, other, strict=True)]
        )
        expected = tuple(member.name for member in members)
        evidence = {
            member.name: bed.evidence("full", member.references, character=member.name, expected=expected, cast=members)
            for member in members
        }
        return frames, evidence

    return make


def scored(scorer, frames, evidence):
    for one in evidence.values():
        scorer.update(one, frames)
    return {score.character: score for score in scorer.compute()}


def test_two_figures_are_found_where_they_stand(two) -> None:
    frames, evidence = two(1, 4)
    found = candidates(frames[0].rgb, evidence["Mira"], GrabCut())
    assert len(found) == 2
    centres = sorted(float(np.flatnonzero(one.mask.any(axis=0)).mean()) / frames[0].rgb.shape[1] for one in found)
    assert centres[0] < 0.45
    assert centres[1] > 0.55


def test_characters_that_changed_places_are_told_by_their_colours(two) -> None:
    frames, evidence = two(4, 1)
    by_place = scored(PaletteScorer(), frames, evidence)
    by_colour = scored(PaletteScorer(masker=ColourAssigned()), frames, evidence)
    assert {score.verdict for score in by_place.values()} == {Verdict.DRIFTED}
    assert {score.verdict for score in by_colour.values()} == {Verdict.CONSISTENT}


def test_where_one_of_two_is_somebody_else_that_one_is_unverifiable(two) -> None:
    frames, evidence = two(1, 9)
    found = scored(PaletteScorer(masker=ColourAssigned()), frames, evidence)
    assert found["Mira"].verdict is Verdict.CONSISTENT
    assert found["Tom"].verdict is Verdict.UNVERIFIABLE
    assert "no figure has its colours (nearest 0." in found["Tom"].reason


def test_alone_or_in_a_persons_box_a_character_is_cut_as_without_it(bed) -> None:
    from charkit.scoring import Box

    who = bed.figures.figure(2)
    framing, pictures, _ = bed.figures.shot(who, seed=5, frames=1)
    for more in ({}, {"box": Box(left=0.2, top=0.1, right=0.8, bottom=1.0)}):
        evidence = bed.evidence(framing, bed.references(2), **more)
        plain, assigned = (masker.in_frame(pictures[0], evidence) for masker in (GrabCut(), ColourAssigned()))
        assert (plain.mask == assigned.mask).all()
    assert ColourAssigned().name == "grabcut-1+by-colour 0.7"
