"""By what two clips differ that are not bit for bit the same: picture, sound, or only what surrounds them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from charkit.errors import CharkitError, UnreadableMedia

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["streams_differ"]


def streams_differ(first: Path, second: Path) -> list[str]:
    """Return in words by which streams two clips differ.

    Nothing is decoded: packets are compared, so that the same picture in another container is the same picture.
    """
    try:
        there, here = _packets(first), _packets(second)
    except CharkitError as error:
        return [f"the films cannot be compared: {error}"]
    found = [
        f"{kind}: {there[kind][1] if kind in there else 'no'} packets there, {here[kind][1] if kind in here else 'no'} "
        f"here, {'the same bits' if there.get(kind) == here.get(kind) else 'other bits'}"
        for kind in sorted({*there, *here})
    ]
    if there == here:
        found.append("so only the container's own words differ, such as the recipe inside")
    return found


def _packets(path: Path) -> dict[str, tuple[str, int]]:
    """Return digest and number of packets of each stream, by its kind and place."""
    import av

    try:
        with av.open(str(path)) as container:
            sums = {s.index: (f"{s.type} {s.index}", hashlib.sha256()) for s in container.streams}
            counts = dict.fromkeys(sums, 0)
            for packet in container.demux():
                if packet.size:
                    sums[packet.stream.index][1].update(bytes(packet))
                    counts[packet.stream.index] += 1
    except (OSError, av.error.FFmpegError) as error:
        raise UnreadableMedia(f"cannot be read: {error}", path=path.name) from None
    return {kind: (digest.hexdigest(), counts[index]) for index, (kind, digest) in sums.items()}
