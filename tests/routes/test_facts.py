"""Facts: lengths, sizes, prices."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from charkit.routes.facts import Fact, Lengths, Price, Size, Sizes, Step


def test_a_fact_without_date_or_source_is_none() -> None:
    with pytest.raises(ValidationError, match="as_of"):
        Fact[int].model_validate({"value": 3, "source": "a page", "confidence": "vendor page"})
    with pytest.raises(ValidationError, match="source"):
        Fact[int].model_validate({"value": 3, "as_of": "2026-11-22", "confidence": "vendor page"})


@pytest.mark.parametrize("written", [{}, {"least": 3}, {"least": 3, "most": 5, "any_of": [4]}])
def test_lengths_are_a_range_or_a_list(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Lengths.model_validate(written)


def test_lengths_spell_themselves() -> None:
    assert str(Lengths(least=3, most=15)) == "3 to 15 s"
    assert str(Lengths(any_of=(4, 8))) == "4, 8 s"
    assert Lengths(least=3, most=5).allowed("720p") == (3, 4, 5)


def test_sizes_are_written_as_people_write_them() -> None:
    sizes = TypeAdapter(Sizes).validate_python({"720p": {"16:9": "1280x720"}})
    assert sizes["720p"]["16:9"] == Size(1280, 720)
    assert str(sizes["720p"]["16:9"]) == "1280x720"


@pytest.mark.parametrize("text", ["1280", "1280x", "0x720", "wide x high", "-1x5"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="1280x720"):
        TypeAdapter(Sizes).validate_python({"720p": {"16:9": text}})


def test_a_price_per_clip_goes_by_steps_of_length() -> None:
    price = Price(unit="clip", steps=(Step(up_to=10, usd=0.3), Step(up_to=20, usd=0.55)))
    assert [price.cost(seconds=n) for n in (1, 10, 11, 20, 21)] == [0.3, 0.3, 0.55, 0.55, None]
    assert str(price) == "$0.30 to 10 s, $0.55 to 20 s"


def test_a_price_per_second_knows_only_its_resolutions() -> None:
    price = Price(unit="second", usd={"720p": 0.1})
    assert price.cost(seconds=5, resolution="720p") == pytest.approx(0.5)
    assert price.cost(seconds=5, resolution="4k") is None


def test_a_price_by_quality_counts_as_its_highest_so_that_no_cap_is_passed_unseen() -> None:
    assert Price(unit="image", usd={"low": 0.02, "high": 0.05}).cost(resolution="720p") == 0.05


@pytest.mark.parametrize(
    "written",
    [{"unit": "clip"}, {"unit": "second"}, {"unit": "clip", "usd": {"any": 1}}, {"unit": "second", "usd": {"any": -1}}],
)
def test_a_price_without_its_table_is_refused(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Price.model_validate(written)
