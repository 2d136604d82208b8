"""Runs preflight over all that would be uploaded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from charkit.references.preflight.looking import look
from charkit.references.preflight.pairs import copy_findings, count_findings, identity_findings, look_alike_findings
from charkit.references.preflight.policy import policy_findings
from charkit.references.preflight.quality import limit_findings, quality_findings
from charkit.references.preflight.records import Finding, Preflight, Summary
from charkit.references.preflight.ways import ways_round
from charkit.vision import FaceFinder

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from charkit.references.preflight.looking import Looked
    from charkit.references.preflight.pairs import Identifying, Resemblance
    from charkit.references.preflight.pictured import Pictured, Sending
    from charkit.routes import Region, Route, RouteMatrix

__all__ = ["preflight"]

_WITH_WAYS = {"likeness.minor-by-region"}
"""Warnings that are refusals for some people."""

_SHOWN = 4
"""Pictures that prove one finding, at most."""

_AT_ONCE = 2
"""Pictures that are looked at at the same time; OpenCV uses the other cores by itself."""


def preflight(
    sendings: Sequence[Sending],
    matrix: RouteMatrix,
    *,
    on: dt.date,
    region: Region | None = None,
    cast: Sequence[Pictured] = (),
    finder: FaceFinder | None = None,
    resemblance: Resemblance | None = None,
    faces: Identifying | None = None,
    drawn: Identifying | None = None,
    looking: Callable[[Path, FaceFinder], Looked] = look,
) -> Preflight:
    """Say what stands against uploading pictures, before anything is uploaded. Costs nothing, sends nothing.

    Args:
        sendings: Which pictures would go out together, over which route, with which shots.
        matrix: The routes, for ways round.
        on: The day for which routes are looked up.
        region: Where the person works, for policies that differ by place.
        cast: Pictures to compare with besides those that go out.
        finder: Finds faces; by default with the person's own weights. Without them faces are `unknown`.
        resemblance: Says how alike two characters look; without it nobody is compared.
        faces: Says how alike their faces are; asked about photoreal characters only, of others it knows nothing.
        drawn: The same for anime.
        looking: Looks at a picture; whoever asks again and again passes one that remembers.
    """
    going = tuple(dict.fromkeys(one for sending in sendings for one in sending.pictures))
    everyone = tuple(dict.fromkeys((*going, *cast)))  # one file may stand for two characters
    stills = tuple(dict.fromkeys(one for sending in sendings for one in sending.clips))
    seen = _looked({one.path for one in (*everyone, *stills)}, finder or FaceFinder(), looking)
    judge = _Judge(seen=seen, matrix=matrix, on=on, region=region)
    found = [*judge.of_pictures(going)]
    for sending in sendings:
        found += judge.of_sending(sending)
    pairs = [(one, seen[one.path]) for one in everyone]
    found += copy_findings(pairs)
    if resemblance is not None:
        found += look_alike_findings(pairs, resemblance, at_once=_AT_ONCE)
    for domain, identity in (("photoreal", faces), ("anime", drawn)):
        if identity is not None:
            found += identity_findings([pair for pair in pairs if pair[0].domain == domain], identity, at_once=_AT_ONCE)
    return Preflight(
        findings=tuple(replace(one, shots=tuple(sorted(one.shots))) for one in merged(_with_shots(found, sendings))),
        pictures=tuple(_summary(one, seen[one.path]) for one in (*everyone, *stills)),
        routes=tuple(dict.fromkeys(sending.route.name for sending in sendings)),
    ).sorted()


def _looked(
    files: Iterable[Path], finder: FaceFinder, looking: Callable[[Path, FaceFinder], Looked]
) -> dict[Path, Looked]:
    wanted = sorted(files)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="preflight") as pool:
        return dict(zip(wanted, pool.map(lambda path: looking(path, finder), wanted), strict=True))


@dataclass(frozen=True, kw_only=True)
class _Judge:
    """Asks every rule about every picture, each route once."""

    seen: Mapping[Path, Looked]
    matrix: RouteMatrix
    on: dt.date
    region: Region | None
    _asked: dict[tuple[str, Pictured], list[Finding]] = field(default_factory=dict)

    def of_pictures(self, pictures: Iterable[Pictured]) -> Iterator[Finding]:
        for one in pictures:
            yield from quality_findings(one, self.seen[one.path])

    def of_sending(self, sending: Sending) -> Iterator[Finding]:
        for finding in count_findings(sending, [self.seen[one.path].digest for one in sending.pictures]):
            yield replace(finding, shots=sending.shots)
        for one in (*sending.pictures, *sending.clips):
            key = sending.route.name, one
            if key not in self._asked:
                self._asked[key] = list(self._asking(sending.route, one, still=one in sending.clips))
            yield from (replace(finding, shots=sending.shots) for finding in self._asked[key])

    def _asking(self, route: Route, one: Pictured, *, still: bool) -> Iterator[Finding]:
        looked = self.seen[one.path]
        if looked.problem:
            if still:  # a picture's own findings say so already
                yield from quality_findings(one, looked)
            return
        if not still:
            yield from limit_findings(one, looked, route)
        for finding in policy_findings(one, looked, route, self.region):
            ways: tuple[str, ...] = ()
            if finding.level in ("error", "unknown") or finding.rule in _WITH_WAYS:
                ways = ways_round(one, looked.faces, route, self.matrix, on=self.on, region=self.region)
            yield replace(finding, way_round=ways)


def _with_shots(found: Iterable[Finding], sendings: Sequence[Sending]) -> Iterator[Finding]:
    """Name the shots with which a picture goes out, also where no route's rule is at stake."""
    shots: dict[str, list[str]] = {}
    for sending in sendings:
        for one in (*sending.pictures, *sending.clips):
            shots.setdefault(one.name, []).extend(sending.shots)
    for finding in found:
        named = [shot for picture in finding.pictures for shot in shots.get(picture, ())]
        yield finding if finding.shots else replace(finding, shots=tuple(dict.fromkeys(named)))


def merged(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what one rule of one route says alike about several pictures as one finding.

    A finding that a person may override stays one by picture, and one about two pictures stays one by pair: nobody
    decides on pictures that were not looked at.
    """
    kept: dict[tuple[object, ...], Finding] = {}
    for one in found:
        alone = (one.level == "error" and not one.hard) or len(one.pictures) > 1
        key = (one.rule, one.level, one.route, one.says, one.digests if alone else None)
        other = kept.get(key)
        kept[key] = one if other is None else _joined(other, one)
    return tuple(kept.values())


def _joined(one: Finding, other: Finding) -> Finding:
    pictures = dict(zip((*one.pictures, *other.pictures), (*one.digests, *other.digests), strict=False))
    return replace(
        one,
        pictures=tuple(pictures),
        digests=tuple(pictures.values()),
        shots=tuple(dict.fromkeys((*one.shots, *other.shots))),
        way_round=tuple(dict.fromkeys((*one.way_round, *other.way_round))),
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence)))[:_SHOWN],
    )


def _summary(one: Pictured, looked: Looked) -> Summary:
    found = looked.faces.found
    return Summary(
        name=one.name,
        digest=looked.digest,
        width=looked.width,
        height=looked.height,
        faces="unknown" if looked.problem else looked.faces.verdict,
        best=found[0].score if found else None,
    )
