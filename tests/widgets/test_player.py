from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from charkit.errors import MissingDependency, UnreadableMedia, UsageError
from charkit.widgets import player as module
from charkit.widgets.player import Clip, FrameBox, Mark, Player
from tests.widgets.conftest import Wire


@pytest.fixture
def pair(clips: list[Path]) -> tuple[Clip, Clip]:
    marks = [Mark(time=0.5, label="worst frame, 0.412"), Mark(time=0.25, label="hat")]
    box = FrameBox(time=0.0, left=0.1, top=0.1, right=0.4, bottom=0.6, label="face 0.93")
    return Clip.of(clips[0], label="S02-t1", marks=marks, boxes=[box]), Clip.of(clips[1], label="S02-t2")


def test_a_clip_says_what_its_file_says_and_has_a_poster(pair: tuple[Clip, Clip]) -> None:
    first, second = pair
    assert (first.fps, first.seconds, first.width, first.height) == (12.0, 1.0, 64, 36)
    assert [mark.time for mark in first.marks] == [0.25, 0.5]
    assert second.poster is not None
    assert second.poster[:2] == b"\xff\xd8"


def test_the_browser_gets_links_and_not_the_clips(
    pair: tuple[Clip, Clip], wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pair[0].path.parent)
    Player(*pair)
    opened = [one["data"]["state"] for one in wire.sent if one["type"] == "comm_open"]
    opened = [state for state in opened if "clips" in state]
    updates = [one["data"]["state"]["clips"] for one in wire.sent if "clips" in (one["data"] or {}).get("state", {})]
    assert len(opened) == 1
    first, second = updates[-1]
    assert (first["link"], second["link"]) == ("take-1.mp4", "take-2.mp4")
    assert first["boxes"][0]["label"] == "face 0.93"
    assert wire.total < 40_000


def test_a_link_with_spaces_is_a_link(clips: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "my takes" / "ä 100%.mp4"
    odd.parent.mkdir()
    odd.write_bytes(clips[0].read_bytes())
    monkeypatch.chdir(tmp_path)
    assert Clip.of(odd).state["link"] == "my%20takes/%C3%A4%20100%25.mp4"


def test_choosing_in_the_browser_reaches_python_and_whoever_listens(pair: tuple[Clip, Clip]) -> None:
    heard: list[str] = []
    player = Player(*pair, on_choice=lambda which: heard.append(which) or f"{which or 'nothing'} it is")
    player._view.set_state({"winner": "2", "time": 0.5})
    assert (player.winner, player.time, heard) == ("2", 0.5, ["2"])
    assert "2 it is" in player.line.value
    assert repr(player) == "Player(S02-t1 and S02-t2, S02-t2 chosen)"
    assert "chosen" in player.still()
    player.show(pair[1], pair[0], winner="1", at=0.25)
    assert heard == ["2"]


def test_a_browser_that_cannot_have_the_link_gets_the_bytes_of_what_is_played_only(
    pair: tuple[Clip, Clip], wire: Wire
) -> None:
    player = Player(*pair)
    wire.reset()
    player._view._handle_custom_msg({"kind": "clip", "index": 1, "link": "x"}, [])
    (answer,) = wire.sent
    assert answer["data"]["content"] == {"kind": "clip", "index": 1, "link": "x", "type": "video/mp4"}
    assert bytes(answer["buffers"][0]) == pair[1].path.read_bytes()
    for odd in (2, -1, "0", None, "../../etc/passwd"):
        player._view._handle_custom_msg({"kind": "clip", "index": odd}, [])
    player._view._handle_custom_msg({"kind": "something"}, [])
    assert len(wire.sent) == 1


def test_a_clip_that_is_too_large_or_gone_says_so_in_its_place(
    pair: tuple[Clip, Clip], wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.mp4"
    gone.write_bytes(pair[0].path.read_bytes())
    player = Player(pair[0], Clip.of(gone))
    gone.unlink()
    monkeypatch.setattr(module, "MAX_SENT", 10)
    wire.reset()
    for index in (0, 1):
        player._view._handle_custom_msg({"kind": "clip", "index": index}, [])
    large, missing = (one["data"]["content"]["problem"] for one in wire.sent)
    assert "Start Jupyter in a folder that holds it" in large
    assert "cannot be read" in missing


def test_nonsense_is_refused_in_words(pair: tuple[Clip, Clip], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="up to 4"):
        Player(*pair, *pair, pair[0])
    player = Player(*pair)
    with pytest.raises(UsageError, match="wipe"):
        player.mode = "sideways"
    player.mode = "wipe"
    assert player._view.mode == "wipe"
    (tmp_path / "no.mp4").write_text("no clip")
    with pytest.raises(UnreadableMedia):
        Clip.of(tmp_path / "no.mp4")


def test_the_browsers_half_is_plain_and_asks_nobody_else() -> None:
    script = (Path(module.__file__).parent / "player.js").read_text("utf-8")
    assert "import " not in script
    assert "http" not in script
    assert "innerHTML" not in script
    assert os.path.getsize(Path(module.__file__).parent / "player.js") < 30_000  # noqa: PTH202


def test_without_anywidget_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "charkit.widgets.player_view", raising=False)
    with pytest.raises(MissingDependency, match="notebooks"):
        Player()
