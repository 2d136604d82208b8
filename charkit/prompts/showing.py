"""How prompts and templates show themselves: locked text marked, slots in a table."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from charkit.cards import Html, card, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from charkit.prompts.template import Prompt, Template

__all__ = ["marked", "prompt_card", "side_by_side", "template_table", "templates_table"]

_LOCKED = "background-color: rgba(23, 120, 74, 0.22); border-radius: 3px; padding: 0 2px"
_TEXT = "white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; line-height: 1.5; padding: 0 12px 10px 12px"


def marked(text: str, spans: Iterable[tuple[int, int, str, str]]) -> Html:
    """Return text with spans marked; where two overlap, the earlier one stands.

    Args:
        text: What to show; escaped.
        spans: Start, end, inline style, and what the mark says when the pointer rests on it.
    """
    parts, at = [], 0
    for start, end, style, title in sorted(spans):
        if start < at:
            continue
        parts.append(html.escape(text[at:start]))
        inner = html.escape(text[start:end])
        parts.append(f'<mark style="color: inherit; {style}" title="{html.escape(title)}">{inner}</mark>')
        at = end
    return Html("".join(parts) + html.escape(text[at:]))


def _with_locked(prompt: Prompt) -> Html:
    spans = []
    for name, words in prompt.locked:
        at = prompt.text.find(words)
        if at >= 0:
            spans.append((at, at + len(words), _LOCKED, f"locked text of {name}"))
    return Html(f'<div style="{_TEXT}">{marked(prompt.text, spans)}</div>')


def prompt_card(prompt: Prompt, title: str = "", *, width: int = 640) -> Html:
    """Return a prompt as a card, with its locked text marked."""
    own = "the production's own template" if prompt.own else "template"
    rows = [(own, prompt.template), ("length", f"{len(prompt.text):,} characters")]
    if prompt.locked:
        rows.append(("locked", Html(f'<mark style="color: inherit; {_LOCKED}">{_names(prompt)}</mark>')))
    head = card(title or prompt.template, rows=rows, width=width)
    return Html(head.replace("</figure>", f"{_with_locked(prompt)}</figure>"))


def _names(prompt: Prompt) -> str:
    return html.escape(", ".join(name for name, _ in prompt.locked))


def side_by_side(prompts: Sequence[tuple[str, Prompt]]) -> Html:
    """Return prompts beside each other, each under a title such as its route."""
    from charkit.cards import grid

    return grid([prompt_card(prompt, title, width=380) for title, prompt in prompts])


def template_table(template: Template) -> Html:
    """Return a template: its slots, and its words folded away."""
    rows = [[slot.name, slot.kind, "may be empty" if slot.optional else "", slot.about] for slot in template.slots]
    own = " (the production's own)" if template.own else ""
    words = f'<pre style="font-size: 12px; white-space: pre-wrap">{html.escape(template.source)}</pre>'
    shown = table(["slot", "kind", "", "what goes in"], rows, caption=f"{template.name}{own}: {template.about}")
    return Html(f'{shown}<details><summary style="cursor: pointer">the file</summary>{words}</details>')


def templates_table(templates: Sequence[Template]) -> Html:
    """Return templates, one a line."""
    rows = [
        [
            template.name,
            "the production's own" if template.own else "built in",
            template.about,
            ", ".join(f"{slot.name}?" if slot.optional else slot.name for slot in template.slots),
        ]
        for template in templates
    ]
    return table(["template", "from", "for", "slots (? may be empty)"], rows)
