"""`files/ID`: uploaded inputs and generated clips, and `GET models` (reference google-wire 1.5 and 4.3)."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.simulator import gemini_wire
from charkit.simulator.faults import Deed
from charkit.simulator.gemini_wire import FILES, WIRE
from charkit.simulator.intake import Arrival, Refused
from charkit.simulator.jobs import Job, Status
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.jobs import Upload
    from charkit.simulator.workshop import Workshop

INTERACTION = "v1_"
"""Start of an interaction's id; what follows is the id of its file."""
OPERATION = "veo_"
"""Start of a Veo job's id; the same."""
KEPT = 2 * 86_400
"""Seconds for which files are kept: 48 h for uploads, treated as the same for results (google-wire 4.3)."""


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors for files and models."""
    desk = _Desk(workshop)
    return [
        Door(path="/{version}/models", method="GET", handler=desk.models),
        Door(path="/{version}/models/{model}", method="GET", handler=desk.model),
        Door(path="/upload/{version}/files", method="POST", handler=desk.begin_upload),
        Door(
            path="/upload/{version}/files/{ticket}", method="POST", handler=desk.finish_upload, keyless=True, raw=True
        ),
        Door(path="/{version}/files/{id}:download", method="GET", handler=desk.download, deed=Deed.FETCH),
        Door(path="/{version}/files/{id}", method="GET", handler=desk.describe),
    ]


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._tickets: dict[str, tuple[str, str]] = {}

    async def models(self, _: Arrival) -> Response:
        names = (*gemini_wire.OMNI, *gemini_wire.NANO_BANANA)
        return JSONResponse({"models": [_model(name) for name in names]})

    async def model(self, arrival: Arrival) -> Response:
        name = arrival.path_part("model")
        if name not in (*gemini_wire.OMNI, *gemini_wire.NANO_BANANA):
            raise Refused(f"Model is not found: models/{name}", status=404)
        return JSONResponse(_model(name))

    async def begin_upload(self, arrival: Arrival) -> Response:
        headers = arrival.request.headers
        if headers.get("x-goog-upload-command") != "start":
            raise Refused("Only resumable uploads are supported.")
        file = arrival.fields.branch("file")
        media_type = headers.get("x-goog-upload-header-content-type", "application/octet-stream")
        ticket = base64.b16encode(time.time_ns().to_bytes(8, "big")).decode().lower()
        self._tickets[ticket] = (file.text("displayName") or file.text("display_name"), media_type)
        return JSONResponse({}, headers={"X-Goog-Upload-URL": f"{arrival.request.url}/{ticket}"})

    async def finish_upload(self, arrival: Arrival) -> Response:
        ticket = self._tickets.pop(arrival.path_part("ticket"), None)
        if ticket is None:
            raise Refused("Upload has already been terminated.", status=404)
        name, media_type = ticket
        upload = self._workshop.keep_upload(WIRE, "", name, media_type, arrival.raw)
        return JSONResponse({"file": _uploaded(upload)}, headers={"X-Goog-Upload-Status": "final"})

    async def describe(self, arrival: Arrival) -> Response:
        file_id = arrival.path_part("id")
        upload = self._workshop.jobs.upload(file_id, WIRE)
        if upload is not None:
            return JSONResponse(_uploaded(upload))
        job = self._generated(file_id)
        state = {Status.SUCCEEDED: "ACTIVE", Status.QUEUED: "PROCESSING", Status.RUNNING: "PROCESSING"}
        return JSONResponse(
            {
                "name": f"files/{file_id}",
                "mimeType": "video/mp4",
                "createTime": moment(job.created),
                "expirationTime": moment((job.finished or job.created) + KEPT),
                "uri": FILES + file_id,
                "downloadUri": address(job),
                "state": state.get(job.status, "FAILED"),
                "source": "GENERATED",
            }
        )

    async def download(self, arrival: Arrival) -> Response:
        job = self._generated(arrival.path_part("id"))
        if job.status is not Status.SUCCEEDED:
            raise Refused(f"The File {arrival.path_part('id')} is not in an ACTIVE state.")
        if (job.finished or job.created) + KEPT <= time.time():
            raise Refused("The file has expired.", status=404)
        return await self._workshop.clip(job)

    def _generated(self, file_id: str) -> Job:
        found = (self._workshop.jobs.get(start + file_id, WIRE) for start in (INTERACTION, OPERATION))
        job = next((job for job in found if job is not None), None)
        if job is None or job.brief.kind != "clip":
            text = f"You do not have permission to access the File {file_id} or it may not exist."
            raise Refused(text, status=403)
        return job


def address(job: Job) -> str:
    """Return the address of a job's clip."""
    return f"{FILES}{job.id.partition('_')[2]}:download?alt=media"


def moment(at: float) -> str:
    """Return a Unix time as Google writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _uploaded(upload: Upload) -> Said:
    digest = base64.b64encode(bytes.fromhex(upload.digest.removeprefix("sha256:"))).decode()
    return {
        "name": f"files/{upload.id}",
        "displayName": upload.name,
        "mimeType": upload.media_type,
        "sizeBytes": str(upload.size),
        "createTime": moment(upload.created),
        "expirationTime": moment(upload.created + KEPT),
        "sha256Hash": digest,
        "uri": FILES + upload.id,
        "state": "ACTIVE",
        "source": "UPLOADED",
    }


def _model(name: str) -> Said:
    methods = ["generateContent"] if name in gemini_wire.NANO_BANANA else ["createInteraction"]
    return {"name": f"models/{name}", "version": "1", "displayName": name, "supportedGenerationMethods": methods}
