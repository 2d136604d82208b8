from __future__ import annotations

import keyring
import pytest
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from charkit import keychain
from charkit.errors import MissingDependency, StorageError


def test_a_machine_without_a_keyring_has_no_keys_and_says_so_where_one_is_to_be_kept(keyring_in) -> None:
    keyring_in(fail.Keyring())
    assert keychain.read("GEMINI_API_KEY") is None
    assert "no keyring" in keychain.problem()
    with pytest.raises(StorageError, match=r"environment or in \.env"):
        keychain.keep("GEMINI_API_KEY", "AIza-very-secret")


def test_what_is_kept_is_read_and_can_be_forgotten(kept_keys) -> None:
    assert keychain.keep("GEMINI_API_KEY", "AIza-very-secret") == "keys in memory"
    assert keychain.read("GEMINI_API_KEY") == "AIza-very-secret"
    assert keychain.problem() == ""
    assert keychain.forget("GEMINI_API_KEY")
    assert not keychain.forget("GEMINI_API_KEY")
    assert keychain.read("GEMINI_API_KEY") is None


def test_the_keyring_is_not_asked_where_only_what_was_read_before_matters(kept_keys) -> None:
    kept_keys.passwords["charkit", "GEMINI_API_KEY"] = "AIza-very-secret"
    assert keychain.read("GEMINI_API_KEY", ask=False) is None
    assert kept_keys.asked == 0
    assert keychain.read("GEMINI_API_KEY") == "AIza-very-secret"
    assert keychain.read("GEMINI_API_KEY", ask=False) == "AIza-very-secret"
    assert kept_keys.asked == 1


def test_a_locked_keyring_is_named_without_the_words_of_its_error(kept_keys, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: str) -> None:
        raise KeyringLocked("could not unlock for AIza-very-secret")

    for way in ("get_password", "set_password"):
        monkeypatch.setattr(kept_keys, way, locked)
    assert keychain.read("GEMINI_API_KEY") is None
    with pytest.raises(StorageError, match="KeyringLocked") as refused:
        keychain.keep("GEMINI_API_KEY", "AIza-very-secret")
    assert "AIza" not in str(refused.value)


def test_a_keyring_that_keeps_nothing_is_found_out(keyring_in) -> None:
    keyring_in(null.Keyring())
    with pytest.raises(StorageError, match="gave none back"):
        keychain.keep("GEMINI_API_KEY", "AIza-very-secret")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    assert keychain.read("GEMINI_API_KEY") is None
    assert "charkit[keyring]" in keychain.problem()
    with pytest.raises(MissingDependency, match=r"charkit\[keyring\]"):
        keychain.keep("GEMINI_API_KEY", "x")


def test_the_tests_leave_the_persons_own_keyring_alone(kept_keys) -> None:
    assert keyring.get_keyring() is kept_keys
