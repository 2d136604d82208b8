from __future__ import annotations

import errno
import pickle
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from charkit.simulator import worker
from charkit.simulator.briefs import Brief, Known, Shown
from tests.simulator.conftest import HERE, png

if TYPE_CHECKING:
    from pathlib import Path

BRIEF = Brief(kind="clip", model="sora-2", prompt="Waves.", width=128, height=72, seconds=2.0)


@pytest.fixture(autouse=True)
def _setup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setattr(worker, "_SETUP", {"artist": "plain_artist", "drift": {"text": 0.25}})


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    assert worker.draw_clip(BRIEF.document(), [], str(path)) == worker.Report()
    return path


def test_a_brief_becomes_a_direction_with_everything_that_arrived(tmp_path: Path) -> None:
    picture = tmp_path / "a"
    picture.write_bytes(png())
    brief = Brief(
        kind="clip",
        model="sora-2",
        prompt="Mira.",
        width=128,
        height=72,
        seconds=2.0,
        pictures=(Shown(digest="sha256:aa", role="character", label="Mira"),),
        known=(Known(name="Fenn", look="{}"),),
    )
    direction = worker._direction(brief, [str(picture)])
    assert (direction.prompt, direction.width, direction.height, direction.seconds) == ("Mira.", 128, 72, 2.0)
    assert (direction.pictures[0].data, direction.pictures[0].role) == (png(), "character")
    assert (direction.pictures[0].label, direction.known[0].name) == ("Mira", "Fenn")
    assert direction.seed == brief.direction_seed
    assert worker._drift(brief).text == 0.25


def test_a_clip_is_measured_and_shown_in_pictures(clip: Path, tmp_path: Path) -> None:
    width, height, seconds = worker.measure_clip(str(clip)).text.split()
    assert (width, height) == ("128", "72")
    assert float(seconds) == pytest.approx(2.0, abs=0.3)
    thumbnail, sheet = tmp_path / "t.webp", tmp_path / "s.jpg"
    assert not worker.thumbnail(str(clip), str(thumbnail)).problem
    assert not worker.spritesheet(str(clip), str(sheet)).problem
    with Image.open(thumbnail) as small, Image.open(sheet) as large:
        assert (small.size, large.size) == ((128, 72), (5 * 320, 4 * 180))


def test_every_problem_is_a_report_that_can_cross_the_process_border(tmp_path: Path) -> None:
    reports = [
        worker.draw_clip(BRIEF.document().replace("Waves.", "[break]"), [], str(tmp_path / "x")),
        worker.measure_clip(str(tmp_path / "missing")),
        worker.learn(str(tmp_path / "missing")),
        worker.thumbnail(str(tmp_path / "missing"), str(tmp_path / "y")),
    ]
    for report in reports:
        assert report.problem
        assert not report.disk_full
        assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301
    assert reports[0].problem == "ValueError: the brush broke"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_apart(number: int) -> None:
    assert worker._failed(OSError(number, "full")).disk_full
    assert not worker._failed(OSError(errno.EACCES, "no")).disk_full
