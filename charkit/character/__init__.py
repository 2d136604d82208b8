"""Who a character is: the sheet whose words are the same, byte for byte, in every prompt.

A sheet is a YAML file that people write. Its attributes are turned into one *locked text* per outfit; nothing else ever
describes the character. Invariants:

* `locked_text` depends on the sheet alone: not on the shot, the route, the time or the order of keys in the file;
* `digest` changes exactly when something changes that tells who the character is, reference bytes included;
* a real person's likeness is not accepted without a statement of consent;
* a locked version is kept whole beside the sheet and never changed; what comes in from elsewhere is checked whole first
  and never writes over what is there.
"""

from charkit.character.art import add_pictures
from charkit.character.bundle import Bundle, export_character
from charkit.character.cast import Cast
from charkit.character.changes import Change, Changes, changes
from charkit.character.likeness import Likeness
from charkit.character.looks import Attribute, Description, Eyes, Hair, Outfit, View
from charkit.character.sheet import CharacterSheet, SheetPicture, line_in
from charkit.character.unpacking import Imported, import_character, read_bundle
from charkit.character.versions import History, Version, history_of, keep_version, lock
from charkit.character.words import Line, Name, Phrases, Written, counted, ended, folded, joined, skeleton, slug_of

__all__ = [
    "Attribute",
    "Bundle",
    "Cast",
    "Change",
    "Changes",
    "CharacterSheet",
    "Description",
    "Eyes",
    "Hair",
    "History",
    "Imported",
    "Likeness",
    "Line",
    "Name",
    "Outfit",
    "Phrases",
    "SheetPicture",
    "Version",
    "View",
    "Written",
    "add_pictures",
    "changes",
    "counted",
    "ended",
    "export_character",
    "folded",
    "history_of",
    "import_character",
    "joined",
    "keep_version",
    "line_in",
    "lock",
    "read_bundle",
    "skeleton",
    "slug_of",
]
