"""How findings look: a card, and a table with the pictures that prove them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.cards import Html, badge, card, picture_uri, table

if TYPE_CHECKING:
    from charkit.cards import BadgeKind
    from charkit.references.preflight.records import Finding, Level, Preflight

__all__ = ["finding_card", "preflight_table"]

_TONES: dict[Level, BadgeKind] = {"error": "bad", "unknown": "warn", "warning": "warn", "note": "ok"}
_WIDTH = 112
"""Pixels of an evidence picture in the table."""


def finding_card(finding: Finding) -> Html:
    """Return one finding as a card."""
    rows = [
        ("about", "; ".join(finding.pictures)),
        ("route", finding.route),
        ("shots", ", ".join(finding.shots)),
        *(("way round", way) for way in finding.way_round),
        ("overridden", finding.overridden),
        ("source", finding.source),
        ("id", finding.id),
    ]
    return card(
        finding.rule,
        rows=[("says", finding.says), *(row for row in rows if row[1])],
        picture=finding.evidence[0] if finding.evidence else None,
        picture_type="image/jpeg",
        badge=_mark(finding),
        badge_kind="ok" if finding.overridden else _TONES[finding.level],
    )


def preflight_table(preflight: Preflight) -> Html:
    """Return all findings as a table, the gravest first, and what the pictures were seen to show."""
    columns = ["", "finding", "about", "way round"]
    rows = [[_proof(f), _says(f), _about(f), Html("<br>".join(map(_escaped, f.way_round)))] for f in preflight.findings]
    looked = [
        [p.name, f"{p.width}×{p.height}", p.faces, "–" if p.best is None else f"{p.best:.2f}"]
        for p in preflight.pictures
    ]
    caption = repr(preflight)[1:-1]
    found = table(columns, rows, caption=caption) if rows else table(["finding"], [["nothing"]], caption=caption)
    seen = table(["picture", "size", "faces", "score"], looked) if looked else ""
    return Html(found + seen)


def _mark(finding: Finding) -> str:
    return f"{finding.level}, overridden" if finding.overridden else finding.level


def _proof(finding: Finding) -> Html:
    width = _WIDTH if len(finding.evidence) == 1 else _WIDTH // 2
    style = f"display: inline-block; width: {width}px; height: auto; margin: 0 2px 2px 0; border-radius: 6px"
    shown = [
        f'<img src="{picture_uri(jpeg, "image/jpeg")}" alt="{_escaped(finding.rule)}" width="{width}" style="{style}">'
        for jpeg in finding.evidence
    ]
    return Html("".join(shown))


def _says(finding: Finding) -> Html:
    mark = badge(_mark(finding), "ok" if finding.overridden else _TONES[finding.level])
    quiet = [finding.id, finding.source, f"overridden: {finding.overridden}" if finding.overridden else ""]
    small = "".join(f'<div style="opacity: 0.65; font-size: 11.5px">{_escaped(word)}</div>' for word in quiet if word)
    return Html(f"{mark} {_escaped(finding.says)}{small}")


def _about(finding: Finding) -> Html:
    shots = f"shots {', '.join(finding.shots)}" if finding.shots else ""
    words = [*finding.pictures[:4], f"and {len(finding.pictures) - 4} more" if len(finding.pictures) > 4 else ""]
    return Html("<br>".join(_escaped(word) for word in (*words, finding.route, shots) if word))


def _escaped(text: str) -> str:
    import html

    return html.escape(text)
