"""The dated table of words."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from charkit.prompts.lint.triggers import Triggers, triggers


def test_every_word_stands_once_and_has_a_dated_source_and_something_instead() -> None:
    table = triggers()
    words = [word for entry in table.words for word in entry.words]
    assert len(words) == len(set(words)) > 80
    for entry in table.words:
        assert entry.instead
        source = table.sources[entry.cite]
        assert dt.date(2025, 1, 1) < source.as_of <= dt.date(2026, 11, 22)
    assert {entry.cite for entry in table.words} == set(table.sources)


def test_an_entry_without_its_source_is_refused() -> None:
    with pytest.raises(ValidationError, match="not among the sources"):
        Triggers.model_validate(
            {"sources": {}, "words": [{"kind": "filter", "words": ["x"], "cite": "nobody", "instead": "y"}]}
        )
