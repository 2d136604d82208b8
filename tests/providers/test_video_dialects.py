"""The table of `/v1/videos` dialects: every row is complete and means what it says."""

import pytest

from charkit.errors import UnknownName
from charkit.providers.base import Outcome
from charkit.providers.video_dialects import DIALECTS, OPENAI_STATUSES, RELAY_STATUSES, dialect


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_row_has_a_source_and_can_begin_succeed_and_fail(name):
    row = dialect(name)
    assert row.source
    assert {Outcome.QUEUED, Outcome.RUNNING, Outcome.SUCCEEDED, Outcome.FAILED} <= set(row.statuses.values())
    assert Outcome.UNKNOWN not in row.statuses.values()
    assert all(word == word.strip().lower() for word in row.statuses)


def test_the_empty_name_is_openais_own():
    assert dialect("") is DIALECTS["openai"]


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownName, match="'muse'"):
        dialect("muze")


def test_the_relays_keep_openais_words():
    assert OPENAI_STATUSES.items() <= RELAY_STATUSES.items()
