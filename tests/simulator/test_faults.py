from __future__ import annotations

import pytest

from charkit.simulator.faults import MAGIC_WORDS, Fault, Faults


@pytest.mark.parametrize(("word", "fault"), MAGIC_WORDS.items())
def test_a_magic_word_anywhere_in_the_prompt_counts(word: str, fault: Fault) -> None:
    assert Faults().meet("openai", f"Mira walks. {word} Waves.") is fault


def test_an_ordinary_prompt_meets_nothing() -> None:
    assert Faults().meet("openai", "She will fail and refuse: input.") is Fault.NONE


def test_an_armed_fault_meets_one_request_of_its_wire() -> None:
    faults = Faults()
    faults.arm("google", Fault.FAIL)
    assert faults.meet("openai", "x") is Fault.NONE
    assert faults.meet("google", "x") is Fault.FAIL
    assert faults.meet("google", "x") is Fault.NONE
