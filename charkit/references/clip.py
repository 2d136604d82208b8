"""Clips that show who a character is: cut to what a route takes, and checked before they go anywhere."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import BadReference, MediaError
from charkit.providers.base import Blob, BoundReference, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.character import CharacterSheet
    from charkit.media.probe import ClipFacts
    from charkit.media.trim import Trimmed
    from charkit.routes import ClipLimits
    from charkit.store import Store

__all__ = ["ClipReference", "check_together", "prepare_clip"]

_STILLS = 3
"""Pictures that stand for a clip of a few seconds: whoever comes into it late or leaves it early is seen too."""


@dataclass(frozen=True, kw_only=True)
class ClipReference:
    """A prepared clip of a character."""

    character: str
    """The character's slug."""
    name: str
    """The character's name, as prompts say it."""
    path: Path
    digest: str
    """`sha256:` of its bytes."""
    size: int
    """Length of the file in bytes."""
    width: int
    height: int
    seconds: float
    fps: float
    codec: str
    start: float
    """Where it began in the clip it was cut from, in seconds."""
    how: str
    """Whether its packets were copied, or why it was encoded again."""
    origin: str = ""
    warnings: tuple[str, ...] = ()
    stills: tuple[Path, ...] = ()
    """Pictures out of it (JPEG: near its beginning, its middle and its end), for looking at it before it is sent."""

    def blob(self) -> Blob:
        """Return its bytes as they are sent.

        Raises:
            BadReference: the file is gone, or its bytes are not those that were prepared.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise BadReference(f"cannot be read ({error.strerror}); plan again", file=self.path) from error
        blob = Blob(name=f"{self.character}-clip-{self.digest[7:15]}.mp4", media_type="video/mp4", data=data)
        if blob.digest != self.digest:
            raise BadReference("is not the clip that was prepared; plan again", file=self.path)
        return blob

    def bound(self, role: Role = Role.CHARACTER) -> BoundReference:
        """Return it bound to a role in a request."""
        return BoundReference(role=role, blob=self.blob(), character=self.name, view="clip")

    def moved(self, change: Callable[[Path], Path]) -> ClipReference:
        """Return it with its paths changed, such as from a run's folder to the file that names them."""
        return replace(self, path=change(self.path), stills=tuple(change(still) for still in self.stills))

    def __repr__(self) -> str:
        return f"<ClipReference {self.name}: {self.seconds:.2f} s, {self.width}x{self.height}, {self.digest[7:15]}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import card

        rows = [
            ("length", f"{self.seconds:.2f} s from {self.start:.2f} s, {self.fps:g} fps"),
            ("size", f"{self.width}x{self.height}, {self.codec}, {self.size / 1e6:.1f} MB"),
            ("cut", self.how),
            ("from", self.origin),
            ("digest", self.digest[7:15]),
            *(("mind", warning) for warning in self.warnings),
        ]
        return {"text/plain": repr(self), "text/html": card(f"{self.name}, clip", rows=rows, picture=self._poster())}

    def _poster(self) -> bytes | None:
        from charkit.media.previews import animated_webp

        try:
            return animated_webp(self.path, width=240, max_bytes=120_000)
        except (MediaError, OSError):  # a display must not raise; the card says what is known
            return None


def prepare_clip(
    path: Path | str,
    *,
    character: CharacterSheet,
    store: Store,
    limits: ClipLimits,
    start: float = 0.0,
    seconds: float | None = None,
    origin: str = "",
) -> ClipReference:
    """Cut a clip to what a route takes, copying its packets where a keyframe allows.

    Args:
        path: The clip; it is left as it is.
        character: Whom it shows.
        store: Where the piece is kept.
        limits: What the route takes: `route.capabilities.clips`, or `character_clip` for making a character of it.
        start: Where the piece begins, in seconds.
        seconds: How long it is to be; by default as long as the route takes.
        origin: Where it came from; by default the file's name.

    Raises:
        BadReference: the clip is too short, too small, too slow, of the wrong shape or too heavy for the route.
        UnreadableMedia: it cannot be read at all.
    """
    from charkit.media.probe import probe
    from charkit.media.trim import trim

    path = Path(path)
    facts = probe(path)
    _refuse(path, _shape_faults(facts, limits))
    longest = min(seconds or facts.seconds, limits.max_seconds or facts.seconds, facts.seconds - start)
    if longest < max(limits.min_seconds, 1 / float(facts.fps)):
        raise BadReference(
            f"has {max(0.0, facts.seconds - start):.2f} s from {start:g} s on; the route takes {limits}", file=path
        )
    with tempfile.TemporaryDirectory(prefix="charkit-") as folder:
        piece = trim(facts, Path(folder) / "piece.mp4", start=start, seconds=longest, sound=limits.sound is not False)
        if piece.facts.seconds < limits.min_seconds:
            raise BadReference(f"leaves {piece.facts.seconds:.2f} s; the route takes {limits}", file=path)
        _refuse(path, _weight_faults(piece.facts, limits))
        stored = store.put(piece.facts.path.read_bytes(), ".mp4")
        stills = _stills(piece.facts.path, store)
    return ClipReference(
        character=character.slug,
        name=character.name,
        path=stored.path,
        digest=stored.digest,
        size=stored.size,
        width=piece.facts.width,
        height=piece.facts.height,
        seconds=piece.facts.seconds,
        fps=float(piece.facts.fps),
        codec=piece.facts.codec,
        start=piece.start,
        how=_how(piece),
        origin=origin or path.name,
        warnings=_warned(facts, piece, limits),
        stills=stills,
    )


