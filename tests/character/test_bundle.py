"""The portable character: out, in, the same on every machine, and nothing written over."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from charkit.character import Cast, CharacterSheet, SheetPicture, View
from charkit.character.bundle import export_character
from charkit.character.unpacking import import_character, read_bundle
from charkit.character.versions import history_of
from charkit.errors import BadBundle, BadDocument, StorageError, UsageError
from charkit.store import digest_of

DAY = dt.date(2026, 11, 22)
SHEET = """\
# Whoever reads this: she is shy.
name: 小雪
description: {what: 一只白猫, eyes: {colour: green}}
wardrobe:
  default: a bell
  night: {wears: a scarf, shots: [S02]}
palette: {white: "#ffffff"}
likeness: {statement: invented}
references:
  - {file: art/front.PNG, view: front, origin: drawing, source: "Bo, 2026", licence: CC-BY-4.0}
  - {file: art/face.jpg, view: face, wardrobe: night}
provider_ids: {gateway: char_123}
"""


def write(folder: Path, text: str = SHEET, name: str = "xue.yaml") -> CharacterSheet:
    (folder / "art").mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (300, 400), "#eeeeff").save(folder / "art" / "front.PNG")
    Image.new("RGB", (300, 300), "#ddddff").save(folder / "art" / "face.jpg")
    (folder / name).write_text(text, encoding="utf-8")
    return CharacterSheet.load(folder / name)


@pytest.fixture
def sheet(tmp_path: Path) -> CharacterSheet:
    return write(tmp_path / "mine")


@pytest.fixture
def bundle(tmp_path: Path, sheet: CharacterSheet) -> Path:
    export_character(sheet, tmp_path / "xue.char", licence="CC-BY-4.0")
    return tmp_path / "xue.char"


def rezipped(bundle: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool = False) -> Path:
    """Change what a bundle holds; an honest one brings its record's digests up to date."""
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if honest:
        record = json.loads(members["charkit.json"])
        for file in record["files"]:
            file |= {"digest": digest_of(members[file["path"]]), "size": len(members[file["path"]])}
        members["charkit.json"] = json.dumps(record).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    target = bundle.with_name("changed.char")
    target.write_bytes(out.getvalue())
    return target


def recorded(change: Callable[[dict], object]) -> Callable[[dict[str, bytes]], None]:
    def changed(members: dict[str, bytes]) -> None:
        record = json.loads(members["charkit.json"])
        change(record)
        members["charkit.json"] = json.dumps(record).encode()

    return changed


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_character_goes_out_and_comes_in_as_the_same_version(tmp_path: Path, sheet: CharacterSheet) -> None:
    record = export_character(sheet, tmp_path / "a.char", licence="CC-BY-4.0")
    found = import_character(tmp_path / "a.char", tmp_path / "theirs", on=DAY)
    assert found.how == "new"
    assert found.sheet.digest == sheet.digest == record.digest
    assert found.sheet.locked_text("night") == sheet.locked_text("night")
    assert files_in(tmp_path / "theirs") == ["xue.yaml", "xue/01-front.png", "xue/02-face-night.jpg"]
    assert "she is shy" in (tmp_path / "theirs" / "xue.yaml").read_text("utf-8")
    assert Cast.load(tmp_path / "theirs")["小雪"].references[0].licence == "CC-BY-4.0"


def test_the_record_says_where_everything_comes_from(bundle: Path, sheet: CharacterSheet) -> None:
    record = read_bundle(bundle)
    assert (record.licence, record.consent, record.name) == ("CC-BY-4.0", "invented", "小雪")
    front = record.files[1]
    assert (front.view, front.origin, front.source, front.licence) == ("front", "drawing", "Bo, 2026", "CC-BY-4.0")
    assert front.digest == sheet.digest_of(sheet.references[0])
    assert repr(record) == f"<Bundle of '小雪': version {sheet.version}, 2 pictures, licence 'CC-BY-4.0'>"


