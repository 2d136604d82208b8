"""The process pool that draws, and the cache of what it drew.

One worker per core, started by spawn (the server has threads and an event loop; forking it would be unsafe). The same
thing asked for twice is drawn once, also when both wait at the same time.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import EncodingFailed, StorageFull
from charkit.simulator import worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.simulator.briefs import Brief
    from charkit.simulator.shelf import Shelf


@dataclass(frozen=True, kw_only=True)
class Wander:
    """How far identity drifts, from 0 (the same) to 1 (a stranger); None leaves the artist's own value."""

    text: float | None = None
    """With a description alone."""
    references: float | None = None
    """With reference pictures."""
    character: float | None = None
    """With a character id."""
    off_model: float | None = None
    """The share of takes that come out plainly wrong."""

    def chosen(self) -> dict[str, float]:
        """Return the values that were set, under the artist's names."""
        return {name: value for name, value in asdict(self).items() if value is not None}


SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


class Renderer:
    """Draws briefs in worker processes."""

    def __init__(
        self, shelf: Shelf, *, workers: int = 0, wander: Wander | None = None, artist: str = "charkit.simulator.clip"
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._shelf = shelf
        self._drift = (wander or Wander()).chosen()
        self._artist = artist
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: dict[Path, asyncio.Task[None]] = {}

    async def make(self, brief: Brief, media_type: str = "image/png") -> Path:
        """Return the clip or still of a brief, drawn now or found in the cache.

        Args:
            brief: what to draw.
            media_type: for stills: image/png, image/jpeg or image/webp.

        Raises:
            EncodingFailed: the drawing process failed or died.
            StorageFull: no space left.
        """
        pictures = [str(self._shelf.input(shown.digest)) for shown in brief.pictures]
        if brief.kind == "clip":
            work = functools.partial(worker.draw_clip, brief.document(), pictures)
            return await self._made(self._key(brief.digest), ".mp4", work)
        work = functools.partial(worker.draw_still, brief.document(), pictures, media_type)
        return await self._made(self._key(brief.digest), SUFFIXES[media_type], work)

    async def thumbnail(self, brief: Brief) -> Path:
        """Return one frame of a clip as WebP."""
        clip = await self.make(brief)
        return await self._made(self._key(brief.digest), ".webp", functools.partial(worker.thumbnail, str(clip)))

    async def spritesheet(self, brief: Brief) -> Path:
        """Return twenty frames of a clip as one JPEG."""
        clip = await self.make(brief)
        return await self._made(self._key(brief.digest), ".jpg", functools.partial(worker.spritesheet, str(clip)))

    async def learn(self, clip: Path) -> str:
        """Return the look, as JSON text, of the character that a clip shows."""
        return (await self._run(functools.partial(worker.learn, str(clip)))).text

    async def truth(self, brief: Brief) -> str:
        """Return what is true of the characters in a brief's clip or still, as JSON text."""
        pictures = [str(self._shelf.input(shown.digest)) for shown in brief.pictures]
        return (await self._run(functools.partial(worker.truth, brief.document(), pictures))).text

    async def measure(self, clip: Path) -> tuple[int, int, float]:
        """Return width and height in pixels and the length in seconds of an uploaded clip."""
        width, height, seconds = (await self._run(functools.partial(worker.measure_clip, str(clip)))).text.split()
        return int(width), int(height), float(seconds)

    async def warm(self) -> None:
        """Start the workers and let them import what they need; failures show at the first drawing."""
        pool = self._running_pool()
        await asyncio.gather(
            *(asyncio.wrap_future(pool.submit(worker.warm)) for _ in range(self.workers)), return_exceptions=True
        )

    def close(self) -> None:
        """Kill the workers; what they were drawing is drawn again by the next server."""
        for task in list(self._under_way.values()):
            task.cancel()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.kill()
            child.join(1.0)

    def _key(self, digest: str) -> str:
        drift = ",".join(f"{name}={value!r}" for name, value in sorted(self._drift.items()))
        return hashlib.sha256(f"{digest} {drift} {self._artist} {edition()}".encode()).hexdigest()

    async def _made(self, key: str, suffix: str, work: Callable[[str], worker.Report]) -> Path:
        path = self._shelf.result(key, suffix)
        if self._shelf.touch(path):
            return path
        task = self._under_way.get(path)
        if task is None:
            task = asyncio.create_task(self._draw(path, work))
            self._under_way[path] = task
            task.add_done_callback(lambda _: self._under_way.pop(path, None))
        await asyncio.shield(task)  # one client giving up must not take it from the others
        return path

    async def _draw(self, path: Path, work: Callable[[str], worker.Report]) -> None:
        draft = self._shelf.draft(path.suffix)
        try:
            await self._run(functools.partial(work, str(draft)))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        self._shelf.trim()

    async def _run(self, work: Callable[[], worker.Report]) -> worker.Report:
        report = await self._reported(work) or await self._reported(work)
        if report is None:
            raise EncodingFailed("the drawing process died twice")
        if report.disk_full:
            raise StorageFull(report.problem)
        if report.problem:
            raise EncodingFailed(report.problem)
        return report

    async def _reported(self, work: Callable[[], worker.Report]) -> worker.Report | None:
        """Return None if a worker died: all that was in the pool dies with it, so the innocent get another try."""
        pool = self._running_pool()
        try:
            return await asyncio.wrap_future(pool.submit(work))
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            return None

    def _running_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=worker.start,
                initargs=(self._artist, self._drift),
            )
        return self._pool


@functools.cache
def edition() -> str:
    """Return a digest of the simulator's own source, so that a change to the drawing empties the cache by itself."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
