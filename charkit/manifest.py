"""The manifest: everything that is needed to run a film again, and to know whether that gave the same one.

It names no place on this machine: files are named relative to the run's or the production's folder, and are told apart
by the digest of their bytes.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue

from charkit.documents import read_json, write_json
from charkit.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Manifest",
    "ManifestFilm",
    "ManifestMoney",
    "ManifestReference",
    "ManifestTake",
    "Source",
    "digests",
    "source",
    "versions",
]

_PACKAGES = ("charkit", "openai", "google-genai", "av", "numpy", "opencv-python-headless", "pillow", "pydantic")

Parameter: TypeAlias = JsonValue
"""What a run can be told: plain values."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ManifestReference(_Record):
    """A reference that went out with a request."""

    digest: str
    character: str = ""
    role: str = ""
    field: str
    """The wire's name for where it went."""
    name: str = ""
    """The file name or tag under which it went."""


class ManifestTake(_Record):
    """One attempt at a shot."""

    shot: str
    take: int
    chosen: bool
    """Whether the film uses it."""
    route: str
    endpoint: str
    model: str
    """As the service named it in its answer."""
    outcome: str
    seed: int | None = None
    digest: str = ""
    """Of the clip; empty where there is none."""
    prompt_digest: str = ""
    """Of the prompt's UTF-8 text, which the report shows in full."""
    references: tuple[ManifestReference, ...] = ()
    sheets: dict[str, str] = {}
    """Name of each character to the version of its sheet that the take was ordered under."""
    estimated_usd: float = 0.0
    charged_usd: float = 0.0
    simulated: bool


class ManifestMoney(_Record):
    """What the run was allowed and what it cost, in US dollars."""

    cap_usd: float
    estimated_usd: float
    charged_usd: float
    in_doubt_usd: float = 0.0
    """Jobs whose outcome nobody knows yet; they count against the cap."""
    simulated: bool
    """Whether the amounts are what the services would have asked, and nothing was paid."""


class ManifestFilm(_Record):
    """What was done to the takes to make a film of them."""

    frames: int
    encoded_frames: int | None = None
    """How many are not a take's own bits."""
    seconds: float
    joins: int
    """How many cuts and transitions there are."""
    largest_step: float
    """The largest jump of sound at a join, as a share of full scale."""
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    made_beside: dict[str, str] = {}
    """Other files that were made of it, by kind: timelines, subtitles, mezzanines."""


class Source(_Record):
    """The state of charkit's own code, where it runs from a checkout."""

    commit: str
    dirty: bool
    """Whether files differ from the commit."""


class Manifest(_Record):
    """What made a film."""

    format: Literal["charkit manifest 1"] = "charkit manifest 1"
    production: str
    run: str
    title: str
    created: str
    """Date of the run, ISO 8601."""
    simulated: bool
    parameters: dict[str, Parameter]
    inputs: dict[str, str]
    """Files that people wrote or gave, by relative name, with their digests."""
    outputs: dict[str, str]
    """Files that the run made, by relative name, with their digests."""
    takes: tuple[ManifestTake, ...]
    film: ManifestFilm | None = None
    """None in manifests of before this was recorded."""
    money: ManifestMoney
    versions: dict[str, str]
    source: Source | None = None
    again: tuple[str, ...] = ()
    """The commands that make it again."""

    def save(self, path: Path) -> None:
        """Write the manifest as JSON.

        Raises:
            StorageError: It cannot be written.
        """
        write_json(path, self)

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a manifest.

        Raises:
            BadDocument: It is missing, or none.
        """
        return read_json(path, cls)

    def changed(self, folder: Path) -> tuple[str, ...]:
        """Return the outputs that are missing from `folder` or differ from what the manifest says."""
        now = digests(folder, [folder / name for name in self.outputs if (folder / name).is_file()])
        return tuple(name for name, digest in self.outputs.items() if now.get(name) != digest)

    def __repr__(self) -> str:
        kind = ", simulated" if self.simulated else ""
        return f"Manifest({self.production}/{self.run}: {len(self.takes)} takes, {len(self.outputs)} files{kind})"

    __str__ = __repr__


def digests(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the digests of files by their names relative to `folder`, sorted.

    Raises:
        StorageError: A file cannot be read, or does not lie in `folder`.
    """
    found = {}
    for path in files:
        try:
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as opened:
                found[name] = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
        except ValueError:
            raise StorageError("does not lie in the folder that the manifest speaks of", path=path.name) from None
        except OSError as error:
            raise StorageError(f"cannot be read: {error.strerror}", path=path.name) from error
    return dict(sorted(found.items()))


def versions() -> dict[str, str]:
    """Return the versions of Python, charkit, the SDKs and the media libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found | _ffmpeg()


def _ffmpeg() -> dict[str, str]:
    import av

    return {name: ".".join(map(str, version)) for name, version in sorted(av.library_versions.items())}


def source(package: Path | None = None) -> Source | None:
    """Return the commit that charkit runs from, or None outside a checkout or without git.

    Args:
        package: charkit's folder; its own when left out.
    """
    root = (package or Path(__file__).parent).parent
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    try:
        commit = _asked(git, root, "rev-parse", "HEAD")
        return Source(commit=commit, dirty=bool(_asked(git, root, "status", "--porcelain", "--untracked-files=no")))
    except (OSError, subprocess.SubprocessError):
        return None


def _asked(git: str, root: Path, *words: str) -> str:
    done = subprocess.run([git, "-C", str(root), *words], capture_output=True, check=True, text=True, timeout=10)  # noqa: S603
    return done.stdout.strip()
