"""Clips by address: whole or not at all, and never with the key to a stranger."""

import tempfile

import pytest
from pydantic import SecretStr

from charkit.errors import BadResponse, Rejected, Unavailable
from charkit.providers.base import Connection
from charkit.providers.exchange import Exchange
from charkit.providers.gemini_files import CHUNK, download, file_name, pieces, stream
from charkit.providers.gemini_sdk import GoogleSession

DATA = bytes(range(256)) * 3000


def connection(base_url):
    return Connection(endpoint="x", base_url=base_url, key=SecretStr("AIza-0123456789"), timeout=5.0)


def streamed(base_url, address):
    with tempfile.SpooledTemporaryFile() as file:
        stream(
            Exchange(connection(base_url)), address, file, remote_id="j", headers={"x-goog-api-key": "AIza-0123456789"}
        )
        return file.read()


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("https://generativelanguage.googleapis.com/v1beta/files/abc:download?alt=media", "files/abc"),
        ("files/a-b_c", "files/a-b_c"),
        ("https://x/files/abc", "files/abc"),
        ("https://x/files/---", ""),
        ("https://x/files/abc.mp4", ""),
        ("https://x/profiles/abc", ""),
        ("", ""),
    ],
)
def test_only_the_name_of_a_file_is_taken_from_an_address(uri, name):
    assert file_name(uri) == name


def test_a_file_is_asked_of_the_endpoints_own_host(service):
    service.sends(DATA, media_type="video/mp4")
    session = GoogleSession(connection(service.url))
    found = list(pieces(lambda file: download(session, "https://elsewhere.example/files/abc", file, remote_id="j")))
    assert b"".join(found) == DATA
    assert max(map(len, found)) <= CHUNK
    assert service.gets[0].path == "/v1/files/abc:download"


def test_an_address_is_read_with_the_key_at_home_and_without_it_elsewhere(service, other_host):
    service.sends(DATA, media_type="video/mp4")
    other_host.sends(DATA, media_type="video/mp4")
    assert streamed(service.url, f"{service.url}/clip") == DATA
    assert service.gets[0].headers["x-goog-api-key"] == "AIza-0123456789"
    assert streamed(service.url, f"{other_host.url}/clip") == DATA
    assert "x-goog-api-key" not in other_host.gets[0].headers


@pytest.mark.parametrize(
    ("arrange", "expected"),
    [
        (lambda s: s.sends(b"", media_type="video/mp4"), Unavailable),
        (lambda s: s.behaves("cut", b"ftyp"), Unavailable),
        (lambda s: s.behaves("drop"), Unavailable),
        (lambda s: s.sends(b"<html>", media_type="video/mp4"), BadResponse),
        (lambda s: s.sends(b'{"error": 1}', media_type="video/mp4"), BadResponse),
        (lambda s: s.says({"error": {"message": "gone"}}, 404), Rejected),
        (lambda s: s.says({"error": {"message": "busy"}}, 500), Unavailable),
    ],
)
def test_a_download_that_fails_says_so_and_yields_nothing(arrange, expected, service):
    arrange(service)
    with pytest.raises(expected) as caught:
        streamed(service.url, f"{service.url}/clip")
    assert caught.value.remote_id == "j"
