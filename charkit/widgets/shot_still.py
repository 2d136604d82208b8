"""A shot board without a kernel: cards and a table."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, card, grid, table
from charkit.widgets.shot_tiles import badges, facts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.takes import Take
    from charkit.widgets.shot_view import TakeView

__all__ = ["PICTURED", "still"]

PICTURED: Final = 24
"""Takes that have a card with a picture in a saved notebook; the others stand in a table below them."""


def still(found: Sequence[TakeView], note: str, picture: Callable[[Take], bytes | None]) -> Html:
    """Return takes as static HTML.

    Args:
        found: In the order in which they are shown.
        note: What is shown, in a line.
        picture: Returns a take's JPEG, or None.
    """
    cards = [_card(view, picture(view.take)) for view in found[:PICTURED]]
    rows = [_row(view) for view in found[PICTURED:]]
    more = table(["take", "decision", "scores", "worst frame", "note"], rows) if rows else ""
    return Html(f'<p style="font-size: 12.5px; opacity: 0.8">{html.escape(note)}</p>{grid(cards)}{more}')


def _card(view: TakeView, picture: bytes | None) -> Html:
    marks = badges(view)
    return card(
        view.take.id,
        rows=[*([("", Html(marks))] if marks else []), *facts(view)],
        picture=picture,
        picture_type="image/jpeg",
        link=view.take.link,
        note=view.decision.note,
        width=272,
    )


def _row(view: TakeView) -> list[str]:
    worst = f"{view.worst.score:.3f} at {view.worst.time:.2f} s" if view.worst is not None else "–"
    return [view.take.id, view.decision.word, view.verdicts or view.take.status, worst, view.decision.note]
