"""What preparing references costs: one JSON line per figure.

    python tests/benchmarks/bench_references.py [--rounds N] [--many N]

Paired in one run, ours and the peer's by turns, medians of the ratios. The bare call is Pillow alone and gives the very
same picture (checked before anything is timed): same filter, same linear light, same sharpening, same PNG. pyvips is
asked only where it can be imported; it is no dependency. A line with a null limit is told, not asked for.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from charkit.character import CharacterSheet
from charkit.references import Handed, Recipe, prepare, prepare_all
from charkit.store import Store

SIZE = (1280, 720)
RECIPE = Recipe(size=SIZE, mode="crop")
MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")
CODES = [code / 255 for code in range(256)]
LIGHT = [code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4 for code in CODES]
STEPS = [step / 65535 for step in range(65536)]
CODE = [round(255 * (12.92 * s if s <= 0.0031308 else 1.055 * s ** (1 / 2.4) - 0.055)) for s in STEPS]
BLUR = [1, 2, 1, 2, 4, 2, 1, 2, 1]
SHARPEN = ImageFilter.Kernel((3, 3), [(1.2 if i == 4 else 0.0) - 0.2 * w / 16 for i, w in enumerate(BLUR)], 1)


def scene(size: tuple[int, int], seed: int) -> Image.Image:
    """Soft shapes with film grain: compresses like a photograph."""
    rng = np.random.default_rng(seed)
    soft = Image.fromarray(rng.integers(0, 256, (27, 48, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    grain = rng.integers(-3, 4, (size[1], size[0], 1))
    return Image.fromarray((np.asarray(soft).astype(int) + grain).clip(0, 255).astype(np.uint8))


def bare(path: Path) -> bytes:
    """Pillow alone, the same picture."""
    with Image.open(path) as image:
        planes = [
            channel.point(LIGHT, "F")
            .resize(SIZE, Image.Resampling.LANCZOS, reducing_gap=1.5)
            .point(lambda light: light * 65535.0 + 0.5)
            .convert("I")
            .point(CODE, "L")
            for channel in image.split()
        ]
    out = io.BytesIO()
    Image.merge("RGB", planes).filter(SHARPEN).save(out, "PNG", compress_level=4)
    return out.getvalue()


def plain(path: Path) -> bytes:
    """Pillow in code values, without linear light or sharpening: what most scripts do."""
    out = io.BytesIO()
    with Image.open(path) as image:
        image.resize(SIZE, Image.Resampling.LANCZOS).save(out, "PNG", compress_level=4)
    return out.getvalue()


def vips(linear: bool):
    """Return pyvips' thumbnail, or None where it cannot be imported."""
    try:
        import pyvips
    except (ImportError, OSError):
        return None
    return lambda path: pyvips.Image.thumbnail(str(path), SIZE[0], height=SIZE[1], linear=linear).pngsave_buffer(
        compression=4
    )


def say(name: str, value: float, unit: str, limit: float | None = None, against: str = "", least: bool = False) -> bool:
    ok = limit is None or (value >= limit if least else value <= limit)
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "against": against, "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ok


def timed(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ours(path: Path, store: Store):
    return prepare(path, view="full", character=MIRA, store=store, recipe=RECIPE)


def ratio(path: Path, store: Store, peer, rounds: int) -> float:
    """Return the median of ours over the peer's, by turns."""
    ours(path, store), peer(path)
    return statistics.median(timed(lambda: ours(path, store)) / timed(lambda: peer(path)) for _ in range(rounds))


def single(folder: Path, rounds: int) -> bool:
    store = Store(folder / "store")
    png, jpeg = folder / "4k.png", folder / "4k.jpg"
    scene((3840, 2160), 1).save(png)
    scene((3840, 2160), 1).save(jpeg, quality=92)
    mine = Image.open(ours(png, store).path)
    theirs = Image.open(io.BytesIO(bare(png)))
    same = np.array_equal(np.asarray(mine), np.asarray(theirs))
    good = say("4K PNG: pixels equal to the bare call's", float(same), "yes", 1.0, "Pillow", least=True)
    good &= say("4K PNG to 1280x720", ratio(png, store, bare, rounds), "x", 1.3, "bare Pillow, same picture")
    say("4K PNG to 1280x720", ratio(png, store, plain, rounds), "x", against="Pillow in code values")
    say("4K JPEG to 1280x720", ratio(jpeg, store, bare, rounds), "x", against="bare Pillow, without draft")
    for linear in (False, True):
        peer = vips(linear)
        if peer is not None:
            what = "pyvips thumbnail, linear light" if linear else "pyvips thumbnail, code values"
            say("4K PNG to 1280x720", ratio(png, store, peer, rounds), "x", against=what)
    return good


def alone(task: tuple[Path, Path]) -> str:
    path, store = task
    return ours(path, Store(store)).digest


def many(way: str, folder: Path, count: int, results) -> None:
    """Prepare many in a process of its own, and report seconds and its peak of memory."""
    files = sorted((folder / "many").glob("*.png"))
    handed = [Handed(path=files[n % len(files)], view="full", character=MIRA) for n in range(count)]
    store = folder / f"store-{way}"
    ours(files[0], Store(store))  # libraries are loaded before the clock runs
    start = time.perf_counter()
    if way == "processes":
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
            list(pool.map(alone, [(one.path, store) for one in handed]))
    else:
        prepare_all(handed, Store(store), recipe=RECIPE, workers=int(way)).all()
    took = time.perf_counter() - start
    peak = high_water()
    results.put((took, peak))


def high_water() -> float:
    """Return this process's peak of resident memory, in MiB; `ru_maxrss` would begin with the parent's."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def measured(way: str, folder: Path, count: int) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=many, args=(way, folder, count, results))
    process.start()
    found = results.get()
    process.join()
    return found


def together(folder: Path, count: int) -> bool:
    (folder / "many").mkdir()
    for seed in range(20):
        scene((3840, 2160), seed).save(folder / "many" / f"{seed:02}.png")
    few = measured("2", folder, 10)
    one, two, processes = (measured(way, folder, count) for way in ("1", "2", "processes"))
    what = f"{count} references of 4K"
    good = say(f"{what}: speed-up by two threads", one[0] / two[0], "x", 1.6, "one thread", least=True)
    say(f"{what}: speed-up by two processes, their start included", one[0] / processes[0], "x", against="one thread")
    say(f"{what}: seconds each, two threads", two[0] / count, "s")
    good &= say(f"{what}: peak RSS, two threads", two[1] / few[1], "x", 1.25, "10 references")
    say(f"{what}: peak RSS, one thread", one[1], "MiB")
    say(f"{what}: peak RSS, two threads", two[1], "MiB")
    return good


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--many", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        good = single(Path(name), asked.rounds)
        good &= together(Path(name), asked.many)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
