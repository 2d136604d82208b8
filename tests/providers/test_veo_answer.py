"""What an operation says, read from every shape that it comes in."""

import pytest

from charkit.providers.base import Billing, Outcome
from charkit.providers.reading import Fields
from charkit.providers.veo_answer import SUPPORT_CODES, category, read

NAME = "models/m/operations/o"


def reading(**said):
    return read(Fields({"name": NAME, **said}))


@pytest.mark.parametrize("done", [{}, {"done": None}, {"done": False}])
def test_what_is_not_done_is_running(done):
    assert reading(**done).outcome is Outcome.RUNNING


@pytest.mark.parametrize("done", ["true", 1.5, "marinating", []])
def test_a_done_that_is_no_yes_or_no_is_not_understood(done):
    assert reading(done=done) is None


@pytest.mark.parametrize(
    ("response", "field"),
    [
        ({"videos": [{"gcsUri": "gs://b/o.mp4"}], "raiMediaFilteredCount": 0}, "gcsUri"),
        ({"videos": [{"bytesBase64Encoded": "AAAA", "mimeType": "video/mp4"}]}, "bytesBase64Encoded"),
        ({"generateVideoResponse": {"generatedSamples": [{"video": {"uri": "https://x/files/a"}}]}}, "uri"),
    ],
)
def test_a_clip_is_found_in_every_shape(response, field):
    found = reading(done=True, response=response)
    assert (found.outcome, found.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    assert found.video.text(field)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("filtered", "word", "billing"),
    [
        (
            {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Not made. Support codes: 42237218"]},
            "video safety violation",
            Billing.NOT_ESTABLISHED,
        ),
        (
            {
                "raiMediaFilteredCount": 1,
                "raiMediaFilteredReasons": ["You will not be charged. Support codes: 29310472"],
            },
            "celebrity",
            Billing.NOT_CHARGED,
        ),
        ({"raiMediaFilteredReasons": ["Support code: 62263041"]}, "dangerous", Billing.NOT_ESTABLISHED),
        ({"raiMediaFilteredCount": 1}, "filtered", Billing.NOT_ESTABLISHED),
        ({"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Audio."]}, "filtered", Billing.NOT_ESTABLISHED),
    ],
)
def test_a_filtered_clip_is_a_refusal_without_an_error(filtered, word, billing, wrapped):
    found = reading(done=True, response={"generateVideoResponse": filtered} if wrapped else filtered)
    assert (found.outcome, found.stage, found.category) == (Outcome.REFUSED, "output", word)
    assert found.billing is billing
    assert found.message


@pytest.mark.parametrize("response", [{}, {"videos": []}, {"videos": [{}]}, {"raiMediaFilteredCount": 0}])
def test_done_without_anything_is_a_failure(response):
    found = reading(done=True, response=response)
    assert (found.outcome, found.category) == (Outcome.FAILED, "empty")


def test_an_error_is_a_failure_and_one_with_support_codes_a_refusal():
    broken = reading(done=True, error={"code": 13, "message": "Internal error."})
    assert (broken.outcome, broken.category, broken.message) == (Outcome.FAILED, "13", "Internal error.")
    blocked = reading(done=True, error={"code": 3, "message": "The input image violates. Support codes: 15236754"})
    assert (blocked.outcome, blocked.stage, blocked.category) == (Outcome.REFUSED, "unknown", "celebrity")


@pytest.mark.parametrize("code", SUPPORT_CODES)
def test_every_documented_code_has_its_category(code):
    assert category(f"Try another prompt. Support codes: {code}.") == SUPPORT_CODES[code]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Support codes: 58061214, 17301594", "child"),
        ("Support codes: 58061214, 61493863", "child, violence"),
        ("Support codes: 99999999", "support code 99999999"),
        ("order 58061214", ""),
        ("", ""),
    ],
)
def test_codes_are_read_where_they_are_called_so(text, named):
    assert category(text) == named


def test_the_table_has_every_code_of_googles_page():
    assert len(SUPPORT_CODES) == 25
