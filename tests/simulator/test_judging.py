"""What the simulated judge makes out: its own drawings' colours, with a share of wrong answers, and nothing else."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charkit.simulator import judging
from charkit.simulator.faults import Fault
from charkit.simulator.wardrobe import describe
from tests.simulator.drawn_views import FACE, FULL, TURNED, drawn, painted

WORDS = "a girl with a chin-length copper bob. She wears a mustard yellow raincoat and a teal scarf."
LINE = f"Mira: {WORDS}"
MIRA = describe(WORDS, name="Mira")
OTHER = painted(MIRA, hair=(60.0, 90.0, 200.0), outer=(200.0, 60.0, 160.0), neck=(240.0, 230.0, 60.0))
ATTRIBUTES = ("hair_colour", "top", "accessories", "eyes", "bottom")
CELL = {"type": "object", "properties": {"verdict": {}, "evidence": {}}}
JUDGE = {
    "type": "object",
    "properties": {
        "shots": {
            "type": "array",
            "items": {"properties": {"attributes": {"properties": dict.fromkeys(ATTRIBUTES, CELL)}}},
        }
    },
}


def jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


REFERENCES = [jpeg(drawn(LINE, MIRA, view)) for view in (FULL, FACE)]


def question(*exhibits: bytes) -> tuple[str, list[bytes]]:
    lines = [f"Image {n}: Mira, face view, a reference." for n in (1, 2)]
    lines += [f"Image {n}: shot S{n - 2:02}." for n in range(3, 3 + len(exhibits))]
    return "\n".join([*lines, LINE]), [*REFERENCES, *exhibits]


def judged(*exhibits: bytes) -> list[dict[str, Any]]:
    prompt, pictures = question(*exhibits)
    return json.loads(judging.answer(prompt, JUDGE, pictures))["shots"]


@pytest.fixture
def infallible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "WRONG", 0.0)


@pytest.mark.usefixtures("infallible")
def test_it_tells_the_character_from_one_in_other_colours_and_says_which() -> None:
    kept, changed = judged(jpeg(drawn(LINE, MIRA, TURNED)), jpeg(drawn(LINE, OTHER, TURNED)))
    assert (kept["shot"], changed["shot"]) == ("S01", "S02")
    assert {kept["attributes"][name]["verdict"] for name in ("hair_colour", "top", "accessories")} == {"match"}
    assert {changed["attributes"][name]["verdict"] for name in ("hair_colour", "top", "accessories")} == {"differs"}
    assert "instead of" in changed["attributes"]["top"]["evidence"]
    assert (kept["is_outlier"], changed["is_outlier"]) == (False, True)


@pytest.mark.usefixtures("infallible")
def test_what_it_cannot_see_it_calls_not_visible_and_a_picture_of_nobody_shows_nothing() -> None:
    (seen, empty) = judged(REFERENCES[0], jpeg(np.full((256, 256, 3), 198, np.uint8)))
    assert {seen["attributes"][name]["verdict"] for name in ("eyes", "bottom")} == {"not_visible"}
    assert {one["verdict"] for one in empty["attributes"].values()} == {"not_visible"}


def test_it_errs_now_and_then_but_always_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [jpeg(np.roll(drawn(LINE, MIRA, TURNED), step, axis=1)) for step in range(6)]
    monkeypatch.setattr(judging, "WRONG", 0.0)
    right = judged(*pictures)
    monkeypatch.setattr(judging, "WRONG", 0.3)
    once, again = judged(*pictures), judged(*pictures)
    assert once == again
    wrong = sum(
        a["attributes"][name]["verdict"] != b["attributes"][name]["verdict"]
        for a, b in zip(right, once, strict=True)
        for name in ATTRIBUTES
    )
    assert 0 < wrong < 12


def test_a_description_names_the_colours_of_the_references_and_nothing_that_it_cannot_see() -> None:
    prompt, pictures = question()
    schema = {"properties": {"description": {"properties": {key: {} for key in ATTRIBUTES}}}}
    (said,) = json.loads(judging.answer(prompt, schema, pictures)).values()
    assert said["eyes"] == "not visible"
    assert said["top"] in ("mustard", "amber", "ochre", "gold")


@pytest.mark.usefixtures("infallible")
def test_of_two_sets_it_prefers_the_one_that_stays_with_the_references_and_calls_equal_ones_a_tie() -> None:
    kept, changed = (jpeg(drawn(LINE, look, TURNED)) for look in (MIRA, OTHER))
    schema = {"properties": {"choice": {}, "evidence": {}}}

    def choice(a: bytes, b: bytes) -> str:
        prompt = f"Image 1: Mira, face view, a reference.\nImage 2: set A.\nImage 3: set B.\n{LINE}"
        return str(json.loads(judging.answer(prompt, schema, [REFERENCES[0], a, b]))["choice"])

    assert choice(kept, changed) == "A"
    assert choice(changed, kept) == "B"
    assert choice(kept, kept) == "tie"


def test_armed_it_answers_prose_nothing_half_or_for_shots_that_it_was_not_shown() -> None:
    prompt, pictures = question(REFERENCES[0], REFERENCES[1])
    said = {fault: judging.answer(prompt, JUDGE, pictures, fault) for fault in Fault}
    assert said[Fault.EMPTY] == ""
    assert said[Fault.DECLINE].startswith("Sure!")
    with pytest.raises(ValueError, match="JSON|delimiter|Expecting|Unterminated"):
        json.loads(said[Fault.MALFORMED])
    assert [one["shot"] for one in json.loads(said[Fault.STRANGE])["shots"]] == ["S02", "S99"]
    assert [one["shot"] for one in json.loads(said[Fault.NONE])["shots"]] == ["S01", "S02"]
