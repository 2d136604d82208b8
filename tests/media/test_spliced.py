"""Films of all kinds of clips: each frame in its place, copied ones bit for bit, times even, and every place found.

Expected frames come from plain decoding of the clips, without any of charkit's own reading.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.film.splicing import dip
from charkit.media.probe import probe
from charkit.media.spliced import Crossing, Splice, Touch
from charkit.media.stitch import splice

FPS = 24
WIDTH, HEIGHT, BLOCK = 96, 64, 16
EXAMPLES = settings().max_examples // 10  # `make chaos` asks for more


@dataclass(frozen=True, kw_only=True)
class Group:
    """How an encoder groups pictures; B-frames as many as asked for, so that small clips have what large ones have."""

    frames: int
    every: int
    b_frames: int = 2
    x264: str = ""
    hidden: tuple[int, int] = (0, 0)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A part of a clip, in whole frames."""

    group: Group
    first: int
    last: int
    way: str = "cut"
    overlap: int = 0


def drawn(seed: int, index: int) -> np.ndarray:
    """A picture that says its own number in six blocks, on a ground of its clip's own."""
    rgb = np.full((HEIGHT, WIDTH, 3), 60 + 20 * (seed % 4), np.uint8)
    rgb[:, :, seed % 3] += np.linspace(0, 80, WIDTH, dtype=np.uint8)
    for bit in range(6):
        rgb[8 : 8 + BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 220 if index >> bit & 1 else 30
    rgb[40:56, 2 * index % 80 : 2 * index % 80 + 12] = 235
    return rgb


def number(luma: np.ndarray) -> int:
    """Read the number back."""
    return sum(int(luma[12:20, bit * BLOCK + 4 : (bit + 1) * BLOCK - 4].mean() > 125) << bit for bit in range(6))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, kept_clip):
    folder = tmp_path_factory.mktemp("groups")

    @cache
    def clip(group: Group) -> tuple[Path, tuple[np.ndarray, ...]]:
        name = hashlib.sha256(repr(group).encode()).hexdigest()[:12]
        path = kept_clip(
            folder / f"{name}.mp4",
            frames=group.frames,
            size=(WIDTH, HEIGHT),
            keyframe_every=group.every,
            b_frames=group.b_frames,
            rate=None,
            options=(("x264-params", f"b-adapt=0:scenecut=0:{group.x264}"),),
            hidden=group.hidden,
            draw=lambda index: drawn(int(name, 16), index),
        )
        return path, tuple(luma_of(path))

    return clip


def luma_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray()[:HEIGHT].copy() for frame in film.decode(video=0)]


KINDS = ("", "open-gop=1", "open-gop=1:ref=5", "ref=6:b-pyramid=normal", "b-pyramid=strict:ref=4", "intra-refresh=1")

HARD_TO_SEEK = ("intra-refresh", "open-gop")
"""Where FFmpeg lands beside the frame in the clip itself too: its keyframes are not places where all begins afresh."""


@st.composite
def groups(draw):
    frames = draw(st.integers(2, 40))
    front = draw(st.sampled_from([0, 0, 0, 1, 5])) if frames > 12 else 0
    back = draw(st.sampled_from([0, 0, 0, 1, 4])) if frames > 12 else 0
    return Group(
        frames=frames,
        every=draw(st.sampled_from([1, 2, 5, 8, 12, 1000])),
        b_frames=draw(st.integers(0, 5)),
        x264=draw(st.sampled_from(KINDS)),
        hidden=(front, back),
    )


@st.composite
def cut_lists(draw):
    parts: list[Shown] = []
    for _ in range(draw(st.integers(1, 3))):
        group = draw(groups())
        length = group.frames - sum(group.hidden)
        first = draw(st.integers(0, length - 1))
        first = draw(st.sampled_from([0, first]))
        last = draw(st.sampled_from([length, draw(st.integers(first + 1, length))]))
        parts.append(Shown(group=group, first=first, last=last))
    taken = 0
    for index, part in enumerate(parts[:-1]):
        room = min(part.last - part.first - taken, parts[index + 1].last - parts[index + 1].first)
        way = draw(st.sampled_from(["cut", "dissolve", "wipe", "dip"])) if room else "cut"
        overlap = draw(st.integers(1, room)) if way in {"dissolve", "wipe"} else 0
        parts[index] = Shown(group=part.group, first=part.first, last=part.last, way=way, overlap=overlap)
        taken = overlap
    return parts


