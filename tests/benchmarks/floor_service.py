"""A stand-in for a `/v1/videos` server, so light that its client is what is measured.

    python tests/benchmarks/floor_service.py CLIP SCALE

Prints its port. Job number n (in the order of arrival) takes `latency(n)` times SCALE seconds; each clip has bytes of
its own. `GET /figures` tells how many jobs were taken on, how many at once, how many in the fullest second.
"""

from __future__ import annotations

import asyncio
import json
import random
import struct
import sys
import time
from collections import Counter
from pathlib import Path

LEAST, MOST = 10.0, 30.0
"""Seconds that a job takes, before scaling."""


def latency(number: int) -> float:
    """Seconds that the job with this number takes, before scaling."""
    return random.Random(number).uniform(LEAST, MOST)  # noqa: S311  # no secret


class Service:
    """Jobs in memory."""

    def __init__(self, clip: bytes, scale: float) -> None:
        self.clip, self.scale = clip, scale
        self.ready: list[float] = []
        self.fetched: set[int] = set()
        self.begun: Counter[int] = Counter()
        self.polls = self.most = 0

    def post(self) -> dict[str, object]:
        now, number = time.monotonic(), len(self.ready)
        self.ready.append(now + latency(number) * self.scale)
        self.begun[int(now)] += 1
        self.most = max(self.most, sum(at > now for at in self.ready[-2000:]))
        return self.job(number)

    def job(self, number: int) -> dict[str, object]:
        done = time.monotonic() >= self.ready[number]
        status = {"status": "completed", "progress": 100} if done else {"status": "in_progress", "progress": 40}
        return {"id": f"video_{number}", "object": "video", "model": "sora-2", "seconds": "8", **status}

    def figures(self) -> dict[str, object]:
        return {
            "jobs": len(self.ready),
            "polls": self.polls,
            "most_at_once": self.most,
            "fetched": len(self.fetched),
            "fullest_second": max(self.begun.values(), default=0),
        }

    def answer(self, method: str, path: str) -> tuple[str, list[bytes]]:
        if path == "/figures":
            return "application/json", [json.dumps(self.figures()).encode()]
        if method == "POST":
            return "application/json", [json.dumps(self.post()).encode()]
        number = int(path.split("/")[3].removeprefix("video_"))
        if path.endswith("/content"):
            self.fetched.add(number)
            note = str(number).encode()
            return "video/mp4", [self.clip, struct.pack(">I", 8 + len(note)) + b"free" + note]
        self.polls += 1
        return "application/json", [json.dumps(self.job(number)).encode()]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection for as long as it is kept."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                method, path, _ = head.split("\r\n", 1)[0].split(" ")
                length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
                if length:
                    await reader.readexactly(length)
                kind, parts = self.answer(method.upper(), path.partition("?")[0])
                size = sum(map(len, parts))
                writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {size}\r\n\r\n".encode())
                for part in parts:
                    writer.write(part)
                await writer.drain()
                if "connection: close" in head:
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):  # gone, or the end
            pass
        finally:
            writer.close()


async def main() -> None:
    """Serve until the parent closes our input."""
    service = Service(Path(sys.argv[1]).read_bytes(), float(sys.argv[2]))
    server = await asyncio.start_server(service.talk, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
