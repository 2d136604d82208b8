"""How findings show themselves: the words marked in their text."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from charkit.cards import Html, badge, table
from charkit.prompts.showing import marked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.cards import BadgeKind
    from charkit.prompts.lint.findings import Finding, Level, Lint

__all__ = ["lint_html"]

_TONES: Mapping[Level, BadgeKind] = {"error": "bad", "warning": "warn", "note": "simulated"}
_GROUNDS: Mapping[Level, str] = {
    "error": "background-color: rgba(192, 43, 69, 0.28)",
    "warning": "background-color: rgba(196, 128, 24, 0.28)",
    "note": "background-color: rgba(95, 79, 209, 0.24)",
}
_ROUND = 60
"""Characters shown before and behind the words in a long text."""


def lint_html(lint: Lint) -> Html:
    """Return findings as a table, then what was allowed and why, and where nobody looked."""
    rows = [_row(finding) for finding in lint.findings]
    shown = (
        table(["where", "", "the words", "why, and what to do", "rule"], rows, caption=repr(lint)[1:-1]) if rows else ""
    )
    nothing = f"<p>{html.escape(repr(lint)[1:-1])}</p>" if not rows else ""
    return Html(f"{shown}{nothing}{_allowed(lint)}{_silent(lint)}")


def _row(finding: Finding) -> tuple[str, ...]:
    where = " ".join(word for word in (finding.shot, finding.field) if word)
    line = f"line {finding.line}" if finding.line else ""
    why = html.escape(f"{finding.why[:1].upper()}{finding.why[1:]}. {finding.suggestion}")
    source = (
        f'<div style="opacity: 0.65; font-size: 11px">{html.escape(finding.source)}</div>' if finding.source else ""
    )
    return (
        Html(f'{html.escape(where)}<div style="opacity: 0.65; font-size: 11px">{html.escape(line)}</div>'),
        badge(finding.level, _TONES[finding.level]),
        _in_text(finding),
        Html(why + source),
        finding.rule,
    )


def _in_text(finding: Finding) -> Html:
    start, end = max(0, finding.start - _ROUND), min(len(finding.text), finding.end + _ROUND)
    if start:  # at whole words
        start = finding.text.find(" ", start, finding.start) + 1 or start
    if end < len(finding.text):
        end = max(finding.text.rfind(" ", finding.end, end), finding.end)
    text = finding.text[start:end]
    span = (finding.start - start, finding.end - start, f"{_GROUNDS[finding.level]}; padding: 0 2px", finding.rule)
    inner = marked(text, [span] if finding.end > finding.start else [])
    return Html(("… " if start else "") + inner + (" …" if end < len(finding.text) else ""))


def _allowed(lint: Lint) -> str:
    if not lint.allowed:
        return ""
    rows = [
        (one.finding.shot or one.finding.field, one.finding.rule, one.finding.words or one.finding.why, one.reason)
        for one in lint.allowed
    ]
    return table(["shot", "rule", "the words", "allowed, because"], rows, caption="Allowed by a person")


def _silent(lint: Lint) -> str:
    if not lint.silent:
        return ""
    where = ", ".join(" ".join(word for word in (one.shot, one.field) if word) for one in lint.silent)
    rules = ", ".join(lint.silent[0].rules)
    return (
        '<p style="opacity: 0.7; font-size: 12px">'
        f"Not English, so these rules did not look at {html.escape(where)}: {html.escape(rules)}.</p>"
    )
