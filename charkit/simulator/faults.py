"""Refusals, failures and accidents on request.

A person who writes notebooks, and every test, wants to see what happens when a service says no or falls over. Two ways
lead there, and both end in the same `Fault`, which each wire translates into its own documented answer:

    * magic words in the prompt, listed in `MAGIC_WORDS`;
    * faults armed beforehand, for requests that do not know of it (`Faults.arm`, `POST /control/faults`).

Faults of a job are met by the wire that accepts it (`Faults.meet`) and kept with the job; faults of an exchange are
played out around every wire alike (`mishaps`). Whatever is met is written into the record of that request.
"""

from __future__ import annotations

import random
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, model_validator

from charkit.simulator.record import listed

if TYPE_CHECKING:
    from charkit.simulator.intake import Arrival, Refused

EVERY_WIRE = "*"


class Fault(StrEnum):
    """What goes wrong with a request that is otherwise fine."""

    NONE = ""
    REFUSE_INPUT = "refuse:input"
    """The prompt or a reference is refused at once; no job, no charge."""
    REFUSE_FACE = "refuse:face"
    """A picture is refused because it shows a person; as `REFUSE_INPUT`, in the words for it."""
    REFUSE_OUTPUT = "refuse:output"
    """The job is accepted, and what it made is withheld."""
    DECLINE = "refuse:text"
    """The model answers with a sentence instead of media, where the wire has such an answer; else as REFUSE_OUTPUT."""
    MALFORMED = "judge:malformed"
    """A judge's answer breaks off in the middle of its JSON."""
    STRANGE = "judge:shots"
    """A judge answers for a shot that it was not shown, and leaves one out."""
    EMPTY = "refuse:empty"
    """The job completes without media, without an error and without a word."""
    FAIL = "fail"
    """The job is accepted and breaks down for a technical reason."""
    STUCK = "stuck"
    """The job is accepted and never ends; it says 99 % where the wire has progress."""
    STATUS = "status"
    """The request is answered with an HTTP status that says no."""
    DROP = "drop"
    """The connection is closed without an answer."""
    EMPTY_DOWNLOAD = "download:empty"
    """The clip comes as no bytes at all."""
    CUT_DOWNLOAD = "download:cut"
    """The clip breaks off."""
    DEAD_TOKEN = "token:dead"  # noqa: S105 - the name of a fault
    """The key is not accepted any more."""
    SKEW = "clock:skew"
    """The service's clock is wrong."""
    TWICE = "list:twice"
    """Every job is listed twice."""
    LAG = "list:lag"
    """New jobs show up in the list late."""


class Deed(StrEnum):
    """What a request is about."""

    ORDER = "order"
    """The paid POST."""
    LOOK = "look"
    """A poll."""
    FETCH = "fetch"
    """A download of a result."""
    LIST = "list"
    """A list of jobs."""
    OTHER = "other"
    """Models, uploads, characters, deletion."""


MAGIC_WORDS = {
    f"[[{fault}]]": fault
    for fault in (
        Fault.REFUSE_INPUT,
        Fault.REFUSE_FACE,
        Fault.REFUSE_OUTPUT,
        Fault.DECLINE,
        Fault.EMPTY,
        Fault.FAIL,
        Fault.STUCK,
        Fault.MALFORMED,
        Fault.STRANGE,
    )
}
"""Words that, anywhere in a prompt, bring the fault about."""
OF_JOBS = frozenset(MAGIC_WORDS.values())
"""Faults that are met when a job is accepted."""
FACELESS = frozenset({"vllm", "sglang"})
"""Wires of self-hosted servers, which look at nobody's face."""
_STANDING = frozenset({Fault.DEAD_TOKEN, Fault.SKEW, Fault.TWICE, Fault.LAG})
"""Faults that last until they are taken away, where no count is given."""
_BESIDES = frozenset({Fault.SKEW, Fault.TWICE, Fault.LAG})
"""Faults that only change what is said, so that several can meet one request."""
_WHERE = {
    Fault.EMPTY_DOWNLOAD: frozenset({Deed.FETCH}),
    Fault.CUT_DOWNLOAD: frozenset({Deed.FETCH}),
    Fault.DEAD_TOKEN: frozenset(Deed),
    Fault.SKEW: frozenset({Deed.ORDER, Deed.LOOK, Deed.LIST}),
    Fault.TWICE: frozenset({Deed.LIST}),
    Fault.LAG: frozenset({Deed.LIST}),
}
"""Which requests a fault can meet; those that are not here meet the paid POST, or what the arming says."""
_MOVABLE = frozenset({Fault.STATUS, Fault.DROP})
_OWN = {
    "deed": _MOVABLE,
    "accepted": _MOVABLE,
    "status": frozenset({Fault.STATUS, Fault.DEAD_TOKEN}),
    "code": frozenset({Fault.STATUS}),
    "message": frozenset({Fault.STATUS}),
    "retry_after": frozenset({Fault.STATUS}),
    "after_bytes": frozenset({Fault.CUT_DOWNLOAD}),
    "quiet": frozenset({Fault.CUT_DOWNLOAD}),
    "seconds": frozenset({Fault.SKEW, Fault.LAG}),
}
"""Parameter -> the faults that it says something about."""