DIP = 6  # frames on either side


def spliced(parts: list[Shown], shelf) -> list[Splice]:
    out = []
    for index, part in enumerate(parts):
        lasts = (part.last - part.first) / FPS
        touches = []
        if part.way == "dip":
            start = max(0.0, lasts - DIP / FPS)
            touches.append(Touch(start=start, make=dip("#000000", lasts - DIP / FPS, lasts)))
        if index and parts[index - 1].way == "dip":
            touches.append(Touch(end=DIP / FPS, make=dip("#000000", DIP / FPS, 0.0)))
        crossing = Crossing(kind=part.way, seconds=part.overlap / FPS) if part.overlap else None
        to_its_end = part.last == part.group.frames  # where an edit list hides the end, players differ by a frame
        out.append(
            Splice(
                path=shelf(part.group)[0],
                start=part.first / FPS if part.first else None,
                end=None if to_its_end else part.last / FPS,
                crossing=crossing,
                touches=tuple(touches),
            )
        )
    return out


def expected(parts: list[Shown], shelf) -> list[np.ndarray]:
    """The film's luma, mixed in floats."""
    film: list[np.ndarray] = []
    overlap = 0
    for index, part in enumerate(parts):
        own = [frame.astype(float) for frame in shelf(part.group)[1][part.first : part.last]]
        lasts = len(own)
        for at in range(lasts):
            if part.way == "dip":
                own[at] = dipped(own[at], (at - (lasts - DIP)) / DIP)
            if index and parts[index - 1].way == "dip":
                own[at] = dipped(own[at], (DIP - at) / DIP)
        for at in range(overlap):
            before, share = film[at - overlap], (at + 1) / (overlap + 1)
            if parts[index - 1].way == "dissolve":
                film[at - overlap] = before * (1 - share) + own[at] * share
            else:
                border = round(WIDTH * (1 - share))
                film[at - overlap] = np.hstack([before[:, :border], own[at][:, border:]])
        film += own[overlap:]
        overlap = part.overlap
    return film


def dipped(luma: np.ndarray, share: float) -> np.ndarray:
    share = min(1.0, max(0.0, share))
    return luma * (1 - share) + 16 * share


def check(parts: list[Shown], shelf, out: Path) -> None:
    made = splice(spliced(parts, shelf), out)
    seen, wanted = luma_of(out), expected(parts, shelf)
    assert len(seen) == len(wanted) == made.frames
    away = [float(np.abs(a - b).mean()) for a, b in zip(seen, wanted, strict=True)]
    assert max(away) < 4, away
    exact = sum(np.array_equal(a, b) for a, b in zip(seen, wanted, strict=True))
    assert exact >= sum(clip.copied_frames for clip in made.clips)
    for part, one in zip(parts, made.clips, strict=True):
        plain = not any(part.group.hidden) and one.frames == part.group.frames
        if plain and {p.way for p in parts} == {"cut"} and not one.reason:
            assert one.copied_frames == part.group.frames
    check_times(out)
    if not any(hard in part.group.x264 for part in parts for hard in HARD_TO_SEEK):
        check_seeking(out, seen)


def check_times(film: Path) -> None:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        packets = [p for p in container.demux(stream) if p.size]
        step = 1 / (FPS * stream.time_base)
    assert not any(p.is_discard or p.is_corrupt for p in packets)
    assert np.all(np.diff([p.dts for p in packets]) == step)
    assert sorted(p.pts for p in packets) == [int(step * i) for i in range(len(packets))]
    assert all(p.dts <= p.pts for p in packets)
    facts = probe(film)
    assert facts.constant_rate
    assert facts.hidden_frames == 0


