"""Where questions about pictures are answered, whichever wire they came on: faults, books, latency."""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from charkit.simulator import judging, prices
from charkit.simulator.briefs import Brief
from charkit.simulator.faults import Fault
from charkit.simulator.gemini_wire import TOKENS_IN
from charkit.simulator.jobs import Job, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.simulator.intake import Arrival
    from charkit.simulator.pictures import Arrived
    from charkit.simulator.workshop import Workshop

__all__ = ["Told", "ask"]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a question led to."""

    text: str
    fault: Fault
    tokens_in: int
    tokens_out: int


async def ask(
    workshop: Workshop,
    arrival: Arrival,
    *,
    wire: str,
    model: str,
    prompt: str,
    schema: Mapping[str, object],
    pictures: Sequence[Arrived],
) -> Told:
    """Answer a question and write it into the books; a refused one costs nothing and has no text."""
    fault = workshop.faults.meet(arrival, wire, prompt)
    tokens_in = max(1, len(prompt) // 4) + TOKENS_IN * len(pictures)
    if fault in (Fault.REFUSE_INPUT, Fault.REFUSE_FACE):
        return Told(text="", fault=fault, tokens_in=tokens_in, tokens_out=0)
    kept = tuple(workshop.keep(picture.data, role="view") for picture in pictures)
    refused = fault in (Fault.REFUSE_OUTPUT, Fault.FAIL)
    data = [picture.data for picture in pictures]
    text = "" if refused else await run_in_threadpool(judging.answer, prompt, schema, data, fault)
    told = Told(text=text, fault=fault, tokens_in=tokens_in, tokens_out=-(-len(text) // 4))
    now = time.time()
    job = Job(
        id=f"ask_{secrets.token_hex(12)}",
        wire=wire,
        prompt=prompt,
        brief=Brief(kind="answer", model=model, prompt=prompt, width=0, height=0, pictures=kept),
        created=now,
        ready=now + workshop.conduct.latency,
        # Nothing is drawn for it, so there is nothing that the next server could take up.
        status=Status.REFUSED if refused else Status.SUCCEEDED,
        finished=now,
        fault=fault,
    )
    workshop.jobs.accept(job, prices.judge(model, tokens_in, told.tokens_out))
    if refused:
        workshop.jobs.refund(job.id)
    arrival.job = job.id
    await asyncio.sleep(math.inf if fault is Fault.STUCK else workshop.conduct.latency)
    return replace(told, tokens_out=0) if refused else told
