"""Refusals and failures on request.

A person who writes notebooks, and every test, wants to see what happens when a service says no. Two ways lead there,
and both end in the same `Fault`, which each wire translates into its own documented answer:

    * magic words in the prompt, listed in `MAGIC_WORDS`;
    * faults armed beforehand, for requests that do not know of it (`Faults.arm`).
"""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with a request that is otherwise fine."""

    NONE = ""
    REFUSE_INPUT = "refuse:input"
    """The prompt or a reference is refused at once; no job, no charge."""
    REFUSE_OUTPUT = "refuse:output"
    """The job is accepted, and what it made is withheld."""
    DECLINE = "refuse:text"
    """The model answers with a sentence instead of media, where the wire has such an answer; else as REFUSE_OUTPUT."""
    FAIL = "fail"
    """The job is accepted and breaks down for a technical reason."""


MAGIC_WORDS = {
    "[[refuse:input]]": Fault.REFUSE_INPUT,
    "[[refuse:output]]": Fault.REFUSE_OUTPUT,
    "[[refuse:text]]": Fault.DECLINE,
    "[[fail]]": Fault.FAIL,
}
"""Words that, anywhere in a prompt, bring the fault about."""


class Faults:
    """Decides, request by request, whether one goes wrong."""

    def __init__(self) -> None:
        self._armed: list[tuple[str, Fault]] = []

    def arm(self, wire: str, fault: Fault) -> None:
        """Let the next paid request on `wire` meet `fault`."""
        self._armed.append((wire, fault))

    def meet(self, wire: str, prompt: str) -> Fault:
        """Return the fault that this request meets; an armed one is used up, oldest first."""
        for index, (armed_wire, fault) in enumerate(self._armed):
            if armed_wire == wire:
                del self._armed[index]
                return fault
        return next((fault for word, fault in MAGIC_WORDS.items() if word in prompt), Fault.NONE)
