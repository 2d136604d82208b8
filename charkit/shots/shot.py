"""One piece of the film as people write it down: who is in it, what happens, and which clips show how."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from charkit.character import Line, Name, Written, folded
from charkit.errors import did_you_mean
from charkit.prompts.lint import RULES

__all__ = ["Allowances", "Aspect", "Dialogue", "Framing", "InShot", "Resolution", "Shot", "ShotClip"]

Framing = Literal["wide", "full", "medium", "close-up"]
"""How much of a character the picture holds: small in its place; head to foot; to the waist; the face."""

Aspect = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"]

Resolution = Literal["360p", "720p", "1080p"]
"""The shorter side in pixels; 360p is for drafts."""


def _an_id(text: str) -> str:
    if not all(c.isalnum() or c in "-_" for c in text) or len(text) > 32:
        raise ValueError("an id has at most 32 letters, digits, '-' and '_', since files are named after it")
    return text


def _known_rules(value: dict[str, str]) -> dict[str, str]:
    for rule in value:
        if rule not in RULES:
            raise ValueError(f"there is no lint rule {rule!r}. {did_you_mean(rule, RULES)}")
    return value


Allowances = Annotated[dict[str, Line], AfterValidator(_known_rules)]
"""Rules of the linter to the reasons why they may be broken."""


class InShot(Written):
    """A character as one shot shows it. A plain name is enough where nothing else is to be said."""

    name: Name
    wardrobe: str = "default"
    position: Line | None = None
    """Such as `on the left`."""


class Dialogue(Written):
    """What somebody says."""

    character: Name
    text: Line


class ShotClip(Written):
    """A clip that shows the service how a character looks and moves, for routes that take clips as references.

    It is cut to what the route takes. Where a route takes none, or the clip cannot be used, the plan says so.
    """

    file: Line
    """Relative to the storyboard; it may not lead out of its folder."""
    character: Name
    """Whom it shows."""
    start: float = Field(default=0.0, ge=0.0, le=36_000.0)
    """Where the piece begins, in seconds."""
    seconds: float | None = Field(default=None, gt=0.0, le=600.0)
    """How long it is to be at most; as long as the route takes where it is left out."""

    @field_validator("file")
    @classmethod
    def _beside(cls, value: str) -> str:
        if Path(value).is_absolute() or ".." in Path(value).parts:
            raise ValueError(f"{value!r} must lie beside the storyboard, or in a folder there, so that both can move")
        return value


class Shot(Written):
    """One piece of the film; without characters it is a transition.

    Examples:
        >>> Shot(id="S01", seconds=4, place="a harbour").is_transition
        True
    """

    id: Annotated[Line, AfterValidator(_an_id)]
    seconds: int = Field(gt=0, le=600)
    """How long the clip is asked to be; whole seconds, as every service counts."""
    framing: Framing = "medium"
    angle: Line | None = None
    """Where the camera stands: `at eye level`, `from above`."""
    place: Line
    light: Line | None = None
    action: Line | None = None
    camera: Line | None = None
    """How the camera moves."""
    characters: tuple[Annotated[InShot, BeforeValidator(lambda v: {"name": v} if isinstance(v, str) else v)], ...] = ()
    dialogue: tuple[Dialogue, ...] = ()
    sound: Line | None = None
    clips: tuple[ShotClip, ...] = ()
    """Clips that show how a character of this shot looks and moves; the first ones go where a route takes fewer."""
    route: str | None = None
    """The route to use whatever the planner thinks."""
    notes: str | None = None
    """For people; never part of a prompt."""
    allow: Allowances = Field(default_factory=dict)
    """Rules of the linter that are broken on purpose here, each with the reason; never part of a prompt."""

    @field_validator("characters")
    @classmethod
    def _once(cls, value: tuple[InShot, ...]) -> tuple[InShot, ...]:
        names = [folded(who.name) for who in value]
        for who in value:
            if names.count(folded(who.name)) > 1:
                raise ValueError(f"{who.name!r} stands here more than once")
        return value

    @field_validator("dialogue")
    @classmethod
    def _present(cls, value: tuple[Dialogue, ...], info: ValidationInfo) -> tuple[Dialogue, ...]:
        present = [who.name for who in info.data.get("characters", ())]
        for line in value:
            if folded(line.character) not in map(folded, present):
                near = did_you_mean(line.character, present) if present else "Nobody is."
                raise ValueError(f"{line.character!r} speaks but is not among the characters of this shot. {near}")
        return value

    @field_validator("clips")
    @classmethod
    def _shown(cls, value: tuple[ShotClip, ...], info: ValidationInfo) -> tuple[ShotClip, ...]:
        present = [who.name for who in info.data.get("characters", ())]
        for clip in value:
            if folded(clip.character) not in map(folded, present):
                near = did_you_mean(clip.character, present) if present else "Nobody is."
                raise ValueError(
                    f"{clip.file!r} shows {clip.character!r}, who is not among the characters of this shot. {near}"
                )
        return value

    @property
    def is_transition(self) -> bool:
        """Whether it shows no character."""
        return not self.characters

    @property
    def has_sound(self) -> bool:
        """Whether it asks for sound or speech."""
        return bool(self.sound or self.dialogue)

    def __repr__(self) -> str:
        who = ", ".join(who.name for who in self.characters) or "no character"
        return f"<Shot {self.id}: {self.seconds} s, {self.framing}, {who}, {self.place}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.shots.showing import shot_card

        return {"text/plain": repr(self), "text/html": shot_card(self)}
