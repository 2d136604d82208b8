"""The prompt of a shot, as its route wants it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from charkit.prompts.length import within
from charkit.prompts.library import built_in
from charkit.prompts.template import sentence, view_words
from charkit.routes import clip_tag_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.prompts.library import Templates
    from charkit.prompts.template import Prompt
    from charkit.routes import Route, TagStyle

__all__ = ["Appearing", "Frame", "ShotWords", "Spoken", "video_prompt"]

_FRAMINGS = {"wide": "wide shot", "full": "full shot", "medium": "medium shot", "close-up": "close-up"}

_CLOSING = "The reference images show who the characters are; do not take them as literal opening frames."
"""Google recommends a sentence to this effect with `reference_to_video` (google-wire 1.6)."""


@dataclass(frozen=True, kw_only=True)
class Appearing:
    """A character in one shot, as a prompt needs it."""

    name: str
    locked: str
    views: tuple[str, ...] = ()
    """The views of its pictures, in the order in which they are sent."""
    clips: tuple[int, ...] = ()
    """The places of its clips among all clips that are sent, from 0."""
    position: str = ""
    voice: str = ""
    handle: str = ""
    """What the endpoint calls it, where it knows the character by id."""


class Spoken(Protocol):
    """A line of dialogue."""

    @property
    def character(self) -> str:
        """Who says it."""

    @property
    def text(self) -> str:
        """What is said."""


class ShotWords(Protocol):
    """The words of a shot. `charkit.shots.Shot` is one."""

    @property
    def id(self) -> str:
        """The shot's id."""

    @property
    def framing(self) -> str:
        """How large the character is."""

    @property
    def angle(self) -> str | None:
        """Where the camera stands."""

    @property
    def place(self) -> str:
        """Where it happens."""

    @property
    def light(self) -> str | None:
        """What light there is."""

    @property
    def action(self) -> str | None:
        """What happens."""

    @property
    def camera(self) -> str | None:
        """How the camera moves."""

    @property
    def sound(self) -> str | None:
        """What is heard."""

    @property
    def dialogue(self) -> Sequence[Spoken]:
        """What is said."""


Frame: TypeAlias = Literal["first", "last"]
"""A picture with which a clip opens or closes."""


def video_prompt(
    shot: ShotWords,
    appearing: Sequence[Appearing],
    *,
    style: str,
    route: Route,
    frames: Sequence[Frame] = (),
    templates: Templates | None = None,
) -> Prompt:
    """Return the prompt of a shot, with characters or without, as a route wants it.

    Args:
        shot: What to show.
        appearing: Its characters, in the order in which their pictures are sent.
        style: The storyboard's style line.
        route: Decides tags and length.
        frames: The frames that are sent, in order and before all other pictures. Only Omni's prompts speak of them;
            elsewhere they have fields of their own.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: the route does not take a prompt this long.
    """
    templates = templates or built_in()
    words = {
        **words_of(shot),
        "style": style,
        "shot": ", ".join([_framed(shot), *(f"{who.name} {who.position}" for who in appearing if who.position)]),
    }
    if not appearing:
        bare = templates["transition_shot"].fill(words)
        opening = _header((), route.tags, frames)
        return within(replace(bare, text=f"{opening}\n{bare.text}" if opening else bare.text), route, shot.id)
    pictured = any(who.views for who in appearing) and route.tags in {"omni", "index", "picture"}
    moving = any(who.clips for who in appearing) and route.tags in {"omni", "picture"}
    values = {
        **words,
        "header": _header(appearing, route.tags, frames),
        "characters": labelled(appearing, route.tags),
        "dialogue": spoken(shot, appearing, templates),
        "closing": _closing(pictured, moving),
    }
    prompt = templates["character_shot"].fill(values, [(who.name, who.locked) for who in appearing])
    return within(prompt, route, shot.id)


def _closing(pictured: bool, moving: bool) -> str:
    if not moving:
        return _CLOSING if pictured else ""
    return _CLOSING.replace("images show", "images and clips show" if pictured else "clips show")


