"""One HTTP exchange: what is read from an answer, and what a failure means."""

import email.utils
import gc
import time

import httpx2
import pytest
from pydantic import SecretStr

from charkit.errors import Ambiguous, Unavailable, UsageError
from charkit.providers.base import Connection
from charkit.providers.exchange import Exchange, Reply


def exchange(base_url="https://api.example.org/v1", key="sk-0123456789", timeout=600.0):
    return Exchange(Connection(endpoint="example", base_url=base_url, key=SecretStr(key), timeout=timeout))


def reply(text="", status=200, **headers):
    return Reply(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, text=text)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after": "-3"}, 0),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_either_header(headers, seconds):
    assert reply(**headers).wait == seconds


def test_how_long_to_wait_may_be_a_date():
    later = email.utils.formatdate(time.time() + 60, usegmt=True)
    assert reply(retry_after=later).wait == pytest.approx(60, abs=2)
    assert reply(retry_after="Wed, 01 Jan 2020 00:00:00 GMT").wait == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"error": {"message": "no"}}', "no"),
        ('[{"error": {"message": "no"}}]', "no"),
        ('{"error": "no"}', "no"),
        ('{"detail": "no"}', "no"),
        ('{"detail": {"message": "no"}}', "no"),
        ('{"message": "no"}', "no"),
        ("half of a {", ""),
        ("[1, 2]", ""),
    ],
)
def test_the_error_is_found_in_every_shape_it_comes_in(text, message):
    assert reply(text, 400).error.text("message") == message


@pytest.mark.parametrize(
    ("text", "kind", "page"),
    [
        ("<!DOCTYPE html><p>", "", True),
        ("\n <HTML>", "text/plain", True),
        ("{}", "text/html; charset=utf-8", True),
        ('{"html": "<html>"}', "application/json", False),
    ],
)
def test_a_web_page_is_known_by_its_type_or_its_start(text, kind, page):
    assert reply(text, content_type=kind).is_page is page


def test_messages_are_short_and_without_the_key():
    told = exchange().scrub("key sk-0123456789\n\nis wrong " + "x" * 2000)
    assert told.startswith("key [key] is wrong")
    assert len(told) == 500


def test_a_key_with_a_line_break_at_its_end_is_used_without_it():
    assert exchange(key="sk-0123456789\n").key == "sk-0123456789"


@pytest.mark.parametrize("key", ["sk-01\n23", "sk–0123", "sk\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key):
    with pytest.raises(UsageError, match="example") as caught:
        exchange(key=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "paid", "free"),
    [
        (httpx2.ConnectError("refused"), Unavailable, Unavailable),
        (httpx2.ConnectTimeout("slow"), Unavailable, Unavailable),
        (httpx2.PoolTimeout("full"), Unavailable, Unavailable),
        (httpx2.ProxyError("403"), Unavailable, Unavailable),
        (httpx2.UnsupportedProtocol("htp://"), Unavailable, Unavailable),
        (httpx2.LocalProtocolError("header"), Unavailable, Unavailable),
        (httpx2.ReadTimeout("slow"), Ambiguous, Unavailable),
        (httpx2.WriteTimeout("slow"), Ambiguous, Unavailable),
        (httpx2.WriteError("reset"), Ambiguous, Unavailable),
        (httpx2.ReadError("reset"), Ambiguous, Unavailable),
        (httpx2.RemoteProtocolError("gone"), Ambiguous, Unavailable),
        (httpx2.DecodingError("gzip"), Ambiguous, Unavailable),
        (ValueError("whatever"), Ambiguous, Unavailable),
    ],
)
def test_only_what_was_certainly_never_sent_is_not_ambiguous(error, paid, free):
    wrapped = RuntimeError("an SDK's own")
    wrapped.__cause__ = error
    assert type(exchange().lost(wrapped, paid=True)) is paid
    assert type(exchange().lost(error, paid=False, remote_id="job-1")) is free
    assert exchange().lost(error, paid=False, remote_id="job-1").remote_id == "job-1"


def test_no_exchange_waits_without_end_and_connecting_is_quick():
    paid, free = exchange().timeout(paid=True), exchange().timeout(paid=False)
    assert (paid.connect, paid.read) == (10, 600)
    assert (free.connect, free.read) == (10, 60)
    assert exchange(timeout=2).timeout(paid=True).connect == 2


def test_the_loopback_is_reached_without_the_proxy_of_the_environment(service, closed_port, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_port)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    service.says({})
    near, far = exchange(service.url), exchange("http://api.example.org")
    assert near.http(paid=True).get(service.url).status_code == 200
    with pytest.raises(httpx2.ConnectError):  # the proxy, at which nobody listens
        far.http(paid=True).get("http://api.example.org/")


@pytest.mark.parametrize("header", ["Authorization", "x-goog-api-key"])
def test_the_key_goes_to_the_endpoints_own_host_and_port_only(header, service, other_host):
    service.says({})
    other_host.says({})
    used = exchange(f"{service.url}/v1")
    client = used.http(paid=False)
    client.get(f"{service.url}/anything", headers={header: "secret"})
    client.get(f"{other_host.url}/anything", headers={header: "secret"})
    assert service.gets[0].headers[header.lower()] == "secret"
    assert header.lower() not in other_host.gets[0].headers


def test_the_client_is_closed_when_nobody_uses_the_endpoint_any_more():
    used = exchange()
    client = used.http(paid=True)
    del used
    gc.collect()
    assert client.is_closed
