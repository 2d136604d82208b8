"""Versions: locked, kept, read again, never changed."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from charkit.character import CharacterSheet
from charkit.character.versions import history_of, keep_version, lock
from charkit.errors import CorruptObject, UnknownName, UsageError

DAY = dt.date(2026, 11, 22)
SHEET = """\
# Her words.
name: Mira
description: {what: a girl, hair: {colour: copper, style: bob}}
wardrobe: {default: a coat}
references:
  - {file: ../art/mira front.PNG, view: front}  # drawn by hand
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "mira front.PNG").write_bytes(b"one")
    path = tmp_path / "characters" / "mira.yaml"
    path.parent.mkdir()
    path.write_text(SHEET, encoding="utf-8")
    return path


def edit(file: Path, old: str, new: str) -> CharacterSheet:
    file.write_text(file.read_text("utf-8").replace(old, new), encoding="utf-8")
    return CharacterSheet.load(file)


def test_a_locked_sheet_is_kept_with_its_pictures_and_its_comments(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    record = lock(sheet, on=DAY, note="approved")
    assert (record.number, record.digest, record.kept, record.on) == (1, sheet.digest, "locked", DAY)
    kept = history_of(sheet).sheet(1)
    assert kept.digest == sheet.digest
    assert kept.slug == "mira"
    assert "# Her words." in kept.file.read_text("utf-8")
    assert kept.path_of(kept.references[0]).read_bytes() == b"one"
    assert file.parent in kept.path_of(kept.references[0]).resolve().parents


def test_locking_the_same_again_changes_nothing(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    first = lock(sheet, on=DAY)
    again = lock(sheet, on=DAY + dt.timedelta(days=1))
    assert again == first
    assert len(history_of(sheet)) == 1


def test_a_changed_sheet_is_a_new_version_and_the_old_one_stays_readable(file: Path) -> None:
    old = CharacterSheet.load(file)
    lock(old, on=DAY)
    words = old.locked_text()
    new = edit(file, "copper", "grey")
    (file.parent.parent / "art" / "mira front.PNG").write_bytes(b"two")
    assert history_of(new).state(new) == "changed since version 1"
    lock(new, on=DAY)
    history = history_of(new)
    assert history.state(new) == "locked as version 2"
    assert history.sheet(1).locked_text() == words
    assert [change.where for change in history.changes(2)] == [
        "description.hair.colour",
        "reference front",
        "locked text default",
    ]


def test_a_version_that_comes_back_is_the_old_one(file: Path) -> None:
    lock(CharacterSheet.load(file), on=DAY)
    lock(edit(file, "copper", "grey"), on=DAY)
    back = edit(file, "grey", "copper")
    assert history_of(back).state(back) == "locked as version 1"
    assert lock(back, on=DAY).number == 1


def test_what_is_used_in_another_form_after_a_lock_is_kept_too(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    assert keep_version(sheet, on=DAY) is None
    assert not history_of(sheet).folder.exists()
    lock(sheet, on=DAY)
    used = edit(file, "copper", "red")
    version = keep_version(used, on=DAY)
    assert version is not None
    assert (version.number, version.kept) == (2, "used")
    assert keep_version(used, on=DAY) == version
    assert lock(used, on=DAY).kept == "locked"
    assert len(history_of(used)) == 2


def test_a_version_is_found_by_number_and_by_digest(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    record = lock(sheet, on=DAY)
    history = history_of(sheet)
    assert history.find("1") == history.find("v1") == history.find(record.short) == history.find(record.digest)
    with pytest.raises(UnknownName, match="version of mira"):
        history.find(2)


def test_a_kept_version_that_somebody_edited_is_refused(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    lock(sheet, on=DAY)
    kept = history_of(sheet).folder / "v1" / "mira.yaml"
    kept.write_text(kept.read_text("utf-8").replace("copper", "green"), encoding="utf-8")
    with pytest.raises(CorruptObject, match="not version 1 as it was kept"):
        history_of(sheet).sheet(1)


def test_a_sheet_that_was_edited_since_it_was_read_is_not_locked(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    edit(file, "copper", "grey")
    with pytest.raises(UsageError, match="open it again"):
        lock(sheet, on=DAY)
    with pytest.raises(UsageError, match="no file"):
        lock(CharacterSheet(name="A", locked="b"), on=DAY)


def test_a_name_in_another_script_has_versions_too(tmp_path: Path) -> None:
    path = tmp_path / "ليلى Z.yaml"
    path.write_text("name: ليلى\nlocked: فتاة\n", encoding="utf-8")
    sheet = CharacterSheet.load(path)
    lock(sheet, on=DAY)
    assert history_of(sheet).sheet(1).name == "ليلى"
    assert history_of(sheet).sheet(1).digest == sheet.digest


def test_nothing_half_written_is_left_when_a_picture_goes_away(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = CharacterSheet.load(file)

    def gone(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("charkit.character.copying.replace_file", gone)
    with pytest.raises(OSError, match="No space"):
        lock(sheet, on=DAY)
    assert list(history_of(sheet).folder.iterdir()) == []


def test_two_who_lock_at_once_get_one_version_each_or_the_same(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.append(lock(sheet, on=DAY).number)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = history_of(sheet)
    assert len(numbers) == 6
    assert all(history.sheet(one.number).digest == sheet.digest for one in history)
    assert sorted(one.number for one in history) == list(range(1, len(history) + 1))


def test_a_history_shows_itself_in_one_line_and_as_a_table(file: Path) -> None:
    sheet = CharacterSheet.load(file)
    assert repr(history_of(sheet)) == "<History of 'mira': never locked>"
    lock(sheet, on=DAY, note="first")
    lock(edit(file, "copper", "grey"), on=DAY)
    shown = history_of(sheet)._repr_mimebundle_()
    assert shown["text/plain"].startswith("<History of 'mira': 1 locked ")
    assert "first" in shown["text/html"]
    assert "copper → grey" in shown["text/html"]
