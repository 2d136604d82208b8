"""The fields of the prompt lab: one for each kind of words that a shot's own slots take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from charkit.shots import Framing
from charkit.studio.wordings import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    import ipywidgets

    from charkit.prompts import Template

__all__ = ["WIDE", "label_fields", "word_fields"]

WIDE: Final = "420px"
"""How wide a field is, as CSS has it: two columns fit a window of 1280 pixels."""
_LONG: Final = ("place", "action", "sound")
_NEEDED: Final = ("framing", "place")


def word_fields(widgets: ModuleType) -> dict[str, ipywidgets.Widget]:
    """Return an empty field for each of a shot's words, by name; they tell every key.

    Args:
        widgets: ipywidgets.
    """
    return {name: _field(widgets, name) for name in WORDS}


def _field(widgets: ModuleType, name: str) -> ipywidgets.Widget:
    look, wide = {"description_width": "70px"}, {"width": WIDE}
    if name == "framing":
        return widgets.Dropdown(options=get_args(Framing), description=name, style=look, layout=wide)
    if name in _LONG:
        return widgets.Textarea(description=name, style=look, layout=wide, continuous_update=True, rows=2)
    return widgets.Text(description=name, style=look, layout=wide, continuous_update=True)


def label_fields(fields: Mapping[str, ipywidgets.Widget], template: Template) -> None:
    """Say at each field what the template's slot takes, and grey those that it has no slot for.

    Args:
        fields: By name.
        template: Declares the slots; framing and angle go into its `shot`.
    """
    slots = {slot.name: slot for slot in template.slots}
    for name, field in fields.items():
        slot = slots.get("shot" if name in ("framing", "angle") else name)
        field.tooltip = slot.about if slot is not None else "This template has no slot for it."
        if name != "framing":
            field.placeholder = "has to be filled" if name in _NEEDED else "may stay empty"
        field.disabled = slot is None
