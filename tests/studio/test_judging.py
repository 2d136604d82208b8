from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from charkit.scoring import Axis, PaletteScorer, ShotEvidence
from charkit.studio.judging import evidence_key, evidence_of

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
        {"intended": (Axis.PALETTE,)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_a_score_follows_from_changes_the_key(change: dict) -> None:
    assert evidence_key([SHOT], [FACTS]) != evidence_key([replace(SHOT, **change)], [FACTS])


def test_another_version_of_the_scorer_changes_the_key() -> None:
    assert evidence_key([SHOT], [FACTS]) != evidence_key([SHOT], [replace(FACTS, version="x")])


def asked(worn: str, *pictured: str) -> ShotEvidence:
    """Return what scorers are told of Ada in an outfit, when there are pictures of her in others."""
    references = [
        SimpleNamespace(name="Ada", character="ada", wardrobe=outfit, path=Path(f"{outfit}.png")) for outfit in pictured
    ]
    who = SimpleNamespace(name="Ada", wardrobe=worn, position="")
    shot = SimpleNamespace(id="S1", characters=(who,), framing="medium")
    take = SimpleNamespace(path=Path("a.mp4"), subject="S1", number=1, digest="sha256:aa")
    (found,) = evidence_of(SimpleNamespace(ok=[take]), SimpleNamespace(each=lambda: [shot]), references)
    return found


def test_pictures_in_the_outfit_of_the_shot_are_what_it_is_compared_with() -> None:
    found = asked("gown", "default", "gown")
    assert found.references == (Path("gown.png"),)
    assert found.cast[0].references == (Path("gown.png"),)
    assert found.intended == ()


def test_in_an_outfit_without_pictures_only_what_clothes_do_not_change_is_judged() -> None:
    found = asked("gown", "default", "coat")
    assert found.references == (Path("default.png"), Path("coat.png"))
    assert found.intended == (Axis.APPEARANCE, Axis.PALETTE)


def test_without_any_picture_nothing_is_excused() -> None:
    found = asked("gown")
    assert (found.references, found.intended) == ((), ())
