from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import av
import httpx2
import pytest
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

from tests.simulator.conftest import Server, png, until

if TYPE_CHECKING:
    from google.genai.types import GenerateVideosOperation

MODEL = "veo-3.1-fast-generate-001"
OLD = "veo-3.1-fast-generate-preview"
SHORT = {"duration_seconds": 4, "aspect_ratio": "16:9", "resolution": "720p"}
CODES = "Support codes"


@pytest.fixture
def vertex(server: Server) -> genai.Client:
    options = types.HttpOptions(base_url=f"{server.url}/google", timeout=20_000)
    return genai.Client(
        enterprise=True,
        project="lantern",
        location="us-central1",
        credentials=Credentials(token="any"),
        http_options=options,
    )


@pytest.fixture
def express(server: Server) -> genai.Client:
    options = types.HttpOptions(base_url=f"{server.url}/google", timeout=20_000)
    return genai.Client(enterprise=True, api_key="any", http_options=options)


def begin(client: genai.Client, prompt: str, **more: Any) -> GenerateVideosOperation:
    source = types.GenerateVideosSource(prompt=prompt, **more.pop("source", {}))
    config = types.GenerateVideosConfig(**{**SHORT, **more})
    return client.models.generate_videos(model=MODEL, source=source, config=config)


def finished(client: genai.Client, operation: GenerateVideosOperation) -> GenerateVideosOperation:
    return until(lambda: client.operations.get(operation), lambda one: bool(one.done))


def clip_of(operation: GenerateVideosOperation) -> types.Video:
    assert operation.response is not None
    (made,) = operation.response.generated_videos or []
    assert made.video is not None
    return made.video


def length(clip: bytes) -> float:
    with av.open(io.BytesIO(clip)) as container:
        assert container.duration is not None
        return container.duration / 1_000_000


def old_post(server: Server, body: dict[str, Any]) -> httpx2.Response:
    address = f"{server.url}/google/v1beta/models/{OLD}:predictLongRunning"
    return httpx2.post(address, json=body, headers={"x-goog-api-key": "k"}, timeout=20)


def old_get(server: Server, path: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}/google/v1beta/{path}", headers={"x-goog-api-key": "k"}, timeout=20)


@pytest.mark.parametrize("door", ["vertex", "express"])
def test_the_sdk_starts_an_operation_finds_it_again_and_reads_the_clip(
    door: str, server: Server, request: pytest.FixtureRequest
) -> None:
    client: genai.Client = request.getfixturevalue(door)
    begun = begin(client, "Waves.", seed=7, generate_audio=True, person_generation="allow_adult")
    assert not begun.done
    place = "projects/lantern/locations/us-central1/" if door == "vertex" else ""
    assert (begun.name or "").startswith(f"{place}publishers/google/models/{MODEL}/operations/")
    again = types.GenerateVideosOperation.model_validate({"name": begun.name})
    video = clip_of(finished(client, again))
    assert video.mime_type == "video/mp4"
    assert length(video.video_bytes or b"") == pytest.approx(4, abs=0.3)
    line = server.last_post(":predictLongRunning")
    assert {"name": "parameters.generateAudio", "value": True} in line["fields"]
    (charge,) = [c for c in server.control("charges")["charges"] if c["job"] == line["job"]]
    assert charge["usd"] == pytest.approx(4 * 0.10)


def test_references_arrive_byte_for_byte(server: Server, vertex: genai.Client) -> None:
    shown = [
        types.VideoGenerationReferenceImage(
            image=types.Image(image_bytes=png(colour=colour), mime_type="image/png"),
            reference_type=types.VideoGenerationReferenceType.ASSET,
        )
        for colour in ("red", "blue")
    ]
    begun = begin(vertex, "Mira waves.", duration_seconds=8, reference_images=shown)
    assert clip_of(finished(vertex, begun)).video_bytes
    line = server.last_post(":predictLongRunning")
    names = [f["name"] for f in line["fields"] if "referenceType" in f["name"]]
    assert names == [f"instances[0].referenceImages[{n}].referenceType" for n in range(2)]
    jobs = server.control("charges")["charges"]
    assert line["job"] in [charge["job"] for charge in jobs]


def test_a_clip_goes_into_the_bucket_that_was_named_and_can_be_read_there(server: Server, vertex: genai.Client) -> None:
    done = finished(vertex, begin(vertex, "Into a bucket.", output_gcs_uri="gs://reels/lantern/"))
    uri = clip_of(done).uri or ""
    assert uri.startswith("gs://reels/lantern/")
    path = uri.removeprefix("gs://reels/").replace("/", "%2F")
    read = httpx2.get(
        f"{server.url}/google/storage/v1/b/reels/o/{path}?alt=media", headers={"Authorization": "Bearer any"}
    )
    assert length(read.content) == pytest.approx(4, abs=0.3)
    elsewhere = read.url.copy_with(path=read.url.path.replace("reels", "other"))
    assert httpx2.get(elsewhere, headers={"Authorization": "Bearer any"}).status_code == 404


