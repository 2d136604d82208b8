"""What a rule found in one passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charkit.prompts.lint.findings import Level

__all__ = ["Hit"]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A span of a passage, and what is wrong with it."""

    rule: str
    start: int
    end: int
    why: str
    suggestion: str = ""
    source: str = ""
    level: Level | None = None
    """Instead of the rule's own."""
