"""What runs in the drawing processes. The server imports none of the heavy libraries; these functions do.

Nothing here raises across the process border: exceptions that cannot be pickled would take the pool down, so every call
returns a `Report`. Results are written to the path given and moved into place by the server.
"""

from __future__ import annotations

import errno
import importlib
import io
import json
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charkit.simulator.briefs import FPS, Brief, read_brief

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import PIL.Image


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a piece of work ended."""

    problem: str = ""
    """Empty after success."""
    disk_full: bool = False
    text: str = ""
    """For work that answers with text: the answer."""


def start(artist: str, drift: Mapping[str, float]) -> None:
    """Prepare a fresh worker: one thread per worker, out of reach of Ctrl-C, never longer alive than the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # standard output belongs to the server's one line
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _SETUP["artist"] = artist
    _SETUP["drift"] = dict(drift)
    os.nice(5)  # the server and the person's notebook stay responsive while clips are drawn


_SETUP: dict[str, Any] = {}


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)


def warm() -> Report:
    """Import what drawing needs, so that the first clip does not wait for it."""
    return _reported(_artist)


def draw_clip(document: str, pictures: list[str], out: str) -> Report:
    """Draw a clip into `out` (mp4); `pictures` are the paths of the brief's pictures, in its order."""
    brief = read_brief(document)
    return _reported(lambda: _artist().render_clip(_direction(brief, pictures), Path(out), drift=_drift(brief)))


def draw_still(document: str, pictures: list[str], media_type: str, out: str) -> Report:
    """Draw a still into `out` as image/png, image/jpeg or image/webp."""
    brief = read_brief(document)

    def work() -> None:
        png: bytes = _artist().render_still(_direction(brief, pictures), drift=_drift(brief))
        Path(out).write_bytes(png if media_type == "image/png" else _recoded(png, media_type))

    return _reported(work)


def truth(document: str, pictures: list[str]) -> Report:
    """Tell what is true of a brief's characters; the report's text is a list as JSON."""
    brief = read_brief(document)
    try:
        from charkit.simulator.casting import truths
        from charkit.simulator.words import read_prompt

        direction = _direction(brief, pictures)
        script = read_prompt(direction.prompt, tuple(known.name for known in direction.known))
        return Report(text=json.dumps(truths(script, direction, _drift(brief))))
    except Exception as problem:  # noqa: BLE001 - see the module's text
        return _failed(problem)


def learn(clip: str) -> Report:
    """Learn a character's look from a clip; the report's text is the look as JSON."""
    try:
        return Report(text=_artist().learn_character(Path(clip)))
    except Exception as problem:  # noqa: BLE001 - see the module's text
        return _failed(problem)


def thumbnail(clip: str, out: str) -> Report:
    """Write one frame, a third into the clip, as WebP."""

    def work() -> None:
        frame = _frames(Path(clip), 3)[1]
        frame.save(out, "WEBP", quality=85)

    return _reported(work)


def spritesheet(clip: str, out: str) -> Report:
    """Write a 5 by 4 sheet of frames in the order of time, each 320 pixels wide, as JPEG."""

    def work() -> None:
        from PIL import Image

        columns, rows, width = 5, 4, 320
        frames = _frames(Path(clip), columns * rows)
        height = round(frames[0].height * width / frames[0].width)
        sheet = Image.new("RGB", (columns * width, rows * height))
        for index, frame in enumerate(frames):
            sheet.paste(frame.resize((width, height)), (index % columns * width, index // columns * height))
        sheet.save(out, "JPEG", quality=85)

    return _reported(work)


def measure_clip(clip: str) -> Report:
    """Measure a clip; the report's text is `WIDTH HEIGHT SECONDS`."""
    import av

    try:
        with av.open(clip) as container:
            stream = container.streams.video[0]
            seconds = Fraction(container.duration or 0, av.time_base)
            return Report(text=f"{stream.width} {stream.height} {float(seconds):.3f}")
    except Exception as problem:  # noqa: BLE001 - see the module's text
        return _failed(problem)


def _reported(work: Callable[[], object]) -> Report:
    try:
        work()
    except Exception as problem:  # noqa: BLE001 - see the module's text
        return _failed(problem)
    return Report()


def _failed(problem: Exception) -> Report:
    full = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
    text = "no space left on the simulator's disk" if full else f"{type(problem).__name__}: {problem}"
    return Report(problem=text, disk_full=full)


def _artist() -> Any:
    """Return the module that draws, with the libraries under it told to stay on one thread."""
    module = importlib.import_module(_SETUP["artist"])
    if not _SETUP.get("quiet"):
        _SETUP["quiet"] = True
        try:
            import cv2
        except ImportError:
            return module
        cv2.setNumThreads(1)
    return module


def _drift(brief: Brief) -> Any:
    from charkit.simulator.direction import Conditioning, Drift, Leaning

    declared = tuple(
        Leaning(conditioning=Conditioning(each.conditioning), size=each.size, off_model=each.off_model)
        for each in brief.declared
    )
    return Drift(**_SETUP["drift"], declared=declared)


def _direction(brief: Brief, pictures: list[str]) -> Any:
    from charkit.simulator.direction import Direction, Known, Picture

    shown = zip(brief.pictures, pictures, strict=True)
    return Direction(
        prompt=brief.prompt,
        width=brief.width,
        height=brief.height,
        seconds=brief.seconds or 4.0,
        fps=FPS,
        pictures=tuple(Picture(data=Path(path).read_bytes(), role=s.role, label=s.label) for s, path in shown),
        known=tuple(Known(name=known.name, look=known.look) for known in brief.known),
        seed=brief.direction_seed,
    )


def _recoded(png: bytes, media_type: str) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        kind = {"image/jpeg": "JPEG", "image/webp": "WEBP"}[media_type]
        (picture.convert("RGB") if kind == "JPEG" else picture).save(out, kind, quality=92)
    return out.getvalue()


def _frames(clip: Path, count: int) -> list[PIL.Image.Image]:
    """Return `count` frames spread evenly over the clip, as RGB pictures."""
    import av
    from PIL import Image

    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        total = stream.frames or 1
        wanted = [min(total - 1, round(index * total / count)) for index in range(count)]
        found: dict[int, PIL.Image.Image] = {}
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                found[index] = Image.fromarray(frame.to_ndarray(format="rgb24"))
    last = found[max(found)]
    return [found.get(index, last) for index in wanted]
