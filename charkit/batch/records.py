"""What is written down of a run, and what a worker is told and answers: models, since they cross processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from charkit.documents import read_json, write_json
from charkit.errors import BadDocument

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RECORD", "RunMoney", "RunOrder", "RunRecord", "RunScore", "State", "record_in"]

RECORD: Final = "run.json"
"""The record's name in a run's folder."""

State = Literal["done", "failed", "not started"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunOrder(_Record):
    """One run for a worker."""

    sweep: str
    run: str
    notebook: str
    """Its name."""
    notebook_digest: str
    source: str
    """The notebook itself, without outputs: the sweep's own copy."""
    folder: str
    """Where the run's folder is, on the worker's machine."""
    parameters: dict[str, JsonValue]
    """Everything that is injected."""
    told: dict[str, JsonValue]
    """What the sweep's file says."""
    axes: dict[str, JsonValue]
    warm: bool = True
    home: str | None = None
    """A URL to which everything goes as well; see `charkit.batch.remote`."""
    production: str = ""
    """The packed production's name there, for machines that share no disk."""
    one_budget: bool = False
    """Whether a worker has to have the ledger that all share, instead of one of its own."""


class RunMoney(_Record):
    """What a run has committed, in US dollars, by the ledger."""

    estimated_usd: float
    charged_usd: float
    committed_usd: float
    """Charged, set aside or in doubt: what counts against caps."""
    simulated: bool


class RunScore(_Record):
    """One verdict on the take that stands for its shot."""

    shot: str
    take: int
    character: str
    axis: str
    verdict: str
    score: float | None = None


class RunRecord(_Record):
    """One run, as it ended."""

    format: Literal["charkit sweep run 1"] = "charkit sweep run 1"
    sweep: str
    run: str
    notebook: str
    notebook_digest: str
    parameters: dict[str, JsonValue]
    axes: dict[str, JsonValue]
    state: State
    error: str = ""
    """In one line; the executed notebook has all of it."""
    started: str = ""
    """ISO 8601, UTC."""
    seconds: float = 0.0
    kernel: Literal["forked", "started", ""] = ""
    versions: dict[str, str] = {}
    money: RunMoney | None = None
    """None where the notebook opens no studio."""
    scores: tuple[RunScore, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == "done"

    def save(self, folder: Path) -> None:
        """Write it into the run's folder.

        Raises:
            StorageError: it cannot be written.
        """
        write_json(folder / RECORD, self)

    def __repr__(self) -> str:
        why = f": {self.error}" if self.error else ""
        return f"RunRecord({self.run}, {self.state}{why})"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.batch.showing import record_card

        return {"text/plain": repr(self), "text/html": record_card(self)}


def record_in(folder: Path) -> RunRecord | None:
    """Return the record of a run's folder; None where it has none that can be read, since then it has not ended."""
    file = folder / RECORD
    if not file.is_file():
        return None
    try:
        return read_json(file, RunRecord)
    except (BadDocument, json.JSONDecodeError):
        return None
