"""A key for the wrong surface is refused before anything is sent, with the rule and without the key."""

import pytest
from pydantic import SecretStr

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Connection
from charkit.providers.surfaces import check_key

VERTEX = "https://us-central1-aiplatform.googleapis.com/projects/p/locations/us-central1"


def connection(base_url: str, key: str) -> Connection:
    return Connection(endpoint="there", base_url=base_url, key=SecretStr(key))


@pytest.mark.parametrize(
    ("base_url", "key", "said"),
    [
        ("https://api.openai.com/v1", "AIzaSyD-secret", "Google API key"),  # swapped
        ("https://generativelanguage.googleapis.com", "sk-secret", "OpenAI"),  # swapped
        ("https://generativelanguage.googleapis.com", "ya29.secret", "OAuth"),  # of Vertex
        (VERTEX, "AIza-secret", "OAuth token of the project"),  # a Developer key on Vertex
        (VERTEX, "AQ.secret", "express"),  # an express key with a project
        ("https://aiplatform.googleapis.com", "ya29.secret", "express key"),  # a token without a project
    ],
)
def test_a_key_of_another_surface_is_refused_with_the_rule_and_not_shown(base_url: str, key: str, said: str) -> None:
    with pytest.raises(UnsupportedRequest) as caught:
        check_key(connection(base_url, key))
    assert said in str(caught.value)
    assert caught.value.rule
    assert caught.value.nearest
    assert caught.value.source
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        ("https://api.openai.com/v1", "sk-proj-1"),
        ("https://generativelanguage.googleapis.com", "AIza1"),
        (VERTEX, "ya29.1"),
        ("https://aiplatform.googleapis.com", "AQ.1"),
        ("https://api.laozhang.ai/v1", "AIza1"),  # a gateway may give any key
        ("http://127.0.0.1:8000/v1", "anything"),
        ("https://evil-api.openai.com.example.org/v1", "AIza1"),  # only looks like it
    ],
)
def test_a_fitting_key_and_any_key_of_a_gateway_pass(base_url: str, key: str) -> None:
    check_key(connection(base_url, key))
