"""Deliveries: the signature of Standard Webhooks, its time, its repetition, and what the payload says."""

import base64
import datetime as dt
import hashlib
import hmac
import json

import openai
import pytest
from pydantic import SecretStr

from charkit.errors import BadResponse, Untrusted, UsageError
from charkit.providers.base import Outcome
from charkit.providers.webhooks import REPEATED, Deliveries, verified

RAW = b"0123456789abcdef0123456789abcdef"
SECRET = SecretStr("whsec_" + base64.b64encode(RAW).decode())
NOW = 1_758_941_485.0
EVENT = {"id": "evt_1", "object": "event", "created_at": 1758941485, "type": "video.completed", "data": {"id": "v_1"}}
BODY = json.dumps(EVENT).encode()


def signed(body=BODY, *, identity="wh_1", at=NOW, key=RAW):
    stamp = str(int(at))
    mac = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def test_a_genuine_delivery_says_which_job_is_done():
    delivery = verified(BODY, signed(), SECRET, now=NOW)
    assert (delivery.id, delivery.remote_id, delivery.outcome) == ("wh_1", "v_1", Outcome.SUCCEEDED)
    assert delivery.created_at == 1758941485


def test_a_failed_job_is_said_to_have_failed():
    body = json.dumps({**EVENT, "type": "video.failed"}).encode()
    assert verified(body, signed(body), SECRET, now=NOW).outcome is Outcome.FAILED


def test_the_official_sdk_agrees_about_what_is_signed():
    """The other half was written by somebody else."""
    at = dt.datetime.now(dt.UTC).timestamp()
    client = openai.OpenAI(api_key="any", webhook_secret=SECRET.get_secret_value())
    client.webhooks.verify_signature(BODY.decode(), signed(at=at))
    with pytest.raises(openai.InvalidWebhookSignatureError):
        client.webhooks.verify_signature(BODY.decode() + " ", signed(at=at))
    assert verified(BODY, signed(at=at), SECRET).id == "wh_1"


def test_header_names_come_in_any_case_and_a_secret_may_be_changed_under_way():
    old = signed(key=b"another secret of the same form")
    both = {**signed(), "webhook-signature": f"{old['webhook-signature']} {signed()['webhook-signature']} v1a,xyz"}
    verified(BODY, {name.title(): value for name, value in both.items()}, SECRET, now=NOW)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY + b" ", signed()),
        (BODY.replace(b"v_1", b"v_2"), signed()),
        (BODY, signed(key=b"another secret")),
        (BODY, {**signed(), "webhook-id": "wh_2"}),
        (BODY, {**signed(), "webhook-timestamp": str(int(NOW) + 1)}),
        (BODY, {**signed(), "webhook-signature": "v1,"}),
        (BODY, {**signed(), "webhook-signature": signed()["webhook-signature"].replace("v1", "v2")}),
        (BODY, {**signed(), "webhook-signature": "v1,\u00e9"}),
        (BODY, {}),
        (BODY, {name: text for name, text in signed().items() if name != "webhook-timestamp"}),
    ],
)
def test_whatever_was_changed_is_not_trusted(body, headers):
    with pytest.raises(Untrusted):
        verified(body, headers, SECRET, now=NOW)


@pytest.mark.parametrize(("off", "trusted"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)])
def test_a_delivery_that_is_replayed_later_is_not_trusted(off, trusted):
    if trusted:
        verified(BODY, signed(), SECRET, now=NOW + off)
    else:
        with pytest.raises(Untrusted, match="301 s"):
            verified(BODY, signed(), SECRET, now=NOW + off)


def test_a_time_that_is_no_number_is_not_trusted():
    identity, stamp = "wh_1", "soon"
    mac = hmac.new(RAW, f"{identity}.{stamp}.".encode() + BODY, hashlib.sha256).digest()
    headers = {"webhook-id": identity, "webhook-timestamp": stamp}
    with pytest.raises(Untrusted, match="number"):
        verified(BODY, {**headers, "webhook-signature": f"v1,{base64.b64encode(mac).decode()}"}, SECRET, now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", "\u043a\u043b\u044e\u0447"])
def test_a_secret_that_is_none_is_a_mistake_of_ours(secret):
    with pytest.raises(UsageError) as caught:
        verified(BODY, signed(), SecretStr(secret), now=NOW)
    assert "not base64!" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", json.dumps({**EVENT, "type": "video.started"}).encode(), b'{"type":"video.failed"}']
)
def test_a_genuine_delivery_that_says_something_else_is_an_error_that_shows_it(body):
    with pytest.raises(BadResponse):
        verified(body, signed(body), SECRET, now=NOW)


def test_a_repeated_delivery_counts_once_for_as_long_as_it_is_repeated():
    deliveries = Deliveries()
    first, second = (verified(BODY, signed(identity=name), SECRET, now=NOW) for name in ("wh_1", "wh_2"))
    assert deliveries.first(first, now=NOW)
    assert not deliveries.first(first, now=NOW)
    assert deliveries.first(second, now=NOW + 1)
    assert not deliveries.first(first, now=NOW + REPEATED - 1)
    assert deliveries.first(first, now=NOW + REPEATED + 1)
