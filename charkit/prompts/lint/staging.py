"""Rules about what happens in front of the camera and what the camera does: one shot, one beat, one move."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.lexicon import lexicon
from charkit.prompts.lint.people import PRONOUNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.prompts.lint.people import Scene
    from charkit.prompts.lint.text import Passage

__all__ = ["actions", "camera", "cuts"]

SECONDS_AN_ACTION = 2
"""A stock figure: nobody has measured it. Two actions always pass."""

_CUT = re.compile(
    r"\b(?:cuts? (?:to|back to|away to|away from|between)\b|(?:jump|smash|match|hard)[- ]cuts?\b"
    r"|intercut\w*|montage|cross-?cut\w*"
    r"|dissolves? (?:to|into)\b|cross-?fades?\b|fades? (?:to|into|out to|from)\b|wipes? to\b|scene change\w*"
    r"|next (?:shot|scene)\b|(?:second|another|new) (?:shot|scene)\b|then we see\b|meanwhile\b|(?:shot|scene) \d+\s*:"
    r"|multiple shots\b|several shots\b|different angles\b|multiple angles\b|series of shots\b|split[- ]screen\b"
    r"|camera switches\b|switch(?:es)? to (?:a |the )?(?:close|wide|view|angle|camera)\w*)",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"\[\s*\d+(?:\.\d+)?\s*(?:s)?\s*[-–]\s*\d+(?:\.\d+)?\s*s?\s*\]|\b\d+(?::\d\d)?\s*[-–]\s*\d+\s*s(?:ec\w*)?\s*:"
)


def cuts(passage: Passage, scene: Scene) -> Iterator[Hit]:  # noqa: ARG001
    """Yield words that ask for a cut; not `no cuts`, and not a cut that somebody makes or bears."""
    for match in _CUT.finditer(passage.text):
        first = next((n for n, word in enumerate(passage.words) if word.end > match.start()), 0)
        before = [word.low for word in passage.words[max(0, first - 3) : first]]
        if lexicon().negations & set(before) or _is_a_handiwork(passage, match):
            continue
        yield _cut(match, "a shot is one take without a cut, and every prompt says so")
    times = list(_TIMES.finditer(passage.text))
    if len(times) > 1:
        yield _cut(times[1], "time codes part the clip into several shots")


def _is_a_handiwork(passage: Passage, match: re.Match[str]) -> bool:
    """Whether somebody cuts something: `cuts to size`, `fades from view`, `fades into the fog`."""
    behind = passage.text[match.end() :].lstrip().lower()
    said = match[0].lower()
    if said.startswith(("fade", "dissolve", "wipe")):
        return not behind.startswith(("black", "white", "a shot", "the next", "a new", "another", "a wide", "a close"))
    return said.startswith("cut") and behind.startswith(("size", "pieces", "length", "the bone", "the front", "on "))


def _cut(match: re.Match[str], why: str) -> Hit:
    return Hit(rule="more-than-one-cut", start=match.start(), end=match.end(), why=why, suggestion="Make it two shots.")


def actions(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield an action field that asks for more than its seconds hold, or for rest and motion at once."""
    found = [index for index in range(len(passage.words)) if _is_action(passage, index)]
    yield from _at_once(passage, found)
    if scene.seconds is None:
        return
    allowed = max(2, int(scene.seconds // SECONDS_AN_ACTION))
    if len(found) > allowed:
        extra = passage.words[found[allowed]]
        yield Hit(
            rule="competing-actions",
            start=extra.start,
            end=passage.words[found[-1]].end,
            why=f"{len(found)} actions in {scene.seconds:g} s; charkit's stock figure is {allowed}",
            suggestion="Keep the first, or give each its own shot.",
        )


def _is_action(passage: Passage, index: int) -> bool:
    known, words = lexicon(), passage.words
    low = words[index].low
    before = words[index - 1].low if index else ""
    base = _base(low)
    if base is None or before in {"to", "can", "will", "must"} or _in_list_of_nouns(passage, index):
        return False
    after = words[index + 1].low if index + 1 < len(words) else ""
    if low in known.also_nouns and after == "of":
        return False
    if low != base:  # walks, runs
        return low not in known.also_nouns or _behind_subject(passage, index)
    return _is_plural(passage, index)  # they run, boats rock, Mira and Fenn walk


def _base(low: str) -> str | None:
    verbs = lexicon().verbs
    for form in (low.removesuffix("s"), low.removesuffix("es"), f"{low.removesuffix('ies')}y"):
        if form != low and form in verbs:
            return form
    return low if low in verbs else None


def _in_list_of_nouns(passage: Passage, index: int) -> bool:
    known = lexicon()
    before = passage.words[index - 1].low if index else ""
    prepositions = {"of", "in", "on", "at", "over", "under", "through", "with", "by", "from", "into", "onto", "between",
                    "behind", "above", "below", "near", "past", "against", "after", "before", "her", "his", "their",
                    "its", "'s"}  # fmt: skip
    return (
        before in known.determiners | known.adjectives - {"and", "light", "wild"} | prepositions | known.colour.keys()
    )


def _behind_subject(passage: Passage, index: int) -> bool:
    words = passage.words
    if index == 0:
        return False
    before = words[index - 1]
    if before.capital or before.low in {"and", "then", "she", "he", "it", "who", ","} or before.low.endswith("ly"):
        return True
    return index > 1 and words[index - 2].low in lexicon().determiners | PRONOUNS.keys() | {"small", "great", "old"}


def _is_plural(passage: Passage, index: int) -> bool:
    words = passage.words
    if index == 0:
        return False
    before = words[index - 1]
    pair = index > 2 and before.capital and words[index - 2].low == "and" and words[index - 3].capital
    plural = before.low.endswith("s") and not before.capital and _base(before.low) is None
    return pair or plural or before.low in {"they", "people", "children", "both"}


def _at_once(passage: Passage, found: list[int]) -> Iterator[Hit]:
    known, words = lexicon(), passage.words
    for index, word in enumerate(words):
        if word.low not in ("while", "whilst") or index + 1 >= len(words):
            continue
        now = [_base(words[n].low) for n in found if n < index]
        then = words[index + 1].low.removesuffix("ing")
        then = next((verb for verb in (then, f"{then}e", then[:-1]) if verb in known.moving | known.still), "")
        if now and (
            (now[-1] in known.still and then in known.moving) or (now[-1] in known.moving and then in known.still)
        ):
            yield Hit(
                rule="competing-actions",
                start=words[found[0]].start,
                end=words[index + 1].end,
                why="nobody can do both at once",
                suggestion="Keep one of the two.",
            )


_MOVES = {
    "still": r"\b(?:still|static|locked[- ]off|fixed|motionless|does not move|no movement|tripod)\b",
    "pan left": r"\bpan\w*\b(?=[^,;.]*\bleft\b)(?![^,;.]*\bto the right\b)(?![^,;.]*\bleft to right\b)",
    "pan right": r"\bpan\w*\b(?=[^,;.]*\bright\b)(?![^,;.]*\bto the left\b)(?![^,;.]*\bright to left\b)",
    "tilt up": r"\btilt\w*\b(?=[^,;.]*\bup)",
    "tilt down": r"\btilt\w*\b(?=[^,;.]*\bdown)",
    "move in": r"\b(?:push\w*|doll(?:y|ies)|mov\w+|zoom\w*|track\w*)\b(?=[^,;.]{0,12}\b(?:in|closer|forward)\b)",
    "move out": r"\b(?:pull\w*|doll(?:y|ies)|mov\w+|zoom\w*|track\w*)\b(?=[^,;.]{0,12}\b(?:back|out|away)\b)",
    "track left": r"\b(?:track\w*|slid\w*|truck\w*)\b(?=[^,;.]*\bto the left\b)",
    "track right": r"\b(?:track\w*|slid\w*|truck\w*)\b(?=[^,;.]*\bto the right\b)",
    "orbit": r"\b(?:orbit\w*|circl\w+|arc shot|arcs around)\b",
    "rise": r"\b(?:crane\w*|jib\w*|boom\w*|rises?)\b(?=[^,;.]*\bup|[^,;.]*$)",
    "shake": r"\b(?:handheld|hand-held|shaky)\b",
}
_MOVE = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _MOVES.items()}
_SIZES = {"wide": r"wide shot|long shot|establishing shot|extreme wide", "full": r"full shot|full-body shot",
          "medium": r"medium shot|mid shot|waist shot", "close-up": r"close[- ]?up|macro shot"}  # fmt: skip


def camera(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield camera moves that exclude each other or are more than one, and another framing than the shot's."""
    found = sorted(
        (match.start(), match.end(), name) for name, rule in _MOVE.items() if (match := rule.search(passage.text))
    )
    names = [name for _, _, name in found if name != "shake"]
    if len(names) > 1:
        start, end, name = [one for one in found if one[2] != "shake"][1]
        excluded = "still" in names or any({name, other} <= pair for pair in _OPPOSITE for other in names)
        why = f"“{names[0]}” and “{name}” exclude each other" if excluded else f"{len(names)} camera moves in one shot"
        yield Hit(rule="camera-contradiction", start=start, end=end, why=why, suggestion="Keep one move.")
    yield from _framings(passage, scene)


_OPPOSITE = (
    {"pan left", "pan right"},
    {"tilt up", "tilt down"},
    {"move in", "move out"},
    {"track left", "track right"},
)


def _framings(passage: Passage, scene: Scene) -> Iterator[Hit]:
    for name, pattern in _SIZES.items():
        for match in re.finditer(rf"\b(?:{pattern})\b", passage.text, re.IGNORECASE):
            before = passage.text[: match.start()].lower().rstrip()
            ending = re.search(r"\b(?:to|into|until|from|in|on)(?: an?| the)?$", before)
            if scene.framing and name != scene.framing and not ending:
                yield Hit(
                    rule="camera-contradiction",
                    start=match.start(),
                    end=match.end(),
                    why=f"the shot's framing is {scene.framing}",
                    suggestion=f"Set `framing: {name}`, or leave it out.",
                )
