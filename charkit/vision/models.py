"""Opens a file of weights so that the bytes which run are the bytes whose digest was checked.

A file comes from the shelf (`charkit weights get`), or by path. Either way its SHA-256 is compared with the pinned one
where there is one, and what runs is built from those very bytes. So a file that is swapped afterwards changes nothing,
and a model that keeps part of its numbers in a second, unchecked file is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import BadWeights
from charkit.weights import Weights
from charkit.weights.checking import problem_of, sha256_of

if TYPE_CHECKING:
    from charkit.weights import Weight

__all__ = ["ModelFile", "label_of", "model_file"]


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """The bytes of a model, and what they are."""

    weight: Weight
    """What is known of it: licence, source, date."""
    data: bytes
    sha256: str
    """Of exactly these bytes, in hexadecimal digits."""

    @property
    def label(self) -> str:
        """Name and digest, short enough to stand beside a score: `sface sha256:0ba9fbfa01b5`."""
        return _label(self.weight.name, self.sha256)

    def __repr__(self) -> str:
        return f"<ModelFile: {self.label}, {len(self.data):,} bytes>"


def label_of(name: str, *, weights: Weights | None = None, file: Path | str | None = None) -> str:
    """Return a model's name and digest without loading it; only its name where it cannot be used."""
    shelf = weights or Weights.open()
    try:
        digest = shelf.held(name).sha256 if file is None else sha256_of(Path(file))
    except (BadWeights, OSError):
        digest = ""
    return _label(name, digest)


def model_file(name: str, *, weights: Weights | None = None, file: Path | str | None = None) -> ModelFile:
    """Read a model's file and check its bytes.

    Args:
        name: The weights' name in the registry.
        weights: The folder that has them; by default the person's own.
        file: A file to use instead of the folder's. Where a digest is pinned, it must have it all the same.

    Raises:
        UnknownName: the registry has no such name.
        BadWeights: the file is absent, altered, or no model; says how to get it.
    """
    shelf = weights or Weights.open()
    weight = shelf[name]
    if file is None:
        held = shelf.held(name)
        if held.state != "there":
            raise BadWeights(held.problem, file=held.path.name)
        path, pinned = held.path, held.sha256
    else:
        path, pinned = Path(file), weight.sha256 or ""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadWeights(f"cannot be read: {error.strerror or error}", file=path) from None
    digest = hashlib.sha256(data).hexdigest()
    problem = problem_of(path, sha256=pinned or digest, size=weight.bytes)
    if not problem and pinned not in ("", digest):
        problem = "was altered while it was read"
    if problem:
        raise BadWeights(problem, file=path)
    return ModelFile(weight=weight, data=data, sha256=digest)


def _label(name: str, digest: str) -> str:
    return f"{name} sha256:{digest[:12]}" if digest else name
