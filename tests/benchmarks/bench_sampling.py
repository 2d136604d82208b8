"""What sampling 8 frames from each of 12 clips costs, against one sequential PyAV pass; one JSON line per figure.

    python tests/benchmarks/bench_sampling.py [rounds]

Clips of 8 s, 1280x720, 24 fps, H.264 with two B-frames, of moving, noise-laden pictures, with a keyframe each second
and with a single one; and real ones where they are found in ../shared/media/clips. Both ways are timed in turn, in one
run, and give frames of 240 lines. The peer decodes in order up to the last frame wanted, and converts only those.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from charkit.media import frames as sampling
from charkit.media.probe import probe

CLIPS, COUNT, HEIGHT, SECONDS, FPS = 12, 8, 240, 8, 24
REAL = Path(__file__).resolve().parents[3] / "shared" / "media" / "clips"


def write_clip(path: Path, *, keyframe_every: int, seed: int) -> Path:
    """Encode a pan over a noisy scene with figures that move on their own."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 256, (60, 120, 3)).astype(np.uint8)
    scene = np.kron(rough, np.ones((24, 24, 1), np.uint8))
    grain = rng.normal(0, 10, (900, 1600, 1))
    with av.open(str(path), "w") as out:
        options = {"preset": "veryfast", "crf": "20", "sc_threshold": "0"}
        stream = out.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.codec_context.gop_size, stream.codec_context.max_b_frames = keyframe_every, 2
        for index in range(SECONDS * FPS):
            left, top = 2 * index, round(40 + 30 * np.sin(index / 20))
            picture = scene[top : top + 720, left : left + 1280].astype(np.int16)
            x, y = (7 * index * seed) % 900, 200 + round(80 * np.cos(index / 9))
            picture[y : y + 300, x : x + 200] = 255 - picture[y : y + 300, x : x + 200]
            dy, dx = rng.integers(0, 180), rng.integers(0, 320)
            picture += grain[dy : dy + 720, dx : dx + 1280].astype(np.int16)
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def one_pass(path: Path) -> int:
    """Take the middles of eight equal parts in one sequential pass; the peer."""
    taken = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        total = stream.frames
        wanted = {int((i + 0.5) * total / COUNT) for i in range(COUNT)}
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                width = round(frame.width * HEIGHT / frame.height)
                frame.reformat(width=width, height=HEIGHT, format="rgb24").to_ndarray()
                taken += 1
                if taken == len(wanted):
                    break
    return taken


def timed(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def say(name: str, value: float, limit: float | None, against: str, unit: str = "times as fast") -> bool:
    ok = limit is None or value >= limit
    line = {"name": name, "value": round(value, 2), "unit": unit, "limit": limit, "against": against, "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ok


def compare(name: str, clips: list[Path], rounds: int, *, asked: bool) -> bool:
    for clip in clips:  # both find the files in memory
        clip.read_bytes()
    single, whole = [], []
    for _ in range(rounds):
        peer = timed(lambda: [one_pass(clip) for clip in clips])
        single.append(peer / timed(lambda: [sampling.sample(clip, COUNT, height=HEIGHT) for clip in clips]))
        peer = (peer + timed(lambda: [one_pass(clip) for clip in clips])) / 2  # one before, one after
        whole.append(peer / timed(lambda: list(sampling.sample_many(clips, COUNT, height=HEIGHT))))
    against = f"one sequential PyAV pass, {len(clips)} clips, median of {rounds}"
    good = say(f"sampling, {name}, clip by clip", statistics.median(single), 1.5 if asked else None, against)
    good &= say(f"sampling, {name}, side by side", statistics.median(whole), 2.3 if asked else None, against)
    got = [[frame.index for frame in sampling.sample(clip, COUNT, height=HEIGHT)] for clip in clips[:1]]
    facts = probe(clips[0])
    say(f"sampling, {name}: frames taken", len(got[0]), None, f"{got[0]} of {facts.frames}", "frames")
    return good


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    good = True
    with tempfile.TemporaryDirectory() as name:
        for label, every in (("a keyframe each second", FPS), ("a single keyframe", 10_000)):
            made = [write_clip(Path(name) / f"{every}-{seed}.mp4", keyframe_every=every, seed=seed) for seed in (1, 2)]
            good &= compare(label, made * (CLIPS // len(made)), rounds, asked=True)
    real = sorted(REAL.glob("*.mp4")) if REAL.is_dir() else []
    if real:
        compare("real clips", real, rounds, asked=False)
    else:
        sys.stderr.write(f"real clips were not measured: there are none in {REAL}\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
