from __future__ import annotations

import sys
from pathlib import Path

import pytest

from charkit.cards import Html
from charkit.widgets.board import Board
from charkit.widgets.key_guard import KeyGuard


class Plain(Board):
    def __init__(self) -> None:
        super().__init__()
        self.fill(self.button("star", lambda: None))

    def still(self) -> Html:
        return Html("")

    def __repr__(self) -> str:
        return "Plain()"


def test_every_board_keeps_its_keys_from_the_notebook() -> None:
    board = Plain()
    assert isinstance(board.box.children[-1], KeyGuard)
    script = Path(sys.modules["charkit.widgets.key_guard"].__file__).with_suffix(".js").read_text(encoding="utf-8")
    assert str(board.box.children[-1]._esm) == script  # what the browser gets; tests/browser presses the keys


def test_a_board_without_anywidget_is_a_board_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "charkit.widgets.key_guard")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert len(Plain().box.children) == 3
