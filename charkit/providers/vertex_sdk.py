"""The two surfaces of Veo: Vertex by google-genai, and the Developer API's old shape, which only gateways still have.

google-genai 3.x makes Veo clips in enterprise mode alone; of the old shape it kept the parser and dropped the request
(google-wire.md, sections 0 and 2.5). So the old POST is written here, and all that is free goes through the SDK.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

from charkit.errors import Rejected, UsageError
from charkit.providers.exchange import Exchange, Reply
from charkit.providers.gemini_files import download, file_name, stream
from charkit.providers.gemini_sdk import GoogleSession, answered
from charkit.providers.reading import encode

if TYPE_CHECKING:
    import tempfile

    from charkit.providers.base import Blob, Connection
    from charkit.providers.veo_request import Form

VERTEX_VERSION = "v1beta1"
"""API version of Vertex that google-genai 3.4.0 asks for (google-wire.md, section 3)."""
DEVELOPER_VERSION = "v1beta"
"""API version in which the Developer API had Veo (google-wire.md, 2.5)."""
STORAGE = "https://storage.googleapis.com"
"""Where `gs://` addresses of a Google endpoint are read, with the same bearer token."""

_PLACE = re.compile(
    r"^(?P<base>https?://.+?)(?:/v1beta1)?/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/?$"
)
_BUCKET = re.compile(r"^gs://([^/]+)/(.+)$")


class VertexSession(GoogleSession):
    """Veo on Vertex: with a bearer token where the base URL names a project, else with an express API key."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        place = _PLACE.match(connection.base_url)
        if place is None and "/projects/" in connection.base_url:
            raise UsageError(
                f"{connection.endpoint}: a base URL with a project ends in /projects/PROJECT/locations/LOCATION, "
                f"and {connection.base_url} does not"
            )
        self._base = place["base"] if place else connection.base_url
        self._project = place["project"] if place else None
        self._location = place["location"] if place else None

    def start(self, form: Form) -> Reply:
        """Send the one paid POST; see `GoogleSession.send`."""
        source = types.GenerateVideosSource(prompt=form.prompt, image=_image(form.first), video=_video(form))
        references = [
            types.VideoGenerationReferenceImage(
                image=_image(blob), reference_type=types.VideoGenerationReferenceType.ASSET
            )
            for blob in form.references
        ]
        config = types.GenerateVideosConfig(
            number_of_videos=1,
            duration_seconds=form.seconds,
            aspect_ratio=form.aspect,
            resolution=form.resolution,
            person_generation=form.person,
            generate_audio=True if form.sound else None,
            seed=form.seed,
            last_frame=_image(form.last),
            reference_images=references or None,
        )
        return self.send(
            lambda client: answered(
                lambda: client.models.generate_videos(model=form.model, source=source, config=config)
            )
        )

    def operation(self, name: str) -> Reply:
        """Ask where an operation stands, by `fetchPredictOperation`; see `GoogleSession.ask`."""
        return _operation(self, name)

    def save(self, uri: str, file: tempfile.SpooledTemporaryFile[bytes], *, remote_id: str) -> None:
        """Save a clip that lies in a bucket, ready to be read.

        An endpoint of Google's own reads from Google's storage; any other is asked itself, so that the token stays
        where it belongs.

        Raises:
            Rejected: an express key cannot read buckets, or the object is gone.
            Unavailable: it failed; it may be repeated.
            BadResponse: it is not the address of an object.
        """
        found = _BUCKET.match(uri)
        if found is None:
            raise self.unclear(f"{uri!r} is not the address of an object", paid=False, remote_id=remote_id)
        googles = httpx2.URL(self._base).host.endswith(".googleapis.com")
        if googles and self._project is None:
            problem = f"the clip lies at {uri}, which an express key cannot read; copy it with gcloud storage cp"
            raise Rejected(problem, endpoint=self.connection.endpoint, remote_id=remote_id)
        base = STORAGE if googles else self._base
        address = f"{base.rstrip('/')}/storage/v1/b/{quote(found[1], safe='')}/o/{quote(found[2], safe='')}?alt=media"
        keyed = {"Authorization": f"Bearer {self.key}"} if self._project else {"x-goog-api-key": self.key}
        exchange = Exchange(replace(self.connection, base_url=base))
        stream(exchange, address, file, remote_id=remote_id, headers=keyed)

    def _client(self, *, paid: bool) -> genai.Client:
        options = self.options(self._base, VERTEX_VERSION, paid=paid)
        if self._project is None:
            return genai.Client(enterprise=True, api_key=self.key, http_options=options)
        return genai.Client(
            enterprise=True,
            project=self._project,
            location=self._location,
            credentials=Credentials(token=self.key),  # type: ignore[no-untyped-call]  # google-auth has no types
            http_options=options,
        )


