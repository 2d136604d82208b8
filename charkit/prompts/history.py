"""Every prompt that was rendered in a run, the takes it led to, and which one won: a file of JSON lines.

data/runs/<run>/prompts.jsonl        `charkit.prompts.news` says how it is written
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charkit.errors import UnknownName
from charkit.prompts.comparison import PromptDiff, compare
from charkit.prompts.news import Chosen, Judged, News, Rendered, Taken, read_down, write_down

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from charkit.prompts.template import Prompt

__all__ = [
    "Chosen",
    "Judged",
    "News",
    "PromptHistory",
    "Rendered",
    "ShotHistory",
    "TakeMark",
    "Taken",
    "Version",
    "write_down",
]


@dataclass(frozen=True, kw_only=True)
class TakeMark:
    """What became of one take."""

    number: int
    route: str
    outcome: str
    verdict: str = ""
    score: float | None = None
    simulated: bool = False

    def __str__(self) -> str:
        said = [self.outcome] + [
            word for word in (self.verdict, f"{self.score:.3f}" if self.score is not None else "") if word
        ]
        return f"take {self.number}: {', '.join(said)}"


@dataclass(frozen=True, kw_only=True)
class Version:
    """One wording of a shot."""

    shot: str
    number: int
    """From 1, in the order in which wordings first appeared."""
    prompt: Prompt
    routes: tuple[str, ...]
    sheets: tuple[tuple[str, str], ...] = ()
    takes: tuple[TakeMark, ...] = ()
    chosen: int | None = None
    """The take of this version that is in the film."""
    by: str = ""
    """Who chose it: `score` or `a person`."""

    @property
    def won(self) -> bool:
        """Whether the film has a take of it."""
        return self.chosen is not None

    @property
    def title(self) -> str:
        """Such as `version 2, winner`."""
        return f"version {self.number}{', winner' if self.won else ''}"

    def __repr__(self) -> str:
        takes = f", {len(self.takes)} take{'' if len(self.takes) == 1 else 's'}" if self.takes else ""
        return (
            f"<Version {self.number} of {self.shot}: {', '.join(self.routes)}{takes}{', winner' if self.won else ''}>"
        )


@dataclass(frozen=True, kw_only=True)
class ShotHistory:
    """Every wording of one shot."""

    shot: str
    versions: tuple[Version, ...]
    current: int
    """The number of the wording that was rendered last: what the next take would be made with."""

    @property
    def latest(self) -> Version:
        """The wording that was rendered last."""
        return self._numbered(self.current)

    @property
    def winner(self) -> Version | None:
        """The wording whose take is in the film."""
        return next((version for version in self.versions if version.won), None)

    def diff(self, old: int | None = None, new: int | None = None) -> PromptDiff:
        """Return what changed between two versions.

        Args:
            old: Its number; by default the winner, or the one before where nothing has won or the newest has.
            new: Its number; by default the newest.

        Raises:
            UnknownName: there is no such version.
        """
        after = self._numbered(new) if new is not None else self.latest
        before = self._numbered(old) if old is not None else self._before(after)
        return compare(before.prompt, after.prompt, titles=(before.title, after.title))

    def _before(self, after: Version) -> Version:
        if self.winner is not None and self.winner.number != after.number:
            return self.winner
        return self._numbered(max(1, after.number - 1))

    def _numbered(self, number: int) -> Version:
        for version in self.versions:
            if version.number == number:
                return version
        raise UnknownName(f"version of {self.shot}", str(number), [str(one.number) for one in self.versions])

    def __iter__(self) -> Iterator[Version]:
        return iter(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __repr__(self) -> str:
        won = f", version {self.winner.number} won" if self.winner else ""
        count = len(self.versions)
        return f"<ShotHistory {self.shot}: {count} wording{'' if count == 1 else 's'}{won}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": _table(self.versions)}


@dataclass(frozen=True, kw_only=True)
class PromptHistory:
    """Every wording of every shot of a run."""

    shots: tuple[ShotHistory, ...] = ()
    torn: int = 0
    """Lines that could not be read."""

    @classmethod
    def load(cls, path: Path) -> PromptHistory:
        """Read what was written down; nothing yet is an empty history."""
        entries, torn = read_down(path)
        shots = dict.fromkeys(entry.shot for entry in entries if isinstance(entry, Rendered))
        return cls(shots=tuple(_told(shot, [one for one in entries if one.shot == shot]) for shot in shots), torn=torn)

    @property
    def winners(self) -> dict[str, Version]:
        """The wording of every shot whose take is in the film."""
        return {shot.shot: shot.winner for shot in self.shots if shot.winner is not None}

    def __getitem__(self, shot: str) -> ShotHistory:
        """Return the history of a shot.

        Raises:
            UnknownName: nothing was rendered for it yet.
        """
        for one in self.shots:
            if one.shot == shot:
                return one
        raise UnknownName("shot with a prompt", shot, [one.shot for one in self.shots])

    def __iter__(self) -> Iterator[ShotHistory]:
        return iter(self.shots)

    def __len__(self) -> int:
        return len(self.shots)

    def __repr__(self) -> str:
        versions = sum(len(shot) for shot in self.shots)
        torn = f", {self.torn} unreadable lines" if self.torn else ""
        return f"<PromptHistory: {len(self.shots)} shots, {versions} wordings, {len(self.winners)} winners{torn}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": _table([one for shot in self.shots for one in shot])}


def _told(shot: str, entries: list[News]) -> ShotHistory:
    versions: dict[str, Version] = {}
    for entry in entries:
        if isinstance(entry, Rendered):
            old = versions.get(entry.prompt.digest)
            routes = dict.fromkeys([*(old.routes if old else ()), entry.route])
            versions[entry.prompt.digest] = Version(
                shot=shot,
                number=old.number if old else len(versions) + 1,
                prompt=entry.prompt,
                routes=tuple(routes),
                sheets=entry.sheets,
            )
    takes = {entry.take: entry for entry in entries if isinstance(entry, Taken)}
    judged = {entry.take: entry for entry in entries if isinstance(entry, Judged)}
    chosen = next((entry for entry in reversed(entries) if isinstance(entry, Chosen)), None)
    rendered = [entry for entry in entries if isinstance(entry, Rendered)]
    last = next((entry for entry in reversed(rendered) if not entry.stands_in), rendered[-1])
    return ShotHistory(
        shot=shot,
        versions=tuple(_with_takes(version, takes, judged, chosen) for version in versions.values()),
        current=versions[last.prompt.digest].number,
    )


def _with_takes(
    version: Version, takes: Mapping[int, Taken], judged: Mapping[int, Judged], chosen: Chosen | None
) -> Version:
    mine = [take for take in takes.values() if take.prompt_digest == version.prompt.digest]
    won = chosen if chosen is not None and chosen.take in {take.take for take in mine} else None
    return replace(
        version,
        takes=tuple(_mark(take, judged.get(take.take)) for take in sorted(mine, key=lambda take: take.take)),
        chosen=won.take if won else None,
        by=won.by if won else "",
    )


def _mark(take: Taken, judged: Judged | None) -> TakeMark:
    return TakeMark(
        number=take.take,
        route=take.route,
        outcome=take.outcome,
        verdict=judged.verdict if judged else "",
        score=judged.score if judged else None,
        simulated=take.simulated,
    )


def _table(versions: Iterable[Version]) -> str:
    from charkit.cards import Html, badge, table

    rows = [
        (
            version.shot,
            str(version.number),
            Html(badge("winner", "ok")) if version.won else "",
            ", ".join(version.routes),
            "; ".join(str(take) for take in version.takes) or "no take yet",
            ", ".join(f"{name} {digest.removeprefix('sha256:')[:8]}" for name, digest in version.sheets),
            version.prompt.template + (" (own)" if version.prompt.own else ""),
        )
        for version in versions
    ]
    return table(["shot", "version", "", "routes", "takes", "sheets", "template"], rows)
