"""The prompts that design a character: the first picture, and one more view at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.character import View
from charkit.errors import UnsupportedRequest
from charkit.prompts.length import within
from charkit.prompts.library import built_in
from charkit.prompts.template import view_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.character import CharacterSheet
    from charkit.prompts.library import Templates
    from charkit.prompts.template import Prompt
    from charkit.routes import Route

__all__ = ["anchor_prompt", "view_prompt"]

_VIEWS = {
    View.FACE: "front view, large close-up of the face",
    View.FRONT: "front view, upper body, facing the camera",
    View.THREE_QUARTER: "three-quarter view, full body, head to foot",
    View.PROFILE: "profile view from the side, full body, head to foot",
    View.LEFT_PROFILE: "profile view from the character's left side, full body, head to foot",
    View.RIGHT_PROFILE: "profile view from the character's right side, full body, head to foot",
    View.BACK: "back view, seen from behind, full body, head to foot",
    View.FULL: "front view, full body, head to foot, facing the camera",
    View.EXPRESSION: "front view, large close-up of the face",
}
_KEEP = "face, hair, proportions, outfit, accessories and colours"
_KEEP_UNDRESSED = "face, hair, skin or fur and proportions"
_OTHER_OUTFIT = "Only the view and the outfit change; what is worn in Image 1 is gone."
_ALWAYS_AVOID = ("text", "a watermark", "a frame", "other characters")


def anchor_prompt(
    sheet: CharacterSheet,
    *,
    route: Route,
    view: View = View.FULL,
    wardrobe: str = "default",
    ground: str = "light grey",
    pose: str = "standing relaxed",
    templates: Templates | None = None,
) -> Prompt:
    """Return the prompt for the first picture of a character, from words alone.

    Args:
        sheet: Whom to show.
        route: Decides the length.
        view: From where.
        wardrobe: What is worn.
        ground: The colour of the plain background, in words.
        pose: How the character stands; tells one candidate's request from the next.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: the route does not take a prompt this long.
    """
    made = _design("character_anchor", sheet, view, wardrobe, ground, {"pose": pose}, templates)
    return within(made, route, sheet.name)


def view_prompt(
    sheet: CharacterSheet,
    view: View,
    *,
    inputs: Sequence[str],
    route: Route,
    wardrobe: str = "default",
    expression: str = "laughing",
    ground: str = "light grey",
    templates: Templates | None = None,
) -> Prompt:
    """Return the prompt for one more view, made from pictures that were kept.

    Args:
        sheet: Whom to show.
        view: From where.
        inputs: The views of the pictures that go along, in order; the first one is the anchor.
        route: Decides the length.
        wardrobe: What is worn; in another outfit than the first picture's, the outfit is what changes.
        expression: What the face shows, in the view `expression`.
        ground: The colour of the plain background, in words.
        templates: Where the words around it come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: no pictures go along, or the route does not take a prompt this long.
    """
    if not inputs:
        raise UnsupportedRequest(
            f"a further view of {sheet.name} needs the picture that was kept first", nearest="anchor_prompt"
        )
    shown = [f"Image {n}: {sheet.name}, {view_words(v)}." for n, v in enumerate(inputs, start=1)]
    other = wardrobe != "default"
    more: dict[str, object] = {
        "inputs": " ".join(shown),
        "changes": "Only the view and the outfit change; what is worn in Image 1 is gone."
        if other
        else "Only the view changes.",
        "keep": _KEEP_UNDRESSED if other else _KEEP,
    }
    if view is View.EXPRESSION:
        more |= {"changes": "Only the view and the expression change.", "view": f"{_VIEWS[view]}, {expression}"}
    prompt = _design("character_view", sheet, view, wardrobe, ground, more, templates)
    return within(prompt, route, sheet.name)


def _design(
    template: str,
    sheet: CharacterSheet,
    view: View,
    wardrobe: str,
    ground: str,
    more: Mapping[str, object],
    templates: Templates | None,
) -> Prompt:
    locked = sheet.locked_text(wardrobe)
    values = {
        "name": sheet.name,
        "locked": locked,
        "style": sheet.style or "clean character design",
        "view": _VIEWS[view],
        "ground": ground,
        "avoid": ", ".join((*sheet.never, *_ALWAYS_AVOID)),
        **more,
    }
    return (templates or built_in())[template].fill(values, [(sheet.name, locked)])
