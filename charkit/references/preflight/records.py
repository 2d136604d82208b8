"""What preflight found: every finding with its rule, level, evidence and a way round; all of them as one table."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path  # noqa: TC003  # pydantic reads annotations at run time
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from charkit.character import counted, joined
from charkit.documents import read_json, write_json

__all__ = ["Finding", "Level", "Preflight", "Summary"]

Level: TypeAlias = Literal["error", "warning", "unknown", "note"]
"""`error` stops the shot before anything is uploaded; `unknown` is what nobody could look at, never a pass."""

_ORDER = ("error", "unknown", "warning", "note")


def _decoded(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


_Jpeg = Annotated[
    bytes, BeforeValidator(_decoded), PlainSerializer(lambda data: base64.b64encode(data).decode("ascii"))
]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that stands against sending a picture, or that a person should know before."""

    rule: str
    """Which rule, such as `faces.any`."""
    level: Level
    says: str
    way_round: tuple[str, ...] = ()
    """What can be done instead, the nearest first."""
    pictures: tuple[str, ...] = ()
    """What it is about, such as `Mira, face`."""
    digests: tuple[str, ...] = ()
    """Of their bytes, `sha256:`, in the same order."""
    route: str = ""
    """The route whose rule it is; empty where it holds everywhere."""
    shots: tuple[str, ...] = ()
    """The shots with which the pictures would go out."""
    source: str = ""
    """Where the rule stands, and of when."""
    hard: bool = False
    """Whether the service itself refuses: then no reason overrides it."""
    evidence: tuple[_Jpeg, ...] = ()
    """Small JPEGs that show what is meant."""
    overridden: str = ""
    """Why a person went on all the same; empty where nobody did."""

    @property
    def id(self) -> str:
        """A short name that stays the same for the same rule, route and pictures."""
        content = "\n".join((self.rule, self.route, *sorted(self.digests)))
        return f"{self.rule}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"

    @property
    def stops(self) -> bool:
        """Whether nothing may be uploaded."""
        return self.level == "error" and not self.overridden

    def __repr__(self) -> str:
        return f"<Finding {self.id}: {self.level}{', overridden' if self.overridden else ''}, {self.line}>"

    __str__ = __repr__

    @property
    def line(self) -> str:
        """In one line: what it is about, and what it says."""
        about = "; ".join(self.pictures[:3]) + (f" and {len(self.pictures) - 3} more" if len(self.pictures) > 3 else "")
        return f"{about}: {self.says}" if about else self.says

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.references.preflight.show import finding_card

        return {"text/plain": repr(self), "text/html": finding_card(self)}


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One picture that was looked at."""

    name: str
    digest: str
    width: int
    height: int
    faces: str
    """`face`, `perhaps`, `none` or `unknown`."""
    best: float | None = None
    """The highest score of a face; None where there is none."""


class _PreflightFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    preflight: Preflight


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What was found before anything is uploaded."""

    findings: tuple[Finding, ...] = ()
    """The gravest first."""
    pictures: tuple[Summary, ...] = ()
    """All that were looked at."""
    routes: tuple[str, ...] = ()
    """Whose rules were asked."""

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What stops the pictures from going out."""
        return tuple(finding for finding in self.findings if finding.stops)

    @property
    def verdict(self) -> Literal["stops", "unknown", "warnings", "clear"]:
        """In one word; `clear` means that no rule speaks against it, not that a service has to agree."""
        if self.stops:
            return "stops"
        levels = {finding.level for finding in self.findings if not finding.overridden}
        return "unknown" if "unknown" in levels else "warnings" if "warning" in levels else "clear"

    def of_shot(self, shot: str) -> tuple[Finding, ...]:
        """Return what concerns a shot."""
        return tuple(finding for finding in self.findings if shot in finding.shots)

    def __getitem__(self, finding_id: str) -> Finding:
        """Return a finding by its id.

        Raises:
            UnknownName: there is none.
        """
        from charkit.errors import UnknownName

        for finding in self.findings:
            if finding.id == finding_id:
                return finding
        raise UnknownName("finding", finding_id, (finding.id for finding in self.findings))

    def sorted(self) -> Self:
        """Return the same with the gravest findings first."""
        ranked = sorted(self.findings, key=lambda one: (_ORDER.index(one.level), bool(one.overridden), one.rule))
        return replace(self, findings=tuple(ranked))

    def save(self, path: Path, *, key: str = "") -> None:
        """Write it as JSON, complete or not at all, with what it was asked about."""
        write_json(path, _PreflightFile(key=key, preflight=self))

    @classmethod
    def load(cls, path: Path, *, key: str | None = None) -> Preflight | None:
        """Read what `save` wrote; None where it was asked about something else.

        Raises:
            BadDocument: the file is missing or not one of ours.
        """
        found = read_json(path, _PreflightFile)
        return found.preflight if key in (None, found.key) else None

    def __repr__(self) -> str:
        levels = [finding.level for finding in self.findings if not finding.overridden]
        said = [counted(levels.count(level), level) for level in _ORDER if level in levels]
        said += [f"{n} overridden"] if (n := sum(bool(finding.overridden) for finding in self.findings)) else []
        looked = counted(len(self.pictures), "picture")
        where = f" for {joined(self.routes)}" if self.routes else ""
        return f"<Preflight: {self.verdict}; {looked}{where}{'; ' if said else ''}{', '.join(said)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.references.preflight.show import preflight_table

        return {"text/plain": repr(self), "text/html": preflight_table(self)}


_PreflightFile.model_rebuild()
