"""The prompts that come after a first take: an edit, an extension, and a question to a judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.prompts.length import within
from charkit.prompts.library import built_in
from charkit.prompts.template import view_words
from charkit.prompts.video import labelled, spoken, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.prompts.library import Templates
    from charkit.prompts.template import Prompt
    from charkit.prompts.video import Appearing, ShotWords
    from charkit.routes import Fact, Route

__all__ = ["Look", "describe_prompt", "edit_prompt", "extension_prompt", "judge_prompt", "pair_prompt"]

_EDITED = "[# Sources <VIDEO_0>@Video1]"
_EXTENDED = "[# Sources <PREVIOUS_VIDEO>@Video1]"
"""Omni's headers (google-wire 1.6)."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One picture that a judge is shown."""

    view: str = ""
    """Of a reference: from where it shows the character."""
    seconds: float | None = None
    """Of a frame: when in the clip; None for a reference."""
    label: str = ""
    """Of a shot's picture or a set's: the name under which it is asked about, such as `shot S01` or `set A`."""

    @property
    def judged(self) -> bool:
        """Whether it is asked about; else it is a reference."""
        return bool(self.label) or self.seconds is not None


def edit_prompt(
    change: str,
    appearing: Sequence[Appearing] = (),
    *,
    route: Route,
    uploaded: bool = False,
    templates: Templates | None = None,
) -> Prompt:
    """Return the prompt that changes one thing in a clip.

    Args:
        change: The one change, in a sentence.
        appearing: Who is in the clip; what must stay is repeated on every turn (image-models 2.5, google-wire 1.6).
        route: Decides header and length.
        uploaded: Whether the clip itself goes along, instead of the id of an earlier job.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: the route edits no clips, or does not take a prompt this long.
    """
    _refuse_unable(route, route.capabilities.edit, "edits no clips")
    values = {
        "header": _EDITED if uploaded and route.tags == "omni" else "",
        "change": change,
        "characters": labelled(_without_pictures(appearing), route.tags),
    }
    made = (templates or built_in())["edit"].fill(values, [(who.name, who.locked) for who in appearing])
    return within(made, route, "this edit")


def extension_prompt(
    shot: ShotWords,
    appearing: Sequence[Appearing],
    *,
    style: str,
    route: Route,
    uploaded: bool = False,
    templates: Templates | None = None,
) -> Prompt:
    """Return the prompt that goes on where a clip ended. It takes no pictures, so the locked text carries identity.

    Args:
        shot: What happens next.
        appearing: Who is in it.
        style: The storyboard's style line.
        route: Decides header and length.
        uploaded: Whether the clip itself goes along, instead of the id of an earlier job.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: the route extends no clips, or does not take a prompt this long.
    """
    _refuse_unable(route, route.capabilities.extension, "extends no clips")
    templates = templates or built_in()
    values = {
        **words_of(shot),
        "style": style,
        "header": _EXTENDED if uploaded and route.tags == "omni" else "",
        "characters": labelled(_without_pictures(appearing), route.tags),
        "dialogue": spoken(shot, appearing, templates),
    }
    made = templates["extension"].fill(values, [(who.name, who.locked) for who in appearing])
    return within(made, route, f"what follows {shot.id}")


def judge_prompt(
    who: Appearing,
    looks: Sequence[Look],
    attributes: Sequence[str],
    *,
    route: Route,
    templates: Templates | None = None,
) -> Prompt:
    """Return the question whether frames show a character: facts by attribute, no mark (scoring, "Ask for facts").

    Args:
        who: Whom to look for.
        looks: The pictures in the order in which they are sent: references first, then frames.
        attributes: What to answer for, such as `hair: a chin-length copper bob`.
        route: Decides the length.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: there is no frame to judge or nothing to hold it against, or it is too long for the route.
    """
    if len({look.judged for look in looks}) < 2:
        raise UnsupportedRequest(f"a judge of {who.name} needs at least one reference and one frame")
    if not attributes:
        raise UnsupportedRequest(f"a judge of {who.name} needs at least one attribute to answer for")
    values = {**_shown(who, looks), "attributes": list(attributes)}
    made = (templates or built_in())["judge"].fill(values, [(who.name, who.locked)])
    return within(made, route, f"the question about {who.name}")


def describe_prompt(
    who: Appearing,
    looks: Sequence[Look],
    attributes: Sequence[str],
    *,
    route: Route,
    templates: Templates | None = None,
) -> Prompt:
    """Return the question what references show of a character, attribute by attribute (scoring, "Describe").

    Args:
        who: Who is described.
        looks: The references in the order in which they are sent.
        attributes: What to describe.
        route: Decides the length.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: there is no reference, or it is too long for the route.
    """
    if not looks or any(look.judged for look in looks):
        raise UnsupportedRequest(f"a description of {who.name} needs references and nothing else")
    values = {**_shown(who, looks), "attributes": list(attributes)}
    made = (templates or built_in())["judge_describe"].fill(values, [(who.name, who.locked)])
    return within(made, route, f"the question what {who.name} looks like")


def pair_prompt(who: Appearing, looks: Sequence[Look], *, route: Route, templates: Templates | None = None) -> Prompt:
    """Return the question which of two sets shows a character throughout (scoring, "A against B").

    Args:
        who: Whom to look for.
        looks: The pictures in the order in which they are sent: references, then those labelled `set A` and `set B`.
        route: Decides the length.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: there are not references and two sets, or it is too long for the route.
    """
    if {look.label for look in looks if look.judged} != {"set A", "set B"} or all(look.judged for look in looks):
        raise UnsupportedRequest(f"a comparison of {who.name} needs references, a set A and a set B")
    made = (templates or built_in())["judge_pair"].fill(_shown(who, looks), [(who.name, who.locked)])
    return within(made, route, f"the comparison of {who.name}")


def _shown(who: Appearing, looks: Sequence[Look]) -> dict[str, object]:
    pictures = [f"Image {n}: {_said(look, who.name)}" for n, look in enumerate(looks, start=1)]
    return {"pictures": pictures, "name": who.name, "locked": who.locked}


def _said(look: Look, name: str) -> str:
    if look.label:
        return f"{look.label}."
    if look.seconds is None:
        return f"{name}, {view_words(look.view)}, a reference." if look.view else f"{name}, a reference."
    return f"a frame of the clip, at {look.seconds:.2f} s."


def _without_pictures(appearing: Sequence[Appearing]) -> list[Appearing]:
    return [replace(who, views=()) for who in appearing]


def _refuse_unable(route: Route, able: Fact[bool] | None, what: str) -> None:
    if able is None or not able.value:
        established = "" if able else ", as far as is established"
        raise UnsupportedRequest(f"route {route.name!r} {what}{established}", source=able.source if able else "")
