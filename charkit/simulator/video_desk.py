"""What every counter of `/v1/videos` does alike: find a job, list jobs in pages, accept one, hand over the clip."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from charkit.simulator import openai_wire, pictures
from charkit.simulator.faults import refuse
from charkit.simulator.intake import Fields, FilePart, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from charkit.simulator.briefs import Brief
    from charkit.simulator.intake import Arrival, Value
    from charkit.simulator.jobs import Job
    from charkit.simulator.workshop import Workshop

BLOCKED = "Your request was blocked by our moderation system."
"""OpenAI's words, which relays pass on (reference openai-video-wire 3)."""
LIKENESS = "Upload may depict a realistic human. Please try again without humans in the frame."
"""OpenAI's words about a picture or clip that shows a person (reference openai-video-wire 3)."""
MOST_SIDE = 3840
"""Pixels of the longest side that is drawn."""


class VideoDesk:
    """The jobs of one mount."""

    def __init__(self, workshop: Workshop, wire: str) -> None:
        self.workshop = workshop
        self.wire = wire

    def find(self, arrival: Arrival, lost: str) -> Job:
        """Return the job that the path names.

        Args:
            arrival: the request.
            lost: what a client is told that asks for a job which is not there; `{id}` stands for its id.

        Raises:
            Refused: there is no such job here.
        """
        job_id = arrival.path_part("id")
        job = self.workshop.jobs.get(job_id, self.wire)
        if job is None:
            raise Refused(lost.format(id=job_id), status=404, code="not_found")
        return job

    def page(self, arrival: Arrival, *, limit: int | None, least: int) -> tuple[list[Job], bool]:
        """Return a page of the jobs and whether there are more.

        Args:
            arrival: the request, with `after`, `limit` and `order`.
            limit: jobs of a page where the request says nothing; None for all.
            least: the smallest `limit` that is allowed; the largest is 100.
        """
        jobs = self.workshop.jobs.newest(self.wire)
        if arrival.query("order", "desc") == "asc":
            jobs.reverse()
        if after := arrival.query("after"):
            ids = [job.id for job in jobs]
            jobs = jobs[ids.index(after) + 1 :] if after in ids else []
        asked = arrival.query("limit")
        if asked and not (asked.isdigit() and least <= int(asked) <= 100):
            raise Refused(f"limit must be between {least} and 100", status=422)
        count = int(asked) if asked else limit
        return jobs[:count], count is not None and len(jobs) > count

    def accept(
        self,
        arrival: Arrival,
        brief: Brief,
        *,
        job_id: str,
        usd: float,
        refusal: Refused,
        details: Mapping[str, str] | None = None,
    ) -> Job:
        """Accept a job, or refuse it where a fault says so.

        Raises:
            Refused: the request meets a refusal of its input.
        """
        prompt = arrival.fields.text("prompt")
        fault = self.workshop.faults.meet(arrival, self.wire, prompt)
        refuse(fault, refusal, Refused(LIKENESS, status=refusal.status_code))
        job = self.workshop.accept(
            job_id=job_id, wire=self.wire, brief=brief, prompt=prompt, usd=usd, fault=fault, details=details
        )
        arrival.job = job.id
        return job

    async def clip(self, job: Job) -> Response:
        """Return a finished job's clip."""
        return await self.workshop.clip(job)


def pixels(size: str, param: str = "size") -> tuple[int, int]:
    """Return width and height of `WIDTHxHEIGHT`.

    Raises:
        Refused: it is written differently, odd, or more than is drawn.
    """
    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(32 <= side <= MOST_SIDE and side % 2 == 0 for side in sides):
        raise Refused(f"{param} {size!r} is not supported", code="invalid_request", param=param)
    return sides


def picture_in(value: Value, param: str) -> pictures.Arrived:
    """Return the picture in a file part or a data URL.

    Raises:
        Refused: it is something else.
    """
    if isinstance(value, FilePart):
        return pictures.measured(value.data, openai_wire.IMAGES, param)
    if isinstance(value, str):
        return pictures.measured(pictures.from_url(value, param), openai_wire.IMAGES, param)
    raise Refused(f"{param} must be a file, a URL or a data URL", code="invalid_request", param=param)


def note_unknown(arrival: Arrival, known: frozenset[str]) -> None:
    """Write down which fields were ignored; self-hosted servers and relays say nothing about them to the client."""
    arrival.notes += [f"field {name!r} ignored" for name in arrival.fields.unknown(known)]


def taken(arrival: Arrival, known: frozenset[str]) -> Fields:
    """Return the fields that a FastAPI server takes, and write down the others.

    A form has no objects there: `input_reference[image_url]`, as the openai SDK writes one, is just another unknown
    name, and the clip is made from text alone (reference openai-video-wire 5).
    """
    note_unknown(arrival, known)
    values = {name: value for name, value in arrival.fields.values.items() if name in known}
    if arrival.encoding == "multipart":
        bracketed = [name for name, value in values.items() if _has_names(value)]
        arrival.notes += [f"field '{name}[...]' ignored" for name in bracketed]
        values = {name: value for name, value in values.items() if name not in bracketed}
    return Fields(values)


def _has_names(value: Value) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))


def prompt_of(fields: Fields) -> str:
    """Return the prompt, which has to be there."""
    prompt = fields.text("prompt")
    if not prompt:
        raise Refused("prompt is required", code="invalid_request", param="prompt")
    return prompt
