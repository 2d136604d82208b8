"""Which disks a ledger is safe on, by scripted mount tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import LedgerError
from charkit.ledger import Ledger
from charkit.ledger.mounts import Mount, mount_of, mounts, shared


def on(kind: str, options: str = "rw") -> list[Mount]:
    return [Mount(folder="/", kind="ext4"), Mount(folder="/films", kind=kind, options=options)]


@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "lustre", "ceph", "afs", "fuse.sshfs", "fuse.rclone", "fuse",
     "fuse.glusterfs", "fuse.grpcfuse", "virtiofs", "vboxsf", "drvfs", "webdav", "NFS"],
)  # fmt: skip
def test_a_disk_that_other_machines_share_is_told_by_its_kind(kind: str) -> None:
    assert shared(Path("/films/lantern/ledger.sqlite"), on(kind)) == kind


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "apfs", "overlay", "tmpfs", "fuseblk", "fuse.mergerfs", ""])
def test_a_disk_of_this_machine_is_fine(kind: str) -> None:
    assert shared(Path("/films/ledger.sqlite"), on(kind)) is None


def test_windows_says_of_a_drive_that_it_is_remote() -> None:
    assert shared(Path("/films/ledger.sqlite"), on("", "rw,remote")) == "a network drive"


def test_the_deepest_mount_counts_and_of_two_at_one_place_the_later() -> None:
    table = [
        Mount(folder="/", kind="nfs4"),
        Mount(folder="/home", kind="nfs4"),
        Mount(folder="/home/mira", kind="nfs4"),
        Mount(folder="/home/mira", kind="ext4"),
    ]
    assert shared(Path("/home/mira/data/ledger.sqlite"), table) is None
    assert shared(Path("/home/mirabel/ledger.sqlite"), table) == "nfs4"
    assert mount_of(Path("/home/mira"), table) == table[3]
    assert mount_of(Path("/home/mira"), []) is None


def test_a_link_to_a_shared_disk_lies_on_the_shared_disk(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "share")
    table = [Mount(folder="/", kind="ext4"), Mount(folder=str((tmp_path / "share").resolve()), kind="cifs")]
    assert shared(tmp_path / "data" / "new" / "ledger.sqlite", table) == "cifs"


def test_this_machine_has_a_mount_table() -> None:
    assert mount_of(Path("/"), mounts()) is not None


def test_a_ledger_on_a_network_disk_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = [Mount(folder=str(tmp_path), kind="nfs4")]
    monkeypatch.setattr("charkit.ledger.mounts.mounts", lambda: table)
    place = tmp_path / "data" / "ledger.sqlite"
    for where in (place, f"sqlite:///{place}"):
        with pytest.raises(LedgerError, match="network disk .nfs4.") as caught:
            Ledger.open(where)
        for way in ("CHARKIT_LEDGER=postgresql://", "CHARKIT_LEDGER=/local/path", "CHARKIT_LEDGER_ON_NETWORK_DISK=1"):
            assert way in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    with Ledger.open(place, on_network_disk=True) as ledger:
        assert ledger.jobs() == []
