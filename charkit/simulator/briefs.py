"""The neutral form of what a request asks to be drawn, whichever wire it came on.

Every wire translates its request into a `Brief` and nothing else reaches the renderer. The digest of a brief is the
digest of the request's *meaning*: model, text, size, length, the bytes of the pictures and their roles, the looks of
known characters, an explicit seed. Ids and times are not part of it, so the same request gives the same frames, on any
wire's second try and after any restart. What was declared of the drift is, where anything was: another world.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["clip", "still", "answer"]
"""What is made; an answer is a text, and nothing is drawn for it."""
FPS = 24
"""Frames per second of every clip, as Omni and MiniMax H3 deliver (google-wire 1.1, openai-video-wire 4.3)."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture that came with a request, by digest; the bytes lie on the shelf."""

    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    role: str = "unknown"
    """character, first frame, last frame, view or unknown."""
    label: str = ""
    """The name of the character it shows, where the request says so."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A character that the service knows: the name as the prompt says it, and the learnt look as JSON text."""

    name: str
    look: str


@dataclass(frozen=True, kw_only=True)
class Declared:
    """How takes come out that know of their characters by one means."""

    conditioning: str
    """text, one picture, pictures, first frame or character."""
    size: float
    """Size of the drift, 0 to 1."""
    off_model: float
    """Probability of a take that goes clearly off model, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """One clip or still to be drawn."""

    kind: Kind
    model: str
    prompt: str
    """The text without the wire's own markup (tags and headers)."""
    width: int
    height: int
    seconds: float = 0.0
    """Length of a clip; 0 for a still."""
    pictures: tuple[Shown, ...] = ()
    known: tuple[Known, ...] = ()
    seed: int | None = None
    """The seed that the request named, if its wire has one."""
    variant: int = 0
    """Which of several results of one request, from 0."""
    declared: tuple[Declared, ...] = ()
    """What was declared of the drift for requests like this one; the frames follow from it as from the words."""
    lineage: int | None = None
    """For edits, remixes and extensions: the direction seed of the source, so that place and motion stay."""

    @property
    def digest(self) -> str:
        """64 hexadecimal digits over everything above."""
        return hashlib.sha256(self.document().encode()).hexdigest()

    @property
    def direction_seed(self) -> int:
        """The seed to draw with, 63 bits: inherited from the source, else taken from what the request says.

        The pictures' roles and names count, their bytes do not: with redrawn references a shot is staged as before, and
        what changes in it is what they change.
        """
        if self.lineage is not None:
            return self.lineage
        said = replace(self, pictures=tuple(replace(shown, digest="") for shown in self.pictures), declared=())
        return int(said.digest[:16], 16) >> 1

    def document(self) -> str:
        """Return the brief as canonical JSON text."""
        fields = asdict(self)
        if not self.declared:
            del fields["declared"]  # as it was before anything could be declared
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    def derived(self, prompt: str, *, seconds: float | None = None) -> Brief:
        """Return the brief of an edit, remix or extension of this one's result."""
        return replace(
            self,
            prompt=prompt,
            seconds=self.seconds if seconds is None else seconds,
            lineage=self.direction_seed,
        )


def read_brief(document: str) -> Brief:
    """Return the brief that `Brief.document` wrote."""
    fields = json.loads(document)
    fields["pictures"] = tuple(Shown(**shown) for shown in fields["pictures"])
    fields["known"] = tuple(Known(**known) for known in fields["known"])
    fields["declared"] = tuple(Declared(**each) for each in fields.get("declared", ()))
    return Brief(**fields)
