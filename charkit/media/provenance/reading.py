"""Reads the Content Credentials of pictures and clips. What stands in them was written by anybody.

Nothing is fetched: manifests that lie elsewhere, and answers about certificates, would tell strangers what is read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from charkit.media.provenance.credentials import Credentials, Ingredient, Status

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

__all__ = ["OFFLINE", "media_type", "read_credentials"]

OFFLINE: Final = {
    "verify": {"ocsp_fetch": False, "remote_manifest_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
"""Settings of the C2PA library under which it asks nobody, and adds no pictures of its own."""

_EXPIRED: Final = ("signingCredential.expired", "claimSignature.outsideValidity", "timeStamp.outsideValidity")
_UNKNOWN_SIGNER: Final = ("signingCredential.untrusted", "signingCredential.invalid", "signingCredential.revoked")
_LONGEST: Final = 200
"""Letters of a stranger's text that are shown."""


def read_credentials(path: Path) -> Credentials:
    """Return what a file says of its origin; a damaged or hostile one gives a status and a note, never an error.

    Args:
        path: A PNG, JPEG, WebP or MP4, whatever its name.

    Raises:
        OSError: The file cannot be read at all.
    """
    with path.open("rb") as file:
        kind = media_type(file.read(12))
    if kind is None:
        return Credentials(name=path.name, status=Status.NONE, note="not a kind of file that carries any")
    try:
        import c2pa
    except ImportError:
        note = "To look for Content Credentials: pip install 'charkit[provenance]'"
        return Credentials(name=path.name, status=Status.UNKNOWN, note=note)
    try:
        with path.open("rb") as file, c2pa.Reader(kind, file, context=c2pa.Context.from_dict(OFFLINE)) as reader:
            store = json.loads(reader.json())
            results = reader.get_validation_results() or {}
            return _told(path.name, store, reader.get_validation_state(), results)
    except c2pa.C2paError.ManifestNotFound:
        return Credentials(name=path.name, status=Status.NONE)
    except (c2pa.C2paError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Credentials(name=path.name, status=Status.UNREADABLE, note=_short(error))


def media_type(head: bytes) -> str | None:
    """Return the type of a file by its first twelve bytes; None for one that charkit never makes or sends."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "video/mp4" if head[4:8] == b"ftyp" else None


def _told(name: str, store: dict[str, Any], state: str | None, results: dict[str, Any]) -> Credentials:
    manifest = store["manifests"][store["active_manifest"]]
    codes = _failures(results)
    status = _status(codes, state)
    deeds = [deed for one in manifest.get("assertions", ()) for deed in _deeds(one)]
    return Credentials(
        name=name,
        status=status,
        generator=_generator(manifest),
        signer=_short((manifest.get("signature_info") or {}).get("common_name") or ""),
        title=_short(manifest.get("title") or ""),
        actions=tuple(_short(deed.get("action", "")) for deed in deeds),
        sources=tuple(dict.fromkeys(_short(d["digitalSourceType"]).rpartition("/")[2] for d in deeds if _source(d))),
        ingredients=tuple(_ingredient(one) for one in manifest.get("ingredients", ())),
        codes=codes,
        note=_note(status),
    )


def _failures(results: dict[str, Any]) -> tuple[str, ...]:
    """Return what did not pass, of the file itself and of what it was made of."""
    own = (results.get("activeManifest") or {}).get("failure", ())
    deltas = [d.get("validationDeltas") or {} for d in results.get("ingredientDeltas") or ()]
    failed = [*own, *(failure for delta in deltas for failure in delta.get("failure", ()))]
    return tuple(dict.fromkeys(_short(one["code"]) for one in failed))


def _status(codes: tuple[str, ...], state: str | None) -> Status:
    """Return the worst that the codes say (C2PA Technical Specification 2.2, Validation: status codes)."""
    if any(code.endswith((".mismatch", ".missing", ".inaccessible")) for code in codes):
        return Status.TAMPERED
    harmless = {*_EXPIRED, *_UNKNOWN_SIGNER}
    if any(code not in harmless for code in codes):
        return Status.MALFORMED
    if any(code in _EXPIRED for code in codes):
        return Status.EXPIRED
    return Status.TRUSTED if state == "Trusted" and not codes else Status.SIGNED


def _note(status: Status) -> str:
    return {
        Status.TAMPERED: "The file, or something it was made of, is not what was signed. Ask for the original.",
        Status.MALFORMED: "Its hashes match; it is written otherwise than the standard says, as older programs do.",
    }.get(status, "")


def _generator(manifest: dict[str, Any]) -> str:
    named = [one.get("name", "") for one in manifest.get("claim_generator_info") or () if isinstance(one, dict)]
    return _short(named[0] if named else manifest.get("claim_generator") or "")


def _deeds(assertion: dict[str, Any]) -> list[dict[str, Any]]:
    if not str(assertion.get("label", "")).startswith("c2pa.actions"):
        return []
    return [deed for deed in (assertion.get("data") or {}).get("actions", ()) if isinstance(deed, dict)]


def _source(deed: dict[str, Any]) -> bool:
    return isinstance(deed.get("digitalSourceType"), str)


def _ingredient(one: dict[str, Any]) -> Ingredient:
    return Ingredient(
        title=_short(one.get("title") or "untitled"),
        relationship=_short(one.get("relationship") or ""),
        signed=bool(one.get("active_manifest")),
        broken=_status(_failures(one.get("validation_results") or {}), None) is Status.TAMPERED,
    )


def _short(value: JsonValue | Exception) -> str:
    """Return a stranger's words on one line, without what a terminal would obey."""
    text = " ".join(str(value).split())
    return "".join(char for char in text if char.isprintable())[:_LONGEST]
