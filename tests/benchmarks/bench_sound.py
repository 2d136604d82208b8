"""What the sound of a film costs beside copying it: 12 clips of 8 s, side by side with FFmpeg in one run.

    python tests/benchmarks/bench_sound.py [720|1080]

Each figure is a ratio of medians within one run. FFmpeg is imageio-ffmpeg's own program; its start is in its figures,
as Python's and charkit's are in those of the shell command.
"""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from charkit.media.sounding import SoundPlan
from charkit.media.spliced import Splice
from charkit.media.stitch import splice

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
ROUNDS = 5


def write_clip(path: Path, number: int, height: int) -> Path:
    """A clip of 8 s like those of Veo: moving picture, a keyframe each second, speech-like sound over some noise."""
    random = np.random.default_rng(number)
    width = height * 16 // 9
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "veryfast", "crf": "20"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.gop_size = 24
        audio = out.add_stream("aac", rate=48_000, layout="stereo")
        ground = random.integers(0, 255, (height // 8, width // 8 + 192, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        for index in range(192):
            out.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(ground[:, index : index + width]))))
        out.mux(video.encode())
        heard = speech(random, 8 * 48_000)
        for at in range(0, heard.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(heard[:, at : at + 1024]), "fltp", "stereo")
            block.sample_rate, block.pts, block.time_base = 48_000, at, Fraction(1, 48_000)
            out.mux(audio.encode(block))
        out.mux(audio.encode())
    return path


def speech(random: np.random.Generator, length: int) -> np.ndarray:
    """Syllables of a hundred-odd hertz and its overtones, over the noise of a room."""
    times = np.arange(length) / 48_000
    pitch = 120 + 25 * np.sin(2 * np.pi * 0.6 * times)
    phase = 2 * np.pi * np.cumsum(pitch) / 48_000
    voice = sum(np.sin(n * phase) / n**1.2 for n in range(1, 25)) * np.clip(np.sin(2 * np.pi * 3.1 * times), 0, 1)
    return (voice * 0.12 + random.standard_normal((2, length)) * 0.004).astype(np.float32)


def ffmpeg(*arguments: str) -> None:
    """Run FFmpeg and let its errors be seen."""
    subprocess.run([FFMPEG, "-y", "-loglevel", "error", *arguments], check=True)


def compared(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of each way, taken in turns so that the machine's load meets all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, run in ways.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in seconds.items()}


def figure(name: str, value: float, limit: float | None, against: str) -> None:
    """Print one figure as a JSON line."""
    ok = limit is None or value <= limit
    print(json.dumps({"name": name, "value": round(value, 2), "limit": limit, "against": against, "ok": ok}))


def main() -> None:
    """Make the clips, time all ways in turns, print the ratios."""
    height = int(sys.argv[1]) if len(sys.argv) > 1 else 720
    folder = Path(tempfile.mkdtemp(prefix="charkit bench "))
    try:
        run(folder, [write_clip(folder / f"{n}.mp4", n, height) for n in range(12)])
    finally:
        shutil.rmtree(folder)


def run(folder: Path, clips: list[Path]) -> None:
    """Time all ways and print the ratios."""
    listed = folder / "list.txt"
    listed.write_text("".join(f"file '{clip}'\n" for clip in clips))
    joined, out = folder / "joined.mp4", folder / "out.mp4"
    concat = ("-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy", str(joined))
    ffmpeg(*concat)
    parts = [Splice(path=clip) for clip in clips]
    shell = [sys.executable, "-m", "charkit", "film", *map(str, clips), "-o", str(out)]
    ways: dict[str, Callable[[], object]] = {
        "concat": lambda: ffmpeg(*concat),
        "remux": lambda: ffmpeg("-i", str(joined), "-c", "copy", str(out)),
        "aac": lambda: ffmpeg("-i", str(joined), "-c:v", "copy", "-c:a", "aac", "-b:a", "192k", str(out)),
        "copied": lambda: splice(parts, out, sound=SoundPlan(copied=True)),
        "seamless": lambda: splice(parts, out),
        "levelled": lambda: splice(parts, out, sound=SoundPlan(loudness=-23.0)),
        "shell copied": lambda: subprocess.run(
            [*shell, "--copy-sound", "--json"], check=True, stdout=subprocess.DEVNULL
        ),
    }
    took = compared(ways)
    against = f"{clips[0].stat().st_size * 12 / 2**20:.0f} MiB of clips; FFmpeg's concat {took['concat']:.2f} s"
    figure("copied-sound-over-concat", took["copied"] / took["concat"], 1.6, against)
    figure("copied-sound-in-the-shell-over-concat", took["shell copied"] / took["concat"], None, against)
    figure("levelled-sound-over-remux", took["levelled"] / took["remux"], 11.0, f"remux {took['remux']:.2f} s")
    figure("levelled-over-seamless", took["levelled"] / took["seamless"], None, f"seamless {took['seamless']:.2f} s")
    figure("ffmpeg-aac-over-remux", took["aac"] / took["remux"], None, "FFmpeg's own, neither laid nor levelled")
    figure("levelled-over-ffmpeg-aac", took["levelled"] / took["aac"], None, f"AAC by FFmpeg {took['aac']:.2f} s")
    figure(
        "resident-mib", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 500, "this process, clips made too"
    )


if __name__ == "__main__":
    main()
