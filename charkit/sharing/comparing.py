"""What differs between a shared run and the same run made again, aspect by aspect."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.cards import Html, badge, card, table
from charkit.errors import BadDocument, CharkitError
from charkit.money import dollars
from charkit.plan import Plan
from charkit.scoring import Scorecard
from charkit.sharing.streams import streams_differ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from charkit.cards import BadgeKind
    from charkit.manifest import Manifest
    from charkit.plan import PlannedShot
    from charkit.sharing.bundles import SharedRequest

__all__ = ["Aspect", "Made", "Reproduction", "Verdict", "compared", "environment_differs"]

Verdict: TypeAlias = Literal["same", "differs", "not comparable", "noted"]
"""`noted` is for what differs on purpose or does not count, such as versions of programs."""

_TONES: dict[str, BadgeKind] = {"same": "ok", "differs": "bad", "not comparable": "warn", "noted": "warn"}
_LEAST = 1e-9
"""Differences of scores and money that are none."""
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """One thing that two runs are compared by."""

    name: str
    verdict: Verdict
    said: str
    """In one line."""
    details: tuple[str, ...] = ()
    """Each difference."""


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A shared run, made again."""

    production: str
    run: str
    title: str
    live: bool
    folder: Path
    """The data folder of the new run."""
    aspects: tuple[Aspect, ...]

    @property
    def same(self) -> bool:
        """Whether all that can be compared is the same."""
        return not any(aspect.verdict == "differs" for aspect in self.aspects)

    def __getitem__(self, name: str) -> Aspect:
        """Return an aspect by its name."""
        return next(aspect for aspect in self.aspects if aspect.name == name)

    def facts(self) -> dict[str, object]:
        """Return what a program wants to know."""
        return {
            "production": self.production,
            "run": self.run,
            "live": self.live,
            "folder": str(self.folder),
            "same": self.same,
            "aspects": [asdict(aspect) for aspect in self.aspects],
        }

    def __repr__(self) -> str:
        odd = [aspect.name for aspect in self.aspects if aspect.verdict == "differs"]
        how = "live" if self.live else "simulated"
        word = f"differs in {', '.join(odd)}" if odd else "same"
        return f"<Reproduction of {self.production}/{self.run}, {how}: {word}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        word = "the same" if self.same else "differs"
        head = card(
            f"{self.title}, made again",
            rows=[("run", f"{self.production}/{self.run}"), ("how", "live" if self.live else "simulated")],
            badge=word,
            badge_kind="ok" if self.same else "bad",
        )
        rows = [[aspect.name, badge(aspect.verdict, _TONES[aspect.verdict]), _cell(aspect)] for aspect in self.aspects]
        return {"text/plain": repr(self), "text/html": Html(f"{head}{table(['what', 'verdict', ''], rows)}")}


@dataclass(frozen=True, kw_only=True)
class Made:
    """One of the two runs."""

    folder: Path
    manifest: Manifest
    requests: Mapping[tuple[str, int], SharedRequest] = field(repr=False)
    """By what they are for and take number."""


def compared(before: Made, after: Made) -> tuple[Aspect, ...]:
    """Return all aspects of two runs but the bundle's files and the environment."""
    # What services made cannot be compared with a rehearsal, nor be made twice at a service.
    alike = before.manifest.simulated and after.manifest.simulated
    made = [_takes(before, after), _scores(before, after), _film(before, after), _money(before, after)]
    if not alike:
        made = [_apart(aspect, before, after) for aspect in made]
    return (_plan(before, after), _prompts(before, after), _requests(before, after, exact=alike), *made)


def environment_differs(before: Mapping[str, str], after: Mapping[str, str]) -> Aspect:
    """Return how the programs differ that made the two runs.

    Args:
        before: Versions by name.
        after: The same, here.
    """
    details = [
        f"{name}: {before.get(name, 'not there')} there, {after.get(name, 'not there')} here"
        for name in sorted({**before, **after})
        if before.get(name) != after.get(name)
    ]
    said = f"{len(details)} of {len({**before, **after})} programs have another version" if details else "all the same"
    return Aspect(name="environment", verdict="noted" if details else "same", said=said, details=tuple(details))


def _apart(aspect: Aspect, before: Made, after: Made) -> Aspect:
    if aspect.verdict == "same":
        return aspect
    ways = ["simulated" if made.manifest.simulated else "live" for made in (before, after)]
    why = f"made {ways[0]} there and {ways[1]} here; services and seeds give no take twice"
    return Aspect(name=aspect.name, verdict="not comparable", said=f"{why}: {aspect.said}", details=aspect.details)


def _aspect(name: str, details: Iterable[str], same: str, *, count: str = "") -> Aspect:
    found = tuple(details)
    if not found:
        return Aspect(name=name, verdict="same", said=same)
    return Aspect(name=name, verdict="differs", said=count or f"{len(found)} differences", details=found)


def _plan(before: Made, after: Made) -> Aspect:
    try:
        plans = [Plan.load(made.folder / "plan.json") for made in (before, after)]
    except BadDocument as error:
        return Aspect(name="plan", verdict="not comparable", said=f"one of the plans cannot be read: {error}")
    there, here = ({shot.shot: _planned(shot) for shot in plan.shots} for plan in plans)
    return _aspect("plan", _unlike(there, here), f"{len(there)} shots: routes, sizes, prices and references")


