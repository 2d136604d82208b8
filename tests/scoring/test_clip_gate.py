"""The clip gate: each fault put into a good clip is found, with its second; a good clip is clear."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from charkit.media.frames import sample
from charkit.scoring import Ordered, ShotEvidence, Verdict
from charkit.scoring.clip_faults import mid_to_low
from charkit.scoring.clip_gate import GateScorer

FPS, FRAMES = 24, 72


def scene(seed: int) -> np.ndarray:
    """A soft picture, wider than the frame, to pan over."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(40, 255, (7, 14, 3)).astype(np.uint8))
    return np.asarray(small.resize((640, 200), Image.Resampling.BICUBIC))


def panned(picture: np.ndarray, index: int) -> np.ndarray:
    return picture[10:190, 2 * index : 2 * index + 320].copy()


def good() -> list[np.ndarray]:
    return [panned(scene(1), index) for index in range(FRAMES)]


@pytest.fixture
def write(tmp_path):
    def write(pictures: list[np.ndarray], *, sound: float | None = None, name: str = "clip.mp4") -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            track = out.add_stream("aac", rate=48_000, layout="mono") if sound is not None else None
            for index, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
                frame.pts, frame.time_base = index, Fraction(1, FPS)
                out.mux(stream.encode(frame))
            out.mux(stream.encode())
            for block in range(len(pictures) * 2000 // 1024 if track else 0):
                wave = (sound * np.sin(np.arange(1024) / 17)).astype(np.float32)[None]
                part = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                part.sample_rate, part.pts, part.time_base = 48_000, 1024 * block, Fraction(1, 48_000)
                out.mux(track.encode(part))
            if track:
                out.mux(track.encode())
        return path

    return write


def gate(path: Path, *, problem: str = "", **more):
    scorer = GateScorer()
    frames = [] if problem else sample(path, 8, height=240)
    scorer.update(ShotEvidence(shot="S01", clip=path, **more), frames, problem=problem)
    return scorer.compute()[0]


def names(score) -> list[str]:
    return [finding.name for finding in score.findings]


def test_a_good_clip_is_clear(write):
    ordered = Ordered(width=320, height=180, seconds=3, fps=24, sound=True)
    score = gate(write(good(), sound=0.3), ordered=ordered)
    assert (score.verdict, score.findings, score.score, score.word) == (Verdict.CONSISTENT, (), 1.0, "clear")


def test_black_frames_are_found_with_their_second(write):
    pictures = good()
    pictures[30:50] = [np.zeros_like(pictures[0])] * 20
    score = gate(write(pictures))
    found = next(finding for finding in score.findings if finding.name == "black")
    assert score.verdict is Verdict.DRIFTED
    assert 30 / FPS <= found.time <= 50 / FPS
    assert found.frame.jpeg.startswith(b"\xff\xd8")


def test_a_black_clip_is_black_and_nothing_else(write):
    assert names(gate(write([np.zeros((180, 320, 3), np.uint8)] * FRAMES))) == ["black"]


def test_a_frozen_clip_is_found(write):
    score = gate(write([good()[0]] * FRAMES))
    assert names(score) == ["frozen"]
    assert score.word == "flagged"


def test_slow_movement_is_not_frozen(write):
    picture = scene(1)
    assert "frozen" not in names(
        gate(write([picture[10:190, index // 4 : index // 4 + 320] for index in range(FRAMES)]))
    )


def test_noise_is_corrupted_and_pictures_are_not(write):
    rng = np.random.default_rng(3)
    blocks = [np.kron(rng.integers(0, 256, (45, 80, 3)), np.ones((4, 4, 1))).astype(np.uint8) for _ in range(FRAMES)]
    assert "corrupted" in names(gate(write(blocks)))
    assert mid_to_low(rng.integers(0, 256, (180, 320, 3)).astype(np.uint8)) > 10
    assert mid_to_low(good()[0]) < 0.3
    assert mid_to_low(np.full((180, 320, 3), 90, np.uint8)) == 0


@pytest.mark.parametrize("axis", [0, 1])
def test_bars_are_found_on_either_pair_of_edges(write, axis):
    pictures = good()
    for picture in pictures:
        bars = picture if axis == 0 else picture.transpose(1, 0, 2)
        bars[:20], bars[-20:] = 0, 0
    (found,) = gate(write(pictures)).findings
    assert found.name == "letterboxed"
    assert ("above and below", "left and right")[axis] in found.says


def test_a_cut_is_found_on_its_very_frame(write):
    pictures = good()
    pictures[41:] = [panned(scene(2), index) for index in range(41, FRAMES)]
    (found,) = gate(write(pictures)).findings
    assert (found.name, found.time) == ("cut", pytest.approx(41 / FPS, abs=0.01))


def test_a_fast_pan_is_no_cut(write):
    wide = np.concatenate([scene(1), scene(4), scene(5)], axis=1)
    pictures = [wide[10:190, 20 * index : 20 * index + 320] for index in range(FRAMES)]
    assert gate(write(pictures)).verdict is Verdict.CONSISTENT


def test_a_flash_is_no_cut(write):
    pictures = good()
    pictures[40] = np.full_like(pictures[40], 250)
    assert "cut" not in names(gate(write(pictures)))


def test_lightning_that_strikes_twice_and_fades_is_no_cut(write):
    pictures = [(picture * 0.4).astype(np.uint8) for picture in good()]
    for begin, bright in ((26, 150), (31, 80)):
        for later in range(12):
            lit = pictures[begin + later].astype(np.int16) + round(bright * 0.64**later)
            pictures[begin + later] = np.clip(lit, 0, 255).astype(np.uint8)
    assert gate(write(pictures)).verdict is Verdict.CONSISTENT


@pytest.mark.parametrize("flipped", [False, True])
def test_a_first_frame_that_is_a_reference_is_found_padded_and_flipped(write, bed, tmp_path, flipped):
    reference = bed.references(5)[0]
    shown = Image.open(reference).convert("RGB")
    page = Image.new("RGB", (320, 180), shown.getpixel((0, 0)))
    small = shown.resize((135, 180))
    page.paste(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flipped else small, (90, 0))
    pictures = good()
    pictures[0] = np.asarray(page)
    path = write(pictures)
    found = [finding for finding in gate(path, references=(reference,)).findings if finding.name == "leaked reference"]
    assert found
    assert found[0].time == 0
    assert "leaked reference" not in names(gate(path, references=bed.references(8)))


@pytest.mark.parametrize(
    ("ordered", "name"),
    [
        (Ordered(width=1280, height=720), "wrong size"),
        (Ordered(seconds=8), "wrong length"),
        (Ordered(fps=30), "wrong rate"),
        (Ordered(sound=True), "silent"),
    ],
)
def test_what_was_ordered_otherwise_is_named(write, ordered, name):
    assert names(gate(write(good()), ordered=ordered)) == [name]


def test_a_track_of_silence_is_silent(write):
    (found,) = gate(write(good(), sound=0.0), ordered=Ordered(sound=True)).findings
    assert "only silence" in found.says


def test_a_clip_that_cannot_be_read_is_unverifiable(tmp_path):
    score = gate(tmp_path / "gone.mp4", problem="the clip cannot be decoded")
    assert (score.verdict, score.score, score.reason) == (Verdict.UNVERIFIABLE, None, "the clip cannot be decoded")


def test_a_single_frame_is_no_pass(write):
    score = gate(write(good()[:1]))
    assert score.verdict is Verdict.UNVERIFIABLE
    assert "single frame" in score.reason


def test_a_reference_that_cannot_be_read_stops_nothing(write, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    assert gate(write(good()), references=(broken,)).verdict is Verdict.CONSISTENT


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "expected"),
    [("veo3_24fps_stereo48k_a.mp4", []), ("veo_24fps_silent.mp4", ["silent"])],
)
def test_real_clips_are_judged_as_they_look(name, expected):
    path = Path(__file__).resolve().parents[3] / "shared" / "media" / "clips" / name
    if not path.is_file():
        pytest.skip(f"needs the real clip {name} in ../shared/media/clips, which is not there")
    assert [
        n for n in names(gate(path, ordered=Ordered(sound=True))) if n in ("silent", "corrupted", "frozen")
    ] == expected
