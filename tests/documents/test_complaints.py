"""From what a model says to what a person needs to read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from charkit.documents.complaints import bad_document
from charkit.documents.tree import load, plain
from charkit.errors import BadDocument


class Lamp(BaseModel):
    model_config = ConfigDict(extra="forbid")
    watts: int = Field(default=5, ge=1, le=100)
    on: bool = False


class Room(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    lamps: dict[str, Lamp | int] = Field(default_factory=dict)
    pair: tuple[Lamp, Lamp] | None = None
    size: float = Field(default=1.0, alias="area")


def complaint(text: str) -> BadDocument:
    file = Path("room.yaml")
    tree = load(text, file)
    with pytest.raises(ValidationError) as caught:
        Room.model_validate(plain(tree, file))
    return bad_document(caught.value, model=Room, tree=tree, file=file)


def test_a_number_out_of_range_says_the_limit_and_what_was_found() -> None:
    error = complaint("lamps:\n  desk:\n    watts: 900\n")
    assert error.line in {2, 3}
    assert "lamps.desk.watts" in str(error)
    assert "less than or equal to 100, found 900" in str(error)


def test_keys_are_known_through_mappings_unions_and_aliases() -> None:
    assert "Did you mean 'watts'?" in str(complaint("lamps:\n  desk: {wats: 9}\n"))
    assert "Did you mean 'watts'?" in str(complaint("pair:\n  - {}\n  - {watt: 1}\n"))
    assert "Did you mean 'area'?" in str(complaint("aera: 1\n"))


def test_the_branches_of_a_union_complain_in_one_sentence() -> None:
    text = str(complaint("lamps:\n  desk: bright\n"))
    assert text == ("room.yaml:2: lamps.desk: expected a mapping of keys to values or a whole number, found 'bright'")


def test_what_was_found_is_described_briefly() -> None:
    assert "found nothing" in str(complaint("area:\n"))
    assert "found a mapping with 'a', 'b'" in str(complaint("area: {a: 1, b: 2}\n"))
    assert len(str(complaint(f"area: {'x' * 500}\n"))) < 200
    assert "true or false, found 'maybe'" in str(complaint("lamps: {desk: {on: maybe}}\n"))
