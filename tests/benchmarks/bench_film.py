"""What a film costs beside FFmpeg's own ways: 12 clips of 8 s, all ways in turns within one run; one JSON line.

    python tests/benchmarks/bench_film.py [720|1080] [--rounds N] [--slow-rounds N] [--clips FOLDER]

The bare decoding and encoding of frames that cannot be copied is compared with a film of silent clips. A process's
memory is at least that of this one, 121 MiB, from which it is split off.

Noise-laden moving pictures with stereo sound, once with a keyframe each second (`gop`) and once with a single one
(`single`), as Veo makes them. FFmpeg is imageio-ffmpeg's own program (dependency group `peers`); its start is in its
figures. charkit's ways run each in a process of their own, so that memory is theirs alone; their start is left out of
the seconds. Ratios are of medians. `--clips` keeps the clips (or finds them) in a folder; without, they are made anew.
`--rounds` is for what takes a second, `--slow-rounds` for what takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from charkit.media.conform import PRESET, QUALITY
from charkit.media.picture import stretches
from charkit.media.probe import probe
from charkit.media.sounding import SoundPlan
from charkit.media.spliced import Crossing, Splice
from charkit.media.stitch import splice

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
KINDS = {"gop": 24, "single": 9_999}
CLIPS, SECONDS, FPS, RATE = 12, 8, 24, 48_000
OVER = 0.5  # seconds of each dissolve
SHARED = 12  # frames of it


# ---------------------------------------------------------------------- clips


def write_clip(path: Path, number: int, height: int, keyframe_every: int) -> None:
    """A pattern that drifts under moving noise, and a tone of its own."""
    random = np.random.default_rng(number)
    width = height * 16 // 9
    ground = random.integers(0, 255, (height // 8 + 60, width // 8 + 90, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    noise = random.integers(-6, 7, (height, width, 3), np.int16)
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="mp4") as out:
        picture = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "20", "profile": "high"})
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        picture.codec_context.gop_size, picture.codec_context.max_b_frames = keyframe_every, 2
        sound = out.add_stream("aac", rate=RATE, layout="stereo")
        for index in range(SECONDS * FPS):
            x, y = 3 * index, 2 * index
            moved = ground[y : y + height, x : x + width] + np.roll(noise, 7 * index, axis=1)
            frame = av.VideoFrame.from_ndarray(np.clip(moved, 0, 255).astype(np.uint8))
            out.mux(picture.encode(frame.reformat(format="yuv420p")))
        out.mux(picture.encode())
        times = np.arange(SECONDS * RATE) / RATE
        tone = np.tile(0.2 * np.sin(2 * np.pi * (200 + 20 * number) * times), (2, 1)).astype(np.float32)
        for at in range(0, tone.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(tone[:, at : at + 1024]), "fltp", "stereo")
            block.sample_rate, block.pts, block.time_base = RATE, at, Fraction(1, RATE)
            out.mux(sound.encode(block))
        out.mux(sound.encode())
    part.replace(path)


def clips_in(folder: Path, kind: str) -> list[Path]:
    """The clips of one kind, in order."""
    return [folder / f"{kind}-{number:02}.mp4" for number in range(CLIPS)]


def make_clips(folder: Path, height: int) -> None:
    """Write those that are not there: of both kinds, and silent ones of 8 and of 24 s for the figure of length."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, every in KINDS.items():
        for number, path in enumerate(clips_in(folder, kind)):
            if not path.exists():
                say(f"making {path.name}")
                write_clip(path, number, height, every)
        for number, path in enumerate(clips_in(folder, kind)):
            ffmpeg("-i", str(path), "-c", "copy", "-an", str(folder / f"silent-{kind}-{number:02}.mp4"))
    clips = clips_in(folder, "gop")
    for number in range(4):
        for name, sources in (("short", [clips[number]]), ("long", clips[3 * number : 3 * number + 3])):
            listed = folder / f"{name}-{number}.txt"
            listed.write_text("".join(f"file '{clip}'\n" for clip in sources))
            silent = folder / f"{name}-{number}.mp4"
            ffmpeg("-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy", "-an", str(silent))


# ---------------------------------------------------------------------- charkit's ways, each in a process of its own


def parts_of(clips: list[Path], *, dissolved: bool) -> list[Splice]:
    """All clips, whole, by plain cuts or by dissolves."""
    over = Crossing(kind="dissolve", seconds=OVER) if dissolved else None
    return [Splice(path=clip, crossing=over if clip != clips[-1] else None) for clip in clips]


