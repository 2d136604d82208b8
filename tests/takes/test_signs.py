"""Who is at fault, and what that says of an endpoint."""

from __future__ import annotations

import pytest

from charkit.errors import (
    Ambiguous,
    BadResponse,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
    UnsupportedRequest,
    UsageError,
)
from charkit.providers.base import Answer, Blob, Outcome
from charkit.takes.breaker import Sign
from charkit.takes.signs import Standstill, elsewhere, sign_of_answer, sign_of_error


@pytest.mark.parametrize(
    ("error", "sign", "moves_on"),
    [
        (RateLimited("slow"), Sign.TURNED_AWAY, True),
        (Unavailable("nobody"), Sign.SILENT, True),
        (Ambiguous("silence"), Sign.SILENT, False),
        (BadResponse("a web page"), Sign.SILENT, True),
        (Rejected("key", status_code=401), Sign.KEY_REFUSED, True),
        (Rejected("key", status_code=403), Sign.KEY_REFUSED, True),
        (Rejected("credit", status_code=402), None, True),
        (Rejected("model", status_code=404), None, True),
        (Rejected("size", status_code=400), None, False),
        (Rejected("conflict", status_code=409), None, False),
        (UnsupportedRequest("seed"), None, False),
    ],
    ids=lambda v: f"{type(v).__name__}{getattr(v, 'status_code', '')}" if isinstance(v, Exception) else None,
)
def test_an_error_is_the_endpoint_s_or_the_request_s(
    error: ProviderError | UsageError, sign: Sign | None, moves_on: bool
) -> None:
    assert sign_of_error(error) is sign
    assert elsewhere(error) is moves_on


PICTURE = Blob(name="a.png", media_type="image/png", data=b"1")


@pytest.mark.parametrize(
    ("answer", "submitted", "sign"),
    [
        (Answer(outcome=Outcome.QUEUED), True, Sign.TAKEN_ON),
        (Answer(outcome=Outcome.RUNNING), False, None),
        (Answer(outcome=Outcome.REFUSED), True, Sign.WORKS),
        (Answer(outcome=Outcome.FAILED), False, Sign.JOB_FAILED),
        (Answer(outcome=Outcome.SUCCEEDED), False, None),
        (Answer(outcome=Outcome.SUCCEEDED, media=(PICTURE,)), True, Sign.WORKS),
        (Answer(outcome=Outcome.EXPIRED), False, None),
    ],
)
def test_an_answer_says_something_of_the_endpoint_or_nothing(
    answer: Answer, submitted: bool, sign: Sign | None
) -> None:
    assert sign_of_answer(answer, submitted=submitted) is sign


def test_a_job_counts_as_stuck_once_and_only_after_standing_still_long_enough() -> None:
    now = [0.0]
    still = Standstill(600.0, lambda: now[0])
    seen = []
    for minute, progress in enumerate([40, 99, 99, 98, *[99] * 30, None, 99]):
        now[0] = minute * 60.0
        if still.at(progress):
            seen.append(minute)
    assert seen == [14]
