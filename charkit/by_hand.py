"""By hand: the row of the brief for apps without an interface, such as Cameo was.

A person records a clip of a character (or has the app's own), gets a handle for it there, and notes handle and consent
on the sheet. charkit checks the recording, writes the exact prompt to paste, and takes the finished clip back in as a
take like any other: with an intent at price 0, the digest of its bytes, and where it came from.

On a sheet:

    likeness: {real_person: true, consent: "Ada, by e-mail of 2026-11-02, for this film"}
    provider_ids: {by-hand: "@ada.lantern"}
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from charkit.cards import card
from charkit.errors import UnsupportedRequest, UsageError
from charkit.plan import PlannedShot, plan_film
from charkit.providers.base import Blob, Connection
from charkit.takes import Order
from charkit.takes.inspection import SUFFIXES, inspect_clip
from charkit.vision import FaceFinder

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.cards import BadgeKind
    from charkit.character import Cast
    from charkit.media.frames import Frame
    from charkit.prompts import Templates
    from charkit.providers.base import Provider
    from charkit.routes import RouteMatrix
    from charkit.shots import Resolution, Storyboard
    from charkit.takes import Takes

__all__ = ["BY_HAND", "Brought", "Handwork", "PastePrompt", "RecordingCheck", "check_recording"]

BY_HAND = "by-hand"
"""The route, and the endpoint under whose name sheets keep handles."""

RECORDING = (3.0, 10.0)
"""Seconds that a recording of a person for Cameo may last, by the article of March 2026 that charkit answers."""

SHORT_SIDE = 720
"""Pixels that the shorter side of a recording should have at least: what `/v1/videos` characters were made from
(openai-video-wire.md, 2.5)."""

_LOOKS = 12
"""Frames in which a face is looked for."""

_CLEAR = 0.8
"""Share of them in which exactly one face must be seen."""

_FACE = 0.1
"""Least size of a clear face, as a share of the frame's shorter side: 72 pixels of 720."""

_SIMULATED = "charkit simulator"
"""In the metadata of everything that the simulator makes."""

_KINDS = {suffix: kind for kind, suffix in SUFFIXES.items() if kind.startswith("video/")}