def own(way: str, folder: Path) -> float:
    """Do one of charkit's ways, or the bare work behind one; return its seconds."""
    what, _, kind = way.partition(" ")
    out = folder / "own.mp4"
    clips = [folder / f"{kind}-{number}.mp4" for number in range(4)]
    if kind.rpartition("-")[2] in KINDS:
        clips = clips_in(folder, kind)
    began = time.perf_counter()
    if what == "copied":
        splice(parts_of(clips, dissolved=False), out, sound=SoundPlan(copied=True))
    elif what == "levelled":
        splice(parts_of(clips, dissolved=False), out, sound=SoundPlan(loudness=-14.0))
    elif what == "dissolves":
        splice(parts_of(clips, dissolved=True), out)
    else:
        bare(clips, folder)
    return time.perf_counter() - began


def bare(clips: list[Path], folder: Path) -> None:
    """Decode and encode, plainly, the frames that eleven dissolves keep from being copied; a clip on each core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda number: _bare(clips, number, folder / f"bare-{number}.mp4"), range(len(clips))))


def _bare(clips: list[Path], number: int, out: Path) -> None:
    facts = probe(clips[number])
    head, tail = SHARED if number else 0, SHARED if number + 1 < len(clips) else 0
    body = stretches(facts.order, head, facts.frames - tail)
    changed = {n for one in body if one.kind == "render" for n in range(one.first, one.last)}
    changed |= set(range(head)) | set(range(facts.frames - tail, facts.frames))
    runs = [[n for _, n in run] for _, run in groupby(enumerate(sorted(changed)), lambda pair: pair[1] - pair[0])]
    with av.open(str(facts.path)) as source, av.open(str(out), "w") as target:
        stream = source.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        options = {"preset": PRESET, "crf": str(QUALITY), "threads": "1"}
        encoder = target.add_stream("libx264", rate=facts.fps, options=options)
        encoder.width, encoder.height, encoder.pix_fmt = facts.width, facts.height, "yuv420p"
        made = 0
        for run in runs:
            entry = max(key for key in facts.keyframes if key <= run[0])
            source.seek(round(entry / facts.fps / facts.time_base), stream=stream)
            for frame in source.decode(stream):
                index = round(frame.pts * facts.time_base * facts.fps)
                # Of two frames that are mixed one comes out: those of the clip before are counted.
                if run[0] <= index <= run[-1] and index >= head:
                    frame.pts, frame.time_base, frame.pict_type = made, 1 / facts.fps, av.video.frame.PictureType.NONE
                    target.mux(encoder.encode(frame))
                    made += 1
                if index >= run[-1]:
                    break
        target.mux(encoder.encode())


# ---------------------------------------------------------------------- FFmpeg's ways


def ffmpeg(*arguments: str) -> None:
    """Run FFmpeg and let its errors be seen."""
    subprocess.run([FFMPEG, "-y", "-loglevel", "error", *arguments], check=True)


def peer(way: str, folder: Path) -> list[str]:
    """The command line of one of FFmpeg's ways."""
    what, _, kind = way.partition(" ")
    clips = clips_in(folder, kind)
    start = [FFMPEG, "-y", "-loglevel", "error"]
    if what == "concat":
        listed = folder / f"{kind}.txt"
        listed.write_text("".join(f"file '{clip}'\n" for clip in clips))
        return [*start, "-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy", str(folder / "peer.mp4")]
    inputs = [word for clip in clips for word in ("-i", str(clip))]
    graph, preset = (_concat(), "medium") if what == "medium" else (_chain(), PRESET)
    coded = ["-c:v", "libx264", "-preset", preset, "-crf", str(QUALITY), "-c:a", "aac", "-b:a", "192k"]
    return [
        *start,
        *inputs,
        "-filter_complex",
        graph,
        "-map",
        "[v]",
        "-map",
        "[a]",
        *coded,
        str(folder / "peer.mp4"),
    ]


def _concat() -> str:
    return "".join(f"[{n}:v][{n}:a]" for n in range(CLIPS)) + f"concat=n={CLIPS}:v=1:a=1[v][a]"


def _chain() -> str:
    steps, picture, sound = [], "0:v", "0:a"
    for n in range(1, CLIPS):
        last = n == CLIPS - 1
        over = f"v{n}" if not last else "v"
        heard = f"a{n}" if not last else "a"
        offset = n * (SECONDS - OVER)
        steps.append(f"[{picture}][{n}:v]xfade=transition=fade:duration={OVER}:offset={offset}[{over}]")
        steps.append(f"[{sound}][{n}:a]acrossfade=d={OVER}[{heard}]")
        picture, sound = over, heard
    return ";".join(steps)


