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

from charkit.simulator import control, gemini, muse_videos, openai_images, openai_videos, openai_wire
from charkit.simulator.wires import Wire, mount
from charkit.simulator.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from charkit.simulator.workshop import Conduct

HOST = "127.0.0.1"


def application(workshop: Workshop) -> Starlette:
    """Return the application with all wires mounted."""
    wires = [
        Wire(
            name=openai_wire.WIRE,
            prefix="/openai/v1",
            doors=[
                *openai_wire.doors(workshop),
                *openai_videos.doors(workshop),
                *openai_images.doors(workshop),
            ],
            say=openai_wire.say,
            without_key=openai_wire.NO_KEY,
        ),
        Wire(
            name=muse_videos.WIRE,
            prefix="/muse",
            doors=muse_videos.doors(workshop),
            say=muse_videos.say,
            without_key=openai_wire.NO_KEY,
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
        routes=[control.mount(workshop), *(mount(wire, workshop.record) for wire in wires)],
        lifespan=lifespan,
        # A web page that resolves its own name to 127.0.0.1 must not be able to talk to the simulator.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
    )


def serve(conduct: Conduct, *, port: int, exit_with_parent: bool) -> None:
    """Serve until a signal comes or, if asked, until standard input closes.

    Prints one JSON line, `{"url": ..., "pid": ...}`, when requests are answered.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    asyncio.run(_serve(conduct, listener, exit_with_parent=exit_with_parent))


async def _serve(conduct: Conduct, listener: socket.socket, *, exit_with_parent: bool) -> None:
    config = uvicorn.Config(
        application(Workshop(conduct)),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    if exit_with_parent:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    announcing = asyncio.create_task(_announce(server, listener.getsockname()[1]))
    try:
        await server.serve([listener])
    finally:
        announcing.cancel()


async def _announce(server: uvicorn.Server, port: int) -> None:
    while not server.started:
        await asyncio.sleep(0.005)
    line = json.dumps({"url": f"http://{HOST}:{port}", "pid": os.getpid()})
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    # os.read and not sys.stdin: a daemon thread holding the lock of a buffered reader upsets interpreter shutdown.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    server.should_exit = True