def test_an_extension_by_bytes_and_by_address_goes_on_from_the_clip(server: Server, vertex: genai.Client) -> None:
    first = clip_of(finished(vertex, begin(vertex, "Mira walks.", duration_seconds=4)))
    longer = begin(vertex, "She runs.", duration_seconds=8, source={"video": first})
    second = clip_of(finished(vertex, longer)).video_bytes or b""
    assert length(second) == pytest.approx(11, abs=0.3)
    charge = server.control("charges")["charges"][-1]
    assert charge["usd"] == pytest.approx(7 * 0.10)
    stored = clip_of(finished(vertex, begin(vertex, "Fenn jumps.", output_gcs_uri="gs://reels/a")))
    third = finished(vertex, begin(vertex, "He lands.", duration_seconds=8, source={"video": stored}))
    assert length(clip_of(third).video_bytes or b"") == pytest.approx(11, abs=0.3)


@pytest.mark.thorough
def test_an_extended_video_ends_at_thirty_seven_seconds(vertex: genai.Client) -> None:
    video = clip_of(finished(vertex, begin(vertex, "On and on.", duration_seconds=8)))
    for _ in range(4):
        video = clip_of(finished(vertex, begin(vertex, "On.", duration_seconds=8, source={"video": video})))
    with pytest.raises(errors.ClientError, match="37 seconds at most"):
        begin(vertex, "On.", duration_seconds=8, source={"video": video})


def test_what_the_filters_take_is_done_without_an_error_and_without_a_charge(
    server: Server, vertex: genai.Client
) -> None:
    done = finished(vertex, begin(vertex, "Mira. [[refuse:output]]"))
    assert done.error is None
    assert done.response is not None
    assert done.response.generated_videos is None
    assert done.response.rai_media_filtered_count == 1
    assert CODES in (done.response.rai_media_filtered_reasons or [""])[0]
    assert server.control("charges")["charges"][-1]["refunded"] is True


def test_a_refused_prompt_starts_nothing_and_a_failure_names_its_code(server: Server, vertex: genai.Client) -> None:
    before = len(server.control("charges")["charges"])
    with pytest.raises(errors.ClientError, match=CODES):
        begin(vertex, "Mira. [[refuse:input]]")
    assert len(server.control("charges")["charges"]) == before
    failed = finished(vertex, begin(vertex, "Mira. [[fail]]"))
    assert failed.error is not None
    assert failed.error["code"] == 13


def test_rules_are_400s_and_unknown_models_and_operations_404s(server: Server, vertex: genai.Client) -> None:
    with pytest.raises(errors.ClientError, match="4, 6 or 8") as refused:
        begin(vertex, "x", duration_seconds=5)
    assert refused.value.code == 400
    for call in (
        lambda: vertex.models.generate_videos(model=OLD, source=types.GenerateVideosSource(prompt="x")),
        lambda: vertex.operations.get(
            types.GenerateVideosOperation(
                name=f"projects/lantern/locations/us-central1/publishers/google/models/{MODEL}/operations/none"
            )
        ),
    ):
        with pytest.raises(errors.ClientError) as lost:
            call()
        assert lost.value.code == 404
    begun = begin(vertex, "Polled in the wrong way.")
    wrong = httpx2.get(f"{server.url}/google/v1beta1/{begun.name}", headers={"Authorization": "Bearer any"})
    assert wrong.status_code == 404
    other = types.GenerateVideosOperation(name=(begun.name or "").replace("lantern", "other"))
    with pytest.raises(errors.ClientError):
        vertex.operations.get(other)


def test_the_old_shape_is_polled_by_name_read_by_the_sdks_own_parser_and_downloaded_as_a_file(server: Server) -> None:
    image = {"bytesBase64Encoded": base64.b64encode(png()).decode(), "mimeType": "image/png"}
    body = {"instances": [{"prompt": "Waves.", "image": image}], "parameters": {"durationSeconds": 4}}
    begun = old_post(server, body).json()
    assert begun["name"].startswith(f"models/{OLD}/operations/")
    done = until(lambda: old_get(server, begun["name"]).json(), lambda said: said.get("done"))
    parsed = types.GenerateVideosOperation.from_api_response(done, is_vertex_ai=False)
    uri = clip_of(parsed).uri or ""
    assert uri.startswith("https://generativelanguage.googleapis.com/v1beta/files/")
    options = types.HttpOptions(base_url=f"{server.url}/google", api_version="v1beta")
    client = genai.Client(api_key="any", http_options=options)
    assert length(client.files.download(file=uri)) == pytest.approx(4, abs=0.3)
    again = client.operations.get(types.GenerateVideosOperation(name=begun["name"]))
    assert clip_of(again).uri == uri
    body = {"instances": [{"prompt": "On.", "video": {"uri": uri}}], "parameters": {"durationSeconds": 8}}
    assert old_post(server, body).status_code == 200


def test_the_old_shape_tells_what_was_filtered_inside_its_own_envelope(server: Server) -> None:
    begun = old_post(server, {"instances": [{"prompt": "Mira. [[refuse:output]]"}]}).json()
    done = until(lambda: old_get(server, begun["name"]).json(), lambda said: said.get("done"))
    parsed = types.GenerateVideosOperation.from_api_response(done, is_vertex_ai=False)
    assert parsed.response is not None
    assert parsed.response.rai_media_filtered_count == 1
