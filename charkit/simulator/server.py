"""The HTTP server: mounts every wire, listens on the loopback interface only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from charkit.simulator import (
    control,
    gemini,
    muse_videos,
    newapi_videos,
    openai_chat,
    openai_images,
    openai_videos,
    openai_wire,
    openrouter_videos,
    sglang_videos,
    vllm_videos,
)
from charkit.simulator.holding import Holders
from charkit.simulator.mishaps import Line
from charkit.simulator.wires import Wire, mount
from charkit.simulator.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from charkit.simulator.workshop import Conduct

HOST = "127.0.0.1"
_SERVERS = (
    (muse_videos, "/muse"),
    (openrouter_videos, "/openrouter/v1"),
    (vllm_videos, "/vllm/v1"),
    (sglang_videos, "/sglang/v1"),
    (newapi_videos, "/newapi"),
)
"""The other servers of `/v1/videos`, and where they are mounted."""


def application(workshop: Workshop, holders: Holders) -> Starlette:
    """Return the application with all wires mounted."""
    wires = [
        Wire(
            name=openai_wire.WIRE,
            prefix="/openai/v1",
            doors=[
                *openai_wire.doors(workshop),
                *openai_videos.doors(workshop),
                *openai_images.doors(workshop),
                *openai_chat.doors(workshop),
            ],
            say=openai_wire.say,
            without_key=openai_wire.NO_KEY,
        ),
        *(
            Wire(
                name=videos.WIRE,
                prefix=prefix,
                doors=videos.doors(workshop),
                say=videos.say,
                without_key=openai_wire.NO_KEY,
            )
            for videos, prefix in _SERVERS
        ),
        Wire(
            name=gemini.WIRE,
            prefix="/google",
            doors=gemini.doors(workshop),
            say=gemini.say,
            without_key=gemini.NO_KEY,
        ),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        workshop.open()
        yield
        await workshop.close()

    return Starlette(
        routes=[control.mount(workshop, holders), *(mount(wire, workshop.record, workshop.faults) for wire in wires)],
        lifespan=lifespan,
        # A web page that resolves its own name to 127.0.0.1 must not be able to talk to the simulator.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
    )


def serve(conduct: Conduct, *, port: int, exit_with_parent: bool = False, while_held: bool = False) -> None:
    """Serve until a signal comes or, if asked, until standard input closes or nobody holds on to it.

    Prints one JSON line, `{"url": ..., "pid": ...}`, when requests are answered, and keeps it in `server.json` in the
    state folder for others who want to share this server.

    Raises:
        OSError: the port is taken.
    """
    # Named in full: asyncio only turns Nagle's algorithm off (40 ms per answer) on sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    address = conduct.state / "server.json"
    try:
        asyncio.run(_serve(conduct, listener, address, exit_with_parent=exit_with_parent, while_held=while_held))
    finally:
        address.unlink(missing_ok=True)


async def _serve(
    conduct: Conduct, listener: socket.socket, address: Path, *, exit_with_parent: bool, while_held: bool
) -> None:
    holders = Holders()
    config = uvicorn.Config(
        application(Workshop(conduct), holders),
        log_config=None,
        access_log=False,
        server_header=False,
        http=Line,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    if exit_with_parent:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    beside = [asyncio.create_task(_announce(server, listener.getsockname()[1], address))]
    if while_held:
        beside.append(asyncio.create_task(_stop_when_left(server, holders)))
    try:
        await server.serve([listener])
    finally:
        for task in beside:
            task.cancel()


async def _announce(server: uvicorn.Server, port: int, address: Path) -> None:
    while not server.started:
        await asyncio.sleep(0.005)
    line = json.dumps({"url": f"http://{HOST}:{port}", "pid": os.getpid()})
    incoming = address.with_suffix(".new")
    incoming.write_text(line, encoding="utf-8")
    incoming.replace(address)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _stop_when_left(server: uvicorn.Server, holders: Holders) -> None:
    await holders.gone()
    server.should_exit = True


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    # os.read and not sys.stdin: a daemon thread holding the lock of a buffered reader upsets interpreter shutdown.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    server.should_exit = True
