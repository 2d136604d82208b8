"""What changed between two prompts, word by word."""

from __future__ import annotations

import difflib
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.cards import Html
from charkit.prompts.template import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Change", "PromptDiff", "compare"]

Kind: TypeAlias = Literal["same", "gone", "new"]

_PIECES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|\s+|[^\w\s]")
"""Words, marks and white space; of Chinese and Japanese, which do not part words, every sign."""

_STYLES = {
    "gone": "background-color: rgba(192, 43, 69, 0.22); text-decoration: line-through; margin-right: 3px",
    "new": "background-color: rgba(23, 120, 74, 0.25); text-decoration: none",
}
_TAGS = {"gone": "del", "new": "ins"}
_SHELL = {"gone": "\x1b[31;9m", "new": "\x1b[32m"}
_PLAIN = {"gone": ("[-", "-]"), "new": ("{+", "+}")}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A run of words that stayed, went or came."""

    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)
class PromptDiff:
    """The way from one prompt to another."""

    old: str
    """What the earlier one is called, such as `version 1, winner`."""
    new: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What changed beside the words: the template, or whose sheet."""

    @property
    def same(self) -> bool:
        """Whether every letter is the same."""
        return all(change.kind == "same" for change in self.changes)

    @property
    def text(self) -> str:
        """In plain letters, as wdiff writes it: `[-gone-]` and `{+new+}`."""
        return "".join(self._marked())

    @property
    def terminal(self) -> str:
        """For a shell that shows colours: gone in red and struck through, new in green."""
        return "".join(
            f"{_SHELL[one.kind]}{one.text}\x1b[0m" if one.kind in _SHELL else one.text for one in self.changes
        )

    def _marked(self) -> Iterator[str]:
        for change in self.changes:
            before, after = _PLAIN.get(change.kind, ("", ""))
            yield f"{before}{change.text}{after}"

    def __repr__(self) -> str:
        counts = {
            kind: sum(len(one.text.split()) for one in self.changes if one.kind == kind) for kind in ("gone", "new")
        }
        said = "the same words" if self.same else f"{counts['gone']} words gone, {counts['new']} new"
        notes = f"; {'; '.join(self.notes)}" if self.notes else ""
        return f"<PromptDiff {self.old} → {self.new}: {said}{notes}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        body = "".join(_html(change) for change in self.changes)
        notes = "".join(f'<div style="opacity: 0.75">{html.escape(note)}</div>' for note in self.notes)
        style = "white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12.5px; line-height: 1.55; max-width: 900px"
        head = f"<b>{html.escape(self.old)} → {html.escape(self.new)}</b>"
        shown = f'<div style="margin: 4px 0 12px 0">{head}{notes}<div style="{style}">{body}</div></div>'
        return {"text/plain": f"{self!r}\n{self.text}", "text/html": Html(shown)}


def _html(change: Change) -> str:
    text = html.escape(change.text)
    if change.kind == "same":
        return text
    tag = _TAGS[change.kind]
    return f'<{tag} style="color: inherit; {_STYLES[change.kind]}">{text}</{tag}>'


def compare(old: Prompt | str, new: Prompt | str, *, titles: tuple[str, str] = ("before", "after")) -> PromptDiff:
    """Return what changed from one prompt to another, word by word."""
    before, after = (prompt if isinstance(prompt, str) else prompt.text for prompt in (old, new))
    return PromptDiff(
        old=titles[0],
        new=titles[1],
        changes=tuple(_merged(_changes(_PIECES.findall(before), _PIECES.findall(after)))),
        notes=_notes(old, new) if isinstance(old, Prompt) and isinstance(new, Prompt) else (),
    )


def _changes(before: list[str], after: list[str]) -> Iterator[Change]:
    compared = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for code, a, b, c, d in compared.get_opcodes():
        if code == "equal":
            yield Change(kind="same", text="".join(before[a:b]))
            continue
        if a < b:
            yield Change(kind="gone", text="".join(before[a:b]))
        if c < d:
            yield Change(kind="new", text="".join(after[c:d]))


def _merged(changes: Iterator[Change]) -> Iterator[Change]:
    """Yield changes with those run together between which only a blank stayed."""
    gone, new, blank = "", "", ""
    for change in changes:
        if change.kind == "same" and change.text == " " and (gone or new):
            blank = change.text
            continue
        if change.kind == "same":
            yield from _told(gone, new)
            yield Change(kind="same", text=blank + change.text)
            gone, new, blank = "", "", ""
            continue
        gone, new = gone + blank, new + blank
        blank = ""
        if change.kind == "gone":
            gone += change.text
        else:
            new += change.text
    yield from _told(gone, new)
    if blank:
        yield Change(kind="same", text=blank)


def _told(gone: str, new: str) -> Iterator[Change]:
    if gone:
        yield Change(kind="gone", text=gone)
    if new:
        yield Change(kind="new", text=new)


def _notes(old: Prompt, new: Prompt) -> tuple[str, ...]:
    notes = []
    if old.template != new.template:
        notes.append(f"template {new.template} instead of {old.template}")
    elif old.template_digest != new.template_digest:
        notes.append(f"the template {new.template} changed")
    before = dict(old.locked)
    notes += [f"the locked text of {name} changed" for name, text in new.locked if before.get(name, text) != text]
    return tuple(notes)
