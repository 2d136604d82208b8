"""The linter: finds what a storyboard or a prompt says against its sheets, against itself, and against what is known.

A finding names rule, level, shot, field, the words, why, and what to do. Rules that know English only keep silent on
other text and say so; names are found in every script. A person may allow a rule, with a reason that stays on record:

    - id: S09
      allow: {competing-actions: one beat each, rehearsed as a chain}

How well the rules do is measured on labelled sentences in `tests/prompts/lint`, with precision and recall per rule.
"""

from charkit.prompts.lint.findings import RULES, Allowed, Finding, Level, Lint, Rule, Silence
from charkit.prompts.lint.linting import check_rule, lint_prompt, lint_shot, lint_storyboard, lint_text

__all__ = [
    "RULES",
    "Allowed",
    "Finding",
    "Level",
    "Lint",
    "Rule",
    "Silence",
    "check_rule",
    "lint_prompt",
    "lint_shot",
    "lint_storyboard",
    "lint_text",
]
