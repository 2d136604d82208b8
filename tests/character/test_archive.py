"""Archives from elsewhere: what a bundle never holds is refused whole, with the member and the rule."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.character import archive
from charkit.character.archive import read_archive
from charkit.errors import BadBundle


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def member(name: str, **facts: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for key, value in facts.items():
        setattr(info, key, value)
    return info


def flagged(data: bytes, bit: int) -> bytes:
    """Set a flag of the first member, in both of its headers."""
    out = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.index(magic) + offset
        struct.pack_into("<H", out, at, struct.unpack_from("<H", out, at)[0] | bit)
    return bytes(out)


def shorter(data: bytes) -> bytes:
    """Let the first member claim ten bytes fewer than it unpacks to, in both of its headers."""
    out = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = out.index(magic) + offset
        struct.pack_into("<I", out, at, struct.unpack_from("<I", out, at)[0] - 10)
    return bytes(out)


def read(folder: Path, data: bytes) -> dict[str, bytes]:
    path = folder / "x.char"
    path.write_bytes(data)
    return read_archive(path)


def test_plain_members_come_back_as_they_are(tmp_path: Path) -> None:
    data = zipped(("a.yaml", b"x"), ("小雪/01-face.png", b"y"), method=zipfile.ZIP_DEFLATED)
    assert read(tmp_path, data) == {"a.yaml": b"x", "小雪/01-face.png": b"y"}


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/../../b",
        "a/..",
        "/etc/passwd",
        "C:/a",
        "C:a",
        "a//b",
        "./a",
        "a/./b",
        "a\x01b",
        "a\u2028b",
        ".hidden",
        "a/.git/config",
        "CON",
        "aux.yaml",
        "a/nul.png",
        "a.",
        "a ",
        " a",
        "a*b",
        "Zoe\u0308.yaml",
        "folder/",
        "x" * 401,
    ],
)
def test_names_that_lead_elsewhere_or_mean_something_else_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadBundle):
        read(tmp_path, zipped((name, b"x")))


def test_a_path_with_backslashes_is_refused(tmp_path: Path) -> None:
    data = zipped(("a/b", b"x")).replace(b"a/b", b"a\\b")  # zipfile would write slashes
    with pytest.raises(BadBundle, match="character in its name"):
        read(tmp_path, data)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("a.png", b"x"), ("A.PNG", b"y")], "one file"),
        ([("straße", b"x"), ("STRASSE", b"y")], "one file"),
        ([(member("a", external_attr=(stat.S_IFLNK | 0o777) << 16), b"/etc/passwd")], "link"),
        ([(member("a", external_attr=(stat.S_IFIFO | 0o666) << 16), b"")], "device"),
        ([(member("a", external_attr=(stat.S_IFDIR | 0o777) << 16), b"")], "device"),
        ([(member("a", compress_type=zipfile.ZIP_BZIP2), b"x" * 99)], "packed in a way"),
        ([(member("a", compress_type=zipfile.ZIP_LZMA), b"x" * 99)], "packed in a way"),
        ([("a.zip", zipped(("b", b"x")))], "an archive itself"),
        ([("a.png", b"\x1f\x8b rest")], "an archive itself"),
        ([(f"{n}.png", b"x") for n in range(201)], "201 members"),
    ],
)
def test_kinds_of_members_that_bundles_never_hold_are_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], said: str
) -> None:
    with pytest.raises(BadBundle, match=said):
        read(tmp_path, zipped(*members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="one file"):
        read(tmp_path, zipped(("a.png", b"x"), ("a.png", b"y")))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="encrypted"):
        read(tmp_path, flagged(zipped(("a", b"x")), 0x1))


def test_a_member_that_unpacks_to_many_times_its_size_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped(("a.png", bytes(4_000_000)), method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 10_000
    with pytest.raises(BadBundle, match="times its size"):
        read(tmp_path, bomb)


def test_a_member_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle):
        read(tmp_path, shorter(zipped(("a.png", bytes(500_000)), method=zipfile.ZIP_DEFLATED)))


@pytest.mark.parametrize(
    ("limit", "said"),
    [("MAX_BYTES", "bytes; at most"), ("MAX_TOTAL_BYTES", "unpacks"), ("MAX_MEMBER_BYTES", "unpacks")],
)
def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, said: str) -> None:
    monkeypatch.setattr(archive, limit, 10)
    with pytest.raises(BadBundle, match=said):
        read(tmp_path, zipped(("a", b"x" * 11)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"not a zip",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"hello", b"hallo"),  # the checksum
        lambda data: data.replace(b"a.png", b"b.png", 1),  # the two headers name different files
    ],
    ids=["empty", "text", "cut off", "changed", "two names"],
)
def test_a_damaged_archive_is_one_clear_error(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadBundle, match=r"x\.char"):
        read(tmp_path, spoil(zipped(("a.png", b"hello"))))


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="cannot be read"):
        read_archive(tmp_path / "gone.char")
    with pytest.raises(BadBundle, match="cannot be read"):
        read_archive(tmp_path)


GOOD = zipped(("charkit.json", b"{}" * 40), ("a/01-face.png", bytes(range(256))), method=zipfile.ZIP_DEFLATED)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_whatever_is_changed_in_an_archive_it_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(GOOD)
    for place, value in flips:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / "flipped.char"
    path.write_bytes(data)
    try:
        read_archive(path)
    except BadBundle as error:
        assert "flipped.char" in str(error)


@given(st.text(max_size=30))
def test_every_name_that_passes_stays_inside_its_folder(name: str) -> None:
    if not archive.wrong_name(name):
        inside = Path("/bundle") / name
        assert inside.resolve().is_relative_to("/bundle")
        assert inside != Path("/bundle")
