from __future__ import annotations

import pytest

from charkit.ledger.redaction import without_keys


@pytest.mark.parametrize(
    "key",
    [
        "sk-abcdefghijklmnop1234",
        "sk-proj-AbCd_efgh-ijklmnop",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "AQ.Ab8RN6Kabcdefghijklmnop",
        "ya29.a0AfH6SMB_abcdefghijklm",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_everything_with_the_shape_of_a_key_is_taken_out(key: str) -> None:
    assert without_keys(f"the service said: {key}, sorry") == "the service said: [key removed], sorry"


def test_a_header_keeps_its_name_and_loses_its_value() -> None:
    assert without_keys("Authorization: Bearer abc.def-123456") == "Authorization: Bearer [key removed]"
    assert without_keys('{"x-goog-api-key": "whatever"}') == '{"x-goog-api-key": "[key removed]"}'


@pytest.mark.parametrize("text", ["a desk-lamp-of-brass-and-green-glass", "Bearer of light", "sk-ip the rope", ""])
def test_ordinary_words_stay(text: str) -> None:
    assert without_keys(text) == text
