"""Decisions about designs and preflight, made in two notebooks at once: neither loses the other's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charkit.casting import Kept
from charkit.errors import StorageError
from charkit.references.preflight import Finding, Overrides, Preflight
from charkit.studio import Studio
from tests.studio.pictured import open_three, write_pictured


@pytest.fixture
def two(tmp_path: Path) -> tuple[Studio, Studio]:
    home = write_pictured(tmp_path)
    return open_three(home, "two"), open_three(home, "two")


def at_once(
    monkeypatch: pytest.MonkeyPatch, kind: type[Any], first: Callable[[], object], second: Callable[[], object]
) -> None:
    """Let the second decide after the first has read what was decided, and before it writes, if anything lets it."""
    load, save = kind.load, kind.save
    reading, read_by_both, readers = threading.Event(), threading.Event(), []

    def loaded(path: Path) -> Any:
        found = load(path)
        readers.append(threading.get_ident())
        (read_by_both if len(set(readers)) > 1 else reading).set()
        return found

    def saved(one: Any, path: Path) -> None:
        read_by_both.wait(0.2)
        save(one, path)

    monkeypatch.setattr(kind, "load", loaded)
    monkeypatch.setattr(kind, "save", saved)
    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert reading.wait(10)
    threads[1].start()
    for thread in threads:
        thread.join(20)


def test_two_notebooks_that_cast_at_once_lose_none_of_each_others_decisions(
    two: tuple[Studio, Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    at_once(monkeypatch, Kept, lambda: one.keep("ada", candidate=2), lambda: other.reject("ada", candidate=1))
    at_once(monkeypatch, Kept, lambda: one.use_views("ada", ["face"]), lambda: other.reject("ada", view="face"))
    found = Kept.load(one.place.folder / "casting.json")
    assert (found.anchors, found.rejected) == ({"ada": 2}, {"ada": (1,)})
    assert (found.views, found.rejected_takes) == ({"ada": ("full", "face")}, {"ada.face": (1,)})


def test_two_notebooks_that_overrule_preflight_at_once_keep_both_reasons(
    two: tuple[Studio, Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    found = [Finding(rule=rule, level="error", says="so") for rule in ("faces.any", "copies.other-character")]
    monkeypatch.setattr(Studio, "preflight", lambda *_: Preflight(findings=tuple(found)))
    monkeypatch.setattr(Studio, "replan", lambda *_: None)
    first, second = (finding.id for finding in found)
    at_once(
        monkeypatch,
        Overrides,
        lambda: one.override(first, reason="she agreed"),
        lambda: other.override(second, reason="they are twins"),
    )
    said = Overrides.load(one.place.folder / "overrides.yaml").overrides
    assert sorted(each.reason for each in said) == ["she agreed", "they are twins"]


def test_a_run_whose_folder_is_no_folder_is_said_and_nothing_is_decided(two: tuple[Studio, Studio]) -> None:
    one, _ = two
    one.place.folder.parent.mkdir(parents=True)
    one.place.folder.write_text("")
    with pytest.raises(StorageError, match="Nothing was decided"):
        one.keep("ada", candidate=2)
