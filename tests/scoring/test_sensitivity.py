"""Scorers are put before takes to which something known was done: they notice it, or are shown to be blind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from charkit.scoring import Axis, CopyingScorer, GateScorer, PaletteScorer, Score, ShotEvidence, Threshold, Verdict
from charkit.scoring.sensitivity import check_sensitivity
from charkit.simulator.clip import render_clip
from charkit.simulator.direction import Direction
from tests.scoring.drawn_arms import STEADY, WHO, views_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[ShotEvidence]:
    folder = tmp_path_factory.mktemp("sensitivity")
    found = []
    for name, text in WHO.items():
        clip = folder / f"{name}.mp4"
        prompt = f"{text}\nShot: medium shot.\nPlace: a market square in the morning sun.\nAction: {name} waves."
        render_clip(Direction(prompt=prompt, width=320, height=180, seconds=0.3, seed=3), clip, STEADY)
        said = {"shot": f"S-{name}", "clip": clip, "character": name, "expected": (name,), "framing": "medium"}
        found.append(ShotEvidence(**said, references=views_of(name, folder)))
    return found


def test_tier_0_notices_what_it_has_to_and_says_so(takes: list[ShotEvidence]) -> None:
    found = check_sensitivity(takes, lambda: (PaletteScorer(), CopyingScorer(), GateScorer()))
    words = {(one.axis, one.change): one.word for one in found.reactions}
    assert words[Axis.PALETTE, "somebody else"] == "notices"
    assert words[Axis.PALETTE, "recoloured"] == "notices"
    assert {words[Axis.GATE, fault] for fault in ("black", "frozen", "noise", "bars")} == {"notices"}
    assert words[Axis.VARIATION, "other light"] == "notices"  # and stays clear
    assert (Axis.VARIATION, "recoloured") not in words  # it is not for that
    assert found.blind == ()
    assert all(line in found._repr_mimebundle_()["text/html"] for line in ("somebody else", "palette"))
    assert dict(found.commands)["palette"].endswith("bench_palette.py")


class Deaf:
    """A scorer that says the same of everything."""

    frames = 8

    def __init__(self, *, verdict: Verdict = Verdict.CONSISTENT, reason: str = "") -> None:
        self.facts = replace(PaletteScorer().facts, name="deaf")
        self.said = {"verdict": verdict, "reason": reason, "score": 0.9 if verdict is Verdict.CONSISTENT else None}
        self.seen = []

    def update(self, evidence, frames, *, problem=""):
        self.seen.append(evidence)

    def compute(self):
        line = Threshold(name="t", value=0.5, calibrated=False)
        return tuple(
            Score(shot=e.shot, take=e.take, character=e.character, axis=Axis.PALETTE, threshold=line, **self.said)
            for e in self.seen
        )


def test_a_scorer_that_moves_for_nothing_is_called_blind(takes: list[ShotEvidence]) -> None:
    found = check_sensitivity(takes, lambda: (Deaf(),))
    assert [one.change for one in found.blind] == ["somebody else", "recoloured"]
    assert str(found.blind[0]) == "deaf (palette), somebody else: blind (0 of 2, 0.900 to 0.900)"
    assert repr(found) == "Sensitivity(1 notices, 2 blind)"


def test_a_scorer_that_cannot_judge_the_takes_as_they_are_is_not_checked_and_never_passes(
    takes: list[ShotEvidence], tmp_path: Path
) -> None:
    blind = Deaf(verdict=Verdict.UNVERIFIABLE, reason="get the weights")
    found = check_sensitivity(takes, lambda: (blind,))
    assert {one.word for one in found.reactions} == {"not checked"}
    assert {one.reason for one in found.reactions} == {"get the weights"}
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no clip")
    nothing = check_sensitivity([replace(takes[0], clip=broken)], lambda: (PaletteScorer(),))
    assert {one.word for one in nothing.reactions} == {"not checked"}
