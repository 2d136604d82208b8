from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from charkit.scoring import PaletteScorer, ShotEvidence
from charkit.scoring.base import Verdict
from charkit.scoring.controls import Control, Controls, make_controls
from charkit.simulator.clip import render_clip
from charkit.simulator.direction import Direction
from tests.scoring.drawn_arms import STEADY, WHO, views_of

if TYPE_CHECKING:
    from pathlib import Path


def scorer() -> PaletteScorer:
    return PaletteScorer(min_valid_frames=2)


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[ShotEvidence]:
    folder = tmp_path_factory.mktemp("controls")
    found = []
    for name, text in WHO.items():
        clip = folder / f"{name}.mp4"
        prompt = f"{text}\nShot: medium shot.\nPlace: a market square in the morning sun.\nAction: {name} waves."
        render_clip(Direction(prompt=prompt, width=320, height=180, seconds=0.3, seed=3), clip, STEADY)
        references = views_of(name, folder)
        said = {"shot": f"S-{name}", "clip": clip, "character": name, "expected": (name,), "framing": "medium"}
        found.append(ShotEvidence(**said, references=references))
    return found


def test_the_character_passes_on_its_own_background_and_a_stranger_does_not(takes: list[ShotEvidence]) -> None:
    found = make_controls(takes, scorer)
    assert {control.kind for control in found} == {"duplicate", "re-lit", "turnaround", "stranger"}
    assert found.rate("duplicate").value == 1.0
    assert found.rate("re-lit").value == 1.0
    assert found.ceiling.value is not None
    assert found.ceiling.value >= 0.7
    assert found.floor.passes == 0
    assert found.floor.verifiable == 2
    assert "strangers that pass 0/2" in found._repr_mimebundle_()["text/html"]


def test_a_figure_that_the_picture_cuts_off_is_no_control(takes: list[ShotEvidence], tmp_path: Path) -> None:
    mira = takes[0]
    close = mira.references[2]
    only = make_controls([ShotEvidence(shot="S1", clip=mira.clip, character="Mira", references=(close,))], scorer)
    assert len(only) == 0
    empty = tmp_path / "empty.png"
    Image.new("RGB", (64, 64), "white").save(empty)
    assert (
        len(make_controls([ShotEvidence(shot="S1", clip=mira.clip, character="Mira", references=(empty,))], scorer))
        == 0
    )


def test_a_take_that_cannot_be_read_gives_no_controls(takes: list[ShotEvidence], tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no clip")
    gone = ShotEvidence(shot="S1", clip=broken, character="Mira", references=takes[0].references)
    assert repr(make_controls([gone], scorer)) == "Controls(0: Ceiling not measured: no controls.)"


def test_a_control_that_cannot_be_judged_counts_as_no_pass() -> None:
    unclear = Control(kind="re-lit", shot="S1", character="Mira", verdict=Verdict.UNVERIFIABLE, score=None)
    rate = Controls([unclear]).ceiling
    assert (rate.passes, rate.verifiable, rate.expected) == (0, 0, 1)
