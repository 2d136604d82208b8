from __future__ import annotations

from dataclasses import replace

import pytest

from charkit.simulator.briefs import Brief, Known, Shown, read_brief

BRIEF = Brief(
    kind="clip",
    model="sora-2",
    prompt="Mira ✨ walks.",
    width=1280,
    height=720,
    seconds=4.0,
    pictures=(Shown(digest="sha256:aa", role="character", label="Mira"),),
    known=(Known(name="Fenn", look="{}"),),
    seed=7,
)


def test_a_brief_survives_the_round_trip_through_text() -> None:
    assert read_brief(BRIEF.document()) == BRIEF
    assert read_brief(BRIEF.document()).digest == BRIEF.digest


@pytest.mark.parametrize(
    "change",
    [
        {"model": "sora-2-pro"},
        {"prompt": "Mira walks."},
        {"width": 720},
        {"seconds": 8.0},
        {"pictures": ()},
        {"pictures": (Shown(digest="sha256:aa", role="first frame", label="Mira"),)},
        {"known": (Known(name="Fenn", look='{"fur": "moss"}'),)},
        {"seed": 8},
        {"variant": 1},
    ],
)
def test_everything_that_matters_changes_digest_and_seed(change: dict[str, object]) -> None:
    other = replace(BRIEF, **change)  # type: ignore[arg-type]
    assert other.digest != BRIEF.digest
    assert other.direction_seed != BRIEF.direction_seed


def test_the_seed_fits_in_63_bits_and_is_the_same_for_ever() -> None:
    assert 0 <= BRIEF.direction_seed < 2**63
    assert BRIEF.direction_seed == 1967350238351107748


def test_other_bytes_of_a_picture_make_another_result_from_the_same_seed() -> None:
    redrawn = replace(BRIEF, pictures=(Shown(digest="sha256:bb", role="character", label="Mira"),))
    assert redrawn.digest != BRIEF.digest
    assert redrawn.direction_seed == BRIEF.direction_seed


def test_an_edit_keeps_the_seed_of_its_source_and_has_its_own_digest() -> None:
    edit = BRIEF.derived("At night.")
    again = edit.derived("In the rain.", seconds=8.0)
    assert edit.direction_seed == again.direction_seed == BRIEF.direction_seed
    assert len({BRIEF.digest, edit.digest, again.digest}) == 3
    assert (edit.seconds, again.seconds) == (4.0, 8.0)
