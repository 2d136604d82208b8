"""The neutral records."""

import dataclasses

import pytest

from charkit.providers.base import Answer, Blob, Outcome, VideoRequest


def test_only_what_may_still_change_is_not_terminal():
    assert {outcome for outcome in Outcome if not outcome.terminal} == {
        Outcome.QUEUED,
        Outcome.RUNNING,
        Outcome.UNKNOWN,
    }


def test_a_digest_is_tagged_and_of_the_bytes_alone():
    expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert Blob(name="a", media_type="image/png", data=b"abc").digest == expected
    assert Blob(name="b", media_type="video/mp4", data=b"abc").digest == expected


def test_neither_media_nor_answers_spill_into_what_is_printed():
    blob = Blob(name="a.png", media_type="image/png", data=b"secret bytes")
    assert "secret" not in repr(Answer(outcome=Outcome.SUCCEEDED, media=(blob,), raw='{"secret": 1}'))


def test_requests_do_not_change_after_they_were_made():
    request = VideoRequest(model="m", prompt="p", seconds=4, width=640, height=360)
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.seconds = 8