def check_seeking(film: Path, seen: list[np.ndarray]) -> None:
    """A player that jumps finds the frame that playing through shows there."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        for at in sorted({0, len(seen) // 3, len(seen) // 2, len(seen) - 1}):
            container.seek(round(Fraction(at, FPS) / stream.time_base), stream=stream)
            found = next(f for f in container.decode(stream) if round(f.pts * stream.time_base * FPS) >= at)
            assert round(found.pts * stream.time_base * FPS) == at
            assert np.array_equal(found.to_ndarray()[:HEIGHT], seen[at]), at


@settings(max_examples=EXAMPLES, derandomize=EXAMPLES == 10)
@given(parts=cut_lists())
def test_every_film_shows_the_frames_that_its_cut_list_names(parts, shelf, tmp_path_factory):
    check(parts, shelf, tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            [
                Shown(group=Group(frames=24, every=6), first=0, last=24, way="dissolve", overlap=8),
                Shown(group=Group(frames=13, every=6), first=0, last=13, way="wipe", overlap=5),
                Shown(group=Group(frames=9, every=1000, x264=KINDS[3]), first=4, last=9),
            ],
            id="transitions use up all of a clip",
        ),
        pytest.param(
            [
                Shown(group=Group(frames=12, every=6), first=0, last=12, way="dip"),
                Shown(group=Group(frames=5, every=2), first=0, last=5, way="dip"),
                Shown(group=Group(frames=2, every=1000), first=0, last=2),
            ],
            id="a dip on both sides of clips shorter than it",
        ),
        pytest.param(
            [
                Shown(group=Group(frames=2, every=1000, b_frames=0), first=1, last=2),
                Shown(group=Group(frames=2, every=1), first=0, last=1, way="dissolve", overlap=1),
                Shown(group=Group(frames=2, every=1000), first=0, last=2),
            ],
            id="one frame each",
        ),
    ],
)
def test_a_film_of_very_little_is_a_film(parts, shelf, tmp_path):
    check(parts, shelf, tmp_path / "film.mp4")


def test_an_open_group_is_rendered_up_to_the_next_picture_that_decodes_by_itself(shelf, tmp_path):
    opened, closed = (shelf(Group(frames=24, every=8, b_frames=3, x264=kind))[0] for kind in ("open-gop=1", ""))
    path = tmp_path / "both.mp4"
    assert [one.action for one in splice([Splice(path=opened), Splice(path=closed)], path).clips] == ["copied"] * 2
    facts = probe(path)
    assert set(facts.order.entries) == {0, 24, 32, 40}
    assert {8, 16} < set(facts.keyframes)  # where one could jump to, but not begin
    own = luma_of(path)
    for first in (5, 8, 17):
        made = splice([Splice(path=path, start=first / FPS)], tmp_path / "film.mp4")
        assert made.clips[0].copied_frames == 24
        seen = luma_of(tmp_path / "film.mp4")
        assert all(np.array_equal(a, b) for a, b in zip(seen[24 - first :], own[24:], strict=True))
        assert [number(frame) for frame in seen] == [*range(first, 24), *range(24)]


def test_frames_that_an_edit_list_hides_stay_hidden_and_the_rest_is_copied_from_the_next_keyframe_on(shelf, tmp_path):
    path, own = shelf(Group(frames=36, every=12, hidden=(5, 4)))
    made = splice([Splice(path=path), Splice(path=shelf(Group(frames=12, every=6))[0])], tmp_path / "film.mp4")
    seen = luma_of(tmp_path / "film.mp4")
    assert [number(frame) for frame in seen] == [*range(5, 32), *range(12)]
    assert all(np.array_equal(a, b) for a, b in zip(seen[7:25], own[7:25], strict=True))
    assert made.clips[0].copied_frames >= 18
    assert made.clips[0].reason.endswith("for what its edit list hides")
