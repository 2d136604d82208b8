"""A reference before and after: what was handed in, with the part that is sent drawn on it, beside what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.errors import BadReference, CharkitError

if TYPE_CHECKING:
    from PIL import Image

    from charkit.references.picture import Reference

__all__ = ["Compared", "compared"]

_SIDE: Final = 900
"""Pixels of the longer side in which pictures are put side by side."""

_SENT: Final = "#ff2d6f"
_SUBJECT: Final = "#16b3ff"
"""Colours of the two boxes; both stand out from skin, foliage and grey."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A reference beside its source."""

    reference: Reference

    def jpeg(self, *, cell_width: int = 400) -> bytes:
        """Return both side by side as one JPEG.

        Raises:
            BadReference: one of them is gone, or the source is not known.
        """
        from charkit.media.images import encode_jpeg, open_upright
        from charkit.media.previews import contact_sheet

        one = self.reference
        if one.source is None:
            raise BadReference("its source is not known; prepare it again", file=one.path)
        before, after = open_upright(one.source), open_upright(one.path)
        cells = [
            (f"{one.origin}\n{before.width}x{before.height}", _marked(before, one)),
            (f"as sent\n{one.width}x{one.height} {one.media_type.removeprefix('image/').upper()}", after),
        ]
        return encode_jpeg(contact_sheet(cells, columns=2, cell_width=cell_width), quality=88)

    def __repr__(self) -> str:
        one = self.reference
        return f"<Compared {one.name}, {one.view}: {'; '.join(one.steps) or 'as it was'}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import card

        one = self.reference
        try:
            picture: bytes | None = self.jpeg()
        except (CharkitError, OSError):  # a display must not raise; the card says what is known
            picture = None
        rows = [("done", step) for step in one.steps] + [("mind", warning) for warning in one.warnings]
        drawn = "red: the part that is sent; blue: the subject it was laid around" if one.crop else ""
        title = f"{one.name}, {one.view}"
        shown = card(title, rows=rows, picture=picture, picture_type="image/jpeg", note=drawn, width=640)
        return {"text/plain": repr(self), "text/html": shown}


def compared(reference: Reference) -> Compared:
    """Return a reference beside its source, with the crop drawn on it."""
    return Compared(reference=reference)


def _marked(image: Image.Image, reference: Reference) -> Image.Image:
    from PIL import ImageDraw

    from charkit.media.scaling import on_ground

    marked = on_ground(image, "#ffffff").copy()
    marked.thumbnail((_SIDE, _SIDE))
    pen = ImageDraw.Draw(marked)
    thick = max(3, max(marked.size) // 160)
    for box, colour in ((reference.kept, _SUBJECT), (reference.crop, _SENT)):
        if box is not None:
            left, top, right, bottom = box
            edges = (left * marked.width, top * marked.height, right * marked.width - 1, bottom * marked.height - 1)
            pen.rectangle(edges, outline=colour, width=thick)
    return marked
