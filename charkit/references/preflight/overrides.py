"""What a person decided against a finding, and why: kept on disk beside the run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path  # noqa: TC003  # pydantic reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from charkit.documents import read_yaml, write_yaml
from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.references.preflight.records import Finding, Preflight

__all__ = ["Override", "Overrides"]

_HEADER = "What somebody decided to send in spite of a finding of preflight, and why. A line taken out stops it again."


class Override(BaseModel):
    """One decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    finding: Annotated[str, Field(min_length=3)]
    """The finding's id: for its rule, route and pictures only."""
    says: str = ""
    """What it said."""
    reason: Annotated[str, Field(min_length=3)]
    on: dt.datetime


class Overrides(BaseModel):
    """All decisions of a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    overrides: tuple[Override, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the decisions; none yet is no error.

        Raises:
            BadDocument: with file and line.
        """
        return read_yaml(path, cls) if path.is_file() else cls()

    def save(self, path: Path) -> None:
        """Write them."""
        write_yaml(path, self, header=_HEADER)

    def deciding(self, finding: Finding, reason: str) -> Self:
        """Return the decisions with one more, or with another reason.

        Raises:
            UsageError: the service itself refuses, or there is no reason.
        """
        if finding.hard:
            raise UsageError(
                f"{finding.id} cannot be overridden: {finding.says}. "
                f"Rule of {finding.route or 'this picture'}{f' ({finding.source})' if finding.source else ''}. "
                f"Ways round: {'; '.join(finding.way_round) or 'another picture'}"
            )
        if len(reason.strip()) < 3:
            raise UsageError(f"to override {finding.id}, say why: the reason stands in the plan and in the report")
        made = Override(
            finding=finding.id,
            says=finding.line,
            reason=reason.strip(),
            on=dt.datetime.now(tz=dt.UTC).replace(microsecond=0),
        )
        return type(self)(overrides=(*(o for o in self.overrides if o.finding != finding.id), made))

    def on(self, found: Preflight) -> Preflight:
        """Return findings with the reasons of those that were overridden; a hard one stays what it is."""
        reasons = {override.finding: override.reason for override in self.overrides}
        findings = (f if f.hard else replace(f, overridden=reasons.get(f.id, "")) for f in found.findings)
        return replace(found, findings=tuple(findings)).sorted()
