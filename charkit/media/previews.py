"""Small pictures of clips: moving previews, posters, contact sheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from charkit.errors import MissingDependency
from charkit.media.fonts import legible
from charkit.media.frames import poster, sample
from charkit.media.images import encode_jpeg
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from charkit.media.frames import Frame

__all__ = ["animated_webp", "contact_sheet", "moving_webp", "poster_jpeg"]

_POSTER_BYTES: Final = 20_000
_STEPS: Final = (
    (1.0, 72, 1.0),
    (1.0, 50, 0.79),
    (0.8, 50, 0.58),
    (0.8, 32, 0.47),
    (0.62, 32, 0.34),
    (0.5, 24, 0.23),
    (0.4, 18, 0.15),
    (0.3, 12, 0.09),
)
"""Share of the width, WebP quality, and about what it then weighs, on real and drawn clips. Tried in this order:
quality goes first, since size is seen sooner."""
_TRIED: Final = 12
"""Pictures of a preview that are encoded to learn what all of them would weigh: within 15 % on real and drawn clips."""

_GROUND: Final = (24, 24, 27)
_INK: Final = (236, 236, 240)
_QUIET: Final = (150, 150, 160)


def animated_webp(path: Path, *, width: int = 320, fps: float = 8, max_bytes: int = 300_000) -> bytes:
    """Return a clip as a silent, endless WebP of bounded size, for a page that cannot play video.

    Args:
        path: The clip.
        width: Wanted width in pixels; smaller where the bytes would not do, never more than the clip's own.
        fps: Pictures per second.
        max_bytes: The most it may weigh. A clip too busy for that even at a third of the width loses pictures: every
            second one is left out until it fits.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded.
        ValueError: `width`, `fps` or `max_bytes` is not positive.
    """
    if width < 1 or fps <= 0 or max_bytes < 1:
        raise ValueError(f"a preview cannot have width {width}, {fps} pictures a second, {max_bytes} bytes")
    facts = probe(path)
    width = min(width, facts.width)
    count = max(2, round(facts.seconds * fps))
    frames = sample(path, count, height=max(2, round(width * facts.height / facts.width)))
    return moving_webp(frames, width=width, max_bytes=max_bytes)


def moving_webp(frames: Sequence[Frame], *, width: int, max_bytes: int) -> bytes:
    """Return frames as a silent, endless WebP in real time, as `animated_webp` does of a clip.

    Args:
        frames: One or more, evenly spread.
        width: Wanted width in pixels.
        max_bytes: The most it may weigh.
    """
    lasts = (frames[-1].time - frames[0].time) * len(frames) / max(1, len(frames) - 1)
    pictures = [frame.rgb for frame in frames]
    while True:
        data = _bounded(pictures, width, lasts, max_bytes)
        if len(data) <= max_bytes or len(pictures) < 2:
            return data
        pictures = pictures[::2]


def _bounded(pictures: Sequence[NDArray[np.uint8]], width: int, lasts: float, max_bytes: int) -> bytes:
    """Encode a few to learn what all would weigh; then all of them, smaller and coarser until they fit."""
    data, whole = b"", 0.0
    if len(pictures) > 2 * _TRIED:
        few = pictures[:: len(pictures) // _TRIED]
        whole = len(_webp(few, width, _STEPS[0][1], lasts)) / len(few) * len(pictures)
    for share, quality, weight in _STEPS:
        if whole * weight > max_bytes and weight != _STEPS[-1][2]:
            continue
        data = _webp(pictures, max(16, round(width * share)), quality, lasts)
        if len(data) <= max_bytes:
            break
        whole = len(data) / weight
    return data


def _webp(pictures: Sequence[NDArray[np.uint8]], width: int, quality: int, seconds: float) -> bytes:
    import imageio.v3 as iio

    images = [_shrunk(rgb, width) for rgb in pictures]
    # Method 3 takes twice the time for 5 % of the bytes; keyframes, which nobody seeks, would be encoded beside others.
    return bytes(
        iio.imwrite(
            "<bytes>",
            np.stack(images),
            extension=".webp",
            plugin="pillow",
            duration=round(1000 * seconds / len(images)),
            loop=0,
            quality=quality,
            method=2,
            kmin=0,
            kmax=0,
        )
    )


def _shrunk(rgb: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    height = max(2, round(rgb.shape[0] * width / rgb.shape[1]))
    if rgb.shape[1] == width:
        return rgb
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS))


def poster_jpeg(source: Path | str | Image.Image, width: int = 480) -> bytes:
    """Return a clip's or a picture's poster as a JPEG of about 20 kB.

    Args:
        source: A clip, or a picture that is already open.
        width: Its width in pixels; never enlarged. Where even a low quality weighs too much, it shrinks.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded.
    """
    image = source if isinstance(source, Image.Image) else poster(Path(source))
    width = min(width, image.width)
    while True:
        small = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
        for quality in (85, 75, 62, 50):
            data = encode_jpeg(small, quality=quality)
            if len(data) <= _POSTER_BYTES:
                return data
        if width <= 64:
            return data
        width = round(width * 0.8)


def contact_sheet(
    items: Sequence[tuple[str, Image.Image]], *, columns: int = 4, title: str = "", cell_width: int = 320
) -> Image.Image:
    """Lay pictures out on one dark sheet, each with its label below.

    Args:
        items: Label and picture. Of a label of several lines the first is set bright (a shot's id), the rest small and
            quiet; what does not fit is cut with an ellipsis.
        columns: Pictures in a row.
        title: A heading; what follows its first line break is set small beneath it.
        cell_width: Width of each picture in pixels; all cells are as high as the flattest picture asks, others are
            fitted inside.

    Raises:
        ValueError: There are no items, or sizes are not positive.
    """
    if not items or columns < 1 or cell_width < 16:
        raise ValueError(
            f"a sheet needs pictures, a column and 16 pixels a cell; not {len(items)}, {columns}, {cell_width}"
        )
    return _Sheet(items, min(columns, len(items)), title, cell_width).draw()


class _Sheet:
    """One contact sheet; every measure follows from the width of a cell."""

    def __init__(self, items: Sequence[tuple[str, Image.Image]], columns: int, title: str, cell: int) -> None:
        self.items, self.columns, self.cell = items, columns, cell
        self.gap = max(6, cell // 20)
        self.margin = self.gap * 2
        self.bold, self.small, self.large = (
            _font(max(11, cell // 18)),
            _font(max(10, cell // 24)),
            _font(max(16, cell // 10)),
        )
        self.title, _, self.subtitle = title.partition("\n")
        shapes = sorted(image.height / image.width for _, image in items)
        self.picture_height = round(cell * min(shapes[len(shapes) // 2], 1.25))
        self.label_height = self._label_height()

    def _label_height(self) -> int:
        lines = max(label.count("\n") + 1 if label else 0 for label, _ in self.items)
        return round(self.bold.size * 1.5 + (lines - 1) * self.small.size * 1.4 + self.gap / 2) if lines else 0

    def draw(self) -> Image.Image:
        """Paint it."""
        top = self.margin
        if self.title:
            top += round(self.large.size * 1.35) + (round(self.small.size * 1.6) if self.subtitle else 0) + self.gap
        rows = -(-len(self.items) // self.columns)
        row_height = self.picture_height + self.label_height + self.gap
        width = self.margin * 2 + self.columns * self.cell + (self.columns - 1) * self.gap
        self.page = Image.new("RGB", (width, top + rows * row_height - self.gap + self.margin), _GROUND)
        self.pen = ImageDraw.Draw(self.page)
        if self.title:
            self._line(self.margin, self.margin - self.gap // 3, self.title, self.large, _INK, width - 2 * self.margin)
            below = self.margin + round(self.large.size * 1.3)
            self._line(self.margin, below, self.subtitle, self.small, _QUIET, width - 2 * self.margin)
        for index, (label, image) in enumerate(self.items):
            row, column = divmod(index, self.columns)
            self._item(self.margin + column * (self.cell + self.gap), top + row * row_height, label, image)
        return self.page

    def _item(self, x: int, y: int, label: str, image: Image.Image) -> None:
        scale = min(self.cell / image.width, self.picture_height / image.height)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        radius = max(3, self.cell // 50)
        if size[0] < self.cell or size[1] < self.picture_height:
            box = (x, y, x + self.cell - 1, y + self.picture_height - 1)
            self.pen.rounded_rectangle(box, radius, fill=(34, 34, 38))
        at = (x + (self.cell - size[0]) // 2, y + (self.picture_height - size[1]) // 2)
        self.page.paste(small, at, _rounded(size, radius))
        first, *others = label.split("\n")
        down = y + self.picture_height + self.gap // 3
        self._line(x, down, first, self.bold, _INK, self.cell)
        down += round(self.bold.size * 1.45)
        for line in others:
            self._line(x, down, line, self.small, _QUIET, self.cell)
            down += round(self.small.size * 1.4)

    def _line(
        self, x: int, y: int, text: str, font: ImageFont.FreeTypeFont, ink: tuple[int, int, int], room: int
    ) -> None:
        font, text = legible(text, round(font.size))
        way = (
            "ltr" if font.layout_engine is ImageFont.Layout.RAQM else None
        )  # a name in Arabic does not turn the line around
        if self.pen.textlength(text, font=font, direction=way) > room:
            while text and self.pen.textlength(text + "…", font=font, direction=way) > room:
                text = text[:-1]
            text = text.rstrip() + "…"
        self.pen.text((x, y), text, font=font, fill=ink, direction=way)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    if not isinstance(font, ImageFont.FreeTypeFont):  # a Pillow built without FreeType has one tiny bitmap font
        raise MissingDependency("Pillow with FreeType", "all")
    return font


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    # Drawn four times as large and shrunk: Pillow's corners have no smooth edge.
    mask = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), radius * 4, fill=255)
    return mask.resize(size, Image.Resampling.BOX)
