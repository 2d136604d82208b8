"""What a scorecard of tier 0 costs, as a multiple of sampling its frames; one JSON line per figure.

    python tests/benchmarks/bench_tier0.py [rounds]

Gate, copying and palette on clips of 8 s, 1280x720, one character with two references each, against sampling the same
clips, in turn and in one run; references are read within the time. With a single keyframe, as services deliver, and
told without a limit for clips with a keyframe each second, whose sampling costs next to nothing. CPU time of both
stands beside it, since it depends less on what else the machine does.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scoring"))

import figures
from bench_sampling import COUNT, FPS, HEIGHT, REAL, write_clip

from charkit.media.frames import sample
from charkit.scoring import PaletteScorer, ShotEvidence, score_takes
from charkit.scoring.clip_gate import GateScorer
from charkit.scoring.copying import CopyingScorer

TAKES = 6


def say(name: str, value: float, limit: float | None, against: str) -> bool:
    ok = limit is None or value <= limit
    line = {"name": name, "value": round(value, 2), "unit": "times", "limit": limit, "against": against, "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ok


def timed(work) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(name: str, clips: list[Path], references: tuple[Path, ...], rounds: int, limit: float | None) -> bool:
    evidence = [
        ShotEvidence(shot=f"S{n}", clip=clip, character="M", expected=("M",), framing="medium", references=references)
        for n, clip in enumerate(clips)
    ]
    walls, cpus = [], []
    for _ in range(rounds):
        alone = timed(lambda: [sample(clip, COUNT, height=HEIGHT) for clip in clips])
        whole = timed(lambda: score_takes(evidence, scorers=(GateScorer(), CopyingScorer(), PaletteScorer())))
        walls.append(whole[0] / alone[0])
        cpus.append(whole[1] / alone[1])
    against = f"sampling the same {len(clips)} clips, median of {rounds}"
    good = say(f"tier 0, {name}", statistics.median(walls), limit, against)
    say(f"tier 0, {name}, CPU time", statistics.median(cpus), None, against)
    return good


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        references = tuple(folder / f"reference-{view}.png" for view in range(2))
        for view, path in enumerate(references):
            Image.fromarray(figures.reference(figures.figure(4), seed=view)).save(path)
        real = sorted(REAL.glob("*.mp4")) if REAL.is_dir() else []
        if real:
            good &= compare("real clips", real, references, rounds, 2.5)
        else:
            sys.stderr.write(f"real clips were not measured: there are none in {REAL}\n")
        for label, every, limit in (("a single keyframe", 10_000, 2.5), ("a keyframe each second", FPS, None)):
            clip = write_clip(folder / f"{every}.mp4", keyframe_every=every, seed=1)
            good &= compare(label, [clip] * TAKES, references, rounds, limit)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
