"""The film: a cut list that people can edit, and what is made of it.

    film.mp4            the takes joined as the cut list says; pictures copied wherever their streams allow
    contact_sheet.jpg   one labelled frame per shot
    film.srt            subtitles from the dialogue, if there is any
    film.otio, ...      whatever else the cut list asks for: timelines, previews, files for further work
    film.json           what the film is, so that another notebook can show it

Each file appears under its name only when it is whole.
"""

from charkit.film.assembly import assemble
from charkit.film.cuts import BROADCAST, WEB, Card, Cut, CutList, Music, Title, Transition
from charkit.film.records import Film, FilmJoin, FilmShot, FilmSound, Output
from charkit.film.subtitles import Cue, subtitles

__all__ = [
    "BROADCAST",
    "WEB",
    "Card",
    "Cue",
    "Cut",
    "CutList",
    "Film",
    "FilmJoin",
    "FilmShot",
    "FilmSound",
    "Music",
    "Output",
    "Title",
    "Transition",
    "assemble",
    "subtitles",
]
