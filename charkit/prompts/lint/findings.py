"""What the linter says: findings, what was allowed with a reason, and where it kept silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["RULES", "Allowed", "Finding", "Level", "Lint", "Rule", "Silence"]

Level: TypeAlias = Literal["error", "warning", "note"]
"""`error`: the prompt contradicts itself or its sheet. `warning`: a known cause of bad takes. `note`: worth a look."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that the linter looks for."""

    id: str
    level: Level
    about: str
    english: bool = False
    """Whether it knows English only, and keeps silent on other text."""


def _rule(name: str, level: Level, about: str, *, english: bool = False) -> Rule:
    return Rule(id=name, level=level, about=about, english=english)


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        _rule("wrong-hair", "error", "hair of another colour, length or style than the sheet's", english=True),
        _rule("wrong-eyes", "error", "eyes of another colour than the sheet's", english=True),
        _rule("wrong-fur", "error", "fur, feathers or scales of another colour than the sheet's", english=True),
        _rule("wrong-skin", "error", "skin of another colour than the sheet's", english=True),
        _rule("wrong-age", "error", "another age than the sheet's", english=True),
        _rule("garment-colour", "error", "a garment of the sheet in another colour", english=True),
        _rule("second-outfit", "error", "a garment of another outfit, or a change of clothes", english=True),
        _rule("not-in-wardrobe", "error", "a garment that no outfit of the sheet has", english=True),
        _rule("never-shown", "error", "something that the sheet says is never shown", english=True),
        _rule("locked-altered", "error", "the locked text, changed by hand"),
        _rule("locked-repeated", "note", "the locked text, said a second time"),
        _rule("locked-missing", "error", "a prompt that names a character without its locked text"),
        _rule("missing-name", "error", "a character known by id whose name is not in the prompt, verbatim"),
        _rule("unnamed-character", "warning", "a character of the shot of whom nothing is said by name"),
        _rule("name-spelling", "warning", "a name in other letters than the sheet's"),
        _rule("pronoun-only", "warning", "she or he where no name came before", english=True),
        _rule("ambiguous-pronoun", "warning", "she or he where two could be meant", english=True),
        _rule("stranger", "error", "a character of the film who is not in the cast of the shot"),
        _rule("spoken-of", "note", "a character who is spoken of and not in the shot: may be drawn all the same"),
        _rule("competing-actions", "warning", "more actions than the shot has time for", english=True),
        _rule("more-than-one-cut", "error", "words that ask for a cut within the shot", english=True),
        _rule("camera-contradiction", "warning", "camera moves that exclude each other, or too many", english=True),
        _rule("dialogue-too-long", "error", "more words than can be said in the shot's seconds"),
        _rule("dialogue-hurried", "warning", "words that can only be said in a hurry"),
        _rule("filter-word", "warning", "a word that services are known to filter", english=True),
        _rule("border-word", "warning", "a word known to put bars or borders into the picture", english=True),
        _rule("lettering-word", "warning", "a word that asks for letters in the picture", english=True),
        _rule("prompt-too-long", "error", "a prompt that its route does not take"),
    )
}
"""Every rule by its id."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, or may be."""

    rule: str
    level: Level
    shot: str = ""
    """The shot's id; empty for free text and sheets."""
    field: str
    """Such as `action`."""
    start: int
    end: int
    """The span in the field's text; empty where something is missing."""
    text: str
    """The field's whole text."""
    why: str
    suggestion: str = ""
    source: str = ""
    """For words out of the dated table: where they are known from, and since when."""
    file: Path | None = None
    line: int | None = None

    @property
    def words(self) -> str:
        """The words in question."""
        return self.text[self.start : self.end]

    @property
    def where(self) -> str:
        """`file:line`, or shot and field."""
        if self.file is not None:
            return f"{self.file}:{self.line}" if self.line else str(self.file)
        return " ".join(word for word in (self.shot, self.field) if word)

    def __str__(self) -> str:
        shot = f" {self.shot}" if self.shot else ""
        words = f" “{self.words}”:" if self.words else ""
        tail = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.where}: {self.level}:{shot} {self.field}:{words} {self.why}.{tail} [{self.rule}]"

    def __repr__(self) -> str:
        place = " ".join(word for word in (self.shot, self.field) if word)
        return f"<Finding {self.rule}, {self.level}: {place}, {self.words!r}>"


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A finding that a person allowed, with the reason on record."""

    finding: Finding
    reason: str


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A field that rules did not look at, since they know English only."""

    shot: str
    field: str
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Lint:
    """All findings about a storyboard or a text."""

    title: str
    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...] = ()
    silent: tuple[Silence, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(finding.level == "error" for finding in self.findings)

    def of(self, shot: str) -> tuple[Finding, ...]:
        """Return the findings of one shot."""
        return tuple(finding for finding in self.findings if finding.shot == shot)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __repr__(self) -> str:
        counts = Counter(finding.level for finding in self.findings)
        levels: tuple[Level, ...] = ("error", "warning", "note")
        said = [f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in levels if counts[level]]
        said += [f"{len(self.allowed)} allowed"] if self.allowed else []
        return f"<Lint {self.title!r}: {', '.join(said) or 'nothing found'}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.prompts.lint.showing import lint_html

        return {"text/plain": repr(self), "text/html": lint_html(self)}
