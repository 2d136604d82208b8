"""`charkit lint`: what a storyboard says against its sheets, against itself, and against what is known of services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from charkit.completion import productions

if TYPE_CHECKING:
    from charkit.prompts.lint import Finding, Lint

Place = Annotated[Path, typer.Argument(help="A production's folder, or a storyboard.yaml.", autocompletion=productions)]
_TONES = {"error": "bold red", "warning": "yellow", "note": "blue"}


def lint(
    place: Place,
    *,
    rules: Annotated[bool, typer.Option("--rules", help="Also list every rule, and what it looks for.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Find contradictions with the sheets, cuts, competing actions, names that are missing, words that are filtered.

    Costs nothing and asks nobody. The shell is told 1 where there is an error, 0 where there are only warnings.
    """
    from charkit.studio import lint_production

    found = lint_production(place)
    if as_json:
        typer.echo(json.dumps(_facts(found), ensure_ascii=False))
    else:
        _show(found)
        if rules:
            _list_rules()
    if not found.ok:
        raise typer.Exit(1)


def _facts(found: Lint) -> dict[str, object]:
    return {
        "title": found.title,
        "ok": found.ok,
        "findings": [_fact(finding) for finding in found.findings],
        "allowed": [{**_fact(one.finding), "reason": one.reason} for one in found.allowed],
        "silent": [{"shot": one.shot, "field": one.field, "rules": one.rules} for one in found.silent],
    }


def _fact(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "shot": finding.shot,
        "field": finding.field,
        "words": finding.words,
        "span": [finding.start, finding.end],
        "why": finding.why,
        "suggestion": finding.suggestion,
        "source": finding.source,
        "file": str(finding.file) if finding.file else None,
        "line": finding.line,
    }


def _show(found: Lint) -> None:
    out = Console(highlight=False, markup=False, soft_wrap=True)
    for finding in found.findings:
        line = Text(f"{finding.where}: ")
        line.append(finding.level, style=_TONES[finding.level])
        line.append(f" {' '.join(word for word in (finding.shot, finding.field) if word)}: ")
        line.append_text(_in_text(finding))
        line.append(f"\n    {finding.why[:1].upper()}{finding.why[1:]}. {finding.suggestion} ")
        line.append(f"[{finding.rule}]", style="dim")
        out.print(line)
    for one in found.allowed:
        out.print(Text(f"{one.finding.where}: allowed {one.finding.rule}: {one.reason}", style="dim"))
    for silence in found.silent:
        where = " ".join(filter(None, (silence.shot, silence.field)))
        said = f"{where}: not English; {len(silence.rules)} rules did not look at it"
        out.print(Text(said, style="dim"))
    out.print(repr(found)[1:-1])


def _in_text(finding: Finding) -> Text:
    """Return the field's text with the words marked."""
    text = Text(finding.text, style="dim")
    text.stylize(f"not dim {_TONES[finding.level]} underline", finding.start, finding.end)
    return text


def _list_rules() -> None:
    from rich.table import Table

    from charkit.prompts.lint import RULES

    table = Table(box=None, header_style="dim")
    for column in ("rule", "level", "looks for", "languages"):
        table.add_column(column, no_wrap=column == "rule")
    for rule in RULES.values():
        table.add_row(rule.id, rule.level, rule.about, "English" if rule.english else "any")
    Console(highlight=False).print(table)
