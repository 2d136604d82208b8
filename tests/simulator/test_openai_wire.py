from __future__ import annotations

import pytest

from charkit.simulator.intake import Fields, Refused
from charkit.simulator.openai_wire import only, prompt_of, say
from tests.simulator.conftest import Server


def test_models_are_listed_without_a_shutdown_date(server: Server) -> None:
    client = server.openai()
    assert client.models.retrieve("sora-2").to_dict()["shutdown_date"] is None
    assert {"sora-2", "gpt-image-2.6-flare"} <= {model.id for model in client.models.list()}


def test_an_error_body_has_openais_four_fields_and_what_a_refusal_adds() -> None:
    plain = say(Refused("No.", code="invalid_value", param="size"))
    assert plain == {
        "error": {"message": "No.", "type": "invalid_request_error", "param": "size", "code": "invalid_value"}
    }
    busy = say(Refused("Busy.", status=503, reason='{"retry": 1}'))
    assert busy == {"error": {"message": "Busy.", "type": "server_error", "param": None, "code": None, "retry": 1}}


def test_an_undocumented_field_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="Unknown parameter: 'seed'"):
        only(Fields({"prompt": "x", "seed": 1}), frozenset({"prompt"}))


def test_a_prompt_has_1_to_32000_characters() -> None:
    assert prompt_of(Fields({"prompt": "x" * 32_000})) == "x" * 32_000
    for bad in ("", "x" * 32_001):
        with pytest.raises(Refused):
            prompt_of(Fields({"prompt": bad}))
