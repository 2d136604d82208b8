from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from charkit.errors import EncodingFailed, StorageFull
from charkit.simulator.briefs import Brief
from charkit.simulator.rendering import Renderer, Wander, edition
from charkit.simulator.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.simulator.workshop import Workshop

CLIP = Brief(kind="clip", model="sora-2", prompt="Waves.", width=128, height=72, seconds=1.0)
STILL = replace(CLIP, kind="still", seconds=0.0)


def test_what_two_ask_for_at_once_is_drawn_once_and_then_found(workshop: Workshop) -> None:
    async def both() -> tuple[Path, Path]:
        slow = replace(CLIP, prompt="[slow] Waves.")
        return await asyncio.gather(workshop.renderer.make(slow), workshop.renderer.make(slow))

    first, second = asyncio.run(both())
    assert first == second
    drawn = first.stat().st_ino
    assert asyncio.run(workshop.renderer.make(replace(CLIP, prompt="[slow] Waves."))).stat().st_ino == drawn


@pytest.mark.parametrize(("media_type", "kind"), [("image/png", "PNG"), ("image/jpeg", "JPEG"), ("image/webp", "WEBP")])
def test_stills_come_in_the_asked_format(workshop: Workshop, media_type: str, kind: str) -> None:
    with Image.open(asyncio.run(workshop.renderer.make(STILL, media_type))) as picture:
        assert (picture.format, picture.size) == (kind, (128, 72))


@pytest.mark.parametrize(("prompt", "error"), [("[break]", EncodingFailed), ("[full]", StorageFull)])
def test_a_failure_is_an_error_and_leaves_no_half_file(workshop: Workshop, prompt: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        asyncio.run(workshop.renderer.make(replace(CLIP, prompt=prompt)))
    assert list((workshop.conduct.state / "results").iterdir()) == []


def test_a_dead_worker_is_replaced(workshop: Workshop) -> None:
    with pytest.raises(EncodingFailed, match="died twice"):
        asyncio.run(workshop.renderer.make(replace(CLIP, prompt="[die]")))
    assert asyncio.run(workshop.renderer.make(CLIP)).stat().st_size > 0


def test_giving_up_waiting_does_not_take_the_clip_from_others(workshop: Workshop) -> None:
    async def one_leaves() -> Path:
        slow = replace(CLIP, prompt="[slow] Shared.")
        leaving = asyncio.create_task(workshop.renderer.make(slow))
        staying = asyncio.create_task(workshop.renderer.make(slow))
        await asyncio.sleep(0.1)
        leaving.cancel()
        return await staying

    assert asyncio.run(one_leaves()).exists()


def test_drift_and_artist_are_part_of_the_cache_key(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    renderers = [
        Renderer(shelf, workers=1),
        Renderer(shelf, workers=1, wander=Wander(text=0.2)),
        Renderer(shelf, workers=1, artist="plain_artist"),
    ]
    assert len({renderer._key("a") for renderer in renderers}) == 3
    assert Wander(text=0.2).chosen() == {"text": 0.2}


def test_the_edition_is_the_same_within_a_process_and_quick() -> None:
    began = time.monotonic()
    assert edition() == edition()
    assert time.monotonic() - began < 1
