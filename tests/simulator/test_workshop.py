from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from charkit.simulator.briefs import Brief
from charkit.simulator.faults import Fault
from charkit.simulator.jobs import Job, Status

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

CLIP = Brief(kind="clip", model="sora-2", prompt="Waves.", width=128, height=72, seconds=1.0)


def accept(workshop: Workshop, name: str = "a", fault: Fault = Fault.NONE, brief: Brief = CLIP) -> Job:
    return workshop.accept(job_id=name, wire="openai", brief=brief, prompt=brief.prompt, usd=0.1, fault=fault)


@pytest.mark.parametrize(
    ("fault", "status", "refunded"),
    [
        (Fault.NONE, Status.SUCCEEDED, False),
        (Fault.REFUSE_OUTPUT, Status.REFUSED, True),
        (Fault.DECLINE, Status.REFUSED, True),
        (Fault.FAIL, Status.FAILED, True),
    ],
)
def test_a_job_ends_as_its_fault_says_and_money_follows(
    workshop: Workshop, fault: Fault, status: Status, *, refunded: bool
) -> None:
    async def run() -> Job:
        return await workshop.finished(accept(workshop, fault=fault).id)

    assert asyncio.run(run()).status is status
    assert [charge.refunded for charge in workshop.jobs.charges()] == [refunded]


def test_a_job_is_on_disk_before_anything_is_drawn(workshop: Workshop) -> None:
    async def run() -> list[Job]:
        accept(workshop)
        return workshop.jobs.unfinished()

    assert [job.status for job in asyncio.run(run())] == [Status.QUEUED]


def test_only_as_many_jobs_run_as_there_are_workers(workshop: Workshop) -> None:
    async def run() -> dict[str, int]:
        slow = Brief(kind="clip", model="sora-2", prompt="[slow]", width=128, height=72, seconds=1.0)
        for name in "abc":
            accept(workshop, name, brief=slow)
        await asyncio.sleep(0.05)
        return workshop.jobs.count()

    assert asyncio.run(run()) == {"queued": 2, "running": 1}


def test_a_cancelled_job_is_refunded_once_and_an_ended_one_stays(workshop: Workshop) -> None:
    async def run() -> tuple[Job, Job]:
        cancelled = workshop.cancel(accept(workshop, "a"))
        done = await workshop.finished(accept(workshop, "b").id)
        return cancelled, workshop.cancel(done)

    cancelled, done = asyncio.run(run())
    assert (cancelled.status, done.status) == (Status.CANCELLED, Status.SUCCEEDED)
    assert [charge.refunded for charge in workshop.jobs.charges()] == [True, False]


def test_an_upload_is_found_on_its_own_wire_only(workshop: Workshop) -> None:
    upload = workshop.keep_upload("openai", "file-", "a.png", "image/png", b"bytes")
    assert workshop.upload_bytes(upload.id, "openai") == b"bytes"
    assert workshop.upload_bytes(upload.id, "google") is None
    assert workshop.upload_bytes("file-unknown", "openai") is None
