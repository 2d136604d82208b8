"""Checking a film at its cuts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from charkit.errors import UnreadableMedia
from charkit.media.joins import JoinCheck, check_joins
from charkit.media.spliced import Splice
from charkit.media.stitch import splice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_clip_that_was_never_cut_passes_anywhere(clip: Callable[..., Path]) -> None:
    checks = check_joins(clip(pitch=440), [0.5, 1.0, 1.5])
    assert all(check.ok for check in checks)
    assert [check.time for check in checks] == [0.5, 1.0, 1.5]
    assert checks[1].level_before == pytest.approx(0.283, abs=0.01)
    assert checks[1].level_jump == pytest.approx(0, abs=0.1)
    assert checks[1].jump == pytest.approx(checks[1].usual_jump, rel=0.1)


def test_a_jump_of_level_is_told_in_loudness_units(clip: Callable[..., Path], tmp_path: Path) -> None:
    parts = [Splice(path=clip("a.mp4")), Splice(path=clip("b.mp4"), gain=-10.0), Splice(path=clip("c.mp4", rate=None))]
    checks = check_joins(splice(parts, tmp_path / "film.mp4").path, [2.0, 4.0])
    assert checks[0].level_jump == pytest.approx(-10, abs=0.2)
    assert checks[0].level_after / checks[0].level_before == pytest.approx(10 ** (-10 / 20), rel=0.03)
    assert checks[1].level_jump is None


def test_a_frame_that_is_late_is_seen(clip: Callable[..., Path]) -> None:
    late = check_joins(clip(wobble=True), [float(Fraction(7, 48))])[0]
    assert late.frame_gap == pytest.approx(1.5, abs=0.1)
    assert not late.ok


def test_a_silent_film_has_only_its_timestamps_checked(clip: Callable[..., Path]) -> None:
    check = check_joins(clip(rate=None), [1.0])[0]
    assert check.ok
    assert (check.jump, check.level_before, check.level_after) == (0, 0, 0)


def test_a_click_is_a_jump_far_above_the_sound_around_it() -> None:
    def heard(jump: float, usual: float) -> bool:
        return JoinCheck(time=1, frame_gap=1, jump=jump, usual_jump=usual, level_before=0.1, level_after=0.1).clicks

    assert heard(0.5, 0.05)
    assert not heard(0.06, 0.05)
    assert not heard(0.01, 0.0)


def test_what_is_no_film_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"no film")
    with pytest.raises(UnreadableMedia):
        check_joins(tmp_path / "x.mp4", [1.0])