class Arming(BaseModel):
    """A fault that lies in wait, as `POST /control/faults` takes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Fault
    wire: str = EVERY_WIRE
    """The mount it waits at (openai, muse, openrouter, vllm, sglang, newapi, google), or `*`."""
    path: str = ""
    """Text that the path of the request has to contain; tells Veo, Omni and pictures apart, which share a mount."""
    count: int | None = Field(default=None, ge=1)
    """How many requests meet it; by default one, or with a probability and for lasting faults as many as come."""
    probability: float = Field(default=1.0, gt=0, le=1)
    """How likely a request meets it, drawn request by request."""
    seed: int = 0
    """Begins the draws, so that the same requests in the same order meet the same accidents."""
    deed: Deed = Deed.ORDER
    """`status`, `drop`: which requests."""
    accepted: bool = False
    """`status`, `drop`: only after the request did its work: the job exists and is charged."""
    status: int | None = Field(default=None, ge=400, le=599)
    """`status`: the HTTP status, 503 by default. `token:dead`: 401 (default) or 403."""
    code: str = ""
    """`status`: the machine-readable word, such as `slow_down` or `server_is_overloaded`."""
    message: str = ""
    """`status`: the sentence, instead of the usual one."""
    retry_after: float | None = Field(default=None, ge=0)
    """`status`: seconds in the header `Retry-After`."""
    after_bytes: int = Field(default=1000, ge=0)
    """`download:cut`: how many bytes arrive."""
    quiet: bool = False
    """`download:cut`: the length that is announced is the short one, so that only the media betrays it."""
    seconds: float = 3600.0
    """`clock:skew`: how far ahead the clock is, negative for behind. `list:lag`: how late jobs show up."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Arming:
        if self.kind is Fault.NONE:
            raise ValueError("kind must name a fault")
        strangers = [name for name in sorted(self.model_fields_set) if self.kind not in _OWN.get(name, {self.kind})]
        if strangers:
            raise ValueError(f"{self.kind} has no {', '.join(strangers)}")
        if self.kind is Fault.DEAD_TOKEN and self.status not in (None, 401, 403):
            raise ValueError("a dead token is answered with 401 or 403")
        return self

    @property
    def deeds(self) -> frozenset[Deed]:
        """The requests that can meet it."""
        return _WHERE.get(self.kind, frozenset({self.deed}))


class _Waiting:
    """An armed fault with what it has done so far."""

    def __init__(self, number: int, arming: Arming) -> None:
        self.number = number
        self.arming = arming
        self.met = 0
        lasting = arming.kind in _STANDING or arming.probability < 1
        self.left = arming.count or (None if lasting else 1)
        self._luck = random.Random(arming.seed)

    def strikes(self, arrival: Arrival, wire: str, deed: Deed) -> bool:
        """Return whether this request meets it, and write it down if so."""
        if not self._concerns(arrival, wire, deed) or self._luck.random() >= self.arming.probability:
            return False
        self.met += 1
        if self.left is not None:
            self.left -= 1
        arrival.faults.append({"id": self.number, "kind": self.arming.kind.value})
        return True

    def _concerns(self, arrival: Arrival, wire: str, deed: Deed) -> bool:
        arming = self.arming
        here = arming.wire in (EVERY_WIRE, wire) and arming.path in arrival.request.url.path
        if self.left == 0 or not here or deed not in arming.deeds:
            return False
        return arming.kind is not Fault.REFUSE_FACE or (wire not in FACELESS and _has_pictures(arrival))

    def said(self) -> dict[str, object]:
        return {"id": self.number, **self.arming.model_dump(mode="json"), "met": self.met, "left": self.left}


class Faults:
    """Decides, request by request, whether one goes wrong."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._numbers = count(1)

    def arm(self, arming: Arming) -> dict[str, object]:
        """Let requests meet a fault from now on; return how it stands."""
        self._waiting.append(_Waiting(next(self._numbers), arming))
        return self._waiting[-1].said()

    def standing(self) -> list[dict[str, object]]:
        """Return every fault that was armed, what is left of it, and how many requests met it."""
        return [waiting.said() for waiting in self._waiting]

    def disarm(self, number: int | None = None) -> int:
        """Take away one fault, or all of them; return how many were taken away."""
        kept = [waiting for waiting in self._waiting if number not in (None, waiting.number)]
        gone = len(self._waiting) - len(kept)
        self._waiting = kept
        return gone

    def meet(self, arrival: Arrival, wire: str, prompt: str) -> Fault:
        """Return the fault that a job about to be accepted meets: an armed one, oldest first, else by magic words."""
        for waiting in self._waiting:
            if waiting.arming.kind in OF_JOBS and waiting.strikes(arrival, wire, Deed.ORDER):
                return waiting.arming.kind
        return next((fault for word, fault in MAGIC_WORDS.items() if word in prompt), Fault.NONE)

    def around(self, arrival: Arrival, wire: str, deed: Deed, *, keyless: bool) -> list[Arming]:
        """Return what an exchange meets: at most one accident, oldest first, and whatever else changes its answer."""
        found: list[Arming] = []
        accident = False
        for waiting in self._waiting:
            kind = waiting.arming.kind
            beside = kind in _BESIDES
            if kind in OF_JOBS or (accident and not beside) or (keyless and kind is Fault.DEAD_TOKEN):
                continue
            if waiting.strikes(arrival, wire, deed):
                found.append(waiting.arming)
                accident = accident or not beside
        return found


def refuse(fault: Fault, refusal: Refused, face: Refused | None = None) -> None:
    """Refuse a job's input where its fault says so.

    Args:
        fault: what the job meets.
        refusal: the wire's words for a prompt or picture that its policy forbids.
        face: its words for a picture of a person, where they differ.

    Raises:
        Refused: it meets a refusal of its input.
    """
    if fault is Fault.REFUSE_FACE:
        raise face or refusal
    if fault is Fault.REFUSE_INPUT:
        raise refusal


def _has_pictures(arrival: Arrival) -> bool:
    return any("digest" in leaf for leaf in listed(arrival.fields.values))
