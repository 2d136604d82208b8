from __future__ import annotations

import inspect
import pickle

import pytest

from charkit import errors
from charkit.errors import BadDocument, CharkitError, SpendLimit, UnknownName, did_you_mean

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, CharkitError)]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_is_drawn_in_the_tree_and_public(cls: type[CharkitError]) -> None:
    assert cls.__name__ in (errors.__doc__ or "")
    assert cls.__name__ in errors.__all__


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("omni-1.1", ["omni-1.2", "muse"], "Did you mean 'omni-1.2'?"),  # a slip
        ("MIRA", ["Mira", "Fenn"], "Did you mean 'Mira'?"),  # case
        ("zzz", ["a", "b"], "Known: a, b."),  # nothing near
        ("zzz", [], "There are none yet."),  # nothing at all
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(name: str, known: list[str], said: str) -> None:
    assert did_you_mean(name, known) == said


def test_a_document_error_says_file_and_line_first() -> None:
    assert str(BadDocument("is wrong", file="a.yaml", line=7)) == "a.yaml:7: is wrong"


def test_a_spend_limit_says_what_was_asked_and_what_is_left_to_do() -> None:
    text = str(SpendLimit(cap=1.0, committed=0.9, asked=0.278, what="S02"))
    assert "S02 would cost $0.278" in text
    assert "Nothing was sent" in text


def test_only_usage_errors_are_the_callers_fault() -> None:
    assert issubclass(UnknownName, errors.UsageError)
    assert not issubclass(errors.ProviderError, errors.UsageError)


def test_ambiguous_is_never_retryable() -> None:
    assert not errors.Ambiguous("x").retryable
    assert errors.RateLimited("x").retryable


def test_a_plain_error_survives_a_worker_process() -> None:
    assert str(pickle.loads(pickle.dumps(errors.UsageError("x")))) == "x"  # noqa: S301
