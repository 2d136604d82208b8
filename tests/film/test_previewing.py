from __future__ import annotations

import shutil

import numpy as np
import pytest

from charkit.errors import UsageError
from charkit.film import Card, Cut, CutList
from charkit.film.editing import CutDesk, changed
from charkit.film.previewing import preview
from charkit.media.frames import exactly
from charkit.media.probe import probe


@pytest.fixture
def desk(clips, tmp_path) -> CutDesk:
    for clip in clips:
        shutil.copy(clip, tmp_path)
    CutList(
        cuts=(
            Cut(shot="S01", file="S01.mp4", transition="dissolve"),
            Cut(shot="S02", file="S02.mp4", start=0.5),
            Cut(shot="T", card=Card(text="Night", seconds=0.5)),
        ),
    ).save(tmp_path / "cutlist.yaml")
    return CutDesk(path=tmp_path / "cutlist.yaml")


def test_a_preview_lasts_as_long_as_the_film_and_looks_like_it(desk, clips):
    seen = []
    made = preview(desk, on_progress=seen.append)
    facts = probe(made.path)
    assert facts.seconds == pytest.approx(desk.running().seconds, abs=1e-6)
    assert facts.has_sound
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    first = exactly(made.path, [0])[0].rgb.astype(int)
    assert np.abs(first - exactly(clips[0], [0], height=first.shape[0])[0].rgb.astype(int)).mean() < 6


def test_a_few_cuts_alone_need_nothing_around_them(desk):
    desk.edit(changed(1, match=True))
    made = preview(desk, first=1, count=1)
    assert (made.first, made.count) == (1, 1)
    assert probe(made.path).frames == 24
    with pytest.raises(UsageError, match="no cut 9"):
        preview(desk, first=8)


def test_small_copies_are_made_once_and_anew_when_a_file_is_another(desk):
    preview(desk)
    copies = {path: path.stat().st_mtime_ns for path in desk.path.parent.glob(".proxies/*.mp4")}
    assert len(copies) == 3
    preview(desk)
    shutil.copy(desk.path.parent / "S03.mp4", desk.path.parent / "S01.mp4")
    preview(desk)
    after = {path: path.stat().st_mtime_ns for path in desk.path.parent.glob(".proxies/*.mp4")}
    kept = [path for path, time in copies.items() if after[path] == time]
    assert len(after) == 4
    assert len(kept) == 2
