"""Preparing many pictures in one go."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image

from charkit.character import CharacterSheet
from charkit.errors import BadReference, StorageFull
from charkit.references import Handed, Recipe, prepare, prepare_all
from charkit.store import Store

MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")


def handed(folder: Path, count: int) -> list[Handed]:
    found = []
    for number in range(count):
        path = folder / f"{number}.png"
        Image.new("RGB", (300 + number, 300), (number, 90, 90)).save(path)
        found.append(Handed(path=path, view="front", character=MIRA))
    return found


@pytest.mark.parametrize("workers", [1, 2, 7, None])
def test_they_come_out_in_the_order_in_which_they_were_handed_in(tmp_path: Path, workers: int | None) -> None:
    pictures = handed(tmp_path, 12)
    told: list[tuple[int, int]] = []
    done = prepare_all(
        pictures, Store(tmp_path / "store"), workers=workers, on_progress=lambda n, of: told.append((n, of))
    )
    assert [r.origin for r in done.all()] == [one.path.name for one in pictures]
    assert told == [(n, 12) for n in range(1, 13)]
    alone = prepare(pictures[5].path, view="front", character=MIRA, store=Store(tmp_path / "other"))
    assert done.references[5].digest == alone.digest


def test_one_that_cannot_be_read_does_not_keep_the_others(tmp_path: Path) -> None:
    pictures = handed(tmp_path, 4)
    pictures[1].path.write_bytes(b"")
    pictures[2].path.unlink()
    done = prepare_all(pictures, Store(tmp_path / "store"))
    assert [r.origin for r in done.references] == ["0.png", "3.png"]
    assert [Path(e.file).name for e in done.refused if isinstance(e, BadReference)] == ["1.png", "2.png"]
    with pytest.raises(BadReference, match="0 bytes"):
        done.all()
    shown = done._repr_mimebundle_()
    assert shown["text/plain"] == "<PreparedAll: 2 pictures, 2 refused>"
    assert "0 bytes" in shown["text/html"]


def test_no_more_are_open_than_there_are_workers(tmp_path: Path) -> None:
    pictures, most, now, lock = handed(tmp_path, 20), 0, 0, threading.Lock()

    def looks(image: Image.Image) -> list[tuple[float, float, float, float]]:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.005)
        with lock:
            now -= 1
        return []

    prepare_all(pictures, Store(tmp_path / "store"), recipe=Recipe(min_face=1), faces=looks, workers=3)
    assert 2 <= most <= 3


def test_a_full_disk_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = handed(tmp_path, 5)

    def full(self: Store, data: bytes, suffix: str) -> None:
        raise StorageFull("no space left")

    monkeypatch.setattr(Store, "put", full)
    with pytest.raises(StorageFull):
        prepare_all(pictures, Store(tmp_path / "store"))


def test_a_picture_can_have_a_recipe_of_its_own(tmp_path: Path) -> None:
    first, second = handed(tmp_path, 2)
    own = Handed(path=second.path, view="back", character=MIRA, recipe=Recipe(size=(320, 320), mode="crop"))
    done = prepare_all([first, own], Store(tmp_path / "store"), recipe=Recipe(size=(280, 280), mode="crop"))
    assert [(r.width, r.height, r.view) for r in done.all()] == [(280, 280, "front"), (320, 320, "back")]