# ---------------------------------------------------------------------- the run


@dataclass
class Meter:
    """Seconds and memory of each way."""

    folder: Path
    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    mib: dict[str, float] = field(default_factory=dict)

    def take(self, way: str) -> None:
        """Run a way once in a process of its own."""
        mine = way.split(" ", maxsplit=1)[0] in {"copied", "levelled", "dissolves", "bare"}
        command = (
            [sys.executable, __file__, "--way", way, "--clips", str(self.folder)] if mine else peer(way, self.folder)
        )
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{way} failed")
        took = float(said) if mine else took
        self.seconds.setdefault(way, []).append(took)
        self.processor.setdefault(way, []).append(used.ru_utime + used.ru_stime)
        self.mib[way] = max(self.mib.get(way, 0.0), used.ru_maxrss / 1024)
        say(f"{way}: {took:.2f} s, {used.ru_maxrss / 1024:.0f} MiB")

    def over(self, way: str, other: str) -> float:
        """How many times the median seconds of another way one takes."""
        return statistics.median(self.seconds[way]) / statistics.median(self.seconds[other])


def say(words: str) -> None:
    """Tell on the error stream how far it is."""
    print(words, file=sys.stderr, flush=True)


def measured(folder: Path, rounds: int, slow_rounds: int) -> Meter:
    """Run all ways in turns, so that the machine's load meets all alike."""
    meter = Meter(folder)
    for _ in range(rounds):
        for kind in KINDS:
            for way in ("concat", "copied", "levelled"):
                meter.take(f"{way} {kind}")
        for way in ("dissolves short", "dissolves long"):
            meter.take(way)
    for _ in range(slow_rounds):
        for kind in KINDS:
            for way in (f"medium {kind}", f"levelled {kind}", f"chain {kind}", f"dissolves {kind}"):
                meter.take(way)
            for _ in range(3):
                meter.take(f"bare {kind}")
                meter.take(f"dissolves silent-{kind}")
    return meter


def figures(meter: Meter, height: int) -> list[dict[str, object]]:
    """What was measured against what was promised."""
    found: list[dict[str, object]] = []

    def figure(name: str, value: float, limit: float, *, least: bool = False) -> None:
        ok = value >= limit if least else value <= limit
        found.append({"name": name, "value": round(value, 2), "limit": limit, "least": least, "ok": ok})

    for kind in KINDS:
        figure(f"{kind}: copied over concat", meter.over(f"copied {kind}", f"concat {kind}"), 1.6)
        figure(f"{kind}: medium over levelled", meter.over(f"medium {kind}", f"levelled {kind}"), 30, least=True)
        figure(f"{kind}: dissolves over bare", meter.over(f"dissolves silent-{kind}", f"bare {kind}"), 1.25)
        least = 6 if kind == "gop" else 1.5
        figure(f"{kind}: chain over dissolves", meter.over(f"chain {kind}", f"dissolves {kind}"), least, least=True)
        figure(
            f"{kind}: memory of chain over dissolves",
            meter.mib[f"chain {kind}"] / meter.mib[f"dissolves {kind}"],
            3,
            least=True,
        )
        figure(f"{kind}: MiB of dissolves", meter.mib[f"dissolves {kind}"], 500)
    figure("three times the film, the same joins", meter.over("dissolves long", "dissolves short"), 1.25)
    return found


def main() -> None:
    """Make the clips, time all ways in turns, print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("height", type=int, nargs="?", default=720, choices=(360, 720, 1080))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        print(own(asked.way, asked.clips))
        return
    folder = asked.clips or Path(tempfile.mkdtemp(prefix="charkit bench "))
    try:
        make_clips(folder, asked.height)
        meter = measured(folder, asked.rounds, asked.slow_rounds)
    finally:
        if asked.clips is None:
            shutil.rmtree(folder)
    found = figures(meter, asked.height)
    seconds = {way: round(statistics.median(values), 2) for way, values in meter.seconds.items()}
    processor = {way: round(statistics.median(values), 2) for way, values in meter.processor.items()}
    mib = {way: round(value) for way, value in meter.mib.items()}
    print(
        json.dumps(
            {
                "name": f"film at {asked.height} lines",
                "cores": os.cpu_count(),
                "preset": PRESET,
                "figures": found,
                "seconds": seconds,
                "processor seconds, starts included": processor,
                "mib": mib,
                "ok": all(one["ok"] for one in found),
            }
        )
    )


if __name__ == "__main__":
    main()
