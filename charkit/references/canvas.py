"""Canvases for outpainting: a picture on a larger ground, and the mask that says what an image route may paint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import BadReference
from charkit.providers.base import Blob, BoundReference, Role

if TYPE_CHECKING:
    from charkit.media.scaling import Box
    from charkit.store import Store

__all__ = ["Canvas", "canvas"]


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A picture laid on a canvas, and its mask."""

    picture: Path
    mask: Path
    digest: str
    """`sha256:` of the picture's bytes."""
    mask_digest: str
    width: int
    height: int
    origin: str = ""

    def bound(self, character: str = "") -> tuple[BoundReference, BoundReference]:
        """Return picture and mask bound to their roles; the picture has to be the request's first.

        Raises:
            BadReference: one of them is gone or changed.
        """
        stem = f"canvas-{self.digest[7:15]}"
        picture = _blob(self.picture, self.digest, f"{stem}.png")
        mask = _blob(self.mask, self.mask_digest, f"{stem}-mask.png")
        return (
            BoundReference(role=Role.VIEW, blob=picture, character=character),
            BoundReference(role=Role.MASK, blob=mask, character=character),
        )

    def __repr__(self) -> str:
        return f"<Canvas {self.width}x{self.height}: {self.origin}, {self.digest[7:15]}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import card, grid

        cards = [
            card(title, picture=path.read_bytes() if path.is_file() else None, picture_type="image/png", note=note)
            for title, path, note in (
                ("canvas", self.picture, f"{self.width}x{self.height}, from {self.origin}"),
                ("mask", self.mask, "transparent where the route may paint"),
            )
        ]
        return {"text/plain": repr(self), "text/html": grid(cards)}


def canvas(
    path: Path | str,
    *,
    size: tuple[int, int],
    store: Store,
    ground: str = "#808080",
    keep: Box | None = None,
    share: float = 1.0,
) -> Canvas:
    """Lay a picture on a larger canvas for an image route to paint on, the subject as near the middle as it goes.

    Args:
        path: The picture; it is left as it is.
        size: Of the canvas, in pixels.
        store: Where canvas and mask are kept.
        ground: `#rrggbb` of the part to be painted.
        keep: The subject as shares of the picture, as a person drew it; looked for where it is left out.
        share: How much of the canvas the picture takes along the side that it fills, above 0 to 1.

    Raises:
        BadReference: the picture cannot be read.
        ValueError: the size or the share is not positive, or the share is above 1.
    """
    from charkit.media.encoding import encode_png
    from charkit.media.images import open_picture
    from charkit.media.saliency import subject_box
    from charkit.media.scaling import on_canvas

    path = Path(path)
    image = open_picture(path, least=2 * max(size)).image
    laid, mask = on_canvas(image, *size, ground, keep=keep or subject_box(image), share=share)
    picture, over = store.put(encode_png(laid), ".png"), store.put(encode_png(mask), ".png")
    return Canvas(
        picture=picture.path,
        mask=over.path,
        digest=picture.digest,
        mask_digest=over.digest,
        width=size[0],
        height=size[1],
        origin=path.name,
    )


def _blob(path: Path, digest: str, name: str) -> Blob:
    try:
        blob = Blob(name=name, media_type="image/png", data=path.read_bytes())
    except OSError as error:
        raise BadReference(f"cannot be read ({error.strerror}); lay the canvas again", file=path) from error
    if blob.digest != digest:
        raise BadReference("is not the picture that was laid; lay the canvas again", file=path)
    return blob
