"""Signs a finished MP4 with what it was made of inside. After this not a byte of it may change."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.documents import whole_file
from charkit.errors import EncodingFailed, MissingDependency, UnreadableMedia
from charkit.media.provenance.reading import OFFLINE, media_type, read_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from charkit.media.provenance.certificates import Certificate
    from charkit.media.provenance.credentials import Credentials

__all__ = ["Part", "sign"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that a film was made of; its own credentials, where it has any, are kept inside the film's."""

    path: Path
    title: str


def sign(
    source: Path,
    out: Path,
    certificate: Certificate,
    *,
    title: str,
    origin: str,
    generator: tuple[str, str],
    deeds: Sequence[str] = (),
    parts: Sequence[Part] = (),
    assertions: Mapping[str, Mapping[str, JsonValue]] | None = None,
) -> Credentials:
    """Write a signed copy of a file, read it back and return what it says. Nothing is asked of any server.

    Args:
        source: The finished file, MP4 or a picture.
        out: Where to; another name than `source`. Complete or absent.
        certificate: Whose.
        title: The work's.
        origin: Its IPTC digital source type, such as `trainedAlgorithmicMedia`.
        generator: Name and version of the program that made it.
        deeds: What else was done to the parts (C2PA actions), such as `c2pa.transcoded`.
        parts: What it was made of, in order, each once.
        assertions: More to state, by namespaced label.

    Raises:
        UnreadableMedia: The file, or a part, is not a kind that can carry credentials, or is damaged.
        EncodingFailed: It cannot be signed, or does not read back as it was signed; nothing is left.
        MissingDependency: The extra `provenance` is not installed.
        StorageFull: No room; nothing is left.
    """
    try:
        import c2pa
    except ImportError:
        raise MissingDependency("c2pa-python", extra="provenance") from None
    kinds = {path: _kind(path) for path in (source, *(part.path for part in parts))}
    names = [f"part-{number}" for number in range(1, len(parts) + 1)]
    manifest = _manifest(title, kinds[source], origin, generator, deeds, names, assertions or {})
    info = c2pa.C2paSignerInfo(certificate.algorithm.encode(), certificate.chain, certificate.key, None)
    with whole_file(out) as temporary:
        try:
            with ExitStack() as stack:
                builder = stack.enter_context(c2pa.Builder(manifest, context=c2pa.Context.from_dict(OFFLINE)))
                for name, part in zip(names, parts, strict=True):
                    about = {"title": part.title, "relationship": "componentOf", "label": name}
                    builder.add_ingredient(about, kinds[part.path], stack.enter_context(part.path.open("rb")))
                signer = stack.enter_context(c2pa.Signer.from_info(info))
                before = stack.enter_context(source.open("rb"))
                builder.sign(signer, kinds[source], before, stack.enter_context(temporary.open("w+b")))
        except c2pa.C2paError as error:
            raise EncodingFailed(f"cannot be signed: {error}", path=source) from None
        found = read_credentials(temporary)
        if not found.status.present:
            raise EncodingFailed(f"was signed and reads back as {found.status.value}: {found.note}", path=source)
        shutil.copymode(source, temporary)
    return read_credentials(out)


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            kind = media_type(file.read(12))
    except OSError as error:
        raise UnreadableMedia(f"cannot be read: {error.strerror}", path=path) from None
    if kind is None:
        raise UnreadableMedia("is no PNG, JPEG, WebP or MP4; others carry no Content Credentials here", path=path)
    return kind


def _manifest(
    title: str,
    kind: str,
    origin: str,
    generator: tuple[str, str],
    deeds: Sequence[str],
    parts: Sequence[str],
    assertions: Mapping[str, Mapping[str, JsonValue]],
) -> dict[str, object]:
    source = f"http://cv.iptc.org/newscodes/digitalsourcetype/{origin}"
    made: list[dict[str, object]] = [{"action": "c2pa.created", "digitalSourceType": source}]
    if parts:
        made.append({"action": "c2pa.placed", "parameters": {"ingredientIds": list(parts)}})
    made.extend({"action": deed} for deed in deeds)
    stated = [{"label": label, "data": dict(data)} for label, data in assertions.items()]
    return {
        "title": title,
        "format": kind,
        "claim_generator_info": [{"name": generator[0], "version": generator[1]}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": made}}, *stated],
    }