def test_ids_of_my_accounts_and_the_shots_of_my_film_stay_here(tmp_path: Path, bundle: Path) -> None:
    assert b"char_123" not in bundle.read_bytes()
    found = import_character(bundle, tmp_path / "theirs", on=DAY).sheet
    assert not found.provider_ids
    assert found.worn_in("S02") is None


def test_the_same_character_gives_the_same_bytes_wherever_and_whenever(tmp_path: Path, bundle: Path) -> None:
    other = write(tmp_path / "elsewhere" / "deeper")
    os.utime(tmp_path / "elsewhere" / "deeper" / "art" / "face.jpg", (0, 0))
    export_character(other, tmp_path / "again.char", licence="CC-BY-4.0")
    assert (tmp_path / "again.char").read_bytes() == bundle.read_bytes()


def test_designed_views_go_along_where_the_sheet_names_no_pictures(tmp_path: Path) -> None:
    bare = write(tmp_path / "mine", "name: Ada\nlocked: a girl\n", "ada.yaml")
    view = SheetPicture(file="art/front.PNG", view=View.FRONT, origin="design", source="a route", simulated=True)
    record = export_character(bare, tmp_path / "ada.char", references=[view])
    assert record.simulated
    assert record.made_from == bare.digest
    found = import_character(tmp_path / "ada.char", tmp_path / "theirs", on=DAY).sheet
    assert found.references[0].simulated
    assert found.digest == record.digest != bare.digest


def test_a_sheet_that_is_there_is_never_written_over(tmp_path: Path, bundle: Path) -> None:
    theirs = write(tmp_path / "theirs", SHEET.replace("green", "blue"))
    before = (tmp_path / "theirs" / "xue.yaml").read_bytes()
    with pytest.raises(UsageError, match=f"already, as version {theirs.version}"):
        import_character(bundle, tmp_path / "theirs", on=DAY)
    found = import_character(bundle, tmp_path / "theirs", on=DAY, as_version=True)
    assert (found.how, found.version) == ("kept as a version", 1)
    assert history_of(theirs).sheet(1).digest == read_bundle(bundle).digest
    assert (tmp_path / "theirs" / "xue.yaml").read_bytes() == before


def test_the_same_character_again_changes_nothing(tmp_path: Path, bundle: Path) -> None:
    import_character(bundle, tmp_path / "theirs", on=DAY)
    before = files_in(tmp_path / "theirs")
    assert import_character(bundle, tmp_path / "theirs", on=DAY).how == "there already"
    assert files_in(tmp_path / "theirs") == before


def test_a_namesake_in_another_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "theirs", "name: Мira\nlocked: a girl\n", "other.yaml")
    mine = write(tmp_path / "mine", "name: Mira\nlocked: a girl\n", "mira.yaml")
    export_character(mine, tmp_path / "mira.char")
    with pytest.raises(BadDocument, match="own name"):
        import_character(tmp_path / "mira.char", tmp_path / "theirs", on=DAY)
    assert not (tmp_path / "theirs" / "mira.yaml").exists()


def test_a_folder_of_pictures_that_is_in_the_way_is_left_alone(tmp_path: Path, bundle: Path) -> None:
    (tmp_path / "theirs" / "xue").mkdir(parents=True)
    (tmp_path / "theirs" / "xue" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="move it away"):
        import_character(bundle, tmp_path / "theirs", on=DAY)
    assert files_in(tmp_path / "theirs") == ["xue/mine.txt"]


