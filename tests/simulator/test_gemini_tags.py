from __future__ import annotations

import pytest

from charkit.simulator.gemini_tags import Binding, bind, plain

RENDERED = """[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2 <IMAGE_REF_2>@Image3]
One single continuous shot, no cuts.
Mira (<IMAGE_REF_0>, <IMAGE_REF_1>): a girl of about ten with a chin-length copper bob.
Old Fenn (<IMAGE_REF_2>): a small fox-like creature.
Action: Mira lifts her lantern."""


def pairs(prompt: str, images: int, task: str = "") -> list[tuple[int, str, str]]:
    return [(each.part, each.role, each.label) for each in bind(prompt, images, task)]


def test_the_name_before_a_tag_is_the_character_that_the_part_shows() -> None:
    assert bind(RENDERED, 3, "reference_to_video") == [
        Binding(part=0, role="character", label="Mira"),
        Binding(part=1, role="character", label="Mira"),
        Binding(part=2, role="character", label="Old Fenn"),
    ]


def test_header_and_tags_leave_the_text_that_is_drawn() -> None:
    assert plain(RENDERED) == "\n".join(
        [
            "One single continuous shot, no cuts.",
            "Mira: a girl of about ten with a chin-length copper bob.",
            "Old Fenn: a small fox-like creature.",
            "Action: Mira lifts her lantern.",
        ]
    )


def test_a_header_may_mix_frames_and_references() -> None:
    prompt = "[# Sources <FIRST_FRAME>@Image1] [# References <IMAGE_REF_0>@Image2] A woman <IMAGE_REF_0> walks."
    assert pairs(prompt, 2) == [(0, "first frame", ""), (1, "character", "")]
    assert plain(prompt) == "A woman walks."


def test_the_header_decides_which_part_and_not_the_number_of_the_tag() -> None:
    prompt = "[# References <IMAGE_REF_0>@Image2 <IMAGE_REF_1>@Image1] Mira <IMAGE_REF_0> meets Fenn <IMAGE_REF_1>."
    assert pairs(prompt, 2) == [(0, "character", "Fenn"), (1, "character", "Mira")]


def test_a_loop_uses_one_part_twice() -> None:
    prompt = "[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image1] Waves."
    assert pairs(prompt, 1) == [(0, "first frame", ""), (0, "last frame", "")]


def test_without_a_header_frames_come_before_references() -> None:
    prompt = "<FIRST_FRAME> <LAST_FRAME> Mira <IMAGE_REF_0> turns."
    assert pairs(prompt, 3) == [(0, "first frame", ""), (1, "last frame", ""), (2, "character", "Mira")]


@pytest.mark.parametrize(
    ("task", "roles"),
    [
        ("reference_to_video", ["character", "character", "character"]),
        ("image_to_video", ["first frame", "last frame", "unknown"]),
        ("", ["first frame", "last frame", "unknown"]),
    ],
)
def test_untagged_parts_follow_the_task(task: str, roles: list[str]) -> None:
    assert [role for _, role, _ in pairs("Mira walks.", 3, task)] == roles


@pytest.mark.parametrize("name", ["\u5c0f\u96ea", "Mira Moon", "Jos\u00e9", "Zo\u00eb de la Mer", "R2 D2"])
def test_a_labelled_line_gives_the_name_exactly(name: str) -> None:
    prompt = f"[# References <IMAGE_REF_0>@Image1]\nStyle: ink.\n{name} (<IMAGE_REF_0>): a girl.\nAction: she runs."
    assert pairs(prompt, 1) == [(0, "character", name)]
    assert f"\n{name}: a girl." in plain(prompt)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("we see Jos\u00e9 <IMAGE_REF_0> walk", "Jos\u00e9"),
        ("we see \u00c9l\u00e9onore Noir (<IMAGE_REF_0>) walk", "\u00c9l\u00e9onore Noir"),
        ("\u5c0f\u96ea <IMAGE_REF_0> walks", "\u5c0f\u96ea"),
        ("a tall woman <IMAGE_REF_0> walks", ""),
    ],
)
def test_running_text_names_whom_it_tags(text: str, name: str) -> None:
    assert pairs(text, 1) == [(0, "character", name)]
