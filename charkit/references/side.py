"""From which side a shot sees its characters, as far as its words say so."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from charkit.character import View, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Seen", "Side", "side_of", "views_for"]

Side: TypeAlias = Literal["", "back", "left", "right", "side", "three-quarter", "around"]
"""Empty where the words say nothing, and then the face is taken to be seen; `around` where a character turns about."""

_SAID: Final[dict[Side, str]] = {
    "back": r"from behind|from the back|(?:rear|back) view"
    r"|back (?:turned )?(?:to|towards?) (?:the camera|us|the viewer)"
    r"|(?:walk|run|rid|move|wander)(?:s|ing|es)? away|facing away|faces away|von hinten|de dos|de espaldas|di spalle"
    r"|со спины|背后|背後|背影|背面|背を向け|後ろ姿|後ろから|뒷모습|뒤에서",
    "left": r"left profile|from (?:the|her|his|its|their) left side|from (?:her|his|its|their) left",
    "right": r"right profile|from (?:the|her|his|its|their) right side|from (?:her|his|its|their) right",
    "side": r"in profile|from the side|side view|side-on|profile view|im profil|von der seite|de profil|de perfil"
    r"|di profilo|в профиль|侧面|側面|横顔|横から|옆모습|옆에서",
    "three-quarter": r"three[- ]quarters?|3/4 view|dreiviertel|trois[- ]quarts|斜め前",
    "around": r"(?:turn|spin|whirl)(?:s|ing)? (?:around|round|about)|dreht sich um|se retourne|振り返|振り向|转身|轉身",
}
"""What the words of a shot say of the side, in the languages that film crews here write in; whoever writes in another
one names the view with `from behind` in `angle`."""

_FOUND: Final = {side: re.compile(words, re.IGNORECASE) for side, words in _SAID.items()}

_PARTS: Final = re.compile(r"[.;:,。、；，]|\b(?:while|and|but|und|et|y)\b", re.IGNORECASE)

_SEEN_AS: Final[dict[Side, tuple[View, ...]]] = {
    "back": (View.BACK, View.PROFILE, View.LEFT_PROFILE, View.RIGHT_PROFILE, View.FULL),
    "left": (View.LEFT_PROFILE, View.PROFILE, View.THREE_QUARTER),
    "right": (View.RIGHT_PROFILE, View.PROFILE, View.THREE_QUARTER),
    "side": (View.PROFILE, View.LEFT_PROFILE, View.RIGHT_PROFILE, View.THREE_QUARTER),
    "three-quarter": (View.THREE_QUARTER,),
}


class Seen(Protocol):
    """What of a shot says from where its characters are seen. `charkit.shots.Shot` is one."""

    @property
    def angle(self) -> str | None:
        """Where the camera stands."""

    @property
    def action(self) -> str | None:
        """What happens."""

    @property
    def camera(self) -> str | None:
        """How the camera moves."""


def side_of(shot: Seen, name: str, others: Iterable[str] = ()) -> Side:
    """Return from which side a shot sees a character.

    What is said of the camera holds for everybody; a part of the action that names somebody holds for those it names.

    Args:
        shot: The shot's words.
        name: The character.
        others: Who else is in the shot.
    """
    for words in (shot.angle, shot.camera):
        if side := _side(words or ""):
            return side
    who, rest = folded(name), [folded(other) for other in others]
    for part in _PARTS.split(unicodedata.normalize("NFC", shot.action or "")):
        said = folded(part)
        if (who in said or not any(other in said for other in rest)) and (side := _side(part)):
            return side
    return ""


def _side(words: str) -> Side:
    return next((side for side, pattern in _FOUND.items() if pattern.search(words)), "")


def views_for(side: Side, usual: Sequence[View]) -> tuple[View, ...]:
    """Return in which order views serve a shot, the best first.

    Args:
        side: From which side it sees the character.
        usual: The order where nothing is said of the side.
    """
    first = (usual[0], View.BACK) if side == "around" else _SEEN_AS.get(side, ())
    ranked = (*first, *(view for view in usual if view not in first))
    return (*(v for v in ranked if v != View.FACE), View.FACE) if side == "back" and View.FACE in ranked else ranked
