"""Which axis decides an experiment, and what stands beside it, before the first take is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from charkit.errors import UnknownName, UsageError
from charkit.scoring import AnimeScorer, FaceScorer, IdentityScorer
from charkit.scoring.base import Axis, Scorer, ScorerFacts, Threshold
from charkit.studio.jury import Jury, jury
from charkit.weights import Weights

LINE = Threshold(name="own", value=0.6, calibrated=True, far=0.01, cast=12)
EVERY = ("photoreal", "anime", "other")


@dataclass
class Judge:
    """A scorer that says what it is, and is asked nothing."""

    axis: Axis
    threshold: Threshold | None = LINE
    problem: str = ""
    domains: tuple[str, ...] = EVERY
    frames: int = 8
    facts: ScorerFacts = field(init=False)

    def __post_init__(self) -> None:
        self.facts = ScorerFacts(
            name=str(self.axis),
            version="1",
            axis=self.axis,
            measures="",
            blind_to=(),
            needs=(),
            licence="",
            sensitivity="",
            domains=self.domains,  # type: ignore[arg-type]
        )

    def update(self, *_: object, **__: object) -> None: ...
    def compute(self) -> tuple[()]:
        return ()

    def under(self, line: Threshold | None) -> Judge:
        return Judge(self.axis, line)


def chosen(*judges: Scorer | Judge, axis: str = "", domains: Sequence[str] = ("other",)) -> Jury:
    return jury(lambda: judges, domains, axis)  # type: ignore[arg-type, return-value]


def test_the_first_axis_that_can_judge_everybody_decides_and_the_others_stand_beside_it() -> None:
    found = chosen(Judge(Axis.APPEARANCE), Judge(Axis.PALETTE), Judge(Axis.VARIATION), Judge(Axis.GATE))
    assert (found.axis, found.beside) == (Axis.APPEARANCE, (Axis.PALETTE,))
    assert [line.axis for line in found.lines] == [Axis.APPEARANCE, Axis.PALETTE, Axis.VARIATION, Axis.GATE]
    assert str(found.lines[0]) == "appearance 0.6 or above (own, calibrated)"
    assert [one.facts.axis for one in found.scorers()] == [line.axis for line in found.lines]
    assert found.scorer(Axis.PALETTE).facts.axis is Axis.PALETTE


def test_a_person_names_the_axis_and_it_has_to_be_able_to() -> None:
    both = Judge(Axis.APPEARANCE, threshold=None), Judge(Axis.PALETTE)
    assert chosen(*both, axis="palette").axis is Axis.PALETTE
    with pytest.raises(UsageError, match="appearance has no line: calibrate it"):
        chosen(*both, axis="appearance")
    with pytest.raises(UsageError, match="looks for faults"):
        chosen(*both, Judge(Axis.GATE), axis="gate")
    with pytest.raises(UnknownName, match="palette"):
        chosen(*both, axis="palete")


def test_what_lacks_weights_or_a_line_decides_nothing_and_is_named() -> None:
    found = chosen(
        Judge(Axis.IDENTITY, problem="sface: is not there"), Judge(Axis.APPEARANCE, None), Judge(Axis.PALETTE)
    )
    assert found.axis is Axis.PALETTE
    assert found.unknown == {
        "identity": "sface: is not there",
        "appearance": "appearance has no line: calibrate it on your own cast",
    }
    assert [one.facts.axis for one in found.scorers()] == [Axis.PALETTE]
    with pytest.raises(UsageError, match="no axis can decide this experiment: sface: is not there"):
        chosen(Judge(Axis.IDENTITY, problem="sface: is not there"))


def test_an_axis_that_can_judge_a_part_of_the_cast_is_told_beside_one_that_can_judge_all_of_it() -> None:
    faces = Judge(Axis.IDENTITY, domains=("photoreal",))
    assert chosen(faces, Judge(Axis.PALETTE), domains=("photoreal",)).axis is Axis.IDENTITY
    mixed = chosen(faces, Judge(Axis.PALETTE), domains=("photoreal", "other"))
    assert (mixed.axis, mixed.beside, mixed.unknown) == (Axis.PALETTE, (Axis.IDENTITY,), {})
    nobody = chosen(faces, Judge(Axis.PALETTE))
    assert "not made for characters that are declared other" in nobody.unknown["identity"]


def test_identity_is_asked_of_the_recogniser_of_each_domain(tmp_path: object) -> None:
    none = Weights.open(tmp_path)  # type: ignore[arg-type]
    both = IdentityScorer(faces=FaceScorer(weights=none), anime=AnimeScorer(weights=none))
    found = chosen(both, Judge(Axis.PALETTE), domains=("anime",))
    assert "ccip" in found.unknown["identity"]
    assert "sface" not in found.unknown["identity"]
