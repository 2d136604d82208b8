"""How endpoints are, and what a restart remembers."""

from __future__ import annotations

from pathlib import Path

from charkit.takes.breaker import LIMITS, Sign
from charkit.takes.health import Health


def test_a_restart_remembers_who_is_left_alone_and_why(tmp_path: Path) -> None:
    health = Health(tmp_path / "health.json")
    for _ in range(LIMITS[Sign.KEY_REFUSED]):
        health.hear("gateway", Sign.KEY_REFUSED, 100.0, "401 invalid_api_key")
    again = Health(tmp_path / "health.json")
    why = again.objection("gateway", 150.0)
    assert "refused the key" in why
    assert "401 invalid_api_key" in why
    assert again.objection("elsewhere", 150.0) == ""
    assert repr(again) == "Health(gateway open)"
    assert "gateway" in again._repr_mimebundle_()["text/html"]


def test_a_damaged_file_costs_no_more_than_the_memory(tmp_path: Path) -> None:
    (tmp_path / "health.json").write_text('{"endpoints": {"gate', encoding="utf-8")
    health = Health(tmp_path / "health.json")
    assert (health.objection("gateway", 0.0), repr(health)) == ("", "Health(all well)")


def test_what_counts_but_opened_nothing_yet_is_shown_too() -> None:
    health = Health()
    health.hear("gateway", Sign.STUCK, 0.0)
    assert "left jobs unfinished (1)" in health._repr_mimebundle_()["text/html"]
    assert repr(health) == "Health(all well)"