def _planned(shot: PlannedShot) -> dict[str, object]:
    return {
        "route": shot.route,
        "model": shot.model,
        "seconds": shot.seconds,
        "size": f"{shot.width}x{shot.height}",
        "price": shot.price_usd,
        "references": [reference.digest[7:15] for reference in shot.references],
        "fallbacks": [other.route for other in shot.fallbacks],
        "sheets": [f"{name} {digest[7:15]}" for name, digest in shot.sheets],
    }


def _prompts(before: Made, after: Made) -> Aspect:
    there, here = (
        {f"{take.shot}-t{take.take}": {"prompt": take.prompt_digest[:15]} for take in made.manifest.takes}
        for made in (before, after)
    )
    return _aspect("prompts", _unlike(there, here), f"{len(there)} prompts, byte for byte")


def _requests(before: Made, after: Made, *, exact: bool) -> Aspect:
    both = before.requests.keys() & after.requests.keys()
    odd = [
        f"{subject}-t{take}: asks for something else"
        for subject, take in sorted(both)
        if not _same_request(before.requests[subject, take], after.requests[subject, take], exact=exact)
    ]
    shots = {(take.shot, take.take) for take in before.manifest.takes}
    odd += [
        f"{subject}-t{take}: was not asked here" for subject, take in sorted((before.requests.keys() & shots) - both)
    ]
    odd += [
        f"{subject}-t{take}: was not asked there" for subject, take in sorted((after.requests.keys() & shots) - both)
    ]
    # Of designs, a run may have made more than its film needs, or have lived on those that another run had paid for.
    notes = {
        "not made again": sorted(before.requests.keys() - both - shots),
        "had from another run": sorted(after.requests.keys() - both - shots),
    }
    note = "".join(f"; {word}: {', '.join(f'{s}-t{t}' for s, t in only)}" for word, only in notes.items() if only)
    how = "request keys" if exact else "requests, apart from who was asked"
    return _aspect("requests", odd, f"{len(both)} {how}{note}")


def _same_request(before: SharedRequest, after: SharedRequest, *, exact: bool) -> bool:
    return before.key == after.key if exact else before.asked == after.asked


def _takes(before: Made, after: Made) -> Aspect:
    there, here = (
        {
            f"{take.shot}-t{take.take}": {
                "outcome": take.outcome,
                "model": take.model,
                "digest": take.digest[:15],
                "chosen": take.chosen,
            }
            for take in made.manifest.takes
        }
        for made in (before, after)
    )
    return _aspect("takes", _unlike(there, here), f"{len(there)} takes, bit for bit")


def _scores(before: Made, after: Made) -> Aspect:
    try:
        cards = [Scorecard.load(made.folder / "scorecard.json") for made in (before, after)]
    except CharkitError as error:
        return Aspect(name="scores", verdict="not comparable", said=f"one of the scorecards cannot be read: {error}")
    there, here = (
        {
            f"{score.shot}-t{score.take} {score.character or 'the clip'}, {score.axis.value}": {
                "verdict": score.verdict.value,
                "score": score.score,
            }
            for score in card.scores
        }
        for card in cards
    )
    return _aspect("scores", _unlike(there, here), f"{len(there)} verdicts with their scores")


def _film(before: Made, after: Made) -> Aspect:
    digests = [made.manifest.outputs.get("film.mp4", "") for made in (before, after)]
    if digests[0] == digests[1]:
        return Aspect(name="film", verdict="same", said="bit for bit")
    there, here = (dict(made.manifest.film.model_dump()) if made.manifest.film else {} for made in (before, after))
    found = [
        f"{name}: {there.get(name)} there, {here.get(name)} here" for name in there if there[name] != here.get(name)
    ]
    found += streams_differ(before.folder / "film.mp4", after.folder / "film.mp4")
    return Aspect(name="film", verdict="differs", said="not bit for bit; see by what", details=tuple(found))


def _money(before: Made, after: Made) -> Aspect:
    both = sorted(before.requests.keys() & after.requests.keys())
    found = []
    for subject, take in both:
        there, here = before.requests[subject, take], after.requests[subject, take]
        if abs(there.price_usd - here.price_usd) > _LEAST or abs(there.charged_usd - here.charged_usd) > _LEAST:
            found.append(
                f"{subject}-t{take}: {dollars(there.charged_usd)} (of {dollars(there.price_usd)}) there, "
                f"{dollars(here.charged_usd)} (of {dollars(here.price_usd)}) here"
            )
    total = sum(after.requests[key].charged_usd for key in both)
    return _aspect("money", found, f"{dollars(total)} for the {len(both)} requests of both")


def _unlike(there: Mapping[str, Mapping[str, object]], here: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Yield each difference of two tables of facts, by row and field."""
    for name in there:
        if name not in here:
            yield f"{name}: not here"
            continue
        for key, value in there[name].items():
            other = here[name].get(key)
            if isinstance(value, float) and isinstance(other, float) and abs(value - other) <= _LEAST:
                continue
            if value != other:
                yield f"{name}: {key} {_spelled(value)} there, {_spelled(other)} here"
    yield from (f"{name}: not there" for name in here if name not in there)


def _spelled(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def _cell(aspect: Aspect) -> str:
    more = len(aspect.details) - _SHOWN
    lines = [aspect.said, *aspect.details[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    return "; ".join(lines)
