"""Which files of weights there are: name, digest, size, licence, each with a date and a source."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations at run time
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from charkit.documents import read_yaml

__all__ = ["REGISTRY", "Weight", "registry"]

REGISTRY = Path(__file__).with_name("weights.yaml")


class Weight(BaseModel):
    """One file of weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    what: Annotated[str, Field(min_length=3)]
    """What it is for."""
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$")]
    """The name under which it lies in the folder of weights."""
    bytes: Annotated[int, Field(gt=0)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """None where no digest is established; then it is never downloaded."""
    url: Annotated[str, Field(pattern=r"^(https://|http://127\.0\.0\.1:)\S+$")] | None = None
    licence: Annotated[str, Field(min_length=2)]
    terms: str = ""
    """Where the licence can be read."""
    asks: bool = False
    """Whether the licence restricts the use or is unclear, so that a person has to accept it."""
    as_of: dt.date
    source: Annotated[str, Field(min_length=3)]
    note: str = ""

    @model_validator(mode="after")
    def _pinned(self) -> Self:
        if self.url and not (self.sha256 and self.bytes):
            raise ValueError("a `url` needs `sha256` and `bytes`: nothing is downloaded unpinned")
        return self

    @property
    def size(self) -> str:
        """Its size in words, such as `38.7 MB`; `size not known` where it is not."""
        return "size not known" if self.bytes is None else f"{self.bytes / 1e6:.1f} MB"


class _RegistryFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    weights: dict[str, Weight]


@cache
def registry(path: Path = REGISTRY) -> dict[str, Weight]:
    """Return all files of weights by name.

    Raises:
        BadDocument: with file and line.
    """
    found = read_yaml(path, _RegistryFile).weights
    return {name: weight.model_copy(update={"name": name}) for name, weight in found.items()}
