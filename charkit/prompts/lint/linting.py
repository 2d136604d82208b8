"""Lints storyboards, prompts and free text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.character import line_in
from charkit.errors import UnknownName
from charkit.prompts.length import too_long
from charkit.prompts.lint import clothes, identity, locked, names, speech, staging, triggers
from charkit.prompts.lint.findings import RULES, Allowed, Finding, Lint, Silence
from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.people import Scene, person_of, readable
from charkit.prompts.lint.text import Passage
from charkit.prompts.template import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from charkit.character import Cast
    from charkit.prompts.lint.board import BoardShot, BoardWords
    from charkit.routes import Route

__all__ = ["check_rule", "lint_prompt", "lint_shot", "lint_storyboard", "lint_text"]

_FIELDS = ("angle", "place", "light", "action", "camera", "sound")
_ENGLISH: tuple[tuple[Callable[[Passage, Scene], Iterator[Hit]], tuple[str, ...]], ...] = (
    (clothes.never, ()),
    (identity.looks, ()),
    (identity.age, ()),
    (clothes.clothes, ()),
    (names.pronouns, ("angle", "place", "light", "action", "camera", "sound")),
    (staging.cuts, ()),
    (staging.actions, ("action",)),
    (staging.camera, ("camera",)),
    (triggers.triggered, ()),
)
"""Rules that know English only, and the fields that they look at; all where none is named."""
_OF_SHEETS = frozenset({clothes.never, identity.looks, identity.age, clothes.clothes})
"""Those that hold words against a sheet, and cannot where it is in another tongue."""
_ANY: tuple[Callable[[Passage, Scene], Iterator[Hit]], ...] = (names.misspelt, names.strangers, locked.altered)


@dataclass(frozen=True, kw_only=True)
class _Found:
    passage: Passage
    hit: Hit


def check_rule(rule: str) -> str:
    """Return a rule's id.

    Raises:
        UnknownName: there is no such rule.
    """
    if rule not in RULES:
        raise UnknownName("lint rule", rule, RULES)
    return rule


def lint_storyboard(board: BoardWords, cast: Cast) -> Lint:
    """Look through every shot of a storyboard, its style line, and the words of the sheets that it uses.

    Args:
        board: The storyboard; findings name its file and line where it was read from one.
        cast: Everybody in the film.
    """
    looked = [_of_shot(shot, index, board, cast, board.file) for index, shot in enumerate(board.shots)]
    findings = [one for lint in looked for one in lint.findings]
    allowed = [one for lint in looked for one in lint.allowed]
    silent = list(dict.fromkeys(one for lint in looked for one in lint.silent))  # a sheet stands in many shots
    style = Passage(field="style", text=board.style, place=("style",))
    scene = Scene(routes=(board.route,) if board.route else ())
    for hit in triggers.triggered(style, scene) if style.english else ():
        finding = _finding(_Found(passage=style, hit=hit), "", board.file)
        if finding.rule in board.allow:
            allowed.append(Allowed(finding=finding, reason=board.allow[finding.rule]))
        else:
            findings.append(finding)
    return Lint(title=board.title, findings=tuple(findings), allowed=tuple(allowed), silent=tuple(silent))


def lint_shot(shot: BoardShot, board: BoardWords, cast: Cast) -> Lint:
    """Look through one shot as somebody is writing it: quick, and without the lines of any file.

    Args:
        shot: The shot, with words that need not be the storyboard's.
        board: The film that it is part of.
        cast: Everybody in the film.
    """
    return _of_shot(shot, 0, board, cast, None)


def _of_shot(shot: BoardShot, index: int, board: BoardWords, cast: Cast, file: Path | None) -> Lint:
    passages, found = _look_through(shot, index, board, cast)
    own = {**board.allow, **shot.allow}
    findings = [_finding(one, shot.id, file) for one in found]
    return Lint(
        title=shot.id,
        findings=tuple(one for one in findings if one.rule not in own),
        allowed=tuple(Allowed(finding=one, reason=own[one.rule]) for one in findings if one.rule in own),
        silent=(*_silences(passages, shot.id), *_unread(_scene(shot, board, cast))),
    )


def _look_through(shot: BoardShot, index: int, board: BoardWords, cast: Cast) -> tuple[list[Passage], list[_Found]]:
    passages = _passages(shot, index)
    lines = [
        Passage(field="dialogue", text=line.text, shot=shot.id, place=("shots", index, "dialogue", n, "text"))
        for n, line in enumerate(shot.dialogue)
    ]
    scene = _scene(shot, board, cast)
    found = [_Found(passage=one, hit=hit) for one in (*passages, *lines) for hit in _in_passage(one, scene)]
    speakers = [line.character for line in shot.dialogue]
    found += [_Found(passage=one, hit=hit) for one, hit in names.unnamed(passages, speakers, scene)]
    found += [_Found(passage=one, hit=hit) for one, hit in speech.dialogue(lines, scene)]
    return [*passages, *lines], _told_once(found)


def _passages(shot: BoardShot, index: int) -> list[Passage]:
    said = [(field, getattr(shot, field)) for field in _FIELDS]
    return [
        Passage(field=field, text=text, shot=shot.id, place=("shots", index, field)) for field, text in said if text
    ]


def _scene(shot: BoardShot, board: BoardWords, cast: Cast) -> Scene:
    people = tuple(person_of(cast[who.name], who.wardrobe) for who in shot.characters)
    there = {person.name for person in people}
    route = shot.route or board.route
    return Scene(
        people=people,
        absent=tuple(sheet.name for sheet in cast.values() if sheet.name not in there),
        seconds=shot.seconds,
        framing=shot.framing,
        language=board.language,
        routes=(route,) if route else (),
    )


def _in_passage(passage: Passage, scene: Scene) -> Iterator[Hit]:
    for rule in _ANY:
        yield from rule(passage, scene)
    if not passage.english or passage.field == "dialogue":
        return
    read = readable(scene)
    for rule, fields in _ENGLISH:
        if not fields or passage.field in fields or passage.field == "text":
            yield from rule(passage, read if rule in _OF_SHEETS else scene)


def _told_once(found: list[_Found]) -> list[_Found]:
    """Return findings without those on a span of which another, earlier rule has spoken."""
    told: list[_Found] = []
    found_first: dict[int, int] = {}
    for place, one in enumerate(found):
        found_first.setdefault(id(one.passage), place)
    for one in found:
        over = [
            other
            for other in told
            if other.passage is one.passage
            and other.hit.start <= one.hit.start < other.hit.end
            and _family(other.hit.rule) == _family(one.hit.rule)
        ]
        if not over:
            told.append(one)
    return sorted(told, key=lambda one: (found_first[id(one.passage)], one.hit.start))


_CLOTHES = {"never-shown", "garment-colour", "second-outfit", "not-in-wardrobe"}


def _family(rule: str) -> str:
    return "clothes" if rule in _CLOTHES else rule


def _finding(found: _Found, shot: str, file: Path | None) -> Finding:
    hit, passage = found.hit, found.passage
    return Finding(
        rule=hit.rule,
        level=hit.level or RULES[hit.rule].level,
        shot=shot,
        field=passage.field,
        start=hit.start,
        end=hit.end,
        text=passage.text,
        why=hit.why,
        suggestion=hit.suggestion,
        source=hit.source,
        file=file,
        line=line_in(file, passage.place) if file is not None and file.is_file() else None,
    )


def _silences(passages: list[Passage], shot: str) -> list[Silence]:
    rules = tuple(rule.id for rule in RULES.values() if rule.english)
    return [
        Silence(shot=shot, field=passage.field, rules=rules)
        for passage in passages
        if passage.field != "dialogue" and not passage.english
    ]


_SHEET_RULES = tuple(
    rule
    for rule in RULES
    if rule.startswith("wrong-") or rule in ("never-shown", "garment-colour", "second-outfit", "not-in-wardrobe")
)
"""What the rules that hold words against a sheet find."""


def _unread(scene: Scene) -> Iterator[Silence]:
    """Yield the sheets against which nothing could be held."""
    for person in scene.people:
        if not person.english:
            yield Silence(shot="", field=f"the sheet of {person.name}", rules=_SHEET_RULES)


def lint_text(
    text: str,
    cast: Cast,
    *,
    wardrobe: Mapping[str, str] | None = None,
    seconds: float | None = None,
    route: str | None = None,
) -> Lint:
    """Look through free text, such as an idea for a shot.

    Args:
        text: What was written.
        cast: Everybody in the film; those whom the text names, or all where it names nobody, are taken to be in it.
        wardrobe: Which outfit who wears; `default` where nothing is said.
        seconds: How long it may last.
        route: Where it is meant to go.
    """
    passage = Passage(field="text", text=text)
    sheets = [sheet for sheet in cast.values() if sheet.name in text] or list(cast.values())
    people = tuple(person_of(sheet, (wardrobe or {}).get(sheet.name, "default")) for sheet in sheets)
    scene = Scene(people=people, seconds=seconds, routes=(route,) if route else ())
    found = _told_once([_Found(passage=passage, hit=hit) for hit in _in_passage(passage, scene)])
    title = text if len(text) <= 40 else f"{text[:39]}…"
    return Lint(
        title=title,
        findings=tuple(_finding(one, "", None) for one in found),
        silent=(*_silences([passage], ""), *_unread(scene)),
    )


def _over(prompt: Prompt | str, route: Route) -> list[Hit]:
    whole = Prompt(text=prompt, template="", template_digest="") if isinstance(prompt, str) else prompt
    error = too_long(whole, route, "this shot")
    if error is None:
        return []
    return [
        Hit(rule="prompt-too-long", start=0, end=0, why=f"{route.name} takes {error.rule}",
            suggestion=f"{error.nearest}.", source=error.source)
    ]  # fmt: skip


def lint_prompt(prompt: Prompt | str, cast: Cast, *, ids: Sequence[str] = (), route: Route | None = None) -> Lint:
    """Look through a whole prompt, as it would be sent or pasted: is every locked text in it, whole and unchanged?

    Args:
        prompt: The prompt, or its text after somebody worked on it.
        cast: Everybody in the film.
        ids: Names of characters who go along by id; each has to stand in the prompt verbatim.
        route: Where it is meant to go: decides the length, and which words are filtered.
    """
    text = prompt if isinstance(prompt, str) else prompt.text
    passage = Passage(field="text", text=text)
    people = tuple(
        person_of(sheet, outfit)
        for sheet in cast.values()
        if sheet.name in text
        for outfit in [next((n for n in sheet.wardrobe if sheet.locked_text(n) in text), "default")]
    )
    scene = Scene(people=people, routes=(route.name,) if route else ())
    found = [*names.verbatim(text, ids), *locked.altered(passage, scene), *locked.missing(passage, scene)]
    found += [*staging.cuts(passage, scene), *triggers.triggered(passage, scene)] if passage.english else []
    found += _over(prompt, route) if route is not None else []
    return Lint(
        title=f"prompt from {prompt.template}" if not isinstance(prompt, str) else "prompt",
        findings=tuple(_finding(_Found(passage=passage, hit=hit), "", None) for hit in found),
    )
