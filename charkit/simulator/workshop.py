"""Where jobs are accepted, drawn and finished; the one thing that every wire shares."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from charkit.errors import CharkitError
from charkit.simulator.briefs import Shown
from charkit.simulator.declaring import Declarations
from charkit.simulator.faults import Fault, Faults
from charkit.simulator.jobs import Job, JobTable, Status, Upload
from charkit.simulator.record import Record
from charkit.simulator.rendering import Renderer, Wander
from charkit.simulator.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from charkit.simulator.briefs import Brief

log = logging.getLogger("charkit.simulator")


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """How a server behaves: the knobs of the command line."""

    state: Path
    """Folder for jobs, results, records and the log."""
    latency: float = 0.0
    """Least simulated generation time in seconds."""
    workers: int = 0
    """Drawing processes; 0 for one per core."""
    wander: Wander = field(default_factory=Wander)
    artist: str = "charkit.simulator.clip"
    """Module that draws."""


REFUSED_TEXT = "Your request was blocked by our moderation system."
"""OpenAI's words (reference openai-video-wire 3)."""


UNPAID_WHEN_EMPTY = frozenset({"google"})
"""Wires where nothing but the tokens of media costs (google-wire 1.3); sick relays keep the money."""


class Workshop:
    """Accepts jobs, draws them in the background, remembers them across restarts."""

    def __init__(self, conduct: Conduct) -> None:
        conduct.state.mkdir(parents=True, exist_ok=True)
        self.conduct = conduct
        self.jobs = JobTable(conduct.state / "jobs.sqlite")
        self.shelf = Shelf(conduct.state)
        self.record = Record(conduct.state / "record.jsonl")
        self.faults = Faults()
        self.declarations = Declarations()
        self.renderer = Renderer(self.shelf, workers=conduct.workers, wander=conduct.wander, artist=conduct.artist)
        self._turns = asyncio.Semaphore(self.renderer.workers)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._warming: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Go on with what an earlier server left, and warm the drawing processes; call inside the event loop."""
        self.shelf.sweep()
        for job in self.jobs.unfinished():
            self._begin(job)
        self._warming = asyncio.create_task(self.renderer.warm())

    async def close(self) -> None:
        """Stop drawing; unfinished jobs stay in the table for the next server."""
        tasks = list(self._under_way.values()) + ([self._warming] if self._warming else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.renderer.close()
        self.jobs.close()

    def accept(
        self,
        *,
        job_id: str,
        wire: str,
        brief: Brief,
        prompt: str,
        usd: float,
        fault: Fault = Fault.NONE,
        details: Mapping[str, str] | None = None,
    ) -> Job:
        """Write a job and its charge to disk, then start it."""
        now = time.time()
        job = Job(
            id=job_id,
            wire=wire,
            prompt=prompt,
            brief=self.declarations.applied(brief),
            created=now,
            ready=now + self.conduct.latency,
            fault=fault,
            details=details or {},
        )
        self.jobs.accept(job, usd)
        self._begin(job)
        return job

    async def finished(self, job_id: str) -> Job:
        """Wait until a job has ended and return it; giving up waiting does not stop the job."""
        task = self._under_way.get(job_id)
        if task is not None:
            await asyncio.shield(task)
        job = self.jobs.get(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    async def clip(self, job: Job) -> Response:
        """Return a finished job's clip as a download."""
        if job.fault == Fault.EMPTY:
            return Response(b"", media_type="video/mp4")
        return FileResponse(await self.renderer.make(job.brief), media_type="video/mp4")

    def cancel(self, job: Job) -> Job:
        """End a job that has not ended; its charge is given back."""
        if job.status.terminal:
            return job
        ended = self._end(job, Status.CANCELLED, "cancelled", "The job was cancelled.")
        task = self._under_way.pop(job.id, None)
        if task is not None:
            task.cancel()
        return ended

    def keep(self, data: bytes, *, role: str = "unknown", label: str = "") -> Shown:
        """Put a picture on the shelf and return its place in a brief."""
        return Shown(digest=self.shelf.put(data), role=role, label=label)

    def keep_upload(self, wire: str, prefix: str, name: str, media_type: str, data: bytes) -> Upload:
        """Put an uploaded file on the shelf and in the table."""
        upload = Upload(
            id=prefix + secrets.token_hex(12),
            wire=wire,
            name=name,
            media_type=media_type,
            digest=self.shelf.put(data),
            size=len(data),
            created=time.time(),
        )
        self.jobs.keep_upload(upload)
        return upload

    def upload_bytes(self, upload_id: str, wire: str) -> bytes | None:
        """Return the bytes of an uploaded file, or None if there is no such file."""
        upload = self.jobs.upload(upload_id, wire)
        return None if upload is None else self.shelf.input(upload.digest).read_bytes()

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._work(job))
        self._under_way[job.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(job.id, None))

    async def _work(self, job: Job) -> None:
        try:
            async with self._turns:
                job = self.jobs.update(replace(job, status=Status.RUNNING, started=time.time()))
                if not job.fault:
                    await self.renderer.make(job.brief, job.details.get("media_type", "image/png"))
            await asyncio.sleep(math.inf if job.fault == Fault.STUCK else job.ready - time.time())
            self._conclude(job)
        except CharkitError as problem:
            log.warning("job %s failed: %s", job.id, problem)
            self._end(job, Status.FAILED, "internal_error", str(problem))
        except Exception:
            log.exception("job %s failed", job.id)
            self._end(job, Status.FAILED, "internal_error", "The simulator made a mistake; see its log.")

    def _conclude(self, job: Job) -> None:
        if job.fault in (Fault.REFUSE_OUTPUT, Fault.DECLINE):
            self._end(job, Status.REFUSED, "moderation_blocked", REFUSED_TEXT)
        elif job.fault == Fault.EMPTY and job.wire in UNPAID_WHEN_EMPTY:
            self._end(job, Status.REFUSED, "", "")
        elif job.fault == Fault.FAIL:
            self._end(job, Status.FAILED, "internal_error", "Video generation failed for an internal reason.")
        else:
            self.jobs.update(replace(job, status=Status.SUCCEEDED, finished=time.time()))

    def _end(self, job: Job, status: Status, code: str, message: str) -> Job:
        ended = self.jobs.update(replace(job, status=status, finished=time.time(), code=code, message=message))
        self.jobs.refund(job.id)
        return ended
