from __future__ import annotations

import pytest

from charkit.simulator import minimax_h3
from charkit.simulator.intake import Refused
from tests.simulator.conftest import png


@pytest.mark.parametrize(("asked", "frames"), [(4, 107), (5, 124), (8, 192), (15, 362), (4.4, 107)])
def test_a_clip_has_the_next_17n_plus_5_frames(asked: float, frames: int) -> None:
    assert round(minimax_h3.seconds(asked) * 24) == frames


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("<Picture 1> is Mira. Mira walks through <Picture 2>.", ["Mira", ""]),
        ("<Picture 1> is Mira, front view.\n<Picture 2> is Old Tom, profile view.", ["Mira", "Old Tom"]),
        ("Mira (<Picture 1>, <Picture 2>): a girl.", ["Mira", "Mira"]),
        ("Picture 1 is Mira. <picture 2> is Fenn.", ["", ""]),
    ],
)
def test_pictures_are_bound_to_names_by_bracketed_labels_alone(prompt: str, names: list[str]) -> None:
    assert minimax_h3.names(prompt, 2) == names


def test_what_is_drawn_has_no_labels() -> None:
    prompt = "<Picture 1> is Mira, front view.\n<Picture 2> is Mira.\nMira (<Picture 1>): a girl.\nAction: she waves."
    assert minimax_h3.plain(prompt) == "Mira: a girl.\nAction: she waves."


@pytest.mark.parametrize(
    ("name", "served"),
    [("", True), ("MiniMaxAI/MiniMax-H3", True), ("minimax/h3", True), ("sora-2", False), ("Wan2.2", False)],
)
def test_an_alias_of_the_model_is_the_model(name: str, served: bool) -> None:
    assert minimax_h3.is_served(name) is served


@pytest.mark.parametrize("counts", [(10, 0, 0), (1, 4, 0), (1, 0, 4), (9, 3, 1), (0, 0, 1), (0, 0, 0)])
def test_too_many_references_or_nothing_to_look_at_is_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(Refused, match="ref2va"):
        minimax_h3.check_counts(*counts)


def test_as_many_as_the_model_takes_are_taken() -> None:
    minimax_h3.check_counts(6, 3, 3)
    minimax_h3.check_counts(9, 3, 0)


@pytest.mark.parametrize(("width", "height"), [(255, 300), (768, 256), (5764, 5000)])
def test_a_reference_of_a_wrong_shape_is_refused(width: int, height: int) -> None:
    with pytest.raises(Refused, match=f"{width}x{height}"):
        minimax_h3.reference(png(width, height), "x", 0.4, 2.5)
    assert minimax_h3.reference(png(300, 256), "x", 0.4, 2.5).width == 300


@pytest.mark.parametrize("seconds", [3.9, 16])
def test_a_length_that_is_not_made_is_refused(seconds: float) -> None:
    with pytest.raises(Refused, match=r"\[4, 15\]"):
        minimax_h3.check_length(seconds)


def test_pictures_without_a_role_are_frames_unless_the_task_says_otherwise() -> None:
    assert list(minimax_h3.shown_as("ref2va", 3)) == ["character"] * 3
    assert list(minimax_h3.shown_as("fl2va", 2)) == ["first frame", "last frame"]


def test_described_names_of_every_script_are_read() -> None:
    prompt = "<Picture 1> is 小雪. <Picture 2> shows मीरा, front view.\n小雪: 一只白猫。\nमीरा: a girl.\nThey meet."
    assert minimax_h3.names(prompt, 3) == ["小雪", "मीरा", ""]
    assert "<Picture" not in minimax_h3.plain(prompt)
