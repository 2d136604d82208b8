"""Who a character is: the sheet whose words are the same, byte for byte, in every prompt.

A sheet is a YAML file that people write. Its attributes are turned into one *locked text* per outfit; nothing else ever
describes the character. Invariants:

* `locked_text` depends on the sheet alone: not on the shot, the route, the time or the order of keys in the file;
* `digest` changes exactly when something changes that tells who the character is, reference bytes included;
* a real person's likeness is not accepted without a statement of consent.
"""

from charkit.character.cast import Cast
from charkit.character.likeness import Likeness
from charkit.character.looks import Attribute, Description, Eyes, Hair, Outfit, View
from charkit.character.sheet import CharacterSheet, SheetPicture, line_in
from charkit.character.words import Line, Name, Phrases, Written, counted, ended, folded, joined, skeleton, slug_of

__all__ = [
    "Attribute",
    "Cast",
    "CharacterSheet",
    "Description",
    "Eyes",
    "Hair",
    "Likeness",
    "Line",
    "Name",
    "Outfit",
    "Phrases",
    "SheetPicture",
    "View",
    "Written",
    "counted",
    "ended",
    "folded",
    "joined",
    "line_in",
    "skeleton",
    "slug_of",
]
