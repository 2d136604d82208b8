from __future__ import annotations

from pathlib import Path

import pytest

from charkit.doctor import services


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    for name in ("CHARKIT_ROUTES", "GEMINI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_without_keys_it_says_that_everything_runs_on_the_simulator(kept_keys) -> None:
    (check,) = services.keys_there()
    assert check.state == "note"
    assert "simulator" in check.said
    assert "charkit keys set" in check.then


def test_a_key_in_the_keyring_is_named_with_its_place(kept_keys) -> None:
    kept_keys.passwords["charkit", "GEMINI_API_KEY"] = "AIza-very-secret"
    (check,) = services.keys_there()
    assert check.said.startswith("set, from the keyring; opens google")


def test_routes_are_counted_and_those_that_end_soon_are_named_with_what_comes_then() -> None:
    found = {check.what: check for check in services.routes()}
    assert found["live routes"].state == "ok"
    assert "gpt-image-1.5 on 2026-12-01 (then" in found["ending soon"].said
    assert found["dates"].state == "ok"


def test_facts_that_nobody_looked_at_for_long_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_TODAY", "2027-08-01")
    (dates,) = [check for check in services.routes() if check.what == "dates"]
    assert dates.state == "note"
    assert dates.then == "ask the services: charkit routes --check"


def test_when_every_route_has_died_that_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from charkit.routes import RouteMatrix

    monkeypatch.setattr(services, "route_matrix", lambda **_: RouteMatrix(routes={}, endpoints={}))
    assert next(services.routes()).state == "fault"


def test_weights_that_are_absent_are_a_note_and_altered_ones_a_fault(tmp_path: Path) -> None:
    (absent,) = services.weights()
    assert (absent.state, absent.then) == ("note", "charkit weights get yunet")
    from charkit.weights import Weights

    shelf = Weights.open()
    shelf.folder.mkdir()
    shelf.where("yunet").write_bytes(b"<!doctype html>")
    found = {check.what: check for check in services.weights()}
    assert found["yunet"].state == "fault"
    assert "web page" in found["yunet"].said
