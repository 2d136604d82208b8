"""The bundle described as an RO-Crate (https://www.researchobject.org/ro-crate/1.1/), for archives and indexes.

Written by hand, since it is one file of JSON-LD: the crate's root, its files with types, sizes and digests, charkit as
the program, and the run as the action that made the film.
"""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from charkit.sharing.bundles import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from charkit.sharing.bundles import BundleRecord, SharedFile

__all__ = ["crate"]

_PROFILE = "https://w3id.org/ro/crate/1.1"
_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".jsonl": "application/x-ndjson",
    ".yaml": "application/yaml",
    ".otio": "application/json",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".char": "application/zip",
    ".parquet": "application/vnd.apache.parquet",
}


def crate(record: BundleRecord, versions: Mapping[str, str]) -> dict[str, JsonValue]:
    """Return the content of `ro-crate-metadata.json`.

    Args:
        record: What is in the bundle.
        versions: Of the programs that made it.
    """
    kind = "Simulated: drawn by charkit's own simulator, no service was asked. " if record.simulated else ""
    made = [file.path for file in record.files if file.role in ("film", "report", "take", "record")]
    used = [file.path for file in record.files if file.role in ("production", "character", "picture")]
    graph: list[JsonValue] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": _PROFILE},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"{record.title} (run {record.run})",
            "description": f"{kind}A film of AI-generated shots with its plan, prompts, takes and scores; "
            "run it again with: charkit reproduce BUNDLE",
            "datePublished": record.created,
            "hasPart": [{"@id": name} for name in (*(file.path for file in record.files), RECORD)],
            "mentions": [{"@id": "#run"}],
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"run {record.run} of {record.production}",
            "endTime": record.created,
            "instrument": {"@id": "#charkit"},
            "object": [{"@id": name} for name in used],
            "result": [{"@id": name} for name in made],
        },
        {
            "@id": "#charkit",
            "@type": "SoftwareApplication",
            "name": "charkit",
            "softwareVersion": versions.get("charkit", ""),
            "softwareRequirements": [f"{name} {version}" for name, version in versions.items() if name != "charkit"],
        },
        {
            "@id": RECORD,
            "@type": "File",
            "encodingFormat": "application/json",
            "name": "what the bundle says of itself",
        },
        *(_file(file) for file in record.files),
    ]
    return {"@context": f"{_PROFILE}/context", "@graph": graph}


def _file(file: SharedFile) -> JsonValue:
    suffix = f".{file.path.rpartition('.')[2]}"
    kind = _TYPES.get(suffix) or mimetypes.guess_type(file.path)[0] or "application/octet-stream"
    return {
        "@id": file.path,
        "@type": "File",
        "encodingFormat": kind,
        "contentSize": str(file.size),
        "sha256": file.digest.removeprefix("sha256:"),
    }
