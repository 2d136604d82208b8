"""A video service on disk: what it accepted outlives every process that spoke to it, and can be counted."""

from __future__ import annotations

import json
import os
import struct
import threading
import time
import uuid
from pathlib import Path

from pydantic import SecretStr

from charkit.providers.base import (
    Answer,
    Billing,
    Blob,
    Connection,
    Listed,
    Outcome,
    SentField,
    VideoRequest,
    once_key,
)


class Service:
    """Accepts jobs, lets each run for one poll, then has its clip. Tests script exceptions from that per prompt."""

    def __init__(self, root: Path, clip: bytes, *, clock=time.time) -> None:
        self.root = Path(root)
        (self.root / "accepted").mkdir(parents=True, exist_ok=True)
        self.clip = clip
        self.clock = clock
        self.on_submit: dict[str, list] = {}
        self.on_poll: dict[str, list] = {}
        self.on_fetch: dict[str, list] = {}
        self.on_accept = lambda request: None
        self.cancels = True
        self.on_cancel: dict[str, list] = {}
        self.cancelled: list[str] = []
        self.lists = True
        self.lists_prompts = True
        self.lag = 0.0
        self.remembers = 0.0
        """Seconds for which it says that it remembers a key; 0 where it takes none."""
        self._keys: dict[str, str] = {}
        self.calls: list[str] = []
        self._polled: dict[str, int] = {}
        self._lock = threading.Lock()

    def _scripted(self, table: dict[str, list], prompt: str):
        with self._lock:
            steps = table.get(prompt) or []
            return steps.pop(0) if steps else None

    @property
    def posts(self) -> list[str]:
        """The prompts of all POSTs that reached the service, in order, whatever became of them."""
        log = self.root / "posts.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def accepted(self) -> list[dict]:
        jobs = [json.loads(path.read_text()) for path in (self.root / "accepted").glob("*.json")]
        return sorted(jobs, key=lambda job: job["created_at"])

    def clip_of(self, prompt: str) -> bytes:
        """The clip with the prompt in a box that players skip: other bytes for each prompt."""
        note = prompt.encode()
        return self.clip + struct.pack(">I", 8 + len(note)) + b"free" + note

    def accept(self, request) -> str:
        if self.remembers and once_key() in self._keys:
            return self._keys[once_key()]
        remote_id = f"video_{uuid.uuid4().hex}"
        self._keys[once_key()] = remote_id
        job = {
            "id": remote_id,
            "prompt": request.prompt,
            "model": request.model,
            "seconds": str(getattr(request, "seconds", "")),
            "size": f"{request.width}x{request.height}",
            "created_at": self.clock(),
        }
        part = self.root / f"{remote_id}.part"
        part.write_text(json.dumps(job))
        part.replace(self.root / "accepted" / f"{remote_id}.json")
        self.on_accept(request)
        return remote_id

    def job(self, remote_id: str) -> dict:
        return json.loads((self.root / "accepted" / f"{remote_id}.json").read_text())


class Lost(Exception):
    """Scripted: the service accepts, and its answer turns into this error on the way."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class ScriptedProvider:
    """The adapter for `Service`."""

    def __init__(self, service: Service) -> None:
        self.service = service

    @property
    def connection(self) -> Connection:
        """What a person wrote down of this service."""
        known = {"idempotency_header": "Idempotency-Key", "idempotency_seconds": self.service.remembers}
        header = known if self.service.remembers else {}
        return Connection(endpoint="muse", base_url="http://127.0.0.1:9/v1", key=SecretStr("any-key"), **header)

    def submit(self, request) -> Answer:
        service = self.service
        descriptor = os.open(service.root / "posts.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (json.dumps(request.prompt) + "\n").encode())
        os.close(descriptor)
        step = service._scripted(service.on_submit, request.prompt)
        if isinstance(step, Lost):
            service.accept(request)
            raise step.error
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, Answer):
            return step
        if callable(step):
            step()
        remote_id = service.accept(request)
        sent = tuple(
            SentField(
                field=f"input[{i}]",
                name=r.blob.name,
                digest=r.blob.digest,
                role=r.role.value,
                character=r.character,
            )
            for i, r in enumerate(request.references)
        )
        return Answer(
            outcome=Outcome.QUEUED,
            remote_id=remote_id,
            model=f"{request.model}-2026-11-01",
            sent=sent,
            raw=json.dumps({"id": remote_id}),
        )

    def poll(self, remote_id: str) -> Answer:
        service = self.service
        prompt = service.job(remote_id)["prompt"]
        service.calls.append(f"poll {prompt}")
        step = service._scripted(service.on_poll, prompt)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, Answer):
            return step
        with service._lock:
            service._polled[remote_id] = service._polled.get(remote_id, 0) + 1
            done = service._polled[remote_id] > 1
        if done:
            return Answer(
                outcome=Outcome.SUCCEEDED,
                remote_id=remote_id,
                progress=100,
                billing=Billing.CHARGED,
                expires_at=service.clock() + 3600,
                raw='{"status":"completed"}',
            )
        return Answer(outcome=Outcome.RUNNING, remote_id=remote_id, progress=40, raw='{"status":"in_progress"}')

    def fetch(self, remote_id: str):
        service = self.service
        prompt = service.job(remote_id)["prompt"]
        service.calls.append(f"fetch {prompt}")
        step = service._scripted(service.on_fetch, prompt)
        if isinstance(step, BaseException):
            raise step
        data = step if isinstance(step, bytes) else service.clip_of(prompt)
        for start in range(0, len(data), 1024):
            yield data[start : start + 1024]
            if callable(step):
                step()

    @property
    def cancels(self) -> bool:
        return self.service.cancels

    def cancel(self, remote_id: str) -> Answer:
        service = self.service
        prompt = service.job(remote_id)["prompt"]
        service.calls.append(f"cancel {prompt}")
        step = service._scripted(service.on_cancel, prompt)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, Answer):
            return step
        service.cancelled.append(prompt)
        return Answer(outcome=Outcome.CANCELLED, remote_id=remote_id, billing=Billing.NOT_CHARGED)

    def recent(self, limit: int = 50):
        service = self.service
        service.calls.append("recent")
        if not service.lists:
            return None
        seen = [job for job in service.accepted if service.clock() - job["created_at"] >= service.lag]
        return [
            Listed(
                remote_id=job["id"],
                created_at=job["created_at"],
                prompt=job["prompt"] if service.lists_prompts else None,
                model=job["model"],
                seconds=job["seconds"],
                size=job["size"],
            )
            for job in reversed(seen)
        ][:limit]


def clip_request(subject: str = "S01", **changes) -> VideoRequest:
    values = {"model": "muse-video", "prompt": f"Mira in {subject}", "seconds": 1, "width": 64, "height": 64}
    return VideoRequest(**(values | changes))


def png(data: bytes, name: str = "front.png") -> Blob:
    return Blob(name=name, media_type="image/png", data=data)
