"""Rules about who is named: pronouns without a name, names misspelt, and characters who are not in the shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.people import PRONOUNS, mentions
from charkit.prompts.lint.text import named_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from charkit.prompts.lint.people import Person, Scene
    from charkit.prompts.lint.text import Passage

__all__ = ["misspelt", "pronouns", "strangers", "unnamed", "verbatim"]

_CLEAR = ("she", "he")
"""`they` stands for things as often as for people, and is looked at only at the start of a field."""


def pronouns(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield the first pronoun of a passage for which no name came before, and those that two may bear."""
    found = mentions(passage, scene)
    for index, word in enumerate(passage.words):
        meant = PRONOUNS.get(word.low)
        if meant not in _CLEAR and not (meant == "they" and index == 0):
            continue
        before = [one for one in found if one.index < index]
        if not before:
            yield Hit(
                rule="pronoun-only",
                start=word.start,
                end=word.end,
                why=f"no name stands before “{word.text}”, and every field is read by itself",
                suggestion=_write_name(scene, meant),
            )
            return
        if hit := _ambiguous(passage, scene, index):
            yield hit
            return


def _write_name(scene: Scene, meant: str | None) -> str:
    fitting = [person.name for person in scene.people if meant in (person.pronoun, "they")]
    if not scene.people:
        return "Nobody is in the cast of this shot: name who it is under `characters`."
    return f"Write {' or '.join(fitting or [person.name for person in scene.people])}."


def _ambiguous(passage: Passage, scene: Scene, index: int) -> Hit | None:
    word = passage.words[index]
    start = passage.words[passage.sentence_start(index)].start
    said = passage.text[start : word.start]
    meant = PRONOUNS[word.low]
    fitting = [one.name for one in scene.people if one.pronoun == meant and named_in(one.name, said)]
    if len(fitting) < 2 or meant not in _CLEAR:
        return None
    return Hit(
        rule="ambiguous-pronoun",
        start=word.start,
        end=word.end,
        why=f"“{word.text}” may be {' or '.join(fitting)}",
        suggestion="Write the name again.",
    )


def unnamed(passages: Sequence[Passage], speakers: Sequence[str], scene: Scene) -> Iterator[tuple[Passage, Hit]]:
    """Yield characters of a shot of whom no field says anything by name; only where something is said at all."""
    action = next((passage for passage in passages if passage.field == "action"), None)
    if action is None:
        return
    for person in scene.people:
        said = any(named_in(person.name, one.text, exactly=False) for one in passages if one.field != "dialogue")
        if said or person.name in speakers:
            continue
        start, end = _instead(action, person)
        yield (
            action,
            Hit(
                rule="unnamed-character",
                start=start,
                end=end,
                why=f"{person.name} is in the cast of this shot, and nothing says what {person.name} does",
                suggestion=f"Write {person.name}"
                + (f" instead of “{action.text[start:end]}”." if end > start else " with one action."),
            ),
        )


def _instead(action: Passage, person: Person) -> tuple[int, int]:
    """Return where something stands for a name: `the girl`."""
    for index, word in enumerate(action.words):
        if index and word.low in person.what and action.words[index - 1].low == "the":
            return action.words[index - 1].start, word.end
    return 0, 0


def misspelt(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield a name of the shot in other letters than the sheet's, where it does not stand as it should."""
    for person in scene.people:
        if named_in(person.name, passage.text):
            continue
        for start, end in named_in(person.name, passage.text, exactly=False):
            before = next((word.low for word in reversed(passage.words) if word.end <= start), "")
            if before in {"a", "an", "the"}:
                continue  # a robin
            yield Hit(
                rule="name-spelling",
                start=start,
                end=end,
                why=f"the sheet writes {person.name}; services look for the name letter by letter",
                suggestion=f"Write {person.name}.",
            )
            break


def strangers(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield characters of the film who are not in the cast of this shot; in dialogue they are only spoken of."""
    for name in scene.absent:
        for start, end in _own_places(name, passage.text, [person.name for person in scene.people]):
            if passage.field == "dialogue":
                yield Hit(
                    rule="spoken-of",
                    start=start,
                    end=end,
                    why=f"{name} is not in the cast of this shot, and may be drawn because the prompt says the name",
                    suggestion=f"If {name} shows up in takes, say it without the name.",
                )
            else:
                yield Hit(
                    rule="stranger",
                    start=start,
                    end=end,
                    why=f"{name} is not in the cast of this shot: no locked text and no picture would go along",
                    suggestion=f"Add {name} to `characters`, or leave {name} out.",
                )
            break


def _own_places(name: str, text: str, longer: Sequence[str]) -> list[tuple[int, int]]:
    """Return where a name stands by itself, and not within the longer name of somebody who is there."""
    covered = [span for other in longer if name in other for span in named_in(other, text)]
    return [
        (start, end)
        for start, end in named_in(name, text)
        if not any(first <= start and end <= last for first, last in covered)
    ]


def verbatim(text: str, names: Sequence[str]) -> Iterator[Hit]:
    """Yield names that are not in a prompt letter by letter: an id alone does nothing (openai-video-wire 2.5)."""
    for name in names:
        if name not in text:
            yield Hit(
                rule="missing-name",
                start=0,
                end=0,
                why=f"{name} goes along as a character id, and the name is not in the prompt verbatim",
                suggestion=f"Name {name} in the text.",
                source="openai-video-wire 2.5",
            )
