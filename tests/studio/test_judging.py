from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from charkit.scoring import PaletteScorer, ShotEvidence
from charkit.studio.judging import evidence_key

FACTS = PaletteScorer().facts
SHOT = ShotEvidence(
    shot="S1",
    take=1,
    clip=Path("a.mp4"),
    clip_digest="sha256:aa",
    character="Ada",
    expected=("Ada",),
    framing="medium",
    references=(Path("store/1.png"),),
)


def test_the_same_question_has_the_same_key_wherever_the_files_lie() -> None:
    moved = replace(SHOT, clip=Path("elsewhere/a.mp4"), references=(Path("other/store/1.png"),))
    assert evidence_key([SHOT], [FACTS]) == evidence_key([moved], [FACTS])


@pytest.mark.parametrize(
    "change",
    [
        {"clip_digest": "sha256:bb"},
        {"references": (Path("store/2.png"),)},
        {"framing": "wide"},
        {"position": "on the left"},
        {"expected": ("Ada", "Bo")},
        {"domain": "anime"},
        {"take": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_a_score_follows_from_changes_the_key(change: dict) -> None:
    assert evidence_key([SHOT], [FACTS]) != evidence_key([replace(SHOT, **change)], [FACTS])


def test_another_version_of_the_scorer_changes_the_key() -> None:
    assert evidence_key([SHOT], [FACTS]) != evidence_key([SHOT], [replace(FACTS, version="x")])
