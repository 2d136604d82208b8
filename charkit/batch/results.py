"""What came out of a sweep: one table over all runs, rows for data frames, and pictures of scores by parameter."""

from __future__ import annotations

import csv
import io
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from charkit.batch.records import RunRecord, record_in
from charkit.documents import replace_file
from charkit.errors import BadDocument, MissingDependency, UnknownName, UsageError
from charkit.money import dollars

if TYPE_CHECKING:
    from charkit.batch.charts import SweepChart

__all__ = ["Cell", "Results", "read_results"]

Cell = str | int | float | bool | None
"""What stands in a row."""

_RUN: Final = ("run", "state", "error", "seconds", "charged_usd", "committed_usd", "simulated")
_VERDICT: Final = ("shot", "take", "character", "axis", "verdict", "score")


@dataclass(frozen=True, kw_only=True)
class Results:
    """All runs of a sweep that have ended, in the order of its file."""

    title: str
    folder: Path
    records: tuple[RunRecord, ...]
    planned: int
    """How many runs the sweep's file describes."""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, run: str) -> RunRecord:
        """Return a run's record by its name.

        Raises:
            UnknownName: no run of this name has ended.
        """
        for record in self.records:
            if record.run == run:
                return record
        raise UnknownName("run", run, (record.run for record in self.records))

    @property
    def done(self) -> tuple[RunRecord, ...]:
        """Those that did what they should."""
        return tuple(record for record in self.records if record.done)

    @property
    def failed(self) -> tuple[RunRecord, ...]:
        """Those that failed, each with its reason."""
        return tuple(record for record in self.records if record.state == "failed")

    @property
    def axes(self) -> tuple[str, ...]:
        """The parameters in which runs differ."""
        return tuple(dict.fromkeys(name for record in self.records for name in record.axes))

    @property
    def charged_usd(self) -> float:
        """What all runs were charged, simulated or not."""
        return sum(record.money.charged_usd for record in self.records if record.money)

    @property
    def simulated(self) -> bool:
        """Whether nothing was paid."""
        return all(record.money.simulated for record in self.records if record.money)

    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of `rows`; a parameter named like a column has `parameter_` before it."""
        return (*_RUN[:1], *(_column(name) for name in self.axes), *_RUN[1:], *_VERDICT)

    def rows(self) -> list[dict[str, Cell]]:
        """Return one row for every verdict of every run, and one for each run that has none."""
        return [row for record in self.records for row in _rows(record, self.axes)]

    def csv_text(self) -> str:
        """Return the rows as CSV with a heading (RFC 4180); what is unknown is empty."""
        written = io.StringIO(newline="")
        writer = csv.DictWriter(written, self.columns())
        writer.writeheader()
        writer.writerows(self.rows())
        return written.getvalue()

    def save(self, path: Path | str) -> Path:
        """Write the rows as CSV or Parquet; the file's name says which.

        Raises:
            UsageError: neither.
            MissingDependency: Parquet, and pyarrow is not installed.
            StorageError: it cannot be written.
        """
        path = Path(path)
        if path.suffix == ".csv":
            replace_file(path, self.csv_text().encode())
        elif path.suffix == ".parquet":
            replace_file(path, self._parquet())
        else:
            raise UsageError(f"{path.name}: a table ends in .csv or .parquet")
        return path

    def chart(self, by: str = "", *, split: str = "", axis: str = "") -> SweepChart:
        """Return a picture of scores by a parameter: a dot for every run, a line for their mean.

        Args:
            by: The parameter along the bottom; by default the one with most values.
            split: A second one, told apart by colour and mark; none by default.
            axis: Of the scores, such as `palette`; the first by default.

        Raises:
            UnknownName: the sweep varies no such parameter, or measured no such axis.
            UsageError: nothing was measured.
            MissingDependency: matplotlib is not installed.
        """
        from charkit.batch.charts import draw

        return draw(self, by=by, split=split, axis=axis)

    def score_of(self, record: RunRecord, axis: str = "") -> float | None:
        """Return the mean score of a run's standing takes on an axis; by default that which was measured first."""
        wanted = axis or next((score.axis for score in record.scores if score.character), "")
        found = [score.score for score in record.scores if score.axis == wanted and score.score is not None]
        return statistics.fmean(found) if found else None

    def _parquet(self) -> bytes:
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError:
            raise MissingDependency("pyarrow", "data") from None
        found = self.rows()
        made = pa.table({name: _even([row[name] for row in found]) for name in self.columns()})
        buffer = io.BytesIO()
        parquet.write_table(made, buffer)
        return buffer.getvalue()

    def __repr__(self) -> str:
        kind = ", simulated" if self.simulated else ""
        failed = f", {len(self.failed)} failed" if self.failed else ""
        left = self.planned - len(self.done) - len(self.failed)
        more = f", {left} to do" if left else ""
        said = f"{len(self.done)} of {self.planned} runs done{failed}{more}; {dollars(self.charged_usd)}{kind}"
        return f"Results({self.title}: {said})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.batch.showing import results_table

        return {"text/plain": repr(self), "text/html": results_table(self)}


def read_results(folder: Path | str) -> Results:
    """Read what a sweep's folder holds, also while it is being run.

    Raises:
        BadDocument: there is no such folder, or no run in it has ended.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise BadDocument("there is no such folder of a sweep", file=folder)
    found = [record for path in sorted(folder.iterdir()) if path.is_dir() and (record := record_in(path))]
    if not found:
        raise BadDocument("no run in it has ended", file=folder)
    return Results(title=found[0].sweep, folder=folder, records=tuple(found), planned=len(found))


def _column(name: str) -> str:
    return f"parameter_{name}" if name in (*_RUN, *_VERDICT) else name


def _rows(record: RunRecord, axes: tuple[str, ...]) -> list[dict[str, Cell]]:
    money = record.money
    first: dict[str, Cell] = {
        "run": record.run,
        **{_column(name): _cell(record.axes.get(name)) for name in axes},
        "state": record.state,
        "error": record.error,
        "seconds": record.seconds,
        "charged_usd": money.charged_usd if money else None,
        "committed_usd": money.committed_usd if money else None,
        "simulated": money.simulated if money else None,
    }
    if not record.scores:
        return [{**first, **dict.fromkeys(_VERDICT)}]
    return [{**first, **{name: getattr(score, name) for name in _VERDICT}} for score in record.scores]


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)


def _even(values: list[Cell]) -> list[Cell]:
    """Return a column of one type: as text, where its values are of several."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1:
        return values
    if kinds <= {int, float}:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]
