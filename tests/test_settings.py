from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from charkit.errors import UsageError
from charkit.settings import Settings, child_environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_key_comes_from_the_environment_before_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("GEMINI_API_KEY=from-file\n", encoding="utf-8")
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    found = Settings.key("GEMINI_API_KEY")
    assert found is not None
    assert found.get_secret_value() == "from-file"
    monkeypatch.setenv("GEMINI_API_KEY", "from-environment")
    found = Settings.key("GEMINI_API_KEY")
    assert found is not None
    assert found.get_secret_value() == "from-environment"


def test_an_empty_key_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert Settings.key("OPENAI_API_KEY") is None


def test_showing_a_key_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert "very-secret" not in repr(Settings.key("OPENAI_API_KEY"))
    assert "very-secret" not in repr(Settings.load())


def test_a_ledgers_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_LEDGER", "postgresql://mira:hunter2@db/films")
    found = Settings.load()
    assert "hunter2" not in repr(found) + str(found.model_dump()) + found.model_dump_json()
    assert found.ledger is not None
    assert found.ledger.get_secret_value().endswith("@db/films")


def test_the_simulator_is_only_ever_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://example.org:80")
    with pytest.raises(UsageError, match="CHARKIT_SIMULATOR_URL: "):
        Settings.load()


def test_settings_come_from_the_nearest_dotenv_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("CHARKIT_PARALLEL=7\n", encoding="utf-8")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert Settings.load().parallel == 7


def test_a_child_process_gets_the_environment_with_changes() -> None:
    assert child_environment(CHARKIT_X="1")["CHARKIT_X"] == "1"
