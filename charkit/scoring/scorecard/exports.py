"""A scorecard as rows, for spreadsheets and data frames: one per character, take and axis; pictures by their digest."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from charkit.documents import replace_file
from charkit.errors import MissingDependency

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from charkit.scoring.base import Score
    from charkit.scoring.scorecard.card import Scorecard

__all__ = ["VerdictRow", "csv_text", "rows", "write_csv", "write_parquet"]


@dataclass(frozen=True, kw_only=True)
class VerdictRow:
    """One verdict."""

    shot: str
    take: int
    chosen: bool
    """Whether this take stands for its shot."""
    character: str
    """Empty where the take is judged as a whole."""
    axis: str
    verdict: str
    score: float | None
    """Likeness to the references."""
    between_shots: float | None
    """Likeness to the same character in the other shots."""
    threshold: float
    threshold_name: str
    calibrated: bool
    far: float | None
    """Rate of false accepts at the line; empty for a stock line."""
    cast: int
    """Characters that the line was set on."""
    valid_frames: int
    sampled_frames: int
    needed_frames: int
    worst_time: float | None
    """Second of the frame that proves the score."""
    worst_score: float | None
    worst_digest: str
    """Digest of the frame's picture in `scorecard.json`."""
    reason: str
    findings: str
    """JSON: a list of {name, says, time, flagged}."""
    variants: str
    """JSON: the parts of the score by name."""
    scorer: str
    encoder: str
    clip_digest: str


def rows(card: Scorecard) -> tuple[VerdictRow, ...]:
    """Return all verdicts of all takes, in the film's order."""
    best = card.best()
    return tuple(
        _row(score, chosen=best.get(score.shot) == score.take)
        for take in card.takes
        for score in card.of(take.shot, take.take)
    )


def _row(score: Score, *, chosen: bool) -> VerdictRow:
    line, worst = score.threshold, score.worst
    told = [{"name": f.name, "says": f.says, "time": f.time, "flagged": f.flagged} for f in score.findings]
    return VerdictRow(
        shot=score.shot,
        take=score.take,
        chosen=chosen,
        character=score.character,
        axis=score.axis.value,
        verdict=score.verdict.value,
        score=score.score,
        between_shots=score.between_shots,
        threshold=line.value,
        threshold_name=line.name,
        calibrated=line.calibrated,
        far=line.far,
        cast=line.cast,
        valid_frames=score.valid_frames,
        sampled_frames=score.sampled_frames,
        needed_frames=score.needed_frames,
        worst_time=worst.time if worst else None,
        worst_score=worst.score if worst else None,
        worst_digest=worst.digest if worst else "",
        reason=score.reason,
        findings=json.dumps(told, ensure_ascii=False),
        variants=json.dumps(dict(score.variants), ensure_ascii=False),
        scorer=score.scorer,
        encoder=score.encoder,
        clip_digest=score.clip_digest,
    )


def csv_text(card: Scorecard) -> str:
    """Return the verdicts as CSV with a heading (RFC 4180); what is unknown is empty."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, [field.name for field in fields(VerdictRow)])
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows(card))
    return written.getvalue()


def write_csv(card: Scorecard, path: Path) -> Path:
    """Write the verdicts as CSV in UTF-8.

    Raises:
        StorageError: It cannot be written.
    """
    replace_file(path, csv_text(card).encode())
    return path


def write_parquet(card: Scorecard, path: Path) -> Path:
    """Write the verdicts as Parquet, with types, unknown as null.

    Raises:
        MissingDependency: pyarrow is not installed.
        StorageError: It cannot be written.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingDependency("pyarrow", "data") from error
    made = pa.Table.from_pylist([asdict(row) for row in rows(card)], schema=_schema())
    buffer = io.BytesIO()
    parquet.write_table(made, buffer)
    replace_file(path, buffer.getvalue())
    return path


def _schema() -> pa.Schema:
    import pyarrow as pa

    number = pa.float64()
    types = {"str": pa.string(), "int": pa.int64(), "bool": pa.bool_(), "float": number, "float | None": number}
    named = [(field.name, str(field.type)) for field in fields(VerdictRow)]
    return pa.schema([pa.field(name, types[kind], nullable=kind.endswith("None")) for name, kind in named])