@dataclass(frozen=True, kw_only=True)
class RecordingCheck:
    """What was found about a recorded clip."""

    file: Path
    found: tuple[str, ...]
    """What is as it should be."""
    problems: tuple[str, ...] = ()
    """What an app would refuse, with what to do."""
    unknown: tuple[str, ...] = ()
    """What could not be checked here; never a pass."""

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against it, as far as it could be checked."""
        return not self.problems

    def __repr__(self) -> str:
        verdict = "fits" if self.ok else f"does not fit: {'; '.join(self.problems)}"
        unknown = f" (unknown: {'; '.join(self.unknown)})" if self.unknown else ""
        return f"<RecordingCheck {self.file.name} {verdict}{unknown}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            *(("found", word) for word in self.found),
            *(("wrong", word) for word in self.problems),
            *(("unknown", word) for word in self.unknown),
        ]
        kind: BadgeKind = "bad" if self.problems else "warn" if self.unknown else "ok"
        mark = "does not fit" if self.problems else "fits, as far as it was checked" if self.unknown else "fits"
        return {"text/plain": repr(self), "text/html": card(self.file.name, rows=rows, badge=mark, badge_kind=kind)}


def check_recording(path: Path | str, *, count_faces: Callable[[Frame], int] | None = None) -> RecordingCheck:
    """Check a recorded clip of a character before it is uploaded to an app by hand.

    Args:
        path: The clip.
        count_faces: Returns how many clear front faces a frame shows; by default YuNet, where its weights are there.
            Where nobody can look, that stays unknown.

    Raises:
        UnreadableMedia: it cannot be decoded, or its end is missing.
    """
    path = Path(path)
    facts = inspect_clip(path)
    seconds, short = facts.seconds or 0.0, min(facts.width, facts.height)
    found, problems = [f"{facts.width}x{facts.height}, {seconds:.1f} s, whole"], []
    least, most = RECORDING
    if not least <= seconds <= most:
        what = "record a longer one" if seconds < least else "cut it"
        problems.append(f"lasts {seconds:.1f} s; {least:g} to {most:g} s are taken: {what}")
    if short < SHORT_SIDE:
        problems.append(f"its shorter side has {short} pixels; {SHORT_SIDE} or more are wanted: record it again")
    unknown = []
    finder = FaceFinder()
    if count_faces is None and finder.problem:
        unknown.append(f"whether it shows one clear front face: {finder.problem}")
    else:
        _judge_faces(path, count_faces or _counting(finder), found, problems)
    return RecordingCheck(file=path, found=tuple(found), problems=tuple(problems), unknown=tuple(unknown))


def _counting(finder: FaceFinder) -> Callable[[Frame], int]:
    """Return a counter of clear front faces; a face in the background, much smaller than the largest, is none."""

    def count(frame: Frame) -> int:
        faces = finder.find(frame.rgb).sure
        largest = max((face.size for face in faces), default=0.0)
        least = max(_FACE * min(frame.rgb.shape[:2]), largest / 3)
        return sum(face.frontal and face.size >= least for face in faces)

    return count


def _judge_faces(path: Path, count_faces: Callable[[Frame], int], found: list[str], problems: list[str]) -> None:
    from charkit.media.frames import sample

    counts = [count_faces(frame) for frame in sample(path, _LOOKS)]
    clear = sum(n == 1 for n in counts)
    said = f"one clear front face in {clear} of {len(counts)} frames"
    if clear >= _CLEAR * len(counts):
        found.append(said)
    elif max(counts, default=0) > 1:
        problems.append(f"{said}, and up to {max(counts)} faces at once: nobody else may be in the picture")
    else:
        problems.append(f"{said}: look into the camera, in even light, without hands before the face")


@dataclass(frozen=True, kw_only=True)
class PastePrompt:
    """What to paste into an app, and what to choose there."""

    shot: str
    text: str
    seconds: int
    size: str
    """Such as `1280x720`."""
    handles: tuple[tuple[str, str], ...]
    """Name and handle of every character that the app knows."""
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        known = ", ".join(f"{name} as {handle}" for name, handle in self.handles) or "nobody by handle"
        return f"<PastePrompt {self.shot}: {self.seconds} s, {self.size}, {known}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            ("choose", f"{self.seconds} s, {self.size}"),
            *((name, handle) for name, handle in self.handles),
            *(("mind", warning) for warning in self.warnings),
        ]
        shown = card(f"{self.shot}: paste this", rows=rows, badge="by hand", badge_kind="ok", note=self.text)
        return {"text/plain": repr(self), "text/html": shown}


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A finished clip that a person brought back, ready to become a take."""

    order: Order
    clip: Blob
    provenance: dict[str, str] = field(default_factory=dict)

    def connect(self, endpoint: str) -> Provider:
        """Return the adapter that hands the clip over."""
        from charkit.providers.by_hand import ByHand

        nowhere = Connection(endpoint=endpoint, base_url="https://by-hand.invalid", key=SecretStr("none"))
        return ByHand(nowhere, self.clip, self.provenance)


