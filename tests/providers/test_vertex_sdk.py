"""The two surfaces of Veo, below the adapter."""

import tempfile
from dataclasses import replace

import pytest
from pydantic import SecretStr

from charkit.errors import Rejected, UsageError
from charkit.providers.base import Blob, Connection
from charkit.providers.veo_request import Form
from charkit.providers.vertex_sdk import DeveloperSession, VertexSession, old_shape

FORM = Form(
    model="m", prompt="p", seconds=8, aspect="16:9", resolution="720p", person="allow_adult", sound=True, seed=None
)
PLACE = "projects/p/locations/global"


def connection(base_url):
    return Connection(endpoint="x", base_url=base_url, key=SecretStr("ya29.token-0123456789"), timeout=5.0)


@pytest.mark.parametrize("shape", ["{}/" + PLACE, "{}/" + PLACE + "/", "{}/v1beta1/" + PLACE])
def test_a_project_is_read_from_the_base_url(shape, service):
    service.says({"name": "a/operations/b"})
    VertexSession(connection(shape.format(service.url))).start(FORM)
    assert service.posts[0].path == f"/v1beta1/{PLACE}/publishers/google/models/m:predictLongRunning"


@pytest.mark.parametrize("tail", ["/projects/p", "/projects/p/locations", "/projects/p/locations/global/publishers"])
def test_half_a_project_is_refused_before_anything_goes_out(tail, service):
    with pytest.raises(UsageError, match="projects/PROJECT/locations/LOCATION"):
        VertexSession(connection(service.url + tail))


def test_nothing_of_the_environment_decides_where_it_goes(service, monkeypatch):
    for name, value in (
        ("GOOGLE_CLOUD_PROJECT", "other"),
        ("GOOGLE_CLOUD_LOCATION", "mars"),
        ("GOOGLE_API_KEY", "another-key"),
        ("GOOGLE_GENAI_API_VERSION", "v9"),
        ("GOOGLE_GENAI_USE_ENTERPRISE", "false"),
    ):
        monkeypatch.setenv(name, value)
    service.says({"name": "a/operations/b"})
    VertexSession(connection(f"{service.url}/{PLACE}")).start(FORM)
    VertexSession(connection(service.url)).start(FORM)
    DeveloperSession(connection(service.url)).start(FORM)
    project, express, developer = service.posts
    assert project.path.startswith(f"/v1beta1/{PLACE}/")
    assert project.headers["authorization"] == "Bearer ya29.token-0123456789"
    assert express.path.startswith("/v1beta1/publishers/")
    assert developer.path.startswith("/v1beta/models/")
    assert {one.headers.get("x-goog-api-key") for one in (express, developer)} == {"ya29.token-0123456789"}


def test_an_express_key_does_not_go_to_googles_storage():
    session = VertexSession(connection("https://aiplatform.googleapis.com"))
    with tempfile.SpooledTemporaryFile() as file, pytest.raises(Rejected, match="gcloud storage cp"):
        session.save("gs://bucket/clip.mp4", file, remote_id="a/operations/b")


def test_an_answer_that_the_sdk_cannot_read_is_still_here(service):
    for body in (b"[1, 2]", b'{"response": 3, "done": "yes"}', b"not json", b""):
        service.script.clear()
        service.sends(body, media_type="application/json")
        for session in (VertexSession(connection(service.url)), DeveloperSession(connection(service.url))):
            assert session.start(FORM).text == body.decode()
            assert session.operation("a/operations/b").text == body.decode()


def test_the_old_shape_has_no_field_that_google_never_documented_there():
    clip = Blob(name="a.mp4", media_type="video/mp4", data=b"clip")
    body = old_shape(replace(FORM, clip=clip))
    assert body["instances"] == [{"prompt": "p", "video": {"bytesBase64Encoded": "Y2xpcA==", "mimeType": "video/mp4"}}]
    assert not {"generateAudio", "seed", "storageUri", "resizeMode"} & set(body["parameters"])
