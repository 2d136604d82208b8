"""How the prompt lab looks: the prompt with its locked text, faults, price, what is filled in, takes and changes."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, card, folded, grid
from charkit.money import dollars
from charkit.prompts.comparison import compare
from charkit.prompts.showing import marked
from charkit.studio.wordings import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from charkit.prompts import Prompt, Slot
    from charkit.prompts.history import ShotHistory, TakeMark, Version
    from charkit.studio.wording_verbs import Tried
    from charkit.takes import Take

__all__ = ["difference", "faults", "gallery", "given", "price_line", "prompt_shown"]

_LOCKED: Final = (
    "opacity: 0.62; background-color: rgba(128, 128, 128, 0.16); text-decoration: underline dotted; "
    "text-underline-offset: 3px"
)
_TEXT: Final = (
    "white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12.5px; line-height: 1.55; padding: 8px 10px; "
    "border: 1px solid rgba(128, 128, 128, 0.3); border-radius: 8px"
)
_QUIET: Final = "opacity: 0.7; font-size: 12px"
_SHOWN: Final = 12
"""Takes that the lab shows side by side."""


def prompt_shown(tried: Tried) -> Html:
    """Return the prompt as it would go out, its locked text greyed, with its length against the route's limit."""
    if tried.planned is None:
        return Html(f'<div style="{_TEXT}">{badge("✗ cannot", "bad")} {html.escape(tried.refused)}</div>')
    prompt = tried.planned.prompt
    spans = []
    for name, words in prompt.locked:
        at = prompt.text.find(words)
        if at >= 0:
            spans.append((at, at + len(words), _LOCKED, f"locked text of {name}: the same in every shot"))
    legend = "greyed and dotted: locked, the same in every shot" if spans else "no locked text: nobody is in this shot"
    return Html(f'{_length(tried)}<div style="{_TEXT}">{marked(prompt.text, spans)}</div>'
                f'<div style="{_QUIET}">{legend}</div>')  # fmt: skip


def _length(tried: Tried) -> str:
    said = f"{tried.length:,} {tried.unit}"
    if tried.limit is None:
        return f'<div style="{_QUIET}">{said}; no limit of {html.escape(tried.route)} is established</div>'
    mark = "fits" if tried.length <= tried.limit else "✗ too long"
    meter = f'<meter min="0" max="{tried.limit}" value="{min(tried.length, tried.limit)}">{said}</meter>'
    return f'<div style="{_QUIET}">{meter} {said} of {tried.limit:,}: {mark}</div>'


def faults(tried: Tried) -> Html:
    """Return what the linter says."""
    if not len(tried.lint) and not tried.lint.allowed and not tried.lint.silent:
        return Html(f'<div style="padding-top: 6px">{badge("✓ linter", "ok")} nothing found</div>')
    return Html(str(tried.lint._repr_mimebundle_()["text/html"]))


def price_line(tried: Tried | None, *, count: int, spent: float, cap: float, live: bool) -> Html:
    """Return what takes of these words cost, and whether that fits under the cap.

    Args:
        tried: The words on their route; None where they may not be said.
        count: How many takes.
        spent: US dollars that the run has committed.
        cap: The run's cap in US dollars.
        live: Whether real services are paid.
    """
    if tried is None or tried.planned is None:
        why = tried.refused if tried is not None else "the words cannot be said as they stand"
        return Html(f"<div>{badge('✗ cannot be made', 'bad')} {html.escape(why)}</div>")
    price = tried.planned.price_usd
    fits = spent + count * price <= cap
    mark = badge("✓ fits under the cap", "ok") if fits else badge("✗ over the cap", "bad")
    kind = "" if live else " · simulated, nothing is paid"
    words = (
        f"one take of {tried.planned.seconds} s on {html.escape(tried.route)} <b>{dollars(price)}</b>; {count} cost "
        f"<b>{dollars(count * price)}</b>; committed so far {dollars(spent)} of {dollars(cap)}{kind}"
    )
    return Html(f'<div style="padding: 4px 0">{mark} {words}</div>')


def given(tried: Tried, slots: Iterable[Slot], used: Mapping[str, str] | None) -> Html:
    """Return which words the run uses, and what charkit puts into the slots that nobody types into.

    Args:
        tried: The words.
        slots: Those of the template.
        used: The words that the run uses for the shot; None for the storyboard's.
    """
    if tried.planned is None:
        return Html("")
    filled = {one.name: one.text for one in tried.planned.prompt.slots}
    lines = "".join(
        f'<div style="padding-left: 14px"><b>{html.escape(slot.name)}</b>: {html.escape(filled[slot.name])}</div>'
        for slot in slots
        if slot.name not in WORDS and slot.name in filled
    )
    words = tried.wording.words
    state = "These are the words that the run uses." if used == words else "Tried: the run uses other words."
    if used is None:
        state = "Tried: the run uses the storyboard's words." if words else "The storyboard's words."
    greyed = folded("What charkit fills in, not to be typed", Html(f'<div style="{_QUIET}">{lines}</div>'))
    return Html(f"<div>{html.escape(state)}</div>{greyed}")


def gallery(history: ShotHistory | None, takes: Mapping[int, Take], picture: Callable[[Take], bytes | None]) -> Html:
    """Return the takes of every wording of a shot side by side, the newest wording first.

    Args:
        history: The shot's wordings; None where there is none yet.
        takes: The shot's takes by number.
        picture: Returns a small JPEG of a take.
    """
    made = [(version, mark) for version in reversed(history.versions) for mark in version.takes] if history else []
    there = [(version, mark, takes[mark.number]) for version, mark in made if mark.number in takes]
    cards = [_take_card(version, mark, take, picture(take)) for version, mark, take in there[:_SHOWN]]
    more = len(there) - len(cards)
    rest = f'<div style="{_QUIET}">and {more} older ones; ShotBoard shows them all</div>' if more else ""
    return Html(grid(cards) + rest) if cards else Html(f'<div style="{_QUIET}">No takes of this shot yet.</div>')


def _take_card(version: Version, mark: TakeMark, take: Take, picture: bytes | None) -> Html:
    rows = [("words", version.title), ("route", mark.route), ("outcome", str(mark).partition(": ")[2])]
    rows += [("note", take.message)] if take.message else []
    won = version.chosen == mark.number
    return card(
        take.id,
        rows=rows,
        picture=picture,
        picture_type="image/jpeg",
        link=take.link,
        badge="in the film" if won else "simulated" if take.simulated else None,
        badge_kind="ok" if won else "simulated",
        width=212,
    )


def difference(old: tuple[str, Prompt] | None, new: tuple[str, Prompt] | None) -> Html:
    """Return what changed from one prompt to another, each with what it is called."""
    if old is None or new is None or old[0] == new[0]:
        return Html("")
    found = compare(old[1], new[1], titles=(old[0], new[0]))
    if found.same:
        return Html(f'<div style="{_QUIET}">{html.escape(old[0])} and {html.escape(new[0])} say the same.</div>')
    return Html(str(found._repr_mimebundle_()["text/html"]))
