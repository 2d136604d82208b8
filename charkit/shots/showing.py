"""Shots and storyboards as a notebook shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.character import counted

if TYPE_CHECKING:
    from charkit.shots.shot import Shot
    from charkit.shots.storyboard import Storyboard

__all__ = ["shot_card", "storyboard_table"]


def shot_card(shot: Shot) -> str:
    """Return a shot as a card of HTML."""
    from charkit.cards import card

    rows = [(label, value) for label, value in _said(shot) if value]
    return card(f"{shot.id}, {shot.seconds} s", rows=rows, badge=shot.framing, badge_kind="ok", note=shot.notes or "")


def _said(shot: Shot) -> list[tuple[str, str]]:
    return [
        ("characters", _who(shot)),
        ("place", shot.place),
        ("light", shot.light or ""),
        ("action", shot.action or ""),
        ("camera", shot.camera or ""),
        ("dialogue", _lines(shot)),
        ("sound", shot.sound or ""),
        ("clips", ", ".join(f"{clip.character}: {clip.file}" for clip in shot.clips)),
        ("route", shot.route or ""),
    ]


def storyboard_table(storyboard: Storyboard) -> str:
    """Return a storyboard as a table of HTML."""
    from charkit.cards import table

    rows = [
        [shot.id, f"{shot.seconds} s", shot.framing, _who(shot) or "–", shot.place, shot.action or "", _lines(shot)]
        for shot in storyboard.shots
    ]
    columns = ["shot", "length", "framing", "characters", "place", "action", "dialogue"]
    caption = (
        f"{storyboard.title}: {counted(len(storyboard.shots), 'shot')}, {storyboard.seconds} s. {storyboard.style}"
    )
    return table(columns, rows, caption=caption)


def _who(shot: Shot) -> str:
    return ", ".join(
        who.name if who.wardrobe == "default" else f"{who.name} ({who.wardrobe})" for who in shot.characters
    )


def _lines(shot: Shot) -> str:
    return " / ".join(f"{line.character}: “{line.text}”" for line in shot.dialogue)