def test_an_import_that_breaks_off_leaves_nothing(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("charkit.character.unpacking._placed", full)
    with pytest.raises(StorageError, match="No space"):
        import_character(bundle, tmp_path / "theirs", on=DAY)
    assert list((tmp_path / "theirs").iterdir()) == []


def test_an_export_never_writes_over_a_file(tmp_path: Path, sheet: CharacterSheet) -> None:
    (tmp_path / "mine.char").write_text("mine")
    with pytest.raises(UsageError, match="already"):
        export_character(sheet, tmp_path / "mine.char")
    assert (tmp_path / "mine.char").read_text() == "mine"


EVIL_SHEET = SHEET.replace("art/front.PNG", "../../../../etc/hostname").encode()


@pytest.mark.parametrize(
    ("change", "honest", "said"),
    [
        (lambda m: m.pop("charkit.json"), False, r"without charkit\.json"),
        (lambda m: m.update({"charkit.json": b"[1]"}), False, "not a record"),
        (lambda m: m.update({"charkit.json": b"\xff\xfe"}), False, "not a record"),
        (recorded(lambda r: r.update(format=2)), False, "format 2; this charkit reads format 1"),
        (recorded(lambda r: r.update(extra=1)), False, "not a record"),
        (recorded(lambda r: r.update(slug="../x")), False, "no file name"),
        (recorded(lambda r: r.update(digest="sha256:" + "0" * 64)), False, "not the version"),
        (recorded(lambda r: r.update(name="Bo")), False, "not the version"),
        (recorded(lambda r: r["files"].pop()), False, "do not agree about 'xue/02"),
        (recorded(lambda r: r["files"].append(r["files"][1])), False, "do not agree about"),
        (recorded(lambda r: r["files"][1].update(digest="sha256:" + "0" * 64)), False, "digest"),
        (lambda m: m.update({"xue/01-front.png": b"other"}), False, "digest"),
        (lambda m: m.pop("xue/01-front.png"), False, "do not agree about 'xue/01"),
        (lambda m: m.update({"run.sh": b"rm"}), False, "do not agree about 'run.sh'"),
        (lambda m: m.update({"xue/01-front.png": b"<html>"}), True, "cannot be used"),
        (lambda m: m.update({"xue.yaml": b"name: [\n"}), True, "cannot be used"),
        (lambda m: m.update({"xue.yaml": EVIL_SHEET}), True, "other pictures"),
        (lambda m: m.update({"xue.yaml": m["xue.yaml"].replace(b"green", b"blue")}), True, "not the version"),
    ],
)
def test_a_bundle_that_is_not_what_it_says_is_refused_and_nothing_is_written(
    tmp_path: Path, bundle: Path, change: Callable[[dict[str, bytes]], None], honest: bool, said: str
) -> None:
    hostile = rezipped(bundle, change, honest=honest)
    with pytest.raises(BadBundle, match=said) as caught:
        import_character(hostile, tmp_path / "theirs", on=DAY)
    assert "changed.char" in str(caught.value)
    assert ".incoming" not in str(caught.value)
    assert list((tmp_path / "theirs").iterdir()) == []
    with pytest.raises(BadBundle, match=said):
        read_bundle(hostile)


def test_a_member_of_another_kind_that_the_record_names_is_refused(tmp_path: Path, bundle: Path) -> None:
    def smuggle(members: dict[str, bytes]) -> None:
        members["xue/run.sh"] = b"rm"
        record = json.loads(members["charkit.json"])
        record["files"].append({"path": "xue/run.sh", "digest": digest_of(b"rm"), "size": 2})
        members["charkit.json"] = json.dumps(record).encode()

    with pytest.raises(BadBundle, match="neither its sheet nor a picture"):
        read_bundle(rezipped(bundle, smuggle))


@settings(max_examples=60)
@given(st.data())
def test_one_changed_byte_is_noticed_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "bytes"
    if not (folder / "xue.char").is_file():
        export_character(write(folder / "mine"), folder / "xue.char")
    good = (folder / "xue.char").read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    value = data.draw(st.integers(0, 255))
    changed = folder / "changed.char"
    changed.write_bytes(good[:place] + bytes([value]) + good[place + 1 :])
    try:
        found = read_bundle(changed)
    except BadBundle:
        return
    assert found == read_bundle(folder / "xue.char")
