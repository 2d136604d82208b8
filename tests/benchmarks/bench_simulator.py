"""What drawing a clip costs, against encoding the same frames with libx264 veryfast.

Both are measured in one process on one thread of OpenCV, shot by shot, one after the other (paired), as CPU time of the
process: x264 may use threads, so wall time would flatter it or drawing according to who else uses the machine. Drawing
includes reading the prompt and painting the place; encoding includes the conversion from RGB.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time

import av
import cv2

from charkit.simulator.clip import frames_of, x264_options
from charkit.simulator.direction import Direction, Drift

MIRA = (
    "Mira: a girl of about ten with a round face, freckles, big green eyes and a chin-length copper bob. She wears a "
    "mustard-yellow raincoat, a teal scarf, navy leggings and brown boots, and carries a round paper lantern."
)
FENN = (
    "Fenn: a small fox-like forest creature with moss-green fur, a cream belly, amber eyes, very large ears, a leaf at "
    "the tip of his tail and a red neckerchief."
)
SHOTS = {
    "harbour, pan": "Shot: wide.\nPlace: the harbour of a fishing town.\nLight: blue dusk.\nCamera: slow pan right.",
    "stairs, speech, push": f"{MIRA}\nShot: medium.\nPlace: the stone harbour stairs.\nLight: blue dusk.\n"
    "Action: Mira lifts her lantern and looks out to sea.\nCamera: slow push in.\n"
    'Dialogue: Mira says: "The light is out."',
    "cliff, two walk": f"{MIRA}\n{FENN}\nShot: wide.\nPlace: the cliff path.\nLight: dusk.\nAction: Mira and Fenn "
    "walk against the wind.\nCamera: tracking shot to the right.",
    "storm": "Shot: wide.\nPlace: the open sea.\nLight: storm.\nAction: rain and lightning.\nCamera: slow pan left.",
    "forest, jumps": f"{FENN}\nShot: full.\nPlace: a forest at night.\nLight: night.\nAction: Fenn jumps after the "
    "fireflies.\nCamera: still.",
    "lamp room, close": f"{MIRA}\nShot: close-up.\nPlace: the lamp room of the lighthouse.\nLight: night.\n"
    'Action: Mira looks up.\nCamera: slow push in.\nDialogue: Mira says: "Hold it steady, Fenn."',
}
SIZES = {"360p": (640, 360), "720p": (1280, 720)}
LIMIT = 1.0
REPEATS = 3


def drawn(direction: Direction) -> tuple[float, list[object]]:
    """CPU seconds of drawing, and the frames."""
    start = time.process_time()
    frames = list(frames_of(direction, Drift()))
    return time.process_time() - start, frames


def encoded(direction: Direction, frames: list[object]) -> float:
    """CPU seconds of converting and encoding frames."""
    start = time.process_time()
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=direction.fps, options=x264_options(direction.fps))
        stream.width, stream.height, stream.pix_fmt = direction.width, direction.height, "yuv420p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return time.process_time() - start


def ratio(size: str, prompt: str, repeat: int) -> tuple[float, float]:
    """CPU seconds of drawing and of encoding one shot."""
    width, height = SIZES[size]
    direction = Direction(prompt=prompt, width=width, height=height, seconds=4.0, seed=repeat)
    drawing, frames = drawn(direction)
    return drawing, encoded(direction, frames)


def main() -> int:
    """Measure every size and print one line of JSON for each; the exit status tells whether the limit holds."""
    cv2.setNumThreads(1)
    passed = True
    for size in SIZES:
        ratio(size, SHOTS["storm"], 0)  # libraries load, fonts and grain are made once per process
        rounds = []
        for repeat in range(REPEATS):
            costs = {name: ratio(size, prompt, repeat + 1) for name, prompt in SHOTS.items()}
            rounds.append(sum(d for d, _ in costs.values()) / sum(e for _, e in costs.values()))
            shots = ", ".join(f"{name} {d / e:.2f}" for name, (d, e) in costs.items())
            print(f"{size} round {repeat + 1}: {shots}", file=sys.stderr)
        value = round(statistics.median(rounds), 3)
        passed &= value <= LIMIT
        line = {
            "name": f"simulator-draw-over-encode-{size}", "value": value, "unit": "ratio", "limit": LIMIT,
            "against": "libx264 veryfast encode of the same frames", "ok": value <= LIMIT,
        }  # fmt: skip
        print(json.dumps(line), flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
