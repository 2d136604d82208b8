"""Small pictures of a reference with lines on it: what part of its source is sent, and which faces are in what is sent.

Every line is drawn dark under light, so that it is seen on every ground, and says in letters what it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from charkit.errors import BadReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from PIL import Image

    from charkit.media.scaling import Box
    from charkit.references.picture import Reference
    from charkit.vision import Face

__all__ = ["as_handed_in", "as_sent"]

_INKS: Final = (("#000000", 5), ("#ffd23f", 2))
_SIDE: Final = 640
"""Pixels of the longer side of what is kept at hand."""


def as_handed_in(reference: Reference, part: Box | None, *, side: int = 300) -> bytes:
    """Return the source of a reference as JPEG, with the part drawn on it that is sent.

    Args:
        reference: The reference.
        part: Left, top, right, bottom, as shares of the upright source; None for all of it.
        side: Of the longer side, in pixels.

    Raises:
        BadReference: the source is not known, or gone.
    """
    if reference.source is None:
        raise BadReference("its source is not known; prepare it again", file=reference.path)
    return _drawn(reference.source, [(part or (0.0, 0.0, 1.0, 1.0), "all of it" if part is None else "sent")], side)


def as_sent(reference: Reference, faces: Sequence[Face] = (), *, side: int = 300) -> bytes:
    """Return a reference as it is sent, as JPEG, with the faces in it.

    Args:
        reference: The reference.
        faces: In pixels of the picture as it is sent.
        side: Of the longer side, in pixels.

    Raises:
        BadReference: it is gone.
    """
    wide, high = reference.width, reference.height
    boxes = [
        (
            (one.left / wide, one.top / high, (one.left + one.width) / wide, (one.top + one.height) / high),
            f"{'face' if one.sure else 'face?'} {one.score:.2f}",
        )
        for one in faces
    ]
    return _drawn(reference.path, boxes, side)


def _drawn(path: Path, boxes: Iterable[tuple[Box, str]], side: int) -> bytes:
    from PIL import ImageDraw

    from charkit.media.images import encode_jpeg

    try:
        picture = _small(path, path.stat().st_mtime_ns).copy()
    except OSError as error:
        raise BadReference(f"cannot be read ({error.strerror}); prepare it again", file=path) from error
    picture.thumbnail((side, side))
    pen = ImageDraw.Draw(picture)
    for box, words in boxes:
        left, right = (min(max(edge, 0.0), 1.0) * (picture.width - 1) for edge in (box[0], box[2]))
        top, bottom = (min(max(edge, 0.0), 1.0) * (picture.height - 1) for edge in (box[1], box[3]))
        for ink, width in _INKS:
            pen.rectangle((left, top, max(left + 1, right), max(top + 1, bottom)), outline=ink, width=width)
        label = (left + 5, max(0.0, top + 4))
        pen.text(label, words, fill="#ffffff", stroke_width=2, stroke_fill="#000000", font_size=max(11, side // 24))
    return encode_jpeg(picture, quality=80)


@lru_cache(maxsize=64)
def _small(path: Path, changed: int) -> Image.Image:  # noqa: ARG001  # part of the key
    """Return a picture upright and small; remembered, since it is drawn on again and again."""
    from charkit.media.images import open_upright
    from charkit.media.scaling import on_ground

    small = on_ground(open_upright(path), "#808080").copy()
    small.thumbnail((_SIDE, _SIDE))
    return small
