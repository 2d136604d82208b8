"""Lists of models, read for free."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import SecretStr

from charkit.errors import BadResponse, Rejected, Unavailable, UnsupportedRequest
from charkit.providers.base import Connection
from charkit.providers.catalogue import ListedModel, listable, models

PROTOCOLS = ["openai-videos", "openai-images", "gemini-omni", "gemini-images"]


def connection(base_url: str, dialect: str = "") -> Connection:
    return Connection(
        endpoint="loopback", base_url=base_url, key=SecretStr("sk-secret-of-mine"), dialect=dialect, timeout=5.0
    )


def test_openai_says_when_a_model_ends(service) -> None:
    service.says(
        {
            "object": "list",
            "data": [
                {"id": "gpt-image-1.5", "object": "model", "shutdown_date": "2026-12-01"},
                {"id": "gpt-image-2.6-flare", "object": "model", "shutdown_date": None},
                {"id": "odd", "shutdown_date": "soon"},
            ],
        }
    )
    assert models("openai-images", connection(f"{service.url}/v1")) == [
        ListedModel(id="gpt-image-1.5", ends=dt.date(2026, 12, 1)),
        ListedModel(id="gpt-image-2.6-flare"),
        ListedModel(id="odd"),
    ]
    assert [(one.method, one.path) for one in service.arrived] == [("GET", "/v1/models")]


def test_openrouter_keeps_its_video_models_elsewhere(service) -> None:
    service.says({"data": [{"id": "minimax/h3"}]})
    assert models("openai-videos", connection(f"{service.url}/api/v1", "openrouter")) == [ListedModel(id="minimax/h3")]
    assert service.arrived[0].path == "/api/v1/videos/models"


def test_google_s_list_is_read_page_by_page_with_the_key_in_a_header(service) -> None:
    service.says({"models": [{"name": "models/gemini-omni-1.2-flash"}], "nextPageToken": "p2"})
    service.says({"models": [{"name": "models/gemini-nano-banana-2.1"}]})
    found = models("gemini-omni", connection(service.url))
    assert [one.id for one in found] == ["gemini-omni-1.2-flash", "gemini-nano-banana-2.1"]
    assert [one.query.get("pageToken") for one in service.arrived] == [None, "p2"]
    assert all(one.headers["x-goog-api-key"] == "sk-secret-of-mine" for one in service.arrived)
    assert all("sk-secret" not in str(one.query) for one in service.arrived)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_refused_key_a_web_page_and_silence_are_told_apart_and_show_no_key(protocol, service, closed_port) -> None:
    service.says({"error": {"message": "bad key sk-secret-of-mine", "code": "invalid_api_key"}}, status=401)
    with pytest.raises(Rejected) as refused:
        models(protocol, connection(service.url))
    assert "sk-secret" not in str(refused.value)
    service.script.clear()
    service.sends(b"<html>hello</html>")
    with pytest.raises(BadResponse, match="web page"):
        models(protocol, connection(service.url))
    service.script.clear()
    service.says({"hello": "world"})
    with pytest.raises(BadResponse, match="without a list"):
        models(protocol, connection(service.url))
    with pytest.raises(Unavailable):
        models(protocol, connection(closed_port))


def test_what_has_no_list_is_not_asked() -> None:
    assert not listable("vertex-veo")
    with pytest.raises(UnsupportedRequest, match="by-hand"):
        models("by-hand", connection("http://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("protocol", "path", "dialect", "known"),
    [
        ("openai-images", "/openai/v1", "", "gpt-image-2.6-flare"),
        ("gemini-omni", "/google", "", "gemini-omni-1.2-flash"),
        ("openai-videos", "/openrouter/v1", "openrouter", "minimax/h3"),
        ("openai-videos", "/muse/v1", "muse", "muse-video"),
    ],
)
def test_the_simulator_s_lists_are_read_like_any_other(simulator, protocol, path, dialect, known) -> None:
    assert known in {one.id for one in models(protocol, connection(simulator + path, dialect))}