def check_together(clips: Sequence[ClipReference], limits: ClipLimits) -> None:
    """Refuse clips that one request cannot carry together.

    Raises:
        BadReference: there are too many of them, or they are too long in all.
    """
    if not clips:
        return
    last = clips[-1].origin or clips[-1].path
    if limits.most is not None and len(clips) > limits.most:
        raise BadReference(f"is clip {len(clips)} of one request; the route takes {limits.most}", file=last)
    together = sum(clip.seconds for clip in clips)
    if limits.total_seconds is not None and together > limits.total_seconds + 1e-6:
        raise BadReference(
            f"brings the clips of one request to {together:.2f} s; the route takes {limits.total_seconds:g} s in all",
            file=last,
        )


def _stills(path: Path, store: Store) -> tuple[Path, ...]:
    from PIL import Image

    from charkit.media.encoding import encode_jpeg
    from charkit.media.frames import sample

    pictures = [Image.fromarray(frame.rgb) for frame in sample(path, _STILLS)]
    return tuple(dict.fromkeys(store.put(encode_jpeg(picture, quality=88), ".jpg").path for picture in pictures))


def _how(piece: Trimmed) -> str:
    return "copied bit for bit" if piece.copied else f"encoded again: {piece.why}"


def _warned(facts: ClipFacts, piece: Trimmed, limits: ClipLimits) -> tuple[str, ...]:
    found = []
    if facts.has_sound and limits.sound is False:
        found.append("its sound is left out: the route ignores it")
    elif facts.has_sound and not piece.facts.has_sound:
        found.append(f"its {facts.audio_codec} sound was left behind")
    return tuple(found)


def _refuse(path: Path, faults: list[str]) -> None:
    if faults:
        raise BadReference("; ".join(faults), file=path)


def _shape_faults(facts: ClipFacts, limits: ClipLimits) -> list[str]:
    """Return what no cutting mends."""
    ratio, fps = facts.width / facts.height, float(facts.fps)
    short, long = sorted((facts.width, facts.height))
    shape = f"is {facts.width}x{facts.height}; the route takes"
    checks = [
        (limits.min_side is not None and short < (limits.min_side or 0), f"{shape} {limits.min_side} pixels or more"),
        (limits.max_side is not None and long > (limits.max_side or 0), f"{shape} {limits.max_side} pixels at most"),
        (
            limits.min_ratio is not None and ratio < (limits.min_ratio or 0) - 5e-3,
            f"{shape} {limits.min_ratio or 0:g}:1 or wider",
        ),
        (
            limits.max_ratio is not None and ratio > (limits.max_ratio or 0) + 5e-3,
            f"{shape} {limits.max_ratio or 0:g}:1 or narrower",
        ),
        (
            (limits.min_fps is not None and fps < limits.min_fps - 5e-3)
            or (limits.max_fps is not None and fps > limits.max_fps + 5e-3),
            f"has {fps:g} frames a second; the route takes {limits.min_fps or 0:g} to {limits.max_fps or 0:g}",
        ),
    ]
    return [words for wrong, words in checks if wrong]


def _weight_faults(facts: ClipFacts, limits: ClipLimits) -> list[str]:
    found = []
    if limits.codecs and facts.codec not in limits.codecs:
        found.append(f"is {facts.codec}; the route takes {', '.join(limits.codecs)}")
    if limits.sound_codecs and facts.audio_codec and facts.audio_codec not in limits.sound_codecs:
        found.append(f"has {facts.audio_codec} sound; the route takes {', '.join(limits.sound_codecs)}")
    if limits.max_bytes is not None and facts.size > limits.max_bytes:
        found.append(f"has {facts.size:,} bytes; the route takes {limits.max_bytes:,}: ask for a shorter piece")
    return found
