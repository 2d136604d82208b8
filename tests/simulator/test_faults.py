from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.requests import Request

from charkit.simulator.faults import MAGIC_WORDS, OF_JOBS, Arming, Deed, Fault, Faults, refuse
from charkit.simulator.intake import Arrival, Fields, FilePart, Refused


def arrival(path: str = "/openai/v1/videos", **fields: Any) -> Arrival:
    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"", "server": ("h", 80)}
    return Arrival(request=Request(scope), fields=Fields(fields))


def armed(**values: Any) -> Faults:
    faults = Faults()
    faults.arm(Arming(**values))
    return faults


@pytest.mark.parametrize(("word", "fault"), MAGIC_WORDS.items())
def test_a_magic_word_anywhere_in_the_prompt_counts(word: str, fault: Fault) -> None:
    assert Faults().meet(arrival(), "openai", f"Mira walks. {word} Waves.") is fault


def test_an_ordinary_prompt_meets_nothing() -> None:
    assert Faults().meet(arrival(), "openai", "She will fail and refuse: input.") is Fault.NONE


def test_an_armed_fault_meets_one_request_of_its_wire_and_is_written_down() -> None:
    faults = armed(wire="google", kind="fail")
    met = arrival()
    assert faults.meet(arrival(), "openai", "x") is Fault.NONE
    assert faults.meet(met, "google", "x") is Fault.FAIL
    assert faults.meet(arrival(), "google", "x") is Fault.NONE
    assert met.faults == [{"id": 1, "kind": "fail"}]
    assert [(each["met"], each["left"]) for each in faults.standing()] == [(1, 0)]


def test_a_path_tells_wires_of_one_mount_apart() -> None:
    faults = armed(path=":predictLongRunning", kind="stuck")
    assert faults.meet(arrival("/google/v1/interactions"), "google", "x") is Fault.NONE
    assert faults.meet(arrival("/google/v1/models/veo:predictLongRunning"), "google", "x") is Fault.STUCK


def test_the_same_seed_draws_the_same_accidents() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = armed(kind="status", probability=0.3, seed=seed)
        return [bool(faults.around(arrival(), "openai", Deed.ORDER, keyless=False)) for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 30 <= sum(drawn(1)) <= 90


def test_a_count_ends_a_probable_fault_too() -> None:
    faults = armed(kind="drop", probability=0.5, count=2)
    assert sum(bool(faults.around(arrival(), "openai", Deed.ORDER, keyless=False)) for _ in range(100)) == 2


def test_one_accident_meets_a_request_and_all_that_only_changes_words() -> None:
    faults = Faults()
    for kind in ("clock:skew", "token:dead", "list:twice", "list:lag"):
        faults.arm(Arming(kind=kind))
    faults.arm(Arming(kind="status", deed="list"))

    def kinds(deed: Deed, *, keyless: bool = False) -> list[str]:
        return [each.kind for each in faults.around(arrival(), "openai", deed, keyless=keyless)]

    assert kinds(Deed.LIST) == ["clock:skew", "token:dead", "list:twice", "list:lag"]
    assert kinds(Deed.FETCH) == ["token:dead"]
    assert kinds(Deed.FETCH, keyless=True) == []
    assert kinds(Deed.OTHER) == ["token:dead"]


def test_a_face_is_only_seen_where_there_is_a_picture_and_somebody_who_looks() -> None:
    faults = armed(kind="refuse:face")
    part = FilePart(name="a.png", media_type="image/png", data=b"png")
    assert faults.meet(arrival(prompt="x"), "openai", "x") is Fault.NONE
    assert faults.meet(arrival(input_reference=part), "vllm", "x") is Fault.NONE
    assert faults.meet(arrival(input_reference=part), "openai", "x") is Fault.REFUSE_FACE


def test_faults_of_jobs_are_not_met_by_exchanges_nor_the_other_way_round() -> None:
    for kind in set(Fault) - {Fault.NONE}:
        around = armed(kind=kind).around(arrival(), "openai", Deed.ORDER, keyless=False)
        assert not (around and kind in OF_JOBS)
        assert (
            armed(kind=kind).meet(arrival(a=FilePart(name="", media_type="", data=b"")), "openai", "x") is kind
        ) == (kind in OF_JOBS)


def test_one_or_all_can_be_taken_away() -> None:
    faults = armed(kind="drop")
    second = faults.arm(Arming(kind="fail"))["id"]
    faults.arm(Arming(kind="stuck"))
    assert faults.disarm(second) == 1
    assert [each["kind"] for each in faults.standing()] == ["drop", "stuck"]
    assert (faults.disarm(99), faults.disarm(), faults.standing()) == (0, 2, [])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": ""}, "must name a fault"),
        ({"kind": "explode"}, "refuse:input"),
        ({"kind": "drop", "chance": 1}, "chance"),
        ({"kind": "drop", "retry_after": 1}, "drop has no retry_after"),
        ({"kind": "fail", "deed": "look"}, "fail has no deed"),
        ({"kind": "token:dead", "status": 500}, "401 or 403"),
        ({"kind": "status", "status": 200}, "status"),
        ({"kind": "status", "count": 0}, "count"),
        ({"kind": "status", "probability": 1.5}, "probability"),
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Arming.model_validate_json(json.dumps(values))


def test_a_refusal_speaks_of_faces_where_the_wire_has_words_for_it() -> None:
    plain, face = Refused("no"), Refused("a human")
    refuse(Fault.FAIL, plain, face)
    for fault, words, expected in (
        (Fault.REFUSE_INPUT, face, plain),
        (Fault.REFUSE_FACE, face, face),
        (Fault.REFUSE_FACE, None, plain),
    ):
        with pytest.raises(Refused) as caught:
            refuse(fault, plain, words)
        assert caught.value is expected
