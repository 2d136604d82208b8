"""Matching colours between clips."""

from __future__ import annotations

import numpy as np
import pytest

from charkit.media import oklab
from charkit.media.matching import clip_pictures, colours_of, match_colours


def scene(seed=3, size=(90, 160)):
    """A picture with soft large shapes, like a background out of focus."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(40, 210, (6, 9, 3))
    rows, columns = np.linspace(0, 5, size[0]), np.linspace(0, 8, size[1])
    y, x = rows.astype(int).clip(0, 4), columns.astype(int).clip(0, 7)
    fy, fx = (rows - y)[:, None, None], (columns - x)[None, :, None]
    top = coarse[y][:, x] * (1 - fx) + coarse[y][:, x + 1] * fx
    low = coarse[y + 1][:, x] * (1 - fx) + coarse[y + 1][:, x + 1] * fx
    return np.rint(top * (1 - fy) + low * fy).astype(np.uint8)


def drifted(picture, shift=(0.03, 0.015, -0.02)):
    lab = oklab.from_srgb(picture)
    return np.rint(oklab.to_codes(lab + np.array(shift, np.float32)) * 255).astype(np.uint8)


def test_a_drift_between_takes_is_taken_back():
    wanted = scene()
    own = drifted(wanted)
    match = match_colours([wanted], [own])
    assert match is not None
    away, left = match.before.distance(match.wanted), match.after.distance(match.wanted)
    assert away > 0.03
    assert left < away / 4
    apart = np.abs(own.astype(int) - wanted).mean(), np.abs(match.lut(own).astype(int) - wanted).mean()
    assert apart[1] < apart[0] / 2
    assert not match.bounded


def test_equal_clips_stay_as_they_are():
    match = match_colours([scene()], [scene()])
    assert match is not None
    assert np.abs(match.lut(scene()).astype(int) - scene()).max() <= 1


def test_night_is_not_turned_into_day_and_paper_stays_white():
    day = np.full((90, 160, 3), 235, np.uint8)
    night = scene() // 5
    night[:20] = 255
    night[70:] = 0
    match = match_colours([day], [night])
    assert match is not None
    assert match.bounded
    made = match.lut(night)
    assert made[:20].min() >= 253
    assert made[70:].max() <= 2
    assert "stopped at its bounds" in repr(match)


def test_the_order_of_tones_is_kept():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(20, axis=0)
    for shift in (-90, 90):
        other = np.clip(ramp.astype(int) + shift, 0, 255).astype(np.uint8)
        match = match_colours([other], [ramp])
        assert match is not None
        assert (np.diff(match.lut(ramp)[0, :, 1].astype(int)) >= -1).all()


def test_a_masked_subject_has_no_say():
    wanted = scene()
    own, mask = drifted(wanted), np.zeros(wanted.shape[:2], bool)
    mask[20:80, 50:110] = True
    with_subject = own.copy()
    with_subject[mask] = (250, 20, 20)
    plain = match_colours([wanted], [own], wanted_masks=[mask], own_masks=[mask])
    masked = match_colours([wanted], [with_subject], wanted_masks=[mask], own_masks=[mask])
    naive = match_colours([wanted], [with_subject])
    assert plain is not None
    assert masked is not None
    assert naive is not None
    assert np.array_equal(plain.lut.table, masked.lut.table)
    assert not np.allclose(naive.lut.table, masked.lut.table, atol=0.02)


def test_where_too_little_is_seen_nothing_is_said():
    everything = np.ones((90, 160), bool)
    assert colours_of([scene()], [everything]) is None
    assert match_colours([scene()], [scene()], own_masks=[everything]) is None


def test_it_shows_itself_before_and_after():
    match = match_colours([scene()], [drifted(scene())])
    assert match is not None
    html = match._repr_mimebundle_()["text/html"]
    assert html.count("<img") == 3
    assert "before: 0.0" in html
    assert match.sheet().width > 900


def test_pictures_come_from_the_part_that_is_shown(clip):
    path = clip(frames=96)
    whole = clip_pictures(path)
    assert len(whole) == 8
    late = clip_pictures(path, 2.0, 2.5)
    assert 3 <= len(late) <= 16
    bar = [int(np.argmax(p[p.shape[0] // 2].astype(int).sum(axis=1) > 500)) for p in late]
    assert all(94 <= left <= 122 for left in bar)  # its left edge moves by two pixels a frame


@pytest.mark.media
def test_two_real_takes_come_closer(real_clip):
    wanted, own = (
        clip_pictures(real_clip("veo3_24fps_stereo48k_a.mp4")),
        clip_pictures(real_clip("veo3_24fps_stereo48k_b.mp4")),
    )
    match = match_colours(wanted, own)
    assert match is not None
    assert match.after.distance(match.wanted) < match.before.distance(match.wanted) / 2
