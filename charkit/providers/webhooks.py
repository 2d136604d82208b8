"""Deliveries that a service sends when a clip is done, by the rules of Standard Webhooks.

The payload carries only the job's id (openai-video-wire.md 2.6), so a delivery is a reason to poll and never a result.
It is signed with HMAC-SHA256 over `id.timestamp.body`; deliveries are repeated for up to 72 hours, so the same one
comes more than once (standardwebhooks.com, specification 1.0).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import BadResponse, Untrusted, UsageError
from charkit.providers.base import Outcome
from charkit.providers.reading import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

TOLERANCE = 300.0
"""Seconds that the sender's clock and the way of a delivery may take (the SDKs' default)."""

REPEATED = 72 * 3600.0
"""Seconds for which OpenAI repeats a delivery that was not answered."""

EVENTS = {"video.completed": Outcome.SUCCEEDED, "video.failed": Outcome.FAILED}
"""Event word -> what it says of the job; a refusal only shows in the job itself."""

_PREFIX = "whsec_"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One verified delivery."""

    id: str
    """The same for every repetition of one delivery."""
    remote_id: str
    """The job."""
    outcome: Outcome
    created_at: float | None = None
    """Unix time of the event, where the payload says it."""


class Deliveries:
    """Tells the first arrival of a delivery from its repetitions, for as long as a service repeats them."""

    def __init__(self, *, kept: float = REPEATED) -> None:
        self._kept = kept
        self._seen: dict[str, float] = {}

    def first(self, delivery: Delivery, *, now: float | None = None) -> bool:
        """Return whether this delivery was not seen before, and remember it."""
        at = time.time() if now is None else now
        self._seen = {each: when for each, when in self._seen.items() if at - when < self._kept}
        if delivery.id in self._seen:
            return False
        self._seen[delivery.id] = at
        return True


def verified(
    body: bytes,
    headers: Mapping[str, str],
    secret: SecretStr,
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE,
) -> Delivery:
    """Return what a delivery says, after its signature and its time were found right.

    Args:
        body: The bytes as they came; a body that was parsed and written again has another signature.
        headers: The request's headers, in any case.
        secret: `whsec_` and base64 text, from the service's dashboard.
        now: Unix time; the clock's by default.
        tolerance: Seconds by which the delivery's time may differ from `now`.

    Raises:
        Untrusted: a header is missing, the signature is another one, or it is too old or from the future.
        BadResponse: it is genuine and says something that is not documented.
        UsageError: the secret is not base64 text.
    """
    given = {name.lower(): value for name, value in headers.items()}
    identity, stamp, signatures = (given.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not (identity and stamp and signatures):
        raise Untrusted("the delivery is not signed: webhook-id, webhook-timestamp and webhook-signature are needed")
    expected = hmac.new(_key(secret), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    if not _signed(signatures, expected):
        raise Untrusted("the delivery's signature is not ours: another secret, or the body was changed on the way")
    _check_time(stamp, time.time() if now is None else now, tolerance)
    return _read(identity, body)


def _key(secret: SecretStr) -> bytes:
    try:
        key = base64.b64decode(secret.get_secret_value().strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise UsageError(f"the webhook secret is not {_PREFIX} and base64 text")
    return key


def _signed(signatures: str, expected: bytes) -> bool:
    """Return whether one of the signatures is the expected one; several stand there while a secret is changed."""
    wanted = b"v1," + base64.b64encode(expected)
    return any(hmac.compare_digest(wanted, each.encode()) for each in signatures.split())


def _check_time(stamp: str, now: float, tolerance: float) -> None:
    try:
        off = now - int(stamp)
    except ValueError:
        raise Untrusted("the delivery's webhook-timestamp is not a number") from None
    if abs(off) > tolerance:
        when = f"{off:.0f} s old" if off > 0 else f"{-off:.0f} s in the future"
        raise Untrusted(f"the delivery is {when}; {tolerance:.0f} s are allowed. Is this machine's clock right?")


def _read(identity: str, body: bytes) -> Delivery:
    try:
        event = Fields(json.loads(body))
    except ValueError:
        raise BadResponse("a delivery's body is not JSON") from None
    word, remote_id = event.text("type"), event.child("data").text("id")
    outcome = EVENTS.get(word)
    if outcome is None or not remote_id:
        raise BadResponse(f"a delivery of type {word!r} about job {remote_id!r} is not documented", remote_id=remote_id)
    return Delivery(id=identity, remote_id=remote_id, outcome=outcome, created_at=event.number("created_at"))