@dataclass(frozen=True, kw_only=True)
class Handwork:
    """Making shots of one run by hand."""

    storyboard: Storyboard
    cast: Cast
    matrix: RouteMatrix
    production: str
    run: str
    resolution: Resolution
    day: dt.date
    simulated: bool
    templates: Templates | None = None
    """Where the words around the shots' own come from; None for the built-in ones."""

    def prompt(self, shot: str) -> PastePrompt:
        """Return the exact prompt to paste for a shot.

        Raises:
            UnknownName: there is no such shot.
            UnsupportedRequest: a character has no handle on its sheet.
        """
        planned = self._planned(shot)
        return PastePrompt(
            shot=shot,
            text=planned.prompt.text,
            seconds=planned.seconds,
            size=f"{planned.width}x{planned.height}",
            handles=tuple((who.name, who.id) for who in planned.characters),
            warnings=planned.warnings,
        )

    def bring(self, shot: str, clip: Path | str, *, app: str, takes: Takes) -> Brought:
        """Return a finished clip as an order that can be filled at once.

        Args:
            shot: What it shows.
            clip: The file as the app gave it.
            app: The app that made it, such as `some-app 2.1`.
            takes: The run's takes so far; the same clip again is the same take.

        Raises:
            UnreadableMedia: it cannot be decoded, or its end is missing.
            UsageError: it is no clip, or one of the simulator's in a run that pays.
            UnsupportedRequest: a character has no handle on its sheet.
        """
        clip = Path(clip)
        planned = self._planned(shot)
        inspect_clip(clip)
        self._refuse_simulated(clip)
        blob = Blob(name=clip.name, media_type=_kind(clip), data=clip.read_bytes())
        number = self._number(shot, blob.digest, takes)
        order = Order(
            production=self.production,
            run=self.run,
            subject=shot,
            number=number,
            route=planned.route,
            endpoint=planned.endpoint,
            kind="video",
            request=planned.request(number),
            price_usd=planned.price_usd,
            simulated=self.simulated,
        )
        return Brought(order=order, clip=blob, provenance=self._provenance(planned, clip, blob, app))

    def _planned(self, shot: str) -> PlannedShot:
        wanted = self.storyboard[shot]
        route = wanted.route or self.storyboard.route or ""
        if not self._is_by_hand(route):
            route = BY_HAND
        alone = self.storyboard.model_copy(update={"shots": (wanted.model_copy(update={"route": route}),)})
        planned = plan_film(
            alone, self.cast, (), self.matrix, on=self.day, resolution=self.resolution, templates=self.templates
        )[shot]
        self._refuse_unknown(planned)
        return planned

    def _is_by_hand(self, route: str) -> bool:
        found = self.matrix.routes.get(route)
        return found is not None and self.matrix.endpoint(found).protocol == BY_HAND

    def _refuse_unknown(self, planned: PlannedShot) -> None:
        known = {who.name for who in planned.characters}
        bare = [name for name, _ in planned.prompt.locked if name not in known]
        if bare:
            raise UnsupportedRequest(
                f"{', '.join(bare)} has no handle for {planned.endpoint}",
                rule="an app knows a character by its handle, and a shot's characters all or none",
                nearest=f"write `provider_ids: {{{planned.endpoint}: '@handle'}}` on the sheet",
                source="charkit/by_hand.py",
            )

    def _refuse_simulated(self, clip: Path) -> None:
        from charkit.media.probe import probe

        if not self.simulated and _SIMULATED in probe(clip).metadata.get("comment", ""):
            raise UsageError(f"{clip.name} was drawn by the simulator; it cannot stand for a clip in a live run")

    def _number(self, shot: str, digest: str, takes: Takes) -> int:
        """Return the take's number: the same clip keeps its own, and a number that the plan's route may use is free."""
        own = [take for take in takes if take.subject == shot]
        for take in own:
            if take.digest == digest and self._is_by_hand(take.route):
                return take.number
        taken = max((take.number for take in own if take.ok), default=0)
        routed = self._is_by_hand(self.storyboard[shot].route or self.storyboard.route or "")
        return max(taken, 0 if routed else 1) + 1

    def _provenance(self, planned: PlannedShot, clip: Path, blob: Blob, app: str) -> dict[str, str]:
        consents = {
            f"consent of {name}": sheet.likeness.consent
            for name, _ in planned.prompt.locked
            if (sheet := self.cast[name]).likeness.consent
        }
        handles = {f"handle of {who.name}": who.id for who in planned.characters}
        return {
            "app": app,
            "file": clip.name,
            "digest": blob.digest,
            "prompt": f"sha256:{hashlib.sha256(planned.prompt.text.encode()).hexdigest()}",
            "brought": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
            **handles,
            **consents,
        }


def _kind(clip: Path) -> str:
    try:
        return _KINDS[clip.suffix.lower()]
    except KeyError:
        raise UsageError(f"{clip.name} ends in {clip.suffix or 'nothing'}; clips end in {', '.join(_KINDS)}") from None