def words_of(shot: ShotWords) -> dict[str, object]:
    """Return a shot's own words by slot."""
    return {
        "place": shot.place,
        "light": shot.light,
        "action": shot.action,
        "camera": shot.camera,
        "sound": _sound(shot),
    }


def _framed(shot: ShotWords) -> str:
    framing = _FRAMINGS.get(shot.framing, shot.framing)
    return f"{framing} {shot.angle}" if shot.angle else framing


def _sound(shot: ShotWords) -> str:
    # Where clips always have sound, only the prompt directs it (google-wire 1.1): silence about speech gives speech.
    heard = sentence(shot.sound) if shot.sound else ""
    return (
        heard
        if shot.dialogue and heard
        else f"{heard} {'Only the dialogue.' if shot.dialogue else 'No dialogue.'}".strip()
    )


def spoken(shot: ShotWords, appearing: Sequence[Appearing], templates: Templates) -> list[str]:
    """Return a shot's dialogue line by line, each with its speaker and voice."""
    voices = {who.name: who.voice for who in appearing}
    return [
        templates["dialogue"]
        .fill(
            {
                "speaker": line.character,
                "words": line.text.replace('"', "'"),
                "voice": voices.get(line.character) or None,
            }
        )
        .text
        for line in shot.dialogue
    ]


def labelled(appearing: Sequence[Appearing], tags: TagStyle) -> list[dict[str, str]]:
    """Return characters as a template's slot takes them: the name with its tags or handle, and the locked text."""
    labelled, sent = [], 0
    for who in appearing:
        numbers = range(sent, sent + len(who.views))
        sent += len(who.views)
        named = {
            "omni": [*(f"<IMAGE_REF_{n}>" for n in numbers), *(clip_tag_of(tags, n) for n in who.clips)],
            "index": [f"Image {n + 1}" for n in numbers],
            "handle": [who.handle] if who.handle else [],
        }.get(tags, [])
        label = f"{who.name} ({', '.join(named)})" if named else who.name
        labelled.append({"label": label, "locked": who.locked})
    return labelled


def _header(appearing: Sequence[Appearing], tags: TagStyle, frames: Sequence[Frame]) -> str:
    pictures = [(who.name, view) for who in appearing for view in who.views]
    if tags == "omni":
        return _bound(frames, len(pictures), sum(len(who.clips) for who in appearing))
    if tags == "index":
        shown = [f"Image {n}: {name}, {view_words(view)}." for n, (name, view) in enumerate(pictures, start=1)]
        return f"References: {' '.join(shown)}" if shown else ""
    if tags == "picture":  # the server writes `<Picture 1>: ` before each picture; the prompt says who that is
        lines = [f"<Picture {n}> is {name}, {view_words(view)}." for n, (name, view) in enumerate(pictures, start=1)]
        moving = sorted((n, who.name) for who in appearing for n in who.clips)
        return "\n".join([*lines, *(f"{clip_tag_of(tags, n)} is {name}, in motion." for n, name in moving)])
    return ""


def _bound(frames: Sequence[Frame], references: int, clips: int) -> str:
    """Return Omni's header, which binds media to roles by their place, and what frames are for (google-wire 1.6)."""
    sources = " ".join(f"<{frame.upper()}_FRAME>@Image{n}" for n, frame in enumerate(frames, start=1))
    shown = " ".join(f"<IMAGE_REF_{n}>@Image{len(frames) + n + 1}" for n in range(references))
    shown = " ".join(filter(None, [shown, *(f"{clip_tag_of('omni', n)}@Video{n + 1}" for n in range(clips))]))
    tags = " ".join(f"[# {kind} {bound}]" for kind, bound in (("Sources", sources), ("References", shown)) if bound)
    said = {"first": "Start from Image{}.", "last": "End on Image{}."}
    words = " ".join(said[frame].format(n) for n, frame in enumerate(frames, start=1))
    return f"{tags}\n{words}" if words else tags
