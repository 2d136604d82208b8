from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import BadDocument
from charkit.routes import Bounds, RouteMatrix

ENDPOINT = """
endpoints:
  mine:
    protocol: openai-videos
    base_url: http://127.0.0.1:9/v1
    as_of: 2026-11-22
    source: my own server
    confidence: convention
    limits:
{limits}
"""
FACT = "{{value: {value}, as_of: 2026-11-22, source: my contract, confidence: vendor page}}"


def write(folder: Path, **limits: object) -> Path:
    lines = [f"      {name}: {FACT.format(value=value)}" for name, value in limits.items()]
    path = folder / "my-routes.yaml"
    path.write_text(ENDPOINT.format(limits="\n".join(lines)))
    return path


def test_a_persons_own_file_says_how_much_an_endpoint_may_be_asked(tmp_path: Path) -> None:
    path = write(tmp_path, jobs=3, requests=2, posts_per_minute=30, polls_per_minute=120, poll_every=4, list_lag=90)
    limits = RouteMatrix.load(path).endpoint("mine").limits
    assert limits.bounds() == Bounds(
        jobs=3, requests=2, posts_per_minute=30, polls_per_minute=120, poll_every=4, list_lag=90
    )


def test_what_is_not_established_has_no_number() -> None:
    assert RouteMatrix.load().endpoint("openrouter").limits.bounds() == Bounds()


def test_known_limits_have_their_date_and_source() -> None:
    limits = RouteMatrix.load().endpoint("openai").limits
    assert limits.posts_per_minute.value == 25
    assert (limits.posts_per_minute.as_of.isoformat(), limits.posts_per_minute.confidence) == (
        "2026-09-19",
        "vendor page",
    )


def test_no_built_in_endpoint_claims_an_idempotency_header_that_nobody_documents() -> None:
    assert [e.name for e in RouteMatrix.load().endpoints.values() if e.limits.idempotency_header] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("jobs", 0), ("jobs", 1.5), ("posts_per_minute", 0), ("posts_per_minute", ".inf"), ("list_lag", -1), ("rpm", 10)],
)
def test_a_limit_that_is_none_is_refused_with_its_line(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(BadDocument, match=r"my-routes\.yaml:\d+"):
        RouteMatrix.load(write(tmp_path, **{name: value}))
