from __future__ import annotations

import asyncio

import pytest

from charkit.simulator import holding
from charkit.simulator.holding import Holders


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "FIRST", 0.4)
    monkeypatch.setattr(holding, "LAST", 0.2)
    monkeypatch.setattr(holding, "_BEAT", 0.01)


def test_it_waits_for_the_first_holder_only_so_long() -> None:
    asyncio.run(asyncio.wait_for(Holders().gone(), timeout=2))


def test_it_stays_while_one_of_two_lines_is_held_and_goes_after_the_last() -> None:
    async def story() -> None:
        holders = Holders()
        first, second = holders._line(), holders._line()
        await anext(first)
        await anext(second)
        leaving = asyncio.create_task(holders.gone())
        await first.aclose()
        await asyncio.sleep(0.6)
        assert not leaving.done()
        assert holders.count == 1
        await second.aclose()
        await asyncio.wait_for(leaving, timeout=2)

    asyncio.run(story())
