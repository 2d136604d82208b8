from __future__ import annotations

import base64
import hashlib
import io
from typing import TYPE_CHECKING

import httpx2
import pytest
from google.genai import errors, types

from tests.simulator.conftest import Server, png

if TYPE_CHECKING:
    from google.genai import Client

KEY = {"x-goog-api-key": "any"}


@pytest.fixture
def client(server: Server) -> Client:
    return server.google()


def test_an_upload_keeps_bytes_name_and_type(client: Client) -> None:
    data = png()
    options = types.UploadFileConfig(mime_type="image/png", display_name="Mira, front")
    file = client.files.upload(file=io.BytesIO(data), config=options)
    assert file.name is not None
    again = client.files.get(name=file.name)
    assert (again.mime_type, again.size_bytes, again.state) == ("image/png", len(data), types.FileState.ACTIVE)
    assert again.display_name == "Mira, front"
    assert base64.b64decode(again.sha256_hash or "") == hashlib.sha256(data).digest()
    assert again.source == types.FileSource.UPLOADED


def test_a_finished_upload_cannot_be_finished_twice(server: Server) -> None:
    start = {**KEY, "x-goog-upload-command": "start", "x-goog-upload-header-content-type": "image/png"}
    begun = httpx2.post(f"{server.url}/google/upload/v1/files", headers=start, json={"file": {}})
    target = begun.headers["x-goog-upload-url"]
    assert httpx2.post(target, content=png()).json()["file"]["state"] == "ACTIVE"
    assert httpx2.post(target, content=png()).status_code == 404


def test_a_clip_that_is_not_ready_is_processing_and_cannot_be_fetched(server: Server, client: Client) -> None:
    begun = client.interactions.create(
        model="gemini-omni-1.2-flash",
        input="[slow] Not ready.",
        background=True,
        response_format={"type": "video", "resolution": "360p", "duration": "3s", "delivery": "uri"},
    )
    name = begun.id.removeprefix("v1_")
    assert client.files.get(name=f"files/{name}").state == types.FileState.PROCESSING
    answer = httpx2.get(f"{server.url}/google/v1beta/files/{name}:download?alt=media", headers=KEY)
    assert answer.status_code == 400
    assert "not in an ACTIVE state" in answer.json()["error"]["message"]


def test_an_unknown_file_is_forbidden_as_google_says_it(client: Client) -> None:
    with pytest.raises(errors.ClientError, match="may not exist") as refused:
        client.files.get(name="files/unknown")
    assert refused.value.code == 403


def test_one_model_is_described_and_an_unknown_one_is_not_found(client: Client) -> None:
    assert client.models.get(model="gemini-3-pro-image").name == "models/gemini-3-pro-image"
    with pytest.raises(errors.ClientError, match="not found"):
        client.models.get(model="veo-3.1-generate-preview")