class DeveloperSession(GoogleSession):
    """Veo in the Developer API's old shape, as gateways emulate it."""

    def start(self, form: Form) -> Reply:
        """Send the one paid POST; see `GoogleSession.send`."""
        base = self.connection.base_url.rstrip("/")
        address = f"{base}/{DEVELOPER_VERSION}/models/{quote(form.model, safe='')}:predictLongRunning"
        body, keyed = old_shape(form), {"x-goog-api-key": self.key}
        return self.send(lambda _: Reply.of(self._poster.post(address, json=body, headers=keyed)))

    def operation(self, name: str) -> Reply:
        """Ask where an operation stands, by its name; see `GoogleSession.ask`."""
        return _operation(self, name)

    def save(self, uri: str, file: tempfile.SpooledTemporaryFile[bytes], *, remote_id: str) -> None:
        """Save a clip from the endpoint's files, or without the key from where else a gateway says.

        Raises:
            Unavailable: it failed; it may be repeated.
            Rejected: it is gone.
            BadResponse: it is no address, or no clip.
        """
        if file_name(uri) or not uri.startswith(("https://", "http://")):
            download(self, uri, file, remote_id=remote_id)
        else:
            stream(self, uri, file, remote_id=remote_id, headers={})

    @cached_property
    def _poster(self) -> httpx2.Client:
        return self.http(paid=True)

    def _client(self, *, paid: bool) -> genai.Client:
        options = self.options(self.connection.base_url, DEVELOPER_VERSION, paid=paid)
        return genai.Client(api_key=self.key, enterprise=False, http_options=options)


def old_shape(form: Form) -> dict[str, object]:
    """Return the body of the Developer API's POST (google-wire.md, 2.5)."""
    instance: dict[str, object] = {"prompt": form.prompt}
    for name, blob in (("image", form.first), ("lastFrame", form.last), ("video", form.clip)):
        if blob is not None:
            instance[name] = _bytes(blob)
    if form.references:
        instance["referenceImages"] = [{"image": _bytes(blob), "referenceType": "ASSET"} for blob in form.references]
    if form.clip_uri:
        instance["video"] = {"uri": form.clip_uri}
    return {
        "instances": [instance],
        "parameters": {
            "sampleCount": 1,
            "durationSeconds": form.seconds,
            "aspectRatio": form.aspect,
            "resolution": form.resolution,
            "personGeneration": form.person,
        },
    }


def _operation(session: GoogleSession, name: str) -> Reply:
    operation = types.GenerateVideosOperation.model_validate({"name": name})
    return session.ask(lambda client: answered(lambda: client.operations.get(operation)), remote_id=name)


def _bytes(blob: Blob) -> dict[str, str]:
    return {"bytesBase64Encoded": encode(blob), "mimeType": blob.media_type}


def _image(blob: Blob | None) -> types.Image | None:
    return None if blob is None else types.Image(image_bytes=blob.data, mime_type=blob.media_type)


def _video(form: Form) -> types.Video | None:
    if form.clip_uri:
        return types.Video(uri=form.clip_uri, mime_type="video/mp4")
    return None if form.clip is None else types.Video(video_bytes=form.clip.data, mime_type=form.clip.media_type)
