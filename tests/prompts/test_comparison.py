"""What changed between two prompts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from charkit.prompts import Prompt
from charkit.prompts.comparison import compare


def test_changed_words_are_told_in_plain_letters() -> None:
    diff = compare("Mira lifts her lantern high.", "Mira lowers her lantern.", titles=("version 1", "version 2"))
    assert diff.text == "Mira [-lifts-]{+lowers+} her lantern[- high-]."
    assert repr(diff) == "<PromptDiff version 1 → version 2: 2 words gone, 1 new>"


def test_words_that_changed_in_a_row_are_one_change() -> None:
    assert compare("a deep blue sea", "a wild green sea").text == "a [-deep blue-]{+wild green+} sea"


def test_the_same_words_are_the_same() -> None:
    diff = compare("a", "a")
    assert diff.same
    assert "the same words" in repr(diff)


def test_signs_of_chinese_and_japanese_are_compared_one_by_one() -> None:
    assert compare("少女が灯りを上げる", "少女が灯りを下げる").text == "少女が灯りを[-上-]{+下+}げる"


@given(st.text(max_size=80), st.text(max_size=80))
def test_both_prompts_can_be_read_out_of_their_difference(old: str, new: str) -> None:
    changes = compare(old, new).changes
    assert "".join(one.text for one in changes if one.kind != "new") == old
    assert "".join(one.text for one in changes if one.kind != "gone") == new


def test_a_shell_and_a_page_see_it_in_colours_and_nothing_is_read_as_markup() -> None:
    diff = compare("a <b>", "a <i>")
    assert diff.terminal == "a <\x1b[31;9mb\x1b[0m\x1b[32mi\x1b[0m>"
    shown = diff._repr_mimebundle_()["text/html"]
    assert "<del style=" in shown
    assert "&lt;" in shown
    assert "<i>" not in shown


def test_a_changed_template_or_sheet_is_said_beside_the_words() -> None:
    old = Prompt(text="x", template="edit", template_digest="1", locked=(("Mira", "a girl"),))
    new = Prompt(text="x", template="edit", template_digest="2", locked=(("Mira", "a woman"),))
    assert compare(old, new).notes == ("the template edit changed", "the locked text of Mira changed")
