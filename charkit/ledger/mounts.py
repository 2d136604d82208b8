"""Whether a file would lie on a disk that other machines share.

SQLite in WAL mode keeps its index in memory that all its processes map, which cannot work between machines, and its
locks are as good as the network file system's, which are often not good at all (https://sqlite.org/wal.html, section 1;
https://sqlite.org/howtocorrupt.html, section 2.1). A ledger there can be damaged, or let two machines spend one budget.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Mount", "mount_of", "mounts", "shared"]

_SHARED = frozenset({
    "9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gfs", "gfs2", "glusterfs", "gpfs",
    "lustre", "macfuse", "mmfs", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "orangefs", "osxfuse", "panfs", "prl_fs",
    "pvfs2", "smb", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav", "wekafs",
})  # fmt: skip
"""Network, cluster, and guest-to-host file systems, as the systems name them in their mount tables."""

_LOCAL_FUSE = frozenset({"bindfs", "cryfs", "encfs", "exfat", "gocryptfs", "mergerfs", "ntfs", "ntfs-3g", "unionfs"})
"""What runs in user space on a disk of this machine (`fuseblk` is local by its name). Any other FUSE counts as shared:
sshfs, s3fs, gcsfuse, rclone, Google Drive, Docker Desktop's `fuse.grpcfuse`."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A line of the system's mount table."""

    folder: str
    kind: str
    """The file system's type, such as `ext4` or `nfs4`."""
    options: str = ""


def mounts() -> list[Mount]:
    """Return the system's mount table, in the order of mounting."""
    import psutil

    return [
        Mount(folder=part.mountpoint, kind=part.fstype, options=part.opts) for part in psutil.disk_partitions(all=True)
    ]


def mount_of(path: Path, table: Iterable[Mount]) -> Mount | None:
    """Return the mount that a path lies on, whether it exists or not; the last of those with the longest folder."""
    real = path.expanduser().resolve()
    found: Mount | None = None
    for mount in table:
        folder = Path(mount.folder)
        within = real == folder or folder in real.parents
        if within and (found is None or len(folder.parts) >= len(Path(found.folder).parts)):
            found = mount
    return found


def shared(path: Path, table: Iterable[Mount] | None = None) -> str | None:
    """Return the type of the shared file system that a path lies on; None on a disk of this machine.

    Args:
        path: A file; it need not exist.
        table: The mount table; the system's by default.
    """
    if os.name == "nt" and str(path.absolute()).startswith("\\\\"):
        return "a network share"
    mount = mount_of(path, mounts() if table is None else table)
    if mount is None:
        return None
    kind = mount.kind.lower()
    if kind.startswith("fuse"):
        _, _, program = kind.partition(".")
        local = kind == "fuseblk" or program in _LOCAL_FUSE
        return None if local else mount.kind
    remote = "remote" in mount.options.split(",")  # Windows says it of network drives
    return mount.kind or "a network drive" if kind in _SHARED or remote else None
