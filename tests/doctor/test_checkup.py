"""The whole checkup."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.doctor import Check, Checkup, doctor
from charkit.doctor import services as looked
from charkit.errors import BadDocument


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CHARKIT_DATA", "CHARKIT_LEDGER", "CHARKIT_ROUTES", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_every_area_is_looked_at_and_a_key_is_named_but_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "AIza-very-secret")
    found = doctor()
    areas = {"python", "packages", "media", "notebooks", "settings", "keys", "routes", "weights", "disk", "ledger"}
    assert {check.area for check in found.checks} == areas
    (gemini,) = [check for check in found.of("keys") if check.what == "GEMINI_API_KEY"]
    assert "from the environment" in gemini.said
    shown = repr(found) + str(found.facts()) + found._repr_mimebundle_()["text/html"]
    assert "very-secret" not in shown
    assert all(check.then for check in found.faults)


def test_what_stops_the_looking_is_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise BadDocument("says nonsense", file="routes.yaml", line=3)

    monkeypatch.setattr(looked, "routes", broken)
    found = doctor()
    (routes,) = found.of("routes")
    assert (routes.state, routes.said) == ("fault", "routes.yaml:3: says nonsense")
    assert not found.ok
    assert found.of("ledger")


def test_it_says_its_outcome_in_words() -> None:
    checks = [Check(area="disk", what="disk", state=state, said="") for state in ("ok", "ok", "note", "fault")]
    found = Checkup(checks=tuple(checks))
    assert repr(found) == "<Checkup: 2 fine, 1 note, 1 fault>"
    assert ">fault<" in found._repr_mimebundle_()["text/html"]
