"""Bundles that come from somewhere else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from charkit.errors import BadBundle
from charkit.sharing.bundles import FORMAT, BundleRecord, SharedFile, open_bundle, pack, save_record, write_sums
from charkit.store import digest_of


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of two files, as a folder."""
    home = tmp_path / "bundle"
    files = {"productions/two/storyboard.yaml": b"title: Two", "runs/first/film.mp4": b"a film"}
    for name, data in files.items():
        (home / name).parent.mkdir(parents=True)
        (home / name).write_bytes(data)
    write(home)
    return home


def write(home: Path, **changes: object) -> None:
    names = [p.relative_to(home).as_posix() for p in sorted(home.rglob("*")) if p.is_file() and p.parent != home]
    files = [SharedFile(path=n, role="film", digest=digest_of((home / n).read_bytes()), size=1) for n in names]
    facts = {
        "format": FORMAT, "production": "two", "run": "first", "title": "Two", "created": "2026-11-22",
        "simulated": True, "made_by": "charkit", "requests": (), "files": tuple(files), **changes,
    }  # fmt: skip
    save_record(BundleRecord.model_construct(**facts), home)
    write_sums(home)


def surprised(home: Path) -> None:
    record = json.loads((home / "charkit-bundle.json").read_text())
    (home / "charkit-bundle.json").write_text(json.dumps({**record, "surprise": 1}))
    write_sums(home)


def opened(bundle: Path, tmp_path: Path) -> BundleRecord:
    target = tmp_path / "opened"
    target.mkdir()
    return open_bundle(bundle, target)


def test_a_bundle_comes_back_from_a_zip_and_from_a_folder(bundle: Path, tmp_path: Path) -> None:
    pack(bundle, tmp_path / "a.zip")
    for number, source in enumerate((bundle, tmp_path / "a.zip")):
        target = tmp_path / f"to {number}"
        target.mkdir()
        record = open_bundle(source, target)
        assert (target / record.run_folder / "film.mp4").read_bytes() == b"a film"
        assert repr(record) == "<Bundle of two/first: 2 files, 0 left out, simulated>"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda home: (home / "runs/first/film.mp4").write_bytes(b"A film"), r"film\.mp4 was changed"),
        (lambda home: (home / "runs/first/film.mp4").unlink(), r"film\.mp4 is missing"),
        (lambda home: (home / "runs/first/more.mp4").write_bytes(b""), r"more\.mp4 was put in"),
        (lambda home: (home / "charkit-bundle.json").unlink(), "no shared run"),
        (lambda home: (home / "checksums.sha256").unlink(), "no checksums"),
        (lambda home: (home / "checksums.sha256").write_text("nonsense"), "no checksum"),
        (lambda home: (home / "runs/first/link.json").symlink_to("/etc/passwd"), "link or a device"),
        (lambda home: write(home, format=2), "of format 2"),
        (lambda home: write(home, production="../two"), "do not agree"),
        (lambda home: write(home, run="a/b"), "do not agree"),
        (lambda home: write(home, routes="/etc/passwd"), "do not agree"),
        (lambda home: write(home, files=()), "do not agree"),
        (lambda home: surprised(home), "cannot be read"),
    ],
)
def test_what_is_not_as_it_was_packed_is_refused_by_name(bundle: Path, tmp_path: Path, spoil, said: str) -> None:
    spoil(bundle)
    with pytest.raises(BadBundle, match=said) as refused:
        opened(bundle, tmp_path)
    assert str(tmp_path / "opened") not in str(refused.value)


def test_a_place_that_leads_elsewhere_is_refused(bundle: Path, tmp_path: Path) -> None:
    left = {"what": "a picture", "why": "no licence", "place": "../../../home/a.png", "digest": "sha256:0"}
    write(bundle)
    record = json.loads((bundle / "charkit-bundle.json").read_text())
    (bundle / "charkit-bundle.json").write_text(json.dumps({**record, "left_out": [left]}))
    write_sums(bundle)
    with pytest.raises(BadBundle, match="do not agree"):
        opened(bundle, tmp_path)


@pytest.mark.parametrize("name", ["../out.json", "/etc/cron.d/x", "a/../../out", "con.json", "a\\\\b"])
def test_a_zip_that_would_write_elsewhere_writes_nothing(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("first.json"), b"{}")
        archive.writestr(zipfile.ZipInfo(name), b"{}")
    with pytest.raises(BadBundle):
        opened(tmp_path / "evil.zip", tmp_path)
    assert not list((tmp_path / "opened").iterdir())


def test_an_archive_inside_is_refused_unless_it_is_a_character(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("runs/first/film.mp4", b"PK\x03\x04 and more")
    with pytest.raises(BadBundle, match="an archive itself"):
        opened(tmp_path / "evil.zip", tmp_path)


def test_what_is_no_zip_is_called_no_shared_run(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"hello")
    with pytest.raises(BadBundle, match="not a shared run at all"):
        opened(tmp_path / "a.zip", tmp_path)
