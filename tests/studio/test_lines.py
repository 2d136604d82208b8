from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from charkit.errors import MissingKey, UnknownName
from charkit.routes import RouteMatrix
from charkit.settings import Settings
from charkit.studio.lines import Lines

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAOZHANG_API_KEY", "an-odd-gateway-key")
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    return Lines(RouteMatrix.load(), Settings.load(), tmp_path, live=True)


def test_a_live_line_goes_to_the_endpoints_own_address_with_its_own_key(live: Lines) -> None:
    connection = live.connect("laozhang").connection
    assert connection.base_url == "https://api.laozhang.ai/v1"
    assert connection.key.get_secret_value() == "an-odd-gateway-key"
    assert connection.dialect == "muse"


def test_a_live_line_without_a_key_is_not_made(live: Lines) -> None:
    with pytest.raises(MissingKey, match="GEMINI_API_KEY"):
        live.connect("google")


def test_an_unknown_endpoint_names_the_nearest(live: Lines) -> None:
    with pytest.raises(UnknownName, match="'laozhang'"):
        live.connect("laozang")


def test_keys_of_any_shape_are_taken_out_of_text(live: Lines) -> None:
    assert live.without_keys("said: an-odd-gateway-key!") == "said: <LAOZHANG_API_KEY>!"


def test_a_simulated_line_stays_on_this_machine_and_carries_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://127.0.0.1:5999")
    monkeypatch.setenv("GEMINI_API_KEY", "real")
    connection = Lines(RouteMatrix.load(), Settings.load(), tmp_path, live=False).connect("google").connection
    assert connection.base_url == "http://127.0.0.1:5999/google"
    assert connection.key.get_secret_value() == "simulator"
