from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import UnknownName, UsageError
from charkit.keys import forget_key, keep_key, keys
from charkit.settings import Settings

SECRET = "AIza-very-secret"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GEMINI_API_KEY", "OPENAI_API_KEY", "CHARKIT_ROUTES"):
        monkeypatch.delenv(name, raising=False)


def source(name: str) -> str | None:
    return next(key.source for key in keys() if key.name == name)


def test_environment_goes_before_dotenv_and_dotenv_before_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_keys
) -> None:
    assert source("GEMINI_API_KEY") is None
    keep_key("GEMINI_API_KEY", "from-the-keyring")
    assert source("GEMINI_API_KEY") == "keyring"
    (tmp_path / ".env").write_text("GEMINI_API_KEY=from-the-file\n", encoding="utf-8")
    assert source("GEMINI_API_KEY") == ".env"
    monkeypatch.setenv("GEMINI_API_KEY", "from-the-environment")
    assert source("GEMINI_API_KEY") == "environment"


def test_what_is_empty_hides_nothing_that_comes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_keys
) -> None:
    keep_key("GEMINI_API_KEY", SECRET)
    (tmp_path / ".env").write_text("GEMINI_API_KEY=\n", encoding="utf-8")
    monkeypatch.setenv("GEMINI_API_KEY", "")
    found = Settings.key("GEMINI_API_KEY")
    assert found is not None
    assert found.get_secret_value() == SECRET


def test_a_key_says_which_endpoints_it_opens_and_never_its_value(kept_keys) -> None:
    keep_key("GEMINI_API_KEY", f"  {SECRET}\n")
    found = keys()
    (gemini,) = found.set
    assert "google-veo" in gemini.endpoints
    shown = repr(found) + str(found) + str(found._repr_mimebundle_())
    assert SECRET not in shown
    assert "keyring" in shown
    assert forget_key("GEMINI_API_KEY")
    assert keys().set == ()


def test_a_name_that_no_endpoint_asks_for_offers_the_nearest(kept_keys) -> None:
    with pytest.raises(UnknownName, match="GEMINI_API_KEY"):
        keep_key("GEMINI_API_KY", SECRET)


@pytest.mark.parametrize("value", ["", "   ", "two words", "two\nlines", "a\x00b"])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(kept_keys, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        keep_key("GEMINI_API_KEY", value)
    assert not value.strip() or value not in str(refused.value)
    assert kept_keys.passwords == {}


def test_secrets_are_known_by_their_names_for_whoever_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("MY_RELAY_TOKEN=from-the-file\nKEY_LENGTH=256\n", encoding="utf-8")
    monkeypatch.setenv("MY_RELAY_TOKEN", "from-the-environment")
    found = {name: value.get_secret_value() for name, value in Settings.secrets().items()}
    assert found["MY_RELAY_TOKEN"] == "from-the-environment"
    assert found["MY_RELAY_TOKEN in .env"] == "from-the-file"
    assert "KEY_LENGTH" not in found
