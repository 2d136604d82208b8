"""Texts of a run without the places of this machine, and without pictures that may not be given away."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from charkit.workspace import Workspace

__all__ = ["TEXTS", "Cleaned", "Places", "clean"]

TEXTS = frozenset(
    {".ipynb", ".json", ".jsonl", ".yaml", ".yml", ".html", ".md", ".txt", ".csv", ".srt", ".vtt", ".edl", ".xml"}
    | {".otio", ".svg"}
)
"""Names of files that are text end so; everything else goes along as it is, or not at all."""

_PICTURE = re.compile(r"data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]+")
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
"""A picture of one transparent pixel: what shows a withheld picture keeps its shape and its words."""
_WIDGETS = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A text as it goes along."""

    data: bytes
    changes: tuple[str, ...] = ()
    """What was changed; nothing where it is a copy."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Folders of this machine, and what stands for them in a bundle."""

    roots: tuple[tuple[str, str], ...]
    """Each with its new name, the longest first."""

    @classmethod
    def of(cls, place: Workspace) -> Self:
        """Return the folders that a run's records may name: its own, charkit's, Python's, the person's."""
        named = [
            (place.folder, f"runs/{place.run}"),
            (place.home, f"productions/{place.home.name}"),
            (place.data, "data"),
            (Path.cwd(), "."),
            (Path(__file__).resolve().parents[2], "charkit"),
            (Path(sys.prefix), "python"),
            (Path(sys.base_prefix), "python"),
            (Path(tempfile.gettempdir()), "tmp"),
            (Path.home(), "~"),
        ]
        notebooks = place.folder / "notebooks"
        found = {os.path.relpath(place.home, notebooks): f"../../../productions/{place.home.name}"}
        for path, name in named:
            for spelled in {path, path.resolve()}:
                if len(spelled.parts) > 1:
                    found.setdefault(str(spelled), name)
        return cls(roots=tuple(sorted(found.items(), key=lambda pair: -len(pair[0]))))

    def left_out_of(self, text: str) -> str:
        """Return a text with every one of these folders under its new name."""
        for root, name in self.roots:
            for spelled in {root, root.replace("\\", "\\\\"), root.replace(" ", "%20")}:
                if spelled in text:
                    text = re.sub(rf"(?<![\w.~/-])(?:file://)?{re.escape(spelled)}(?![\w.-])", lambda _: name, text)  # noqa: B023
        return text


def clean(path: Path, places: Places, *, pictures: bool) -> Cleaned:
    """Return a file as it may go along.

    Args:
        path: One of `TEXTS`; others are returned as they are.
        places: What has to go.
        pictures: Whether pictures inside of it may stay.

    Raises:
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    if path.suffix not in TEXTS:
        return Cleaned(data=data)
    before = text = data.decode("utf-8", "surrogateescape")
    changes = []
    if path.suffix == ".ipynb":
        text, changed = _notebook(text, pictures=pictures)
        changes += changed
    elif not pictures:
        text = _PICTURE.sub(_NO_PICTURE, text)
        changes += ["without its pictures"] if text != before else []
    named = places.left_out_of(text)
    changes += ["places of the machine renamed"] if named != text else []
    if not changes:
        return Cleaned(data=data)
    return Cleaned(data=named.encode("utf-8", "surrogateescape"), changes=tuple(changes))


def _notebook(text: str, *, pictures: bool) -> tuple[str, list[str]]:
    try:
        notebook = json.loads(text)
        cells = notebook["cells"]
        metadata = notebook["metadata"]
    except (ValueError, KeyError, TypeError):
        return text, []  # no notebook; what it holds is looked through all the same
    changes = []
    if _without_paths(metadata):
        changes.append("papermill's paths removed")
    if not pictures and _without_pictures(cells, metadata):
        changes.append("without its pictures")
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", changes) if changes else (text, [])


def _without_paths(metadata: dict[str, Any]) -> bool:
    """Leave of papermill's paths only the names; parameters, times and versions stay (nbstripout would keep it all)."""
    told = metadata.get("papermill")
    if not isinstance(told, dict):
        return False
    for key in ("input_path", "output_path"):
        if isinstance(told.get(key), str):
            told[key] = Path(told[key].replace("\\", "/")).name
    told.pop("environment_variables", None)
    return True


def _without_pictures(cells: list[dict[str, Any]], metadata: dict[str, Any]) -> bool:
    found = bool(metadata.pop("widgets", None))
    for cell in cells:
        found |= bool(cell.pop("attachments", None))
        for output in cell.get("outputs", ()):
            data = output.get("data")
            if not isinstance(data, dict):
                continue
            for kind in [kind for kind in data if kind.startswith("image/") or kind == _WIDGETS]:
                del data[kind]
                found = True
            for kind, said in data.items():
                whole = "".join(said) if isinstance(said, list) else said
                if isinstance(whole, str) and _PICTURE.search(whole):
                    data[kind] = _PICTURE.sub(_NO_PICTURE, whole)
                    found = True
    return found
