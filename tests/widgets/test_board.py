from __future__ import annotations

import asyncio
import sys

import pytest

from charkit.cards import Html
from charkit.errors import MissingDependency, UsageError
from charkit.widgets.board import Board


class Bell(Board):
    def __init__(self) -> None:
        super().__init__()
        self.rung = 0
        self.ring = self.button("ring", self._ring, tooltip="Rings once")
        self.fill(self.ring)

    def _ring(self) -> str:
        if self.rung == 2:
            raise UsageError("the bell\nis broken")
        self.rung += 1
        return f"rung <{self.rung}>"

    def still(self) -> Html:
        return Html(f"<p>{self.rung}</p>")

    def __repr__(self) -> str:
        return f"Bell({self.rung})"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, object], dict[str, object]]]:
    found: list[tuple[dict[str, object], dict[str, object]]] = []
    monkeypatch.setattr("IPython.display.publish_display_data", lambda data, **more: found.append((data, more)))
    return found


def test_a_click_says_what_came_of_it_escaped_and_with_a_sign() -> None:
    bell = Bell()
    bell.ring.click()
    assert bell.rung == 1
    assert "✓" in bell.line.value
    assert "rung &lt;1&gt;" in bell.line.value


def test_a_mistake_is_one_line_in_the_board_and_the_board_goes_on() -> None:
    bell = Bell()
    for _ in range(3):
        bell.ring.click()
    assert "✗" in bell.line.value
    assert "the bell is broken" in bell.line.value
    assert bell.failure is None
    assert bell.rung == 2


def test_a_fault_in_the_program_is_said_and_kept_to_be_raised() -> None:
    bell = Bell()
    bell.handler(lambda: str(1 // 0))(None)
    assert "ZeroDivisionError" in bell.line.value
    with pytest.raises(ZeroDivisionError):
        raise bell.failure or AssertionError


def test_a_board_is_shown_as_a_still_and_then_live_so_that_neither_hides_the_other(published: list) -> None:
    bell = Bell()
    bell._ipython_display_()
    (still, how), (live, _) = published
    assert "<p>0</p>" in still["text/html"]
    assert "charkit-still" in still["text/html"]
    assert "application/vnd.jupyter.widget-view+json" not in still
    assert how["transient"]["display_id"]
    assert set(live) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert "charkit-live" in bell.box._dom_classes
    assert bell._repr_mimebundle_()["text/plain"] == "Bell(0)"


def test_the_still_is_sent_again_when_things_are_quiet_and_once_for_many_clicks(
    published: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charkit.widgets.board._QUIET", 0.01)

    async def clicks() -> None:
        bell = Bell()
        bell._ipython_display_()
        bell.ring.click()
        bell.ring.click()
        await asyncio.sleep(0.1)

    asyncio.run(clicks())
    assert len(published) == 3
    data, how = published[2]
    assert "<p>2</p>" in data["text/html"]
    assert how["update"] is True
    assert how["transient"] == published[0][1]["transient"]


def test_at_the_end_of_long_work_the_still_is_sent_at_once(published: list) -> None:
    bell = Bell()
    bell.changed(at_once=True)
    assert published == []  # nobody looks at it yet
    bell._ipython_display_()
    bell.rung = 7
    bell.changed(at_once=True)
    assert "<p>7</p>" in published[-1][0]["text/html"]
    assert published[-1][1]["update"] is True


def test_long_work_ends_with_a_word_and_its_fault_is_shown() -> None:
    async def work(*, broken: bool) -> str:
        await asyncio.sleep(0)
        if broken:
            raise UsageError("no money left")
        return "all made"

    async def both() -> list[str]:
        bell, said = Bell(), []
        for broken in (False, True):
            bell.start(work(broken=broken))
            assert bell.busy
            while bell.busy:
                await asyncio.sleep(0)
            said.append(bell.line.value)
        return said

    good, bad = asyncio.run(both())
    assert "all made" in good
    assert "no money left" in bad


def test_another_thread_shows_things_through_the_loop() -> None:
    async def shows() -> list[int]:
        bell, seen = Bell(), []
        show = bell.soon(lambda: seen.append(1))
        await bell.in_thread(show)
        await asyncio.sleep(0)
        return seen

    assert asyncio.run(shows()) == [1]
    seen: list[int] = []
    Bell().soon(lambda: seen.append(2))()
    assert seen == [2]


def test_without_ipywidgets_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(MissingDependency, match="notebooks"):
        Bell()
