"""Preflight of a run: what its plan would upload, once for the same question, with what a person decided."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Final

from charkit.errors import BadDocument, PreflightStopped
from charkit.references.preflight import Overrides, Pictured, Preflight, Sending, look, preflight
from charkit.studio.remembering import RememberedLooks, RememberedResemblance
from charkit.studio.resembling import AnimeResemblance, ColourResemblance, FaceResemblance
from charkit.vision import FaceFinder

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from charkit.character import Cast
    from charkit.plan import Plan, PlannedShot
    from charkit.references import ClipReference, Reference
    from charkit.references.preflight import Domain, Finding, Looked, Resemblance
    from charkit.routes import Region, RouteMatrix

__all__ = ["Preflights", "preflight_files"]

_VERSION: Final = 3
"""Of the rules: another one asks again."""

_SAID_BY_THE_PLAN: Final = {"likeness.minor-by-region", "likeness.not-established"}
"""What a plan warns of by itself, from the sheets."""


@dataclass(frozen=True, kw_only=True)
class Preflights:
    """Asks preflight about a run's plans."""

    folder: Path
    cast: Cast
    matrix: RouteMatrix
    on: dt.date
    region: Region | None = None
    finder: FaceFinder = field(default_factory=FaceFinder)
    faces: FaceResemblance = field(default_factory=FaceResemblance)
    drawn: AnimeResemblance = field(default_factory=AnimeResemblance)
    looks: RememberedLooks = field(default_factory=RememberedLooks, repr=False)
    """Looks at pictures, at each once."""
    colours: Resemblance = field(default_factory=lambda: RememberedResemblance(ColourResemblance()), repr=False)

    def of(self, plan: Plan, references: Iterable[Reference]) -> Preflight:
        """Return what stands against a plan's pictures; asked once as long as nothing about them changes.

        Raises:
            BadDocument: the file with the decisions says something it may not say.
        """
        sendings = self._sendings(plan)
        cast = tuple(self._pictured(reference) for reference in references)
        key = self._key(sendings, cast)
        found = self._kept(key)
        if found is None:
            found = self._asked(sendings, cast)
            found.save(self._file, key=key)
        return Overrides.load(self._decisions).on(found)

    def _asked(self, sendings: Sequence[Sending], cast: Sequence[Pictured]) -> Preflight:
        return preflight(
            sendings,
            self.matrix,
            on=self.on,
            region=self.region,
            cast=cast,
            finder=self.finder,
            resemblance=self.colours,
            faces=self.faces,
            drawn=self.drawn,
            looking=self.looks,
        )

    def of_designs(self, sendings: Sequence[Sending]) -> None:
        """Let what a design would upload go out, or stop it. What was found is kept, for decisions about it.

        Raises:
            PreflightStopped: something stands against it; nothing was uploaded.
        """
        if not sendings:
            return
        found = self._asked(sendings, ())
        found.save(self._designs)
        stops = Overrides.load(self._decisions).on(found).stops
        if stops:
            raise PreflightStopped(dict.fromkeys(f"{', '.join(one.shots)}: {one.line}. {_way(one)}" for one in stops))

    def named(self, finding_id: str, found: Preflight) -> Finding:
        """Return a finding by its id: of the plan's preflight, or of the last design that was stopped.

        Raises:
            UnknownName: there is none.
        """
        designs = Preflight.load(self._designs) if self._designs.is_file() else None
        both = (*found.findings, *(designs.findings if designs is not None else ()))
        return replace(found, findings=both)[finding_id]

    def seen(self, reference: Reference) -> Looked:
        """Return what is seen in a picture as it is sent, faces among it."""
        return self.looks(reference.path, self.finder)

    def warm(self, references: Iterable[Reference]) -> None:
        """Look at pictures ahead of any question about them."""
        self._asked((), tuple(self._pictured(reference) for reference in references))

    def override(self, finding: Finding, reason: str) -> None:
        """Keep a person's decision to send all the same.

        Raises:
            UsageError: the service itself refuses, or there is no reason.
        """
        Overrides.load(self._decisions).deciding(finding, reason).save(self._decisions)

    def noted(self, plan: Plan, found: Preflight) -> Plan:
        """Return a plan with what preflight found among its warnings."""
        return replace(plan, shots=tuple(_noted(shot, found) for shot in plan.shots))

    def cleared(self, plan: Plan, found: Preflight) -> Plan:
        """Return a plan without the fallbacks that preflight stops.

        Raises:
            PreflightStopped: it stops a shot on its own route; nothing was uploaded.
        """
        stopped = dict.fromkeys(
            f"{', '.join(finding.shots)}: {finding.line}. {_way(finding)}"
            for shot in plan.shots
            for finding in found.of_shot(shot.shot)
            if finding.stops and finding.route in ("", shot.route)
        )
        if stopped:
            raise PreflightStopped(stopped)
        return replace(plan, shots=tuple(_without_stopped(shot, found) for shot in plan.shots))

    @property
    def _file(self) -> Path:
        return self.folder / "preflight.json"

    @property
    def _designs(self) -> Path:
        return self.folder / "preflight-designs.json"

    @property
    def _decisions(self) -> Path:
        return self.folder / "overrides.yaml"

    def _pictured(self, reference: Reference) -> Pictured:
        return Pictured.of(reference, self.cast[reference.character], self.on)

    def _sendings(self, plan: Plan) -> tuple[Sending, ...]:
        shots: dict[tuple[str, tuple[Pictured, ...], tuple[Pictured, ...]], list[str]] = {}
        for shot in plan.shots:
            for way in (shot, *shot.fallbacks):
                pictures = tuple(self._pictured(reference) for reference in way.references)
                clips = tuple(still for clip in way.clips for still in self._stills(clip))
                if pictures or clips:
                    shots.setdefault((way.route, pictures, clips), []).append(shot.shot)
        return tuple(
            Sending(route=self.matrix.routes[route], pictures=pictures, clips=clips, shots=tuple(named))
            for (route, pictures, clips), named in shots.items()
        )

    def _stills(self, clip: ClipReference) -> tuple[Pictured, ...]:
        return Pictured.stills_of(clip, self.cast[clip.character], self.on)

    def _kept(self, key: str) -> Preflight | None:
        try:
            return Preflight.load(self._file, key=key) if self._file.is_file() else None
        except BadDocument:  # of another version; asked again
            return None

    def _key(self, sendings: Sequence[Sending], cast: Sequence[Pictured]) -> str:
        asked = [
            [
                sending.shots,
                [_facts(one) for one in (*sending.pictures, *sending.clips)],
                sending.route.model_dump_json(),
            ]
            for sending in sendings
        ]
        content = [_VERSION, asked, [_facts(one) for one in cast], str(self.on), self.region, self.finder.problem]
        content += [self.faces.label, self.drawn.label]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def preflight_files(
    images: Sequence[Path],
    route: str,
    matrix: RouteMatrix,
    *,
    on: dt.date,
    region: Region | None = None,
    domain: Domain | None = None,
    real_person: bool | None = None,
    minor: bool | None = None,
    finder: FaceFinder | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Preflight:
    """Say what stands against sending picture files together over a route. Costs nothing, sends nothing.

    Args:
        images: The files.
        route: The route's name; one past its end may be asked too, to see what it refused.
        matrix: The routes.
        on: The day for which routes are looked up.
        region: Where the person works.
        domain: How the pictures show people: `photoreal`, `anime`, `drawn` or `other`; None where nobody says.
        real_person: Whether they show somebody who lives or lived.
        minor: Whether they show somebody under age.
        finder: Finds faces; by default with the person's own weights.
        on_progress: Called after each picture with how many were looked at and how many there are, one call at a time.

    Raises:
        UnknownName: there is no such route.
    """
    from charkit.errors import UnknownName

    if route not in matrix.routes:
        raise UnknownName("route", route, matrix.routes, hint="See: charkit routes --all")
    files = tuple(dict.fromkeys(images))
    names = [path.name for path in files]
    pictures = tuple(
        Pictured(
            name=path.name if names.count(path.name) == 1 else str(path),
            path=path,
            domain=domain,
            real_person=real_person,
            minor=minor,
        )
        for path in files
    )
    sending = Sending(route=matrix.routes[route], pictures=pictures)
    looking = _counted(len(files), on_progress) if on_progress is not None else look
    return preflight([sending], matrix, on=on, region=region, finder=finder, looking=looking)


def _counted(of: int, on_progress: Callable[[int, int], None]) -> Callable[[Path, FaceFinder], Looked]:
    """Return what looks at pictures, several at a time, and counts them."""
    lock, done = Lock(), count(1)

    def looking(path: Path, finder: FaceFinder) -> Looked:
        found = look(path, finder)
        with lock:
            on_progress(next(done), of)
        return found

    return looking


def _facts(one: Pictured) -> list[str]:
    try:
        stat = one.path.stat()
        state = f"{stat.st_size} {stat.st_mtime_ns}"
    except OSError:
        state = "gone"
    return [one.name, one.path.name, state, one.view, str(one.domain), f"{one.real_person} {one.minor} {one.lapsed}"]


def _noted(shot: PlannedShot, found: Preflight) -> PlannedShot:
    said = [
        f"preflight{f', overridden ({f.overridden})' if f.overridden else ''}: {f.line}"
        for f in found.of_shot(shot.shot)
        if f.level != "note" and f.route in ("", shot.route) and f.rule not in _SAID_BY_THE_PLAN
    ]
    return replace(shot, warnings=tuple(dict.fromkeys((*shot.warnings, *said))))


def _without_stopped(shot: PlannedShot, found: Preflight) -> PlannedShot:
    stopped = {finding.route for finding in found.of_shot(shot.shot) if finding.stops}
    kept = tuple(other for other in shot.fallbacks if other.route not in stopped)
    return shot if len(kept) == len(shot.fallbacks) else replace(shot, fallbacks=kept)


def _way(finding: Finding) -> str:
    if finding.hard:
        return f"Ways round: {'; '.join(finding.way_round) or 'another picture'}"
    return f"Mend it, or go on with: studio.override({finding.id!r}, reason=...)"
